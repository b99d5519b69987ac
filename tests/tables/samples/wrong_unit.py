"""Milk by year in litres, and one year in millilitres."""

from checks.validators import Inspection
from tests.tables.inspections import inspection

TEXT = "tahun,produksi_liter\n2019,5120\n2020,5300\n2021,4988\n2022,5210\n2023,5400\n"


def good() -> Inspection:
    return inspection(TEXT)


def bad() -> Inspection:
    return inspection(TEXT.replace("4988", "4988000"))
