"""What is used of Frictionless, in one module that is loaded when the first of it is needed."""

from frictionless import Control, Detector, Dialect, FrictionlessException, Package, Schema
from frictionless.formats import CsvControl
from frictionless.resources import TableResource

# Imported for what they register: Frictionless's text field that no pattern can hold up, and
# its reader of CSV that no line can.
from checks.tables.oracle import csv_parser as csv_parser
from checks.tables.oracle import string_field as string_field

__all__ = [
    "Control",
    "CsvControl",
    "Detector",
    "Dialect",
    "FrictionlessException",
    "Package",
    "Schema",
    "TableResource",
]
