"""Why a file takes the slow path: every reason has a name that the report repeats."""

from enum import StrEnum


class Gate(StrEnum):
    """One reason to let Frictionless itself read the whole file."""

    ASKED = "asked for"
    UNREADABLE = "a file that is no table"
    NO_HEADER = "no header row"
    SEVERAL_HEADERS = "several header rows"
    HEADER = "a header that Frictionless refuses as a whole"
    DIALECT = "an unusual dialect"
    FOREIGN_KEYS = "foreign keys"
    PATTERN = "a pattern that Python could match for ever"
    ENCODING = "bytes that are not valid in their encoding"
    LARGE_ENCODING = "a large file in another encoding than UTF-8"
    LONE_CR = "a carriage return that ends no line"
    NUL = "a NUL byte"
    UNCLOSED_QUOTE = "a quote that does not close"
    LONG_CELL = "a cell beyond the cap"
    ODD_VALUE = "a value that cannot be compared or kept"


class SlowPath(Exception):
    """The fast engine hands the file over; nothing it said so far counts."""

    def __init__(self, gate: Gate) -> None:
        super().__init__(gate.value)
        self.gate = gate
