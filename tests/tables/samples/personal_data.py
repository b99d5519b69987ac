"""Counts by district, and a list of people."""

from checks.validators import Inspection
from tests.tables.inspections import inspection


def good() -> Inspection:
    return inspection("kecamatan,n\nBatu,3579010101900001\nJunrejo,12\n".replace("0190", "9999"))


def bad() -> Inspection:
    return inspection("nama,nik\nA,3579014507900001\nB,3579011203850002\n")
