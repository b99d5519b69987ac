"""The header of a file: at once where it is the schema's own, else as Frictionless sees it."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any, BinaryIO

from checks.tables.fast.blocks import LARGE_BYTES
from checks.tables.fast.doubts import Doubts
from checks.tables.fast.fields import Field, fields_of, plain_fields
from checks.tables.fast.gates import Gate, SlowPath
from checks.tables.fast.plan import Plan, plan_for
from checks.tables.later import Later
from checks.tables.oracle.sniffing import sniffed
from checks.tables.oracle.wording import SchemaError
from checks.tables.oracle.yardstick import opened, schema_error, schema_of

if TYPE_CHECKING:
    from checks.tables.oracle import parts_of_frictionless as its
else:
    its = Later("checks.tables.oracle.parts_of_frictionless")

# Frictionless sniffs so many lines, and finds the header among so many records.
_SAMPLE = 100
_HEAD_BYTES = 1 << 18
_DELIMITERS = ",\t;|"
_MARK = b"\xef\xbb\xbf"
# What Frictionless's own readers raise on rules and values that they cannot compare.
_ODD = (TypeError, ValueError, ArithmeticError)


@dataclass(frozen=True, slots=True)
class Opened:
    """What is known before the first row: the plan, the labels, and what is wrong with them."""

    plan: Plan
    doubts: Doubts
    labels: tuple[str, ...]
    errors: tuple[SchemaError, ...]
    header_row: int


def open_at_once(
    stream: BinaryIO, start: int, schema: Mapping[str, Any], delimiter: str | None
) -> Opened | None:
    """Return what Frictionless would find if the first line holds the schema's own labels.

    `delimiter` is the one that is pinned, None to sniff it as Frictionless does. None
    where anything is less plain than that; then Frictionless has to be asked.
    """
    names = [field["name"] for field in schema["fields"]]
    head = _head(stream, start)
    if not head or not all(names):
        return None
    found = _sniffed("".join(islice(io.StringIO(head, newline=""), _SAMPLE)), delimiter)
    if found is None:
        return None
    lines = io.StringIO(head, newline="")
    records = list(islice(csv.reader(lines, delimiter=found), _SAMPLE))
    if records[0] != names:
        return None
    if any(len(record) != len(names) for record in records):
        # Among rows of several widths Frictionless may take another row for the header.
        found_header = its.Detector().detect_dialect(records, dialect=its.Dialect())
        if not found_header.header or found_header.header_rows != [1]:
            return None
    plan, doubts = _known(json.dumps(schema), found)
    return Opened(plan, doubts, tuple(names), (), 1)


def ask_frictionless(resource: "its.TableResource", stream: BinaryIO) -> Opened:
    """Return what Frictionless finds in the head of a file. Raises SlowPath for the unusual.

    `stream` holds the same file in UTF-8.
    """
    try:
        opened(resource)
        with resource:
            dialect = resource.dialect
            fields = fields_of(resource.header.get_expected_fields())
            errors = tuple(schema_error(error) for error in resource.header.errors)
            labels, key = tuple(resource.labels), resource.schema.primary_key
    except its.FrictionlessException as error:
        raise SlowPath(Gate.HEADER) from error
    except _ODD as error:
        raise SlowPath(Gate.ODD_VALUE) from error
    # A blank line in the place of the header has Frictionless expect the schema's own fields.
    if not fields or not dialect.header:
        raise SlowPath(Gate.NO_HEADER)
    if len(dialect.header_rows) != 1:
        raise SlowPath(Gate.SEVERAL_HEADERS)
    control: Any = dialect.get_control("csv")
    if control.skip_initial_space and _has_spaces_to_skip(stream, control.delimiter):
        raise SlowPath(Gate.DIALECT)
    if control.escape_char or control.quote_char != '"' or not control.double_quote:
        raise SlowPath(Gate.DIALECT)
    plan = _plan(fields, key, control.delimiter)
    return Opened(plan, Doubts(fields), labels, errors, dialect.header_rows[0])


def open_held(resource: "its.TableResource") -> Opened:
    """Return what Frictionless finds in rows that are held. Raises SlowPath for the unusual."""
    try:
        opened(resource)
        with resource:
            fields = fields_of(resource.header.get_expected_fields())
            errors = tuple(schema_error(error) for error in resource.header.errors)
            labels, key = tuple(resource.labels), resource.schema.primary_key
            rows = resource.dialect.header_rows
    except its.FrictionlessException as error:
        raise SlowPath(Gate.HEADER) from error
    except _ODD as error:
        raise SlowPath(Gate.ODD_VALUE) from error
    if not labels or not resource.dialect.header or rows != [1]:
        raise SlowPath(Gate.NO_HEADER)
    return Opened(_plan(fields, key, ","), Doubts(fields), labels, errors, 1)


def data_offset(stream: BinaryIO, start: int, delimiter: str, n_records: int) -> int:
    """Return the byte at which the rows begin, after so many records."""
    stream.seek(start)
    n_bytes = 0

    def lines() -> Any:
        nonlocal n_bytes
        for line in stream:
            n_bytes += len(line)
            if b"\0" in line:
                raise SlowPath(Gate.NUL)
            if b"\r" in line.removesuffix(b"\n").removesuffix(b"\r"):
                raise SlowPath(Gate.LONE_CR)
            yield line.decode()

    try:
        for _ in islice(csv.reader(lines(), delimiter=delimiter), n_records):
            pass
    except UnicodeDecodeError as error:
        raise SlowPath(Gate.ENCODING) from error
    return start + n_bytes


def _has_spaces_to_skip(stream: BinaryIO, delimiter: str) -> bool:
    """Tell whether any cell may begin with a space, in a file that is not too large to look."""
    stream.seek(0)
    text = stream.read(LARGE_BYTES + 1).removeprefix(_MARK)
    starts = (b"\n ", f"{delimiter} ".encode())
    is_large = len(text) > LARGE_BYTES
    return is_large or text.startswith(b" ") or any(start in text for start in starts)


def _head(stream: BinaryIO, start: int) -> str:
    """Return the first lines of a file, whole ones; "" where they are too few."""
    stream.seek(start)
    head = stream.read(_HEAD_BYTES)
    if len(head) == _HEAD_BYTES:
        head = head[: head.rfind(b"\n") + 1]
        if head.count(b"\n") < 2 * _SAMPLE:
            return ""
    if b"\r" in head and head.count(b"\r") != head.count(b"\r\n"):
        raise SlowPath(Gate.LONE_CR)
    try:
        return head.decode()
    except UnicodeDecodeError as error:
        raise SlowPath(Gate.ENCODING) from error


def _sniffed(sample: str, pinned: str | None) -> str | None:
    """Return the delimiter that Frictionless takes, None if its dialect is an unusual one."""
    config = sniffed(sample, pinned or _DELIMITERS)
    if config.quotechar not in ('"', "'") or config.skipinitialspace or config.escapechar:
        return None
    return pinned or str(config.delimiter)


@lru_cache(maxsize=64)
def _known(schema: str, delimiter: str) -> tuple[Plan, Doubts]:
    described = json.loads(schema)
    fields = plain_fields(described, lambda: schema_of(described).fields)
    if fields is None:
        fields = fields_of(schema_of(described).fields)
    return _plan(fields, described.get("primaryKey", ()), delimiter), Doubts(fields)


def _plan(fields: Sequence[Field], primary_key: Sequence[str], delimiter: str) -> Plan:
    names = {field.name for field in fields}
    key = primary_key if names.issuperset(primary_key) else ()
    try:
        return plan_for(fields, key, delimiter)
    except _ODD as error:
        # A rule that Frictionless itself cannot make sense of.
        raise SlowPath(Gate.ODD_VALUE) from error
