"""All promised columns, and one less."""

from checks.validators import Inspection
from tests.tables.inspections import inspection


def good() -> Inspection:
    return inspection("Tahun ,n\n2024,1\n2025,2\n", required_columns=("tahun", "n"))


def bad() -> Inspection:
    return inspection("tahun,m\n2024,1\n2025,2\n", required_columns=("tahun", "n"))
