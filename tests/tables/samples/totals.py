"""Men and women who are as many as their total, and one district where they are not."""

from checks.validators import Inspection
from tests.tables.inspections import inspection

TEXT = "kecamatan,laki,perempuan,jumlah\nA,5,6,11\nB,7,8,15\nC,1,2,3\nD,4,4,8\nE,9,1,10\n"


def good() -> Inspection:
    return inspection(TEXT)


def bad() -> Inspection:
    return inspection(TEXT.replace("C,1,2,3", "C,1,2,4"))
