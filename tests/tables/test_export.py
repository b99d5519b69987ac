"""Exports are clean and harmless: plain numbers, ISO dates, no cell that a sheet would run."""

import csv
import io

import openpyxl
import pytest

from checks.tables.mending.export import write_csv, write_csv_to, write_xlsx
from tests.tables.building import table_of

TABLE = "kode;tanggal;nilai;ket\n0123;17/08/2024;1.234,5;=1+1\n0456;18/08/2024;-12,5;@x\n"


def exported(text: str) -> list[list[str]]:
    stream = io.StringIO(newline="")
    write_csv_to(table_of(text), stream)
    return list(csv.reader(io.StringIO(stream.getvalue(), newline="")))


def test_a_clean_csv_has_plain_numbers_and_iso_dates():
    assert exported(TABLE)[1] == ["0123", "2024-08-17", "1234.5", "'=1+1"]


def test_negative_numbers_stay_numbers():
    assert exported(TABLE)[2][2] == "-12.5"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_and_no_label_begins_like_a_formula(start):
    text = f'"{start}label",n\n"{start}cmd|x",1\nteks,2\n'
    for row in exported(text):
        assert not row[0].startswith(("=", "+", "-", "@", "\t", "\r"))


def test_a_csv_file_is_utf8_with_crlf(tmp_path):
    path = tmp_path / "bersih.csv"
    write_csv(table_of("nama,n\nCafé,1\nx,2\n"), path)
    assert path.read_bytes() == "nama,n\r\nCafé,1\r\nx,2\r\n".encode()


def test_a_workbook_keeps_codes_as_text_and_numbers_as_numbers(tmp_path):
    path = tmp_path / "bersih.xlsx"
    write_xlsx(table_of(TABLE), path)
    rows = list(openpyxl.load_workbook(path).active.iter_rows(values_only=True))
    assert rows[1] == ("0123", "2024-08-17", 1234.5, "'=1+1")
