"""Values up to today, and a row of the year 2099."""

from checks.validators import Inspection
from tests.tables.inspections import inspection


def good() -> Inspection:
    return inspection("tanggal,n\n2025-07-20,1\n2025-07-21,2\n")


def bad() -> Inspection:
    return inspection("tahun,n\n2024,1\n2099,2\n")
