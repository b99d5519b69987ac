"""Districts of one city, and a fourth that it does not have."""

from checks.validators import Inspection
from tests.tables.inspections import inspection

TEXT = "kode_kecamatan,jumlah\n35.79.01,5\n35.79.02,6\n35.79.03,7\n"


def good() -> Inspection:
    return inspection(TEXT)


def bad() -> Inspection:
    return inspection(TEXT + "35.79.04,8\n")
