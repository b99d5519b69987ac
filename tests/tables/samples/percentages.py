"""Shares of a whole, and a share whose decimal sign was lost."""

from checks.validators import Inspection
from tests.tables.inspections import inspection


def good() -> Inspection:
    return inspection("kecamatan,persen_sanitasi\nBatu,97.5\nBumiaji,100\nJunrejo,0\n")


def bad() -> Inspection:
    return inspection("kecamatan,persen_sanitasi\nBatu,975\nBumiaji,88.1\nJunrejo,-2\n")
