"""The databases of the city's applications: SQLite files that follow the clock of the feeds.

Each file is one application: its own tables, and the view that its office made for
Mutakhir. What the view leaves out, such as names of employees, is read by nobody outside.
"""

import sqlite3
from collections.abc import Collection, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import Lock

from sample_data.city import City
from sample_data.story import Flaw


@dataclass(frozen=True, slots=True)
class Database:
    """One application: the dataset of its view, the table that grows, and how it is laid out.

    `reference` is the name of the environment variable under which the sources know it.
    """

    slug: str
    reference: str
    file_name: str
    table: str
    layout: str


SPPD = Database(
    slug="perjalanan-dinas",
    reference="SUMBER_SPPD",
    file_name="sppd.db",
    table="surat_perjalanan",
    layout="""
CREATE TABLE surat_perjalanan (tgl_berangkat TEXT, no_spt TEXT PRIMARY KEY, nama_pegawai TEXT,
  opd TEXT, tujuan TEXT, lama_hari INTEGER, jumlah_orang INTEGER, biaya INTEGER);
CREATE VIEW v_sppd AS SELECT no_spt, opd, tujuan, tgl_berangkat,
  date(tgl_berangkat, '+' || lama_hari || ' days') AS tgl_kembali, jumlah_orang, biaya
  FROM surat_perjalanan;
""",
)
IDATABASE = Database(
    slug="ipm-kemiskinan",
    reference="SUMBER_IDATABASE",
    file_name="idatabase.db",
    table="capaian",
    layout="""
CREATE TABLE capaian (tahun INTEGER PRIMARY KEY, ipm REAL, uhh REAL, hls REAL, rls REAL,
  miskin_persen REAL, miskin_ribu REAL);
CREATE VIEW v_indikator AS
  SELECT 'IPM' AS kode_indikator, 'Indeks pembangunan manusia' AS uraian, 'indeks' AS satuan,
    tahun, ipm AS nilai, 'Bapperida' AS opd FROM capaian
  UNION ALL SELECT 'UHH', 'Umur harapan hidup', 'tahun', tahun, uhh, 'Dinkes' FROM capaian
  UNION ALL SELECT 'HLS', 'Harapan lama sekolah', 'tahun', tahun, hls, 'Disdik' FROM capaian
  UNION ALL SELECT 'RLS', 'Rata-rata lama sekolah', 'tahun', tahun, rls, 'Disdik' FROM capaian
  UNION ALL SELECT 'P0', 'Penduduk miskin', 'persen', tahun, miskin_persen, 'Dinsos' FROM capaian
  UNION ALL SELECT 'PM', 'Jumlah penduduk miskin', 'ribu jiwa', tahun, miskin_ribu, 'Dinsos'
    FROM capaian;
""",
)
E_BUDGETING = Database(
    slug="realisasi-belanja",
    reference="SUMBER_EBUDGETING",
    file_name="ebudgeting.db",
    table="buku_belanja",
    layout="""
CREATE TABLE pagu (uraian TEXT PRIMARY KEY, anggaran INTEGER);
INSERT INTO pagu VALUES ('Belanja pegawai', 412500000000),
  ('Belanja barang dan jasa', 286400000000), ('Belanja hibah', 31250000000),
  ('Belanja bantuan sosial', 12800000000), ('Belanja modal peralatan', 64300000000),
  ('Belanja modal gedung', 88750000000), ('Belanja modal jalan', 97600000000),
  ('Belanja tidak terduga', 9500000000);
CREATE TABLE buku_belanja (tahun INTEGER, bulan INTEGER, kode_rekening TEXT, uraian TEXT,
  porsi REAL, PRIMARY KEY (tahun, bulan, kode_rekening));
CREATE VIEW v_realisasi_anggaran AS
  SELECT bulan, kode_rekening, uraian, anggaran, realisasi,
    round(100.0 * realisasi / anggaran, 2) AS persen
  FROM (SELECT printf('%04d-%02d', tahun, bulan) AS bulan, kode_rekening, uraian, anggaran,
      sum(CAST(anggaran * porsi / 100 AS INTEGER))
        OVER (PARTITION BY tahun, kode_rekening ORDER BY bulan) AS realisasi
    FROM buku_belanja JOIN pagu USING (uraian));
""",
)
PAD = Database(
    slug="pad-harian",
    reference="SUMBER_PAD",
    file_name="pad.db",
    table="setoran",
    layout="""
CREATE TABLE target (jenis_pajak TEXT PRIMARY KEY, target_tahun INTEGER);
INSERT INTO target VALUES ('PBB-P2', 10400000000), ('BPHTB', 9800000000),
  ('Hotel', 9100000000), ('Restoran', 8700000000), ('Hiburan', 8200000000);
CREATE TABLE setoran (tanggal TEXT, jenis_pajak TEXT, realisasi_harian INTEGER,
  PRIMARY KEY (tanggal, jenis_pajak));
CREATE VIEW v_pad_harian AS
  SELECT tanggal, jenis_pajak, target_tahun, realisasi_harian, realisasi_sd
  FROM (SELECT tanggal, jenis_pajak, realisasi_harian, sum(realisasi_harian)
      OVER (PARTITION BY substr(tanggal, 1, 4), jenis_pajak ORDER BY tanggal) AS realisasi_sd
    FROM setoran) JOIN target USING (jenis_pajak)
  WHERE tanggal > (SELECT date(max(tanggal), '-45 days') FROM setoran);
""",
)
DATABASES = (SPPD, IDATABASE, E_BUDGETING, PAD)


def references(folder: Path) -> Mapping[str, str]:
    """Return the addresses of the databases in a folder, by the names that sources use."""
    return {each.reference: f"sqlite:///{folder / each.file_name}" for each in DATABASES}


class Databases:
    """The databases of one city in one folder, each as its application holds it."""

    def __init__(self, city: City, folder: Path) -> None:
        self._city = city
        self._folder = folder
        self._shown_since: dict[str, datetime] = {}
        self._one_at_a_time = Lock()

    def follow(self, at: datetime, only: Collection[str] | None = None) -> None:
        """Bring the databases to an instant; what has not changed since is left alone.

        `only` are the datasets that are going to be looked at, None for all.
        """
        with self._one_at_a_time:
            for database in DATABASES:
                if only is not None and database.slug not in only:
                    continue
                changed_at = self._city.face(database.slug, at).changed_at
                if self._shown_since.get(database.slug) != changed_at:
                    self._bring(database, at)
                    self._shown_since[database.slug] = changed_at

    def _bring(self, database: Database, at: datetime) -> None:
        path = self._folder / database.file_name
        face = self._city.face(database.slug, at)
        if face.failure not in (Flaw.NONE, Flaw.BLANK):
            # A server that is down: nobody can open the database.
            path.unlink(missing_ok=True)
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(":memory:")) as connection:
            connection.executescript(database.layout)
            marks = ", ".join("?" * len(self._city.header(database.slug)))
            connection.executemany(
                f"INSERT INTO {database.table} VALUES ({marks})",
                self._city.rows(database.slug, at),
            )
            connection.commit()
            whole = connection.serialize()
        # Who reads at this moment goes on with the file that was there.
        half = path.with_suffix(".part")
        half.write_bytes(whole)
        half.replace(path)
