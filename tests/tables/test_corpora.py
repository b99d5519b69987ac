"""Test material written by others, with the answers that its authors expect."""

import json
from pathlib import Path

import pytest

from checks.tables.reading import read_table
from checks.tables.validation import validate

CORPORA = Path(__file__).resolve().parents[2].parent / "shared" / "corpora"
# What Frictionless says there, and why we say something else: it fails for want of a
# reader, calls a header without rows valid, or sees none of the header below.
OTHERWISE = {
    "data/[table].csv": "a name, not a pattern",
    "data/compression/implicit-gz.csv": "opened by its bytes",
    "data/issue-313.xlsx": "blank columns without a cell are left out",
    "data/issue-320.xlsx": "header below titles",
    "data/issue-870.xlsx": "blank rows of a sheet are no rows",
    "data/merged-cells-boolean.xls": "no data rows",
    "data/merged-cells.xls": "no data rows",
    "data/multiline-headers.xlsx": "blank rows of a sheet are no rows",
    "data/sheet2.xlsx": "the sheet with the table is chosen",
    "data/skip-rows-before-headers.csv": "header below a title",
    "data/skip-rows.csv": "header below a title",
    "data/skip-rows.xlsx": "header below a title",
    "data/table-output.ods": "read",
    "data/table-with-ints-floats-dates.ods": "read",
    "data/table-with-two-sheets.ods": "read",
    "data/wide.csv": "wider than the cap",
    "data/without-rows.csv": "no data rows",
    "data/without-rows.csv.zip": "no data rows",
}
# Its JSON has another phone number than its CSV.
SPECTRUM_SLIP = "location_coordinates"


@pytest.fixture(scope="module")
def corpora() -> Path:
    if not CORPORA.is_dir():
        pytest.skip("the corpora are not beside this checkout (../shared/corpora)")
    return CORPORA


def test_csv_spectrum_is_read_row_by_row(corpora: Path):
    paths = [p for p in (corpora / "csv-spectrum/csvs").glob("*.csv") if p.stem != SPECTRUM_SLIP]
    assert len(paths) == 11
    for path in paths:
        expected = json.loads((corpora / f"csv-spectrum/json/{path.stem}.json").read_text())
        table = read_table(path)
        rows = [
            dict(zip(table.header, (cell or "" for cell in row), strict=True)) for row in table.rows
        ]
        assert rows == expected, path.name


def test_the_verdicts_are_those_of_frictionless_except_where_it_reads_too_little(corpora: Path):
    golden = json.loads((corpora / "frictionless/golden_reports_5.21.0.json").read_text())
    compared = 0
    for name, report in golden.items():
        if name in OTHERWISE:
            continue
        seen = validate(corpora / "frictionless" / name, None)
        places = [[f.row, f.field_number, f.code] for f in seen.findings]
        assert places == report["errors"], name
        compared += 1
    assert compared >= 50
