"""People counted, and fewer than none of them."""

from checks.validators import Inspection
from tests.tables.inspections import inspection


def good() -> Inspection:
    return inspection("kecamatan,jumlah_penduduk,selisih\nBatu,10,-3\nBumiaji,20,4\n")


def bad() -> Inspection:
    return inspection("kecamatan,jumlah_penduduk,selisih\nBatu,-10,3\nBumiaji,20,4\n")
