"""March follows February, and February comes back after March."""

from checks.validators import Inspection
from tests.tables.inspections import inspection


def good() -> Inspection:
    return inspection("bulan,n\n2025-02,1\n2025-03,2\n", "bulan,n\n2025-02,1\n")


def bad() -> Inspection:
    return inspection("bulan,n\n2025-02,1\n", "bulan,n\n2025-02,1\n2025-03,2\n")
