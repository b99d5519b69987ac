"""Whatever an office publishes is read as its table, or refused with a reason."""

import gzip
import io
import json
import zipfile

import openpyxl
import pytest

from checks.tables.reading import Caps, UnreadableTable
from tests.tables.building import table_of, types_of, workbook

PLAIN = "kecamatan,tahun,jumlah\nBatu,2023,10\nBumiaji,2023,20\n"


def refused(content: str | bytes, name: str = "data.csv", caps: Caps | None = None) -> str:
    with pytest.raises(UnreadableTable) as caught:
        table_of(content, name, caps)
    error = caught.value
    assert error.sentence_id.endswith(".")
    assert error.sentence_en.endswith(".")
    assert error.sentence_id != error.sentence_en
    return error.code


def test_a_plain_csv_is_read_with_its_header_rows_and_types():
    table = table_of(PLAIN)
    assert table.header == ("kecamatan", "tahun", "jumlah")
    assert table.rows == [("Batu", "2023", "10"), ("Bumiaji", "2023", "20")]
    assert types_of(table) == ["string", "year", "integer"]
    assert table.header_line == 1
    assert list(table.record_lines) == [2, 3]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_every_delimiter_is_found_and_named(delimiter):
    table = table_of(PLAIN.replace(",", delimiter))
    assert table.decided("delimiter") == delimiter
    assert table.header == ("kecamatan", "tahun", "jumlah")


def test_text_with_commas_does_not_make_the_comma_the_delimiter():
    table = table_of("nama;nilai\nDesa A, RT 1;1,5\nDesa B, RT 2;2,5\n")
    assert table.decided("delimiter") == ";"
    assert table.rows[0] == ("Desa A, RT 1", "1,5")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_every_usual_encoding_gives_the_same_text(encoding):
    table = table_of("nama,nilai\nCafé Batu,1\nDesa – Sisir,2\n".encode(encoding))
    assert table.header == ("nama", "nilai")
    assert table.rows == [("Café Batu", "1"), ("Desa – Sisir", "2")]
    assert table.decided("encoding") == encoding


def test_windows_text_says_at_which_line_it_stops_being_utf8():
    table = table_of("nama,nilai\na,1\nCafé,2\n".encode("cp1252"))
    why = next(d.why for d in table.decisions if d.code == "encoding")
    assert "baris 3" in why


def test_bytes_that_are_no_text_are_refused_with_their_line():
    with pytest.raises(UnreadableTable) as caught:
        table_of(b"nama,nilai\na,1\nb\xff\xfe\x80,2\n")
    assert caught.value.code == "bad-encoding"
    assert caught.value.row == 3
    assert "baris 3" in str(caught.value)


def test_one_broken_byte_in_utf8_text_is_not_taken_for_windows_text():
    assert refused("nama,nilai\nCafé,1\n".encode() + b"Caf\xe9,2\n") == "bad-encoding"


def test_nul_bytes_are_refused():
    assert refused(b"nama,nilai\na\x00b,1\nc,2\n") == "nul-bytes"


@pytest.mark.parametrize("payload", [b"", b"   \n\r\n", b"\xef\xbb\xbf"])
def test_an_empty_file_is_refused(payload):
    assert refused(payload) == "empty-file"


def test_an_unclosed_quote_names_the_row_where_it_opens():
    with pytest.raises(UnreadableTable) as caught:
        table_of('a,b\n1,2\n3,"x\n' + "5,6\n" * 20)
    assert caught.value.code == "unclosed-quote"
    assert caught.value.row == 3


def test_a_quote_that_swallows_hundreds_of_lines_counts_as_unclosed():
    text = 'a,b\n1,"x\n' + "5,6\n" * 300 + '7,"y"\n' + "8,9\n" * 5
    assert refused(text) == "unclosed-quote"


def test_line_ends_inside_quotes_stay_in_the_cell():
    table = table_of('a,b\n"x\ny",1\nz,2\n')
    assert table.rows == [("x\ny", "1"), ("z", "2")]
    assert list(table.record_lines) == [2, 3]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("<!DOCTYPE html><html><title>Beranda</title><body>x</body></html>", "html-page"),
        ("  <html><form><input type='password'></form></html>", "login-page"),
        ("<html><head><title>Masuk</title></head><table><tr><td>a<td>b<tr><td>1<td>2</table>",
         "login-page"),
        ("<html><script>x</script><table><tr><td>a<td>b<tr><td>1<td>2</table></html>", "html-page"),
        ('{"error": "token salah"}', "json-error"),
        ('{"status": 500, "data": null}', "json-error"),
        ("[]", "no-rows"),
        ('{"data": []}', "no-rows"),
        ('{"a": 1}', "no-table"),
        ('{"a": [{"b": 1}', "broken-json"),
        ("<?xml version='1.0'?><rows><row/></rows>", "no-table"),
        ("Not Found", "no-table"),
        ("%PDF-1.7 x", "binary"),
        ("a\x01\x02\x03\x04,b\x05\x06\n\x01\x02,\x03\n", "binary"),
    ],
)  # fmt: skip
def test_what_is_no_table_is_refused_by_name(content, code):
    assert refused(content) == code


def test_a_page_is_refused_even_under_a_workbook_name_when_it_asks_for_a_password():
    page = "<html><input type=password><table><tr><td>a<td>b<tr><td>1<td>2</table></html>"
    assert refused(page, "data.xls") == "login-page"


def test_an_html_table_saved_as_xls_is_read():
    page = (
        "<html><body><script>x</script><table><tr><th colspan=2>Data</th></tr>"
        "<tr><th>Tahun</th><th>Nilai</th></tr><tr><td>2023</td><td>1&nbsp;</td></tr>"
        "<tr><td>2024</td><td>2</td></tr></table></body></html>"
    )
    table = table_of(page, "garis.xls")
    assert table.header == ("Tahun", "Nilai")
    assert table.rows == [("2023", "1"), ("2024", "2")]


def test_a_semicolon_csv_named_json_is_read_as_csv():
    table = table_of("\ufeffProdusen;Tahun Data\nBKD;2019 - 2024\n", "daftar.json")
    assert table.header == ("Produsen", "Tahun Data")
    assert table.rows == [("BKD", "2019 - 2024")]


def test_json_records_are_found_below_their_path_and_flattened_once():
    answer = {"status": 1, "data": {"data": [{"a": 1.10, "b": {"c": "x"}}, {"a": None, "d": [1]}]}}
    table = table_of(json.dumps(answer))
    assert table.decided("record_path") == "data.data"
    assert table.header == ("a", "b.c", "d")
    assert table.rows == [("1.1", "x", None), (None, None, '["1"]')]


def test_json_numbers_keep_their_digits():
    table = table_of('[{"nik": 3579010101900001, "x": 0.10}, {"nik": 3579010101900002, "x": 1}]')
    assert table.rows[0] == ("3579010101900001", "0.10")
    assert types_of(table) == ["string", "number"]


def test_json_arrays_take_their_labels_from_the_fields_beside_them():
    table = table_of(
        '{"fields": [{"id": "tahun"}, {"id": "n"}], "records": [[2023, 5], [2024, 6]]}'
    )
    assert table.header == ("tahun", "n")
    assert table.n_rows == 2


def test_json_lines_are_read():
    table = table_of('{"a": 1}\n{"a": 2}\n')
    assert table.rows == [("1",), ("2",)]


def test_geojson_gives_the_properties():
    feature = '{"type": "Feature", "geometry": null, "properties": {"nama": "Batu"}}'
    table = table_of('{"type": "FeatureCollection", "features": [' + feature + "]}")
    assert table.header == ("nama",)


def test_a_workbook_is_read_whatever_its_name():
    content = workbook([["Tahun", "Nilai"], [2023, 1.5], [2024, 2]])
    table = table_of(content, "data.csv")
    assert table.rows == [("2023", "1.5"), ("2024", "2")]
    assert types_of(table) == ["year", "number"]


def test_the_first_sheet_with_a_table_is_chosen_and_the_others_are_named():
    content = workbook([], [["a", "b"], [1, 2]], [["c"], [3]])
    table = table_of(content)
    assert table.header == ("a", "b")
    assert table.decided("sheet") == "Lembar 2"


def test_a_hidden_sheet_is_not_published():
    book = openpyxl.load_workbook(io.BytesIO(workbook([["rahasia", "x"], [1, 2]], [["a"], [3]])))
    book.worksheets[0].sheet_state = "hidden"
    stream = io.BytesIO()
    book.active = 1
    book.save(stream)
    assert table_of(stream.getvalue()).header == ("a",)


def test_a_workbook_that_lies_about_its_size_is_read_to_its_end():
    content = workbook([["a", "b"], *([i, i + 1] for i in range(1000))])
    lying = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(lying, "w") as target:
        for name in source.namelist():
            part = source.read(name)
            target.writestr(name, part.replace(b'ref="A1:B1001"', b'ref="A1:B11"'))
    assert lying.getvalue() != content
    assert table_of(lying.getvalue()).n_rows == 1000


def test_a_formula_without_a_saved_value_is_refused_with_its_cell():
    content = workbook([["a", "b"], [1, "=A2*2"]])
    with pytest.raises(UnreadableTable, match="sel B2") as caught:
        table_of(content)
    assert caught.value.code == "uncached-formula"


def test_merged_labels_above_the_years_are_joined_into_the_names():
    content = workbook(
        [
            ["Wilayah", "Angka Partisipasi", None, None, None],
            [None, "SD", None, "SMP", None],
            [None, "2023", "2024", "2023", "2024"],
            ["Batu", "98.05", "98.25", "80.29", "81.01"],
            ["Malang", "99.77", "99.20", "79.46", "84.03"],
        ],
        merged=("A1:A3", "B1:E1", "B2:C2", "D2:E2"),
    )
    table = table_of(content)
    assert table.header == ("Wilayah", "SD 2023", "SD 2024", "SMP 2023", "SMP 2024")
    assert table.n_rows == 2


def test_zip_and_gzip_are_opened():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("__MACOSX/x.csv", "sampah")
        archive.writestr("data.csv", PLAIN)
    for content in (packed.getvalue(), gzip.compress(PLAIN.encode())):
        table = table_of(content)
        assert table.n_rows == 2
        assert table.decided("compression")


def zipped(**members: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return packed.getvalue()


def test_the_first_table_of_an_archive_is_read_and_the_others_are_named():
    table = table_of(zipped(**{"README.txt": "halo\nini", "../data.csv": PLAIN, "b.csv": "x\n"}))
    assert table.n_rows == 2
    [why] = [d.why for d in table.decisions if d.code == "compression"]
    assert "../data.csv dibaca" in why
    assert "README.txt, b.csv" in why


def test_an_archive_of_nothing_is_empty():
    assert refused(zipped()) == "empty-file"
    assert refused(zipped(**{".DS_Store": "x"})) == "empty-file"


def test_archives_that_grow_too_much_are_refused():
    bomb = gzip.compress(b"a,b\n" + b"0" * 5_000_000)
    assert refused(bomb) == "too-large"
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("data.csv", "0" * 5_000_000)
    assert refused(packed.getvalue()) == "too-large"


def test_a_cut_archive_is_refused():
    whole = gzip.compress((PLAIN * 50).encode())
    assert refused(whole[: len(whole) // 2]) == "broken-archive"


def test_a_damaged_or_locked_workbook_is_refused():
    assert refused(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x01" * 2000) == "broken-workbook"
    locked = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le")
    assert refused(locked) == "encrypted"


@pytest.mark.parametrize(
    ("content", "caps"),
    [
        (",".join("abcdef") + "\n" + "1,2,3,4,5,6\n", Caps(n_columns=5)),
        ("a,b\n" + "x" * 101 + ",1\n", Caps(cell_chars=100)),
        (PLAIN, Caps(wire_bytes=10)),
    ],
)
def test_each_cap_is_kept(content, caps):
    assert refused(content, caps=caps) == "too-large"


@pytest.mark.parametrize(
    ("content", "caps"),
    [
        (",".join("abcde") + "\n" + "1,2,3,4,5\n", Caps(n_columns=5)),
        ("a,b\n" + "x" * 100 + ",1\n", Caps(cell_chars=100)),
        (PLAIN, Caps(wire_bytes=len(PLAIN))),
    ],
)
def test_exactly_at_a_cap_a_file_is_read(content, caps):
    assert table_of(content, caps=caps).n_rows >= 1


def test_outer_spaces_are_not_part_of_a_cell():
    assert table_of("a , b\n x ,1\ny, 2\n").rows == [("x", "1"), ("y", "2")]


def test_the_hash_is_of_the_bytes_as_they_came():
    assert table_of(PLAIN).sha256 != table_of(PLAIN.replace("\n", "\r\n")).sha256
