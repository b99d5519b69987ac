"""The answers of the command line carry exactly the names of its contract."""

from dataclasses import fields

from checks.tables.answers import ReadAnswer, ValidationAnswer, reading_answer, validation_answer


def test_reading_answers_under_the_contract_s_names(tmp_path):
    assert [field.name for field in fields(ReadAnswer)] == [
        "decisions",
        "header",
        "types",
        "rows",
        "n_rows",
        "period_column",
        "newest_period",
    ]
    path = tmp_path / "x"
    path.write_text("tahun;bulan;nilai\n2024;Maret;1.234,5\n2024;April;-\n")
    answer = reading_answer(path, "data.csv")
    assert answer.rows == (("2024", "Maret", "1234.5"), ("2024", "April", None))
    assert answer.types == ("year", "string", "number")
    assert answer.period_column == "tahun + bulan"
    assert answer.newest_period == "2024-03"
    assert {"encoding", "delimiter", "header_row", "decimal_sign", "thousands_sign"} <= {
        decision.code for decision in answer.decisions
    }


def test_validation_answers_under_the_contract_s_names_in_both_languages(tmp_path):
    assert [field.name for field in fields(ValidationAnswer)] == [
        "valid",
        "rows",
        "fields",
        "findings",
        "counts",
        "truncated",
        "seconds",
    ]
    path = tmp_path / "data.csv"
    path.write_text("a,b\n1,x\n2\n")
    answer = validation_answer(path)
    assert not answer.valid
    assert answer.rows == 2
    found = answer.findings[0]
    assert (found.code, found.row, found.field, found.field_number) == ("missing-cell", 3, "b", 2)
    assert found.message.startswith("Baris 3")
    assert validation_answer(path, language="en").findings[0].message.startswith("Row 3")
