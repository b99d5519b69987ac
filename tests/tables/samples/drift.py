"""The columns of last time, and a renamed one."""

from checks.validators import Inspection
from tests.tables.inspections import inspection


def good() -> Inspection:
    return inspection("tahun,jml\n2024,2\n2025,3\n", "tahun,jml\n2023,1\n2024,2\n")


def bad() -> Inspection:
    return inspection("tahun,jumlah\n2024,2\n2025,3\n", "tahun,jml\n2023,1\n2024,2\n")
