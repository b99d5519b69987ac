"""A sheet is read as it shows itself; what it cannot show is told with its cells."""

import io
import zipfile
from collections.abc import Callable
from datetime import date, datetime, time

import openpyxl
import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from checks.tables.profile import profile
from checks.tables.reading import UnreadableTable
from tests.tables.building import table_of, types_of


def book(*rows: list[object], formed: Callable[[Worksheet], None] | None = None) -> Workbook:
    made = openpyxl.Workbook()
    sheet = made.worksheets[0]
    for row in rows:
        sheet.append(row)
    if formed:
        formed(sheet)
    return made


def saved(made: Workbook) -> bytes:
    stream = io.BytesIO()
    made.save(stream)
    return stream.getvalue()


def changed(payload: bytes, part: str, old: str, new: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(payload)) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if name == part:
                assert old.encode() in content
                content = content.replace(old.encode(), new.encode())
            target.writestr(name, content)
    return out.getvalue()


def formats(**by_cell: str) -> Callable[[Worksheet], None]:
    def form(sheet: Worksheet) -> None:
        for cell, number_format in by_cell.items():
            sheet[cell].number_format = number_format

    return form


def test_percents_are_read_as_they_are_shown():
    rows = [["nama", "capaian"], ["a", 0.125], ["b", 0.07], ["c", 1], ["d", 12.5]]
    table = table_of(saved(book(*rows, formed=formats(B2="0.0%", B3="0%", B4="0.00%"))))
    assert [row[1] for row in table.rows] == ["12.5%", "7%", "100%", "12.5"]
    assert table.columns[1].unit == "persen"
    assert types_of(table) == ["string", "number"]
    assert table.decided("percent_cells") == "B2, B3, B4"


def test_a_percent_sign_that_is_only_written_changes_no_number():
    rows = [["nama", "capaian"], ["a", 12.5], ["b", 7]]
    made = book(*rows, formed=formats(B2='0.0"%"', B3="0\\%"))
    table = table_of(saved(made))
    assert [row[1] for row in table.rows] == ["12.5", "7"]
    assert table.decided("percent_cells") is None


def test_percents_are_found_where_the_table_does_not_begin_in_the_first_cell():
    made = book([], [None, None, "nama", "n"], [None, None, "a", 0.5], [None, None, "b", 0.25])
    formats(D3="0%", D4="0%")(made.worksheets[0])
    assert table_of(saved(made)).rows == [("a", "50%"), ("b", "25%")]


def test_dates_of_both_calendars_are_the_same_days():
    rows = [["tanggal", "jam", "n"], [date(2024, 5, 6), time(3, 4), 1]]
    rows.append([datetime.fromisoformat("2024-05-07T08:09"), time(5, 6), 2])
    old, new = book(*rows), book(*rows)
    old.epoch = CALENDAR_MAC_1904
    assert b"date1904" in zipfile.ZipFile(io.BytesIO(saved(old))).read("xl/workbook.xml")
    assert table_of(saved(old)).rows == table_of(saved(new)).rows
    assert table_of(saved(old)).rows[0][:2] == ("2024-05-06", "03:04:00")
    assert profile(table_of(saved(old))).newest_period_label is not None


def test_failed_formulas_are_named_with_their_cells_and_are_no_values():
    rows = [["nama", "n", "m"], ["a", 5, "#REF!"], ["b", "#DIV/0!", 7], ["c", 8, "#NAME?"]]
    table = table_of(saved(book(*rows)))
    assert table.decided("error_cells") == "C2 #REF!, B3 #DIV/0!, C4 #NAME?"
    assert table.rows == [("a", "5", None), ("b", None, "7"), ("c", "8", None)]
    assert types_of(table) == ["string", "integer", "integer"]


def test_an_error_in_a_text_column_is_shown_as_it_stands():
    rows = [["nama", "n"], ["a", 5], ["#N/A", 6], ["c", 7]]
    assert [row[0] for row in table_of(saved(book(*rows))).rows] == ["a", "#N/A", "c"]


SHEET = "xl/worksheets/sheet1.xml"


@pytest.mark.parametrize(
    ("cell", "is_refused"),
    [
        ('<c r="B3"><f>B2*2</f></c>', True),
        ('<c r="B3"><f>B2*2</f><v></v></c>', True),
        ('<c r="B3"><f>B2*2</f><v/></c>', True),
        ('<c r="B3" t="str"><f>B2&amp;""</f></c>', True),
        ('<c r="B3"><f t="shared" ref="B3:B9" si="0">B2*2</f><v /></c>', True),
        ('<c r="B3"><f t="shared" si="0"/></c>', True),
        ('<c r="B3" t="str"><f>IF(A3="","","x")</f><v></v></c>', False),
        ('<c r="B3"><f>B2*2</f><v>10</v></c>', False),
    ],
)
def test_only_a_formula_that_was_never_worked_out_is_refused(cell, is_refused):
    payload = saved(book(["nama", "n"], ["a", 5], ["b", 99]))
    payload = changed(payload, SHEET, '<c r="B3" t="n"><v>99</v></c>', cell)
    if not is_refused:
        assert table_of(payload).n_rows == 2
        return
    with pytest.raises(UnreadableTable, match="B3") as caught:
        table_of(payload)
    assert caught.value.code == "uncached-formula"


def test_a_locked_workbook_says_that_it_is_locked():
    name = "EncryptedPackage".encode("utf-16-le")
    with pytest.raises(UnreadableTable, match="kata sandi") as caught:
        table_of(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + name + b"\0" * 600, "a.xlsx")
    assert caught.value.code == "encrypted"
