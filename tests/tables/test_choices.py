"""What the operator answers is how an unclear column is read, and nothing else changes."""

import pytest

from checks.tables.changes.canonical import canonical_hash
from checks.tables.mending.choices import as_chosen, chosen_time
from checks.tables.mending.questions import WAYS, questions
from checks.tables.mending.repairs import repaired, repaired_csv
from checks.tables.profile import profile
from tests.tables.building import table_of

DATES = "tanggal,n\n03/04/2024,1\n05/06/2024,2\n"


@pytest.mark.parametrize(
    ("text", "column", "code", "cells", "kind"),
    [
        (DATES, "tanggal", "month-first", ["2024-03-04", "2024-05-06"], "date"),
        (DATES, "TANGGAL ", "day-first", ["2024-04-03", "2024-06-05"], "date"),
        ("kadar,desa\n1.234,A\n2.345,B\n", "kadar", "thousands", ["1234", "2345"], "integer"),
        ("kadar,desa\n1.234,A\n2.345,B\n", "kadar", "decimal", ["1.234", "2.345"], "number"),
        ("tanggal,n\n45521,1\n45522,2\n", "tanggal", "day-number", ["2024-08-17", "2024-08-18"],
         "date"),
        ("masa,n\n202401,1\n202402,2\n", "masa", "month", ["2024-01", "2024-02"], "period"),
        ("layak,a\n0,x\n1,y\n1,z\n0,v\n1,w\n", "layak", "yes-no",
         ["tidak", "ya", "ya", "tidak", "ya"], "boolean"),
        ("induk,a\n20534567,x\n20534568,y\n20534569,z\n", "induk", "code",
         ["20534567", "20534568", "20534569"], "string"),
    ],
)  # fmt: skip
def test_a_column_is_read_the_way_that_was_chosen(text, column, code, cells, kind):
    table = table_of(text)
    chosen = as_chosen(table, {column: code})
    assert chosen.cells(0) == cells
    assert chosen.columns[0].type.value == kind
    assert chosen.cells(1) == table.cells(1)
    assert questions(chosen) == ()
    assert chosen.decided("chosen_reading") == table.header[0]


def test_without_an_answer_nothing_changes():
    table = table_of(DATES)
    assert as_chosen(table, {}) is table
    assert as_chosen(table, {"n": "month-first", "lain": "code"}) is table
    assert as_chosen(table, {"tanggal": "thousands"}) is table


def test_cells_that_say_how_they_are_meant_outweigh_the_answer():
    table = table_of("tanggal,n\n13/04/2024,1\n05/06/2024,2\n")
    assert as_chosen(table, {"tanggal": "month-first"}) is table


def test_the_answer_moves_the_period_and_not_the_hash():
    table = table_of("masa,n\n202401,1\n202402,2\n")
    chosen = as_chosen(table, {"masa": "month"})
    assert profile(chosen).newest_period_label == "2024-02"
    assert canonical_hash(table) == canonical_hash(table_of("masa,n\n202402,2\n202401,1\n"))


def test_a_describing_date_is_the_time_of_the_rows_when_the_operator_says_so():
    table = table_of("nama,tanggal_lahir,n\nA,2025-03-04,1\nB,2025-04-05,2\n")
    choices = {"Tanggal_Lahir": "row-time"}
    assert chosen_time(table, {}) is None
    named = chosen_time(table, choices)
    assert named == "tanggal_lahir"
    assert profile(table, time_column=named).newest_period_label == "2025-04-05"


def test_every_reading_that_is_offered_can_be_chosen():
    for text in (DATES, "kadar,desa\n1.234,A\n2.345,B\n", "periode,n\n1998,1\n2004,2\n"):
        for question in questions(table_of(text)):
            assert {reading.code for reading in question.readings} <= WAYS.keys()


def test_a_repair_waits_for_the_answer_and_then_follows_it():
    table = table_of(DATES)
    assert repaired(table).untouched == ("tanggal",)
    mended = repaired(table, choices={"tanggal": "month-first"})
    assert mended.untouched == ()
    assert repaired_csv(table, mended) == b"tanggal,n\r\n2024-03-04,1\r\n2024-05-06,2\r\n"


def test_a_repair_writes_numbers_and_dates_as_the_schema_asks():
    table = table_of("tanggal;nilai\n17 Agustus 2024;1.234,5\n18 Agustus 2024;2.000,25\n")
    schema = {
        "fields": [
            {"name": "Tanggal", "type": "date", "format": "%d/%m/%Y"},
            {"name": "nilai", "type": "number", "decimalChar": ",", "groupChar": "."},
        ]
    }
    mended = repaired(table, schema=schema)
    assert mended.rows == (("17/08/2024", "1234,5"), ("18/08/2024", "2000,25"))
    assert repaired(table).rows == (("2024-08-17", "1234.5"), ("2024-08-18", "2000.25"))


def test_one_faulty_cell_keeps_no_other_from_being_repaired():
    table = table_of("desa;ton\nA;1.234,5\nB;banyak\nC;1.300,25\n")
    schema = {"fields": [{"name": "desa", "type": "string"}, {"name": "ton", "type": "number"}]}
    mended = repaired(table, schema=schema)
    assert [row[1] for row in mended.rows] == ["1234.5", "banyak", "1300.25"]
    assert [row[1] for row in repaired(table).rows] == ["1.234,5", "banyak", "1.300,25"]


def test_a_repaired_file_holds_no_formula_and_says_what_it_did_about_it():
    table = table_of('nama,n\n"=1+1",-5\nb,2\nc,3\n')
    mended = repaired(table)
    assert repaired_csv(table, mended).splitlines()[1] == b"'=1+1,-5"
    assert [(r.code, r.field, r.n) for r in mended.repairs] == [("formula_signs", "nama", 1)]


def test_no_example_of_a_repair_or_question_shows_a_personal_number():
    table = table_of("nik,nilai\n3579011708950001,1\n3579011708950002,2\n3579011708950003,3\n")
    said = str(repaired(table).repairs) + str(questions(table))
    assert "3579011708950001" not in said
