"""Ready recipes for the applications that cities run: options to copy, and what to prepare."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from catalog.models import SourceKind
from catalog.rules.terms import Cadence
from checks.sources.jdihn import JdihnOptions
from checks.sources.json_api import JsonApiOptions
from checks.sources.options import Options
from checks.sources.sql_view import SqlViewOptions


@dataclass(frozen=True, slots=True)
class Recipe:
    """One application: how it is read, which columns come out, what its office prepares.

    `address` is a pattern whose part in angle brackets the city fills in; `note_id` is for
    the people of the application, in Bahasa Indonesia; `words` are other names of it.
    Source: the survey of the interfaces that these systems have; where there is none, a
    view is proposed.
    """

    name: str
    title: str
    source: SourceKind
    address: str
    options: Options
    columns: tuple[str, ...]
    time_column: str
    value_columns: tuple[str, ...]
    cadence: Cadence
    note_id: str
    words: tuple[str, ...] = ()

    @property
    def stored_options(self) -> Mapping[str, Any]:
        """The options as a source stores them, what is usual left out."""
        return self.options.model_dump(mode="json", exclude_defaults=True)


SICANTIK = Recipe(
    name="sicantik",
    title="SiCantik Cloud (perizinan)",
    source=SourceKind.JSON_API,
    address="https://ws.sicantik.go.id/api/TemplateData/keluaran/<id>.json",
    options=JsonApiOptions(
        jalur_data="data.data",
        ambil_kolom=("no_permohonan", "nama_izin", "tahapan", "created_at"),
    ),
    columns=("no_permohonan", "nama_izin", "tahapan", "created_at"),
    time_column="created_at",
    value_columns=("no_permohonan",),
    cadence=Cadence.HARIAN,
    note_id="Ganti <id> dengan nomor templat keluaran daerah. Setiap daerah menyusun templatnya "
    "sendiri: samakan ambil_kolom dengan kolom templat itu. Nama dan alamat pemohon tidak "
    "diambil karena hanya kolom yang disebut yang dibaca. Untuk rekap, isi hitung_menurut "
    "dengan nama_izin dan tahapan.",
    words=("sicantik cloud",),
)
SPPD = Recipe(
    name="sppd",
    title="SPPD (perjalanan dinas)",
    source=SourceKind.SQL_VIEW,
    address="env:SUMBER_SPPD",
    options=SqlViewOptions(
        kueri="SELECT substr(CAST(tgl_berangkat AS text), 1, 7) AS bulan, opd, "
        "count(*) AS jumlah_spt, sum(jumlah_orang) AS jumlah_orang, sum(biaya) AS biaya "
        "FROM v_sppd GROUP BY substr(CAST(tgl_berangkat AS text), 1, 7), opd",
    ),
    columns=("bulan", "opd", "jumlah_spt", "jumlah_orang", "biaya"),
    time_column="bulan",
    value_columns=("jumlah_spt", "biaya"),
    cadence=Cadence.BULANAN,
    note_id="Minta pengelola SPPD membuat view v_sppd (no_spt, opd, tujuan, tgl_berangkat, "
    "tgl_kembali, jumlah_orang, biaya) dan satu pengguna basis data yang hanya boleh membaca "
    "view itu. Yang terbit hanya jumlah per OPD per bulan, tidak ada nama pegawai.",
    words=("e-sppd", "perjalanan dinas"),
)
IDATABASE = Recipe(
    name="idatabase",
    title="idatabase (indikator Bappeda)",
    source=SourceKind.SQL_VIEW,
    address="env:SUMBER_IDATABASE",
    options=SqlViewOptions(
        tampilan="v_indikator",
        ambil_kolom=("kode_indikator", "uraian", "satuan", "tahun", "nilai", "opd"),
    ),
    columns=("kode_indikator", "uraian", "satuan", "tahun", "nilai", "opd"),
    time_column="tahun",
    value_columns=("nilai",),
    cadence=Cadence.TAHUNAN,
    note_id="Minta Bappeda membuat view v_indikator (kode_indikator, uraian, satuan, tahun, "
    "nilai, opd), satu baris per indikator per tahun. Nilai yang belum ada dikosongkan, bukan "
    "diisi nol.",
    words=("i-database",),
)
E_BUDGETING = Recipe(
    name="e_budgeting",
    title="e-budgeting (realisasi anggaran)",
    source=SourceKind.SQL_VIEW,
    address="env:SUMBER_EBUDGETING",
    options=SqlViewOptions(
        tampilan="v_realisasi_anggaran",
        ambil_kolom=("bulan", "kode_rekening", "uraian", "anggaran", "realisasi", "persen"),
    ),
    columns=("bulan", "kode_rekening", "uraian", "anggaran", "realisasi", "persen"),
    time_column="bulan",
    value_columns=("realisasi",),
    cadence=Cadence.BULANAN,
    note_id="Minta BPKAD membuat view v_realisasi_anggaran (bulan sebagai 2025-03, "
    "kode_rekening, uraian, anggaran, realisasi, persen) menurut keadaan akhir tiap bulan. "
    "Angka rupiah ditulis penuh, tidak dalam ribu atau juta.",
    words=("ebudgeting", "e-budget"),
)
PAD = Recipe(
    name="pad",
    title="PAD daring (pendapatan asli daerah)",
    source=SourceKind.SQL_VIEW,
    address="env:SUMBER_PAD",
    options=SqlViewOptions(
        tampilan="v_pad_harian",
        ambil_kolom=("tanggal", "jenis_pajak", "target_tahun", "realisasi_harian", "realisasi_sd"),
    ),
    columns=("tanggal", "jenis_pajak", "target_tahun", "realisasi_harian", "realisasi_sd"),
    time_column="tanggal",
    value_columns=("realisasi_harian",),
    cadence=Cadence.HARIAN,
    note_id="Minta Bapenda membuat view v_pad_harian (tanggal, jenis_pajak, target_tahun, "
    "realisasi_harian, realisasi_sd), satu baris per hari per jenis pajak. Baris per wajib "
    "pajak dan NPWPD tidak pernah masuk view ini.",
    words=("pad online", "pad daring"),
)
JDIH = Recipe(
    name="jdih",
    title="JDIH (produk hukum daerah)",
    source=SourceKind.JDIHN,
    address="https://jdih.<daerah>.go.id/integrasi.php",
    options=JdihnOptions(),
    columns=(
        "id",
        "tahun",
        "tanggal_pengundangan",
        "jenis",
        "nomor",
        "judul",
        "status",
        "subjek",
        "bidang_hukum",
        "tautan",
    ),
    time_column="tanggal_pengundangan",
    value_columns=("judul",),
    cadence=Cadence.INSIDENTAL,
    note_id="Pakai alamat integrasi yang sudah didaftarkan ke JDIHN (larik JSON, satu objek per "
    "peraturan). Untuk jumlah menurut tahun dan jenis, buat sumber kedua dengan isi = "
    "ringkasan. Tombol uji menunjukkan tautan berkas yang mati.",
    words=("jdih daerah",),
)
RECIPES = (SICANTIK, SPPD, IDATABASE, E_BUDGETING, PAD, JDIH)
