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
from checks.tables.readers.old_workbook import old_sheets
from checks.tables.readers.parquet_footer import Unsound, declared
from checks.tables.reading import UnreadableTable
from checks.tables.safe_pattern import UnsafePattern, refuse_unsafe
from checks.tables.schema import BadSchema, trusted_schema
from checks.tables.validation import validate
from checks.validators import Severity, finding
from tests.campaign.fuzz_starts import spreadsheet_of_open_document
from tests.tables.building import table_of, workbook
from tests.tables.parity.compare import TIERS, compare
from tests.tables.test_workbooks import changed

SHEET = "xl/worksheets/sheet1.xml"
LAST_ROW = 1_048_576
# What no patience is needed for takes a fraction of this; what ran for ever took minutes.
PATIENCE = 10.0
BLANKS = {
    "fields": [
        {"name": "a", "type": "integer"},
        {"name": "b", "type": "string"},
        {"name": "c", "type": "integer", "constraints": {"required": True}},
    ]
}
MONEY = {"name": "c", "type": "number", "decimalChar": ",", "groupChar": "."}


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


@settings(max_examples=300)
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


def judged(tmp_path, text, schema=None):
    path = tmp_path / "data.csv"
    path.write_bytes(text.encode())
    began = time.process_time()
    report = validate(path, schema)
    assert time.process_time() - began < PATIENCE
    return report


@pytest.mark.parametrize("line", ["", "\r", ",,", ";;;;", " ,,"])
@pytest.mark.parametrize("place", ["after the rows", "after the header"])
def test_forty_thousand_blank_lines_hold_no_validation_up(tmp_path, line, place):
    rows = "1,x,2\n" * 200 if place == "after the rows" else ""
    report = judged(tmp_path, f"a,b,c\n{rows}" + f"{line}\n" * 40_000, BLANKS)
    assert report.gate is None
    assert sum(report.counts.values()) >= 39_998
    assert report.truncated


@pytest.mark.parametrize(
    "text",
    [
        "a,b,c\n" + "\n" * 150,
        "a,b,c\n1,x,2\n" + "\r\n" * 150 + "x,y,z\n",
        "a,b,c\n" + ";;;;\n" * 30,
        "a,b,c\n1,x,2\n" + ",,\n" * 2_000 + "x,y,z\n1,x,2\n",
        "a,b,c\r1,x,2\r\rx,y,z\r",
        "a,b,c\n" + '1,"x\ny",2\nx,"\n\n",z\n' * 40 + "\n" * 5 + "1,x\n" * 1_100 + "1,x,2,9\n" * 9,
        "\n" * 120,
    ],
)
@pytest.mark.parametrize("tier", sorted(TIERS))
@pytest.mark.parametrize("key", [{}, {"primaryKey": ["a"]}])
def test_blank_and_short_rows_are_counted_as_frictionless_counts_them(tmp_path, text, tier, key):
    path = tmp_path / "data.csv"
    path.write_bytes(text.encode())
    for schema in (None, {**BLANKS, **key}):
        said = compare(path, schema, tier, 64)
        assert said.difference is None, said.difference


def test_doubts_beyond_what_is_shown_are_counted(tmp_path):
    schema = {"fields": [*BLANKS["fields"][:2], MONEY]}
    text = "a;b;c\n" + "1;x;1,5\n" * 200 + "\n" * 20_000 + "1;x;1000.5\n2;x;1.000,5\n" * 700
    counts = judged(tmp_path, text, schema).counts
    assert counts == {"blank-row": 20_000, "mutakhir/decimal-sign": 700}


def test_thousands_of_records_of_two_lines_hold_no_validation_up(tmp_path):
    report = judged(tmp_path, "a,b,c\n" + '1,"x\ny",2\n' * 40_000, {**BLANKS, "primaryKey": ["a"]})
    assert (report.gate, report.n_rows) == (None, 40_000)
    assert report.counts["primary-key"] == 39_999


def test_a_short_table_below_two_thousand_labels_is_refused_before_it_is_filled_up(tmp_path):
    labels = ",".join(f"n{i}" for i in range(2_000))
    report = judged(tmp_path, f"{labels}\n" + "x\n" * 30_000, BLANKS)
    assert report.counts == {"mutakhir/too-large": 1}


@pytest.mark.parametrize("line", ["a,,,\0b", '"a,b'])
def test_what_is_no_table_and_torn_too_gets_no_second_look_of_minutes(tmp_path, line):
    report = judged(tmp_path, "n," * 1_900 + "n\n" + f"{line}\n" * 301, BLANKS)
    assert report.gate is not None
    assert not report.valid


def test_spaces_in_sixty_thousand_lines_are_looked_through_once(tmp_path):
    assert not judged(tmp_path, "a,b,c\n1,x,2\n" + " \n" * 60_000, BLANKS).valid


def parquet(**columns):
    stream = io.BytesIO()
    polars.DataFrame(columns).write_parquet(stream, row_group_size=100)
    return stream.getvalue()


def test_parquet_says_itself_how_much_it_holds():
    texts = [None, "x", "é" * 30] * 100
    said = declared(parquet(a=list(range(300)), b=texts, c=[[1, 2]] * 300, d=[None] * 300))
    assert said.n_rows == 300
    assert said.n_values >= 4 * 300
    assert said.n_bytes > 300


@pytest.mark.parametrize("cut", [1, 9, 40, 200])
def test_parquet_whose_footer_points_out_of_the_file_is_unsound(cut):
    sound = parquet(a=list(range(30)), b=["x"] * 30)
    with pytest.raises(Unsound):
        declared(sound[:4] + sound[4 + cut :])


def test_parquet_whose_pages_count_less_than_nothing_is_damaged():
    content = parquet(a=[1, 2, 3])
    at = content.index(b"\x15\x06", 4)
    assert refused(content[: at + 1] + b"\x7f" + content[at + 2 :], "x.parquet") == "broken-parquet"


@settings(max_examples=200)
@given(st.data())
def test_no_number_in_parquet_is_believed_without_a_look(data):
    content = bytearray(parquet(a=[1, 2, 3], b=["x", None, "y"]))
    for _ in range(data.draw(st.integers(1, 3))):
        content[data.draw(st.integers(4, len(content) - 9))] = data.draw(st.integers(0, 255))
    try:
        said = declared(bytes(content))
    except Unsound:
        return
    assert said.n_values <= 10 * len(content)


@pytest.mark.parametrize("cell", ["A1048577", "XFE2", "AAAA2", f"A{2**40}", f"A{'1' * 400}"])
def test_a_cell_beyond_the_end_of_a_sheet_is_named(cell):
    content = changed(workbook([["a", "b"], ["c", 1]]), SHEET, 'r="A2"', f'r="{cell}"')
    with pytest.raises(UnreadableTable, match=cell[:9]) as caught:
        table_of(content, "data.xlsx")
    assert caught.value.code == "broken-workbook"


def test_two_cells_at_the_ends_of_a_sheet_are_refused_before_there_is_room_for_all():
    far = changed(workbook([["a", "b"], ["c", 1]]), SHEET, 'r="B2"', 'r="XFD1048576"')
    assert refused(far, "data.xlsx") == "too-large"


def test_a_style_in_the_last_cell_of_a_sheet_is_no_cell():
    cell = '<c r="XFD1048576" s="0"/></row></sheetData>'
    content = changed(workbook([["a", "b"], ["c", 1]]), SHEET, "</row></sheetData>", cell)
    assert table_of(content, "data.xlsx").rows == [("c", "1")]


def open_document(*rows: str) -> bytes:
    sound = spreadsheet_of_open_document([["a"]])
    with zipfile.ZipFile(io.BytesIO(sound)) as archive:
        text = archive.read("content.xml").decode()
    old = text[text.index("<table:table-row>") : text.index("</table:table>")]
    return changed(sound, "content.xml", old, "".join(rows))


TEXT = '<table:table-cell office:value-type="string"{}><text:p>x</text:p></table:table-cell>'
PERCENT = (
    '<table:table-cell office:value-type="percentage" office:value="0.125"{}>'
    "<text:p>12,5%</text:p></table:table-cell>"
)
EMPTY = '<table:table-cell table:number-columns-repeated="16384"/>'
ROWS = ' table:number-rows-repeated="{}"'
COLUMNS = ' table:number-columns-repeated="{}"'


def row(cells: str, n: int = 1) -> str:
    return f"<table:table-row{ROWS.format(n)}>{cells}</table:table-row>"


@pytest.mark.parametrize(
    "rows",
    [
        [row(TEXT.format("") * 2, 10**9)],
        [row(TEXT.format(COLUMNS.format(16_000)), 100_000)],
        [row(TEXT.format("")), row(EMPTY, 10**6), row(f'{EMPTY[:-8]}99"/>{TEXT.format("")}')],
    ],
)
def test_what_an_ods_file_repeats_is_counted_before_there_is_room_for_it(rows):
    assert refused(open_document(*rows), "data.ods") == "too-large"


def test_percents_of_an_ods_file_are_read_as_they_are_shown():
    head = row(TEXT.format("") + TEXT.format(""))
    table = table_of(
        open_document(row(EMPTY, 2), head, row(TEXT.format("") + PERCENT.format(""), 3)), "x.ods"
    )
    assert list(table.cells(1)) == ["12.5%"] * 3
    assert table.decided("percent_cells") == "B4, B5, B6"


def test_what_stands_empty_to_the_end_of_an_ods_sheet_costs_nothing():
    rows = row(TEXT.format("") * 2), row(PERCENT.format("") * 2 + EMPTY), row(EMPTY, 1_048_570)
    table = table_of(open_document(*rows), "data.ods")
    assert table.n_rows == 1


def record(kind: int, *parts: bytes) -> bytes:
    content = b"".join(parts)
    return struct.pack("<HH", kind, len(content)) + content


def old_workbook(*cells: bytes) -> bytes:
    """An XLS file of one sheet, its numbers in the style of percents or a plain one."""
    start, end = record(0x809, struct.pack("<HHHHII", 0x600, 5, 0, 0, 0, 6)), record(0x0A)
    form = record(0x41E, struct.pack("<HHB", 170, 5, 0), b"0.00%")
    styles = record(0xE0, struct.pack("<HH16x", 0, 0)) + record(0xE0, struct.pack("<HH16x", 0, 170))
    n_before = len(start + form + styles + end) + 4 + 8 + 4
    sheet = record(0x85, struct.pack("<IBBBB", n_before, 0, 0, 4, 0), b"Data")
    inside = record(0x809, struct.pack("<HHHHII", 0x600, 0x10, 0, 0, 0, 6)) + b"".join(cells) + end
    book = (start + form + styles + sheet + end + inside).ljust(8 * 512, b"\0")
    chain = [*range(1, 8), 2**32 - 2, 2**32 - 2, 2**32 - 3]
    table = struct.pack("<128I", *chain, *[2**32 - 1] * (128 - len(chain)))
    entries = entry("Root Entry", 5, 2**32 - 2, 0, child=1) + entry("Workbook", 2, 0, len(book))
    numbers = struct.pack("<9I", 0, 1, 8, 0, 0x1000, 2**32 - 2, 0, 2**32 - 2, 0)
    head = struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6) + numbers
    sectors = struct.pack("<109I", 9, *[2**32 - 1] * 108)
    start = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + head
    return start + sectors + book + entries.ljust(512, b"\0") + table


def entry(name: str, kind: int, start: int, size: int, child: int = 2**32 - 1) -> bytes:
    text = name.encode("utf-16-le") + b"\0\0"
    links = struct.pack("<III", 2**32 - 1, 2**32 - 1, child)
    return (
        text.ljust(64, b"\0")
        + struct.pack("<HBB", len(text), kind, 1)
        + links
        + (bytes(36) + struct.pack("<III", start, size, 0))
    )


def label(row: int, column: int, text: str) -> bytes:
    return record(0x204, struct.pack("<HHHHB", row, column, 0, len(text), 0), text.encode())


def number(row: int, column: int, style: int, value: float) -> bytes:
    return record(0x203, struct.pack("<HHHd", row, column, style, value))


def test_percents_of_an_xls_file_are_read_as_they_are_shown():
    packed = struct.pack("<HHHIHIH", 3, 1, 1, 25 << 2 | 3, 0, 25 << 2 | 2, 2)
    table = table_of(
        old_workbook(
            label(0, 0, "a"), label(0, 1, "b"), label(0, 2, "c"), label(1, 0, "x"),
            number(1, 1, 1, 0.125), number(1, 2, 0, 0.125), label(3, 0, "y"), record(0xBD, packed),
        ),
        "data.xls",
    )  # fmt: skip
    assert table.rows == [("x", "12.5%", "0.125"), ("y", "25%", "25")]
    assert table.decided("percent_cells") == "B2, B4"


def test_two_cells_at_the_ends_of_an_xls_sheet_are_refused():
    content = old_workbook(
        label(0, 0, "a"), number(65_535, 255, 0, 1), number(65_535, 65_535, 0, 1)
    )
    assert refused(content, "data.xls") == "too-large"


@pytest.mark.parametrize("place", [44, 48, 60, 68])
def test_an_xls_file_whose_head_names_sectors_that_it_has_not_is_damaged(place):
    content = bytearray(old_workbook(label(0, 0, "a"), label(1, 0, "b")))
    struct.pack_into("<II", content, place, 29_425_672, 1_634_310)
    assert refused(bytes(content), "data.xls") == "broken-workbook"


@settings(max_examples=100)
@given(st.lists(st.tuples(st.integers(0, 6_000), st.integers(0, 255)), min_size=1, max_size=6))
def test_a_damaged_xls_file_is_looked_at_without_a_stumble(changes):
    content = bytearray(old_workbook(label(0, 0, "a"), number(1, 0, 1, 0.5)))
    for place, value in changes:
        content[place % len(content)] = value
    assert all(sheet.height >= 0 for sheet in old_sheets(bytes(content)))


def test_cells_merged_beyond_the_last_row_of_a_sheet_are_read():
    assert table_of(workbook([["a", "b"], ["c", 1]], merged=("A1:B3",)), "data.xlsx").header


def test_a_letter_of_another_alphabet_counts_no_column():
    assert table_of("a,b\nx,1\n", "data.csv").n_rows == table_of("a,b\nİ,ſ\n").n_rows


def test_no_sentence_repeats_an_endless_rule(tmp_path):
    rule = {"pattern": "[a-z]{2}|" * 400 + "x"}
    schema = {"fields": [{"name": "a", "type": "string", "constraints": rule}]}
    found = judged(tmp_path, "a\n5\n6\n", schema).findings
    assert found
    assert max(len(each.message_id) + len(each.message_en) for each in found) < 1_500


def test_a_name_that_no_system_allows_is_a_missing_file(tmp_path):
    with pytest.raises(UnreadableTable) as caught:
        validate(tmp_path / ("a" * 5_000 + ".csv"), None)
    assert caught.value.code == "missing-file"
    assert len(str(caught.value)) < 300
