"""As many rows as ever, and less than half of them."""

from checks.validators import Inspection
from tests.tables.inspections import inspection


def good() -> Inspection:
    return inspection("tahun,n\n" + "2024,1\n" * 10, previous_counts=(20,))


def bad() -> Inspection:
    return inspection("tahun,n\n" + "2024,1\n" * 9, previous_counts=(20,))
