"""A version that keeps its schema, and one that does not."""

from checks.tables.findings import Finding, Severity, report
from checks.validators import Inspection
from tests.tables.inspections import inspection

TEXT = "tahun,n\n2023,1\n2024,2\n"


def good() -> Inspection:
    clean = report((), n_rows=2, fields=("tahun", "n"), seconds=0.0)
    return inspection(TEXT, report=clean)


def bad() -> Inspection:
    wrong = Finding(
        "type-error", Severity.ERROR, 2, "n", 2, "x", "salah.", "wrong.", "betulkan.", "mend."
    )
    return inspection(TEXT, report=report((wrong,), n_rows=2, fields=("tahun", "n"), seconds=0.0))
