"""Real government files: what a person reads in each, written down by hand, is what we read."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from checks.tables.changes.canonical import canonical_hash
from checks.tables.profile import profile
from checks.tables.reading import Table, read_table


@dataclass(frozen=True)
class Seen:
    """What a person sees in a file: columns, rows, first and last cells, newest period."""

    path: str
    n_columns: int
    n_rows: int
    first: tuple[str | None, ...]
    last: tuple[str | None, ...]
    newest: str | None


def monthly(name: str, first: str, newest: str, n_rows: int, last: tuple[str, ...]) -> Seen:
    folder = "jabar-makro-monthly"
    return Seen(f"{folder}/data-{name}.csv", len(last), n_rows, (first,), last, newest)


IHK = ("Januari 2025", "106.6", "-0.68", "0.79", "-0.68")
NTP = ("Januari 2025", "114.17", "116.61", "136.69", "119.72")
MOVES = ("Januari 2025", "846", "7086", "2.14")
FILES = [
    monthly("ihk__v01_2025-07-04", "Juni_2025", "2025-06", 6, ("Januari_2025", *IHK[1:])),
    monthly("ihk__v02_2025-07-08", "Juni 2025", "2025-06", 6, IHK),
    monthly("ihk__v03_2025-08-04", "Juli 2025", "2025-07", 7, IHK),
    monthly("ihk__v04_2025-09-03", "Agustus 2025", "2025-08", 8, IHK),
    monthly("ihk__v05_2025-10-06", "September 2025", "2025-09", 9, IHK),
    monthly("ihk__v06_2025-11-05", "Oktober 2025", "2025-10", 10, IHK),
    monthly("ihk__v07_2025-12-23", "November 2025", "2025-11", 11, IHK),
    monthly("ihk__v08_2026-04-09", "Maret 2026", "2026-03", 15, IHK),
    monthly("ntp__v01_2025-07-09", "Juni 2025", "2025-06", 6, NTP),
    monthly("ntp__v02_2025-08-04", "Juli 2025", "2025-07", 7, NTP),
    monthly("ntp__v03_2025-09-03", "Agustus 2025", "2025-08", 8, NTP),
    monthly("ntp__v04_2025-10-06", "September 2025", "2025-09", 9, NTP),
    monthly("ntp__v05_2025-11-05", "Oktober 2025", "2025-10", 10, NTP),
    monthly("ntp__v06_2025-12-23", "November 2025", "2025-11", 11, NTP),
    monthly("ntp__v07_2026-04-09", "Maret 2026", "2026-03", 15, NTP),
    monthly("transportasi__v01_2025-07-09", "Mei 2025", "2025-05", 5, MOVES),
    monthly("transportasi__v02_2025-08-04", "Juni 2025", "2025-06", 6, MOVES),
    monthly("transportasi__v03_2025-09-03", "Juli 2025", "2025-07", 7, MOVES),
    monthly("transportasi__v04_2025-10-06", "Agustus 2025", "2025-08", 8, MOVES),
    monthly("transportasi__v05_2025-11-05", "September 2025", "2025-09", 9, MOVES),
    monthly("transportasi__v06_2025-12-23", "Oktober 2025", "2025-10", 10, MOVES),
    monthly("transportasi__v07_2026-04-09", "Februari 2026", "2026-02", 14, MOVES),
    Seen("jabar-satudata/data-opendata-2908.json", 5, 3427, ("Badan Kepegawaian Daerah",),
         ("Sekretariat Dprd",), "2025"),
    Seen("jabar-satudata/data-daftar-data-jabar.csv", 7, 2618, ("Badan Kepegawaian Daerah",),
         ("Sekretariat DPRD",), None),
    Seen("jabar-satudata/data-lke-epss.xlsx", 7, 38, ("Prinsip SDI", "101"),
         ("Statistik Nasional", "503"), None),
    Seen("jakarta-satudata/RataRataVolumeSampahSungaiDKIJakarta.csv", 6, 672,
         ("202401", "KOTA ADM. JAKARTA PUSAT", "Kemayoran", "999.04", "997", "32.16"),
         ("202503", "Kota Adm. Jakarta Timur", "Pasar Rebo", "614.93", "605.5", "19.53"),
         "2025-04"),
    Seen("lubuklinggau-sektoral/dataset-Disnaker.csv", 7, 17,
         ("Jumlah Pencari Keja Laki-Laki", "Orang", "316", "435", "599", "221", None),
         ("Jumlah Kasus TKI di Luar Negeri", "Kasus", None, None, None, None, None), "2024"),
    Seen("lubuklinggau-sektoral/dataset-disnaker-clean.csv", 5, 9,
         ("Jumlah Pencari Keja Laki-Laki", "316"),
         ("Jumlah Tenaga Kerja di Luar Negeri Terdidik", "1", "3", "22", "19"), "2024"),
    Seen("lubuklinggau-sektoral/dataset-DLH.csv", 4, 31,
         ("Volume Air Limbah Kecamatan Lubuklinggau Timur I", "Liter", "4190400"),
         ("Jumlah Buldozer", "Unit", "1"), "2024-S1"),
    Seen("lubuklinggau-sektoral/dataset-Dinas-Pertanian.csv", 4, 46,
         ("Luas Lahan Sawah Beririgasi", "Ha", "1017.00", None),
         ("Jumlah Populasi Ternak Itik Kecamatan Lubuklinggau Utara II", "Ekor", "2300", None),
         "2023"),
    Seen("lubuklinggau-sektoral/dataset-dinper-clean.csv", 3, 46,
         ("Luas Lahan Sawah Beririgasi", "Ha", "1017.0"),
         ("Jumlah Populasi Ternak Itik Kecamatan Lubuklinggau Utara II", "Ekor", "2300.0"), "2023"),
    Seen("jabar-opendata/2021-10-garis-kemiskinan-jabar-data-raw-angka-garis-kemiskinan-per-kapita"
         "-per-bulan-provinsi.xlsx", 2, 3, ("2020", "410988"), ("2018", "367755"), "2020"),
    Seen("jabar-opendata/2021-10-garis-kemiskinan-jabar-data-raw-angka-garis-kemiskinan-per-kapita"
         "-per-bulan-kabupaten-data.csv", 8, 81, ("1", "32", "JAWA BARAT", "3201"),
         ("81", "32", "JAWA BARAT", "3279", "KOTA BANJAR", "344363", "RUPIAH", "2020"), "2020"),
    Seen("jabar-opendata/data-raw-pendidikan-Angka-Partisipasi-Murni.xlsx", 13, 28,
         ("Provinsi Jawa Barat", "98.05"), ("Kota Banjar", "98.62"), "2019"),
    Seen("jabar-opendata/disnaker-upah-minimum.csv", 8, 216, ("1", "32"), ("216", "32"), "2024"),
    Seen("jabar-opendata/dukcapil-penduduk-goldar.csv", 8, 286, ("1", "32", "JAWA BARAT", "A"),
         ("286", "32", "JAWA BARAT", "TIDAK TAHU"), "2023"),
    Seen("jabar-opendata/dukcapil-piramidajabar.csv", 9, 352, ("1", "32", "JAWA BARAT", "00 - 04"),
         ("352", "32", "JAWA BARAT", "75+"), "2023-S2"),
    Seen("jabar-opendata/dukcapil-piramida-penduduk__v01_2024-09-24.csv", 10, 3456, ("1", "32"),
         ("3456", "32"), "2023"),
    Seen("jabar-opendata/2022-09-pencemaran-di-desa-data-raw-dpmdes-idm-sts-kejadian-pencemaran"
         "-air-des-kel-data.csv", 15, 15936, ("32", "JAWA BARAT", "3201"),
         ("32", "JAWA BARAT", "3279"), "2021"),
    Seen("surabaya-sektoral/data-Bab-1-Geografis-v2.0-2016__v01_2018-06-06.csv", 10, 12,
         ("Januari", "97", "52", "1013.9"), ("Desember", "96", "47", "1013.2"), "2016-12"),
    Seen("surabaya-sektoral/data-Bab-2-Pemerintahan-dan-Keamanan-v1.0-2016__v01_2018-06-06.csv",
         15, 12, ("Januari", None, "2", "17"), ("Desember", "1", "28", "68", None), "2016-12"),
    Seen("surabaya-sektoral/data-Bab-3-Graph-ke-2-Bab-3.csv", 4, 8, ("2009", "1474874"),
         ("2016", "1,507 474", "1,509 179", "3,016 653"), "2016"),
    Seen("surabaya-sektoral/data-Bab-4-Graph-1-Bab-4-Pemeluk-Agama.csv", 8, 7,
         ("Islam /Moslem", "2373720"), ("Lainnya/Others", "0"), "2016"),
    Seen("surabaya-sektoral/data-Bab-4-Graph-2-Bab-4-Data-MTS-Persentase-Akreditasi-Sekolah.csv",
         6, 12, ("Benowo", "1", "0", None, None, "1"), ("Wonokromo", "1", "1", None, None, "2"),
         None),
    Seen("surabaya-sektoral/data-Bab-4-Graph-3-Bab-4-Dokter.csv", 5, 6, ("2011", "2261"),
         ("2016", "1236"), "2016"),
    Seen("surabaya-sektoral/data-Bab-5-Graph-4-Bab-5-Target-dan-Realisasi-Intensifikasi"
         "-Tanaman.csv", 4, 15, ("2001/2002", "3107", "1370", "77.52"), ("2015/2016",),
         "2015/2016"),
    Seen("surabaya-sektoral/data-Bab-5-Produksi-Tanaman-Sayur-Menurut-Jenisnya-ton-Tahun-2010"
         "-2017__v01_2018-10-15.csv", 8, 6, ("Lombok", "442.2"), ("Garbis/Melon/Semangka", "40"),
         "2017"),
    Seen("surabaya-sektoral/data-Bab-8-Kedatangan-Penumpang-Angkatan-Laut-Luar-Negeri-dan-Dalam"
         "-Negeri-per-Bulan-Tahun-2017.csv", 5, 12, ("Januari", "11716"), ("Desember", "24293"),
         None),
    Seen("surabaya-sektoral/data-Jumlah-PMA-dan-Nilai-PMA-tahun-2016.csv", 6, 13,
         ("1", "Singapura", "6", "109,513,200"), ("13", "Indonesia", "1", "979,600"), None),
    Seen("sdi-catalogue/data__v03_2021-10-13.json", 14, 4, ("dcat:Dataset", "public"),
         ("dcat:Dataset", "public"), None),
]  # fmt: skip


@pytest.mark.parametrize("seen", FILES, ids=lambda seen: seen.path.rpartition("/")[2][:60])
def test_a_real_file_is_read_as_a_person_reads_it(real_files: Path, seen: Seen):
    table = read_table(real_files / seen.path)
    assert len(table.header) == seen.n_columns
    assert table.n_rows == seen.n_rows
    assert table.rows[0][: len(seen.first)] == seen.first
    assert table.rows[-1][: len(seen.last)] == seen.last
    assert profile(table).newest_period_label == seen.newest


def test_every_real_file_is_a_table(real_files: Path):
    paths = [p for p in real_files.glob("*/*") if p.suffix in (".csv", ".xlsx", ".json")]
    assert len(paths) > 80
    for path in paths:
        assert read_table(path).n_rows > 0, path.name


def read(real_files: Path, path: str) -> Table:
    return read_table(real_files / path)


def test_a_listing_named_json_is_read_with_its_five_columns(real_files: Path):
    table = read(real_files, "jabar-satudata/data-opendata-2908.json")
    assert table.header == ("Produsen Data", "Judul Tabel", "Tahun Data", "Status Data", "Tautan")
    assert table.decided("delimiter") == ";"
    assert table.decided("encoding") == "utf-8-sig"


def test_three_header_rows_are_joined(real_files: Path):
    table = read(real_files, "jabar-opendata/data-raw-pendidikan-Angka-Partisipasi-Murni.xlsx")
    assert table.header[0] == "Wilayah Jawa Barat"
    assert table.header[1] == "SD/MI/Paket A 2017"
    assert table.header[12] == "Perguruan Tinggi 2019"


def test_respelling_the_months_is_no_new_version(real_files: Path):
    first = read(real_files, "jabar-makro-monthly/data-ihk__v01_2025-07-04.csv")
    second = read(real_files, "jabar-makro-monthly/data-ihk__v02_2025-07-08.csv")
    assert first.sha256 != second.sha256
    assert canonical_hash(first) == canonical_hash(second)


def test_a_title_row_and_a_total_row_removed_are_no_new_version(real_files: Path):
    folder = "surabaya-sektoral"
    name = "data-Bab-2-Pemerintahan-dan-Keamanan-v1.0-2016"
    first = read(real_files, f"{folder}/{name}__v01_2018-06-06.csv")
    second = read(real_files, f"{folder}/{name}__v02_2018-06-09.csv")
    assert canonical_hash(first) == canonical_hash(second)


def test_both_code_systems_are_text_and_their_floats_are_mended(real_files: Path):
    path = next((real_files / "jabar-opendata").glob("2022-09-pencemaran*"))
    table = read_table(path)
    bps, ministry = (table.column_index(f"{who}_kode_kecamatan") for who in ("bps", "kemendagri"))
    assert bps is not None
    assert ministry is not None
    assert table.rows[0][bps] == "3201190"
    assert table.rows[0][ministry] == "32.01.02"
    assert {table.columns[bps].type.value, table.columns[ministry].type.value} == {"string"}
