"""A column's numbers are read in one way, decided by its proof, never guessed silently."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.tables.changes.canonical import canonical_cell, canonical_column
from checks.tables.numbers import canonical_number, plain, style_of
from tests.tables.building import table_of


def values(text: str, column: int = 0) -> list[str]:
    table = table_of(text)
    return [canonical_cell(table.columns[column], row[column]) for row in table.rows]


@pytest.mark.parametrize(
    ("cells", "delimiter", "expected"),
    [
        (["1.234,5", "12,5"], ";", ["1234.5", "12.5"]),
        (["1.234.567,89", "5"], ";", ["1234567.89", "5"]),
        (["1,234.5", "12.5"], ";", ["1234.5", "12.5"]),
        (["1.234.567", "890"], ";", ["1234567", "890"]),
        (["12,50", "7"], ";", ["12.5", "7"]),
        (["3204551.0", "2376558.39"], ",", ["3204551", "2376558.39"]),
        (["-0.68", "+1.5"], ",", ["-0.68", "1.5"]),
        (["97,5 %", "3 %"], ";", ["97.5", "3"]),
        (["−0,15", "– 3,5"], ";", ["-0.15", "-3.5"]),
        (["(1.250.000)", "(250)", "Rp (1.000,50)"], ";", ["-1250000", "-250", "-1000.5"]),
        (["Rp 2.000.000", "Rp 500.000,-"], ";", ["2000000", "500000"]),
    ],
)
def test_each_way_of_writing_gives_the_value_that_was_meant(cells, delimiter, expected):
    assert values(f"nilai{delimiter}x\n" + "".join(f"{c}{delimiter}a\n" for c in cells)) == expected


def test_dots_in_a_count_column_are_thousands():
    text = "kecamatan,jumlah,satuan\nBatu,5.930,jiwa\nJunrejo,812,jiwa\n"
    assert values(text, 1) == ["5930", "812"]


def test_quoted_commas_in_a_comma_file_are_thousands():
    text = 'Bulan,Kerugian (000 Rp)\nJanuari,"50,800"\nMaret,"69,070"\n'
    assert values(text, 1) == ["50800", "69070"]


def test_mixed_spaces_and_commas_between_groups_are_thousands():
    text = 'Tahun,Laki-laki\n2011,"1,517,341"\n2012,1566072\n2016,"1,507 474"\n'
    assert values(text, 1) == ["1517341", "1566072", "1507474"]


def test_three_decimals_of_a_measure_stay_decimals():
    text = "titik,latitude\na,-6.929\nb,-6.934\n"
    assert values(text, 1) == ["-6.929", "-6.934"]


def test_what_the_signs_do_not_tell_is_said_to_be_unclear():
    table = table_of("kota,indeks\na,1.234\nb,2.345\n")
    assert table.decided("unclear_numbers") == "indeks"
    assert table.columns[1].decimal == "."


def test_a_column_that_mixes_both_ways_stays_text_and_says_so():
    table = table_of("x;y\n1.234,5;a\n1,234.5;b\n")
    assert table.columns[0].type == "string"
    assert table.decided("mixed_numbers") == "x"


def test_one_odd_cell_among_many_numbers_is_named():
    table = table_of("No,x\n" + "".join(f"{i},a\n" for i in range(1, 13)) + "s,a\n")
    assert table.columns[0].type == "integer"
    assert table.decided("odd_cells") == "s"


@pytest.mark.parametrize(
    ("text", "expected"),
    [("1.0", "1"), ("1", "1"), ("+1", "1"), ("007", "7"), ("-0", "0"), ("-1.50", "-1.5"),
     (".5", "0.5"), ("1e3", "1000.0"), ("0.0", "0")],
)  # fmt: skip
def test_a_value_has_one_canonical_spelling(text, expected):
    assert canonical_number(text) == expected


@given(st.from_regex(r"-?\d{1,6}(\.\d{1,4})?", fullmatch=True))
def test_a_column_is_spelled_like_each_of_its_cells(text):
    table = table_of(f"x,n\na,{text}\nb,1.5\n")
    column = table.columns[1]
    spelled = canonical_column(table, 1)
    assert spelled == [canonical_cell(column, cell) for cell in table.cells(1)]


@given(
    st.lists(st.decimals(-(10**9), 10**9, places=2), min_size=1, max_size=30),
    st.sampled_from([(",", "."), (".", ",")]),
)
def test_numbers_written_with_two_decimals_come_back_whatever_the_signs(numbers, signs):
    decimal, thousands = signs
    swap = str.maketrans({",": thousands, ".": decimal})
    written = [f"{number:,.2f}".translate(swap) for number in numbers]
    style = style_of(set(written), "nilai", None)
    assert style is not None
    assert style.decimal == decimal
    read = [plain(text, style.decimal, style.thousands) for text in written]
    assert [canonical_number(text or "") for text in read] == [
        canonical_number(f"{number:.2f}") for number in numbers
    ]
