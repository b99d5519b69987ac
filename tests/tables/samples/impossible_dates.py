"""Days that were, and the thirty-first of February."""

from checks.validators import Inspection
from tests.tables.inspections import inspection


def good() -> Inspection:
    return inspection("tanggal,n\n28/02/2024,1\n29/02/2024,2\n01/03/2024,3\n")


def bad() -> Inspection:
    return inspection("tanggal,n\n28/02/2024,1\n31/02/2024,2\n01/03/2024,3\n")
