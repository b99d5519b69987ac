"""The schema proposed for a real file: its key as a person would choose it, and it fits."""

from pathlib import Path

import pytest

from checks.tables.inference import infer, table_schema
from checks.tables.reading import read_table
from checks.tables.validation import validate

# What remains is wrong in the file itself, seen by eye in each.
REFUSED = {
    # Codes and years written as floats: 3201190.0, 2019.0.
    "2022-09-pencemaran-di-desa-data-raw-dpmdes-idm-sts-kejadian-pencemaran-air-des-kel-data.csv",
    # Two rows end before the last column.
    "data-daftar-data-jabar.csv",
    # An empty line at the end.
    "data-opendata-2908.json",
    # A section row without values, and an empty one.
    "dataset-Disnaker.csv",
    # Double blanks and line breaks inside labels.
    "data-Bab-1-Geografis-v2.0-2016__v01_2018-06-06.csv",
    "data-Bab-1-Geografis-v2.0-2016__v02_2018-06-09.csv",
    "data-Bab-1-Geografis-v2.0-2016__v03_2018-07-05.csv",
    "data-Bab-3-Banyaknya-Kematian-yang-Dilaporkan-Menurut-Jenis-Kelamin-dan-Kecamatan-tahun-2017"
    "__v01_2018-10-15.csv",
    "data-Bab-4-Graph-2-Bab-4-Data-MI-Persentase-Akreditasi-Sekolah.csv",
    # "1,507 474": a comma and a blank in one number.
    "data-Bab-3-Graph-ke-2-Bab-3.csv",
    # The first label is empty.
    "data-Bab-4-Graph-3-Bab-4-Dokter.csv",
    # The second number of the column "No" is an s.
    "data-Jumlah-PMA-dan-Nilai-PMA-tahun-2016.csv",
}


def test_the_proposed_schema_fits_every_real_file_that_is_in_order(real_files: Path):
    refused = set()
    for path in sorted(real_files.glob("*/*")):
        if path.suffix in (".csv", ".xlsx", ".json"):
            table = read_table(path)
            if not validate(path, table_schema(infer(table)), table=table).valid:
                refused.add(path.name)
    assert refused == REFUSED


@pytest.mark.parametrize(
    ("path", "key", "period"),
    [
        ("jabar-makro-monthly/data-ihk__v08_2026-04-09.csv", ("Bulan",), ("Bulan",)),
        ("jabar-makro-monthly/piramida2024-data__v01_2025-08-07.csv",
         ("KAKO", "KECAMATAN", "GENDER"), ()),
        ("jabar-opendata/disnaker-upah-minimum.csv", ("kode_kabupaten_kota", "tahun"), ("tahun",)),
        ("jabar-opendata/dukcapil-piramida-penduduk__v01_2024-09-24.csv",
         ("kode_kabupaten_kota", "kelompok_umur", "jenis_kelamin", "tahun"), ("tahun",)),
        ("jakarta-satudata/RataRataVolumeSampahSungaiDKIJakarta.csv",
         ("periode_data", "kecamatan"), ("periode_data",)),
        ("lubuklinggau-sektoral/dataset-Disnaker.csv", ("Uraian",),
         ("2021", "2022", "2023", "2024")),
        ("bandung-sektoral/data-mfd-23-1-32.csv", ("kdkec", "kddesa"), ()),
        ("jabar-satudata/data-daftar-data-jabar.csv", (), ()),
    ],
)  # fmt: skip
def test_key_and_period_of_a_real_file(real_files: Path, path, key, period):
    inference = infer(read_table(real_files / path))
    assert inference.primary_key == key
    assert inference.period_columns == period
