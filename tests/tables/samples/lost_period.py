"""March follows February, and a month 13 that no column of months can hold."""

from checks.validators import Inspection
from tests.tables.inspections import inspection

_BEFORE = "bulan,n\n2025-01,1\n2025-02,2\n"


def good() -> Inspection:
    return inspection("bulan,n\n2025-02,2\n2025-03,3\n", _BEFORE)


def bad() -> Inspection:
    return inspection("bulan,n\n2025-02,2\n2025-13,3\n", _BEFORE)
