"""What the fuzzing found, each as a promise: what broke a reader once is refused or read."""

import csv
import io
import json
import struct
import time
import zipfile

import polars
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checks.tables.changes.difference import difference
from checks.tables.changes.drift import drift
from checks.tables.figures.sums import sums
from checks.tables.oracle.sniffing import LinearSniffer
from checks.tables.reading import UnreadableTable
from checks.tables.safe_pattern import UnsafePattern, refuse_unsafe
from checks.tables.schema import BadSchema, trusted_schema
from checks.tables.validation import validate
from checks.validators import Severity, finding
from tests.tables.building import table_of, workbook
from tests.tables.test_workbooks import changed

SHEET = "xl/worksheets/sheet1.xml"
LAST_ROW = 1_048_576
# What no patience is needed for takes a fraction of this; what ran for ever took minutes.
PATIENCE = 10.0


def refused(content: bytes, name: str) -> str:
    with pytest.raises(UnreadableTable) as caught:
        table_of(content, name)
    assert str(caught.value).endswith(".")
    return caught.value.code


def compound_file_without_sectors() -> bytes:
    """The head of an XLS file that counts no sector at all."""
    numbers = struct.pack(
        "<HHHHH6x9I", 0x3E, 3, 0xFFFE, 9, 6, 0, 0, 0, 0, 0x1000, 0, 1, 2**32 - 2, 0
    )
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + numbers + bytes(4)
    return head.ljust(512, b"\xff")


def test_a_workbook_at_which_its_library_panics_is_damaged():
    assert refused(compound_file_without_sectors(), "data.xls") == "broken-workbook"


def test_parquet_at_which_its_library_panics_is_damaged():
    stream = io.BytesIO()
    polars.DataFrame({"a": [1, 2, 3], "b": ["x", None, "z"]}).write_parquet(stream)
    sound = stream.getvalue()
    said = set()
    for place in range(4, len(sound) - 4):
        content = bytearray(sound)
        content[place] = 0xFF
        try:
            table_of(bytes(content), "data.parquet")
        except UnreadableTable as error:
            said.add(error.code)
    assert "broken-parquet" in said


def test_an_archive_whose_type_is_damaged_is_damaged():
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", "<x/>")
        archive.writestr("data.csv", "a,b\n1,2\n")
    content = stream.getvalue()
    assert refused(content.replace(b"mimetype", b"mimetypo", 1), "data.ods") == "broken-archive"


@pytest.mark.parametrize("section", ["<![CLATA[", "<![if x", "<![", "<!-", "<!x ["])
def test_a_table_of_a_page_with_a_strange_section_is_read_or_refused(section):
    page = f"<table><tr><td>a</td><td>b</td></tr>{section}<tr><td>1</td><td>2</td></tr></table>"
    try:
        assert table_of(page, "data.xls").header
    except UnreadableTable as error:
        assert error.code == "html-page"


def test_a_member_without_a_name_is_passed_over():
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("x", "x,y\n1,2\n")
        archive.writestr("data.csv", "a,b\n1,2\n")
        archive.filelist[0].filename = ""
    assert table_of(stream.getvalue(), "data.zip").header == ("a", "b")


def test_a_cell_in_the_last_row_of_a_sheet_costs_nothing_but_blank_rows():
    content = workbook([["nama", "n"], ["a", 0], ["b", 2], ["c", 3]])
    table = table_of(changed(content, SHEET, 'r="B4"', f'r="B{LAST_ROW}"'), "data.xlsx")
    assert table.rows[:2] == [("a", "0"), ("b", "2")]
    assert table.record_lines[-1] == LAST_ROW


def test_a_sheet_that_begins_far_below_keeps_its_row_numbers():
    content = workbook([[], [], [None, "nama", "n"], [], [None, "a", 0], [None, "b", 1.5]])
    table = table_of(content, "data.xlsx")
    assert table.header_line == 3
    assert list(table.record_lines) == [5, 6]
    assert list(table.rows) == [("a", "0"), ("b", "1.5")]


@settings(max_examples=300, deadline=None)
@given(
    st.text(alphabet="\"',;|\ta\n :\r{}é", max_size=60), st.sampled_from([",\t;|", ",", ";", None])
)
def test_the_sniffer_says_what_that_of_python_says(text, delimiters):
    said = []
    for sniffer in (csv.Sniffer(), LinearSniffer()):
        try:
            found = sniffer.sniff(text, delimiters)
        except csv.Error:
            said.append(None)
        else:
            said.append((found.delimiter, found.quotechar, found.skipinitialspace))
    assert said[0] == said[1]


@pytest.mark.parametrize("piece", ['{"a":', ', "', "\n'", '"x'])
def test_a_long_line_of_quotes_holds_no_validation_up(tmp_path, piece):
    path = tmp_path / "data.csv"
    path.write_text(f"a,b\n1,2\n{piece * 60_000}\n")
    began = time.process_time()
    assert not validate(path, {"fields": [{"name": "a", "type": "string"}]}).valid
    assert time.process_time() - began < PATIENCE


def test_a_pattern_of_any_length_is_taken_or_refused_at_once():
    began = time.process_time()
    try:
        refuse_unsafe("ab?" * 70_000 + "c")
    except UnsafePattern as error:
        assert str(error)
    assert time.process_time() - began < PATIENCE


def test_no_sentence_repeats_an_endless_name_or_cell(tmp_path):
    name, cell = "kolom " * 2_000, "35.79" * 2_000
    said = finding(
        "x", Severity.ERROR, (f"{name}: {cell}.", f"{cell} in {name}."), ("", ""),
        field=name.strip(), cell=cell,
    )  # fmt: skip
    path = tmp_path / "data.csv"
    path.write_text(f"a,{name}\n1\n")
    findings = [said, *validate(path, None).findings]
    assert "missing-cell" in {each.code for each in findings}
    assert max(len(each.message_id) + len(each.message_en) for each in findings) < 1_500
    old, new = table_of("a,b\n1,x\n"), table_of(f"a,{name}\n1,x\n")
    assert all(len(each.message_id) < 300 for each in drift(old.columns, new.columns))


def test_thousands_of_rows_of_totals_hold_no_check_up():
    table = table_of("wilayah,n\n" + "a,1\nb,2\n" * 2_000 + "Jumlah,3\n" * 2_000)
    assert len(table.totals) == 2_000
    began = time.process_time()
    assert not sums(table)
    assert time.process_time() - began < PATIENCE


def test_two_wide_versions_without_a_row_in_common_are_compared_in_a_moment():
    old, new = (
        table_of("\n".join(",".join([sign * (i % 3 + 1)] * 600) for i in range(490)))
        for sign in "xy"
    )
    began = time.process_time()
    found = difference(old, new)
    assert (found.n_added, found.n_removed) == (new.n_rows, old.n_rows)
    assert time.process_time() - began < PATIENCE


def test_two_thousand_columns_of_one_name_are_numbered_in_order():
    table = table_of(",".join(["n"] * 2_000) + "\n" + ",".join(["1"] * 2_000) + "\n")
    assert table.header[:3] == ("n", "n_2", "n_3")
    assert table.header[-1] == "n_2000"


@pytest.mark.parametrize("rule", [{"primaryKey": 5}, {"primaryKey": {"a": 1}}])
def test_a_key_that_names_no_column_is_a_bad_schema(rule):
    with pytest.raises(BadSchema, match=r"primaryKey.*\.$"):
        trusted_schema({"fields": [{"name": "a"}], **rule})


def test_foreign_keys_that_are_no_list_are_left_behind():
    assert "foreignKeys" not in trusted_schema({"fields": [{"name": "a"}], "foreignKeys": 7})


@pytest.mark.parametrize("text", ["[{}]", "[{}, {}]", "[[]]", '{"rows": [{}]}', "{}\n{}\n"])
def test_objects_without_a_name_are_no_table(text):
    assert refused(text.encode(), "data.json") == "no-rows"


@pytest.mark.parametrize("depth", [900, 5_000, 100_000])
def test_json_of_any_depth_is_read_or_refused_in_a_moment(tmp_path, depth):
    tree = json.dumps([{"a": 1}, {"a": 2}]).replace("2", '{"a":' * depth + "1" + "}" * depth)
    path = tmp_path / "data.json"
    path.write_text(tree)
    began = time.process_time()
    validate(path, {"fields": [{"name": "a", "type": "string"}]})
    assert time.process_time() - began < PATIENCE
