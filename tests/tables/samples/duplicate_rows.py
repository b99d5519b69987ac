"""Each row once, and one of them twice."""

from checks.validators import Inspection
from tests.tables.inspections import inspection

TEXT = "no,kecamatan,tahun,jumlah\n1,Batu,2024,5\n2,Bumiaji,2024,6\n3,Junrejo,2024,5\n"


def good() -> Inspection:
    return inspection(TEXT)


def bad() -> Inspection:
    return inspection(TEXT + "4,Batu,2024,5\n")
