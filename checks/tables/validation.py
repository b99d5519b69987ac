"""The verdict on a file: our structural look first, then every rule of its Table Schema."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any, Literal

from checks.tables.fast.blocks import LARGE_BYTES
from checks.tables.fast.doubts import Doubts
from checks.tables.fast.gates import Gate, SlowPath
from checks.tables.fast.run import Judged, judged_at_once, judged_by_table, judged_rows
from checks.tables.findings import N_SHOWN, Finding, Report, Severity, report
from checks.tables.later import Later
from checks.tables.oracle.wording import worded
from checks.tables.oracle.yardstick import (
    Seen,
    Siblings,
    errors_of,
    first_line,
    normalised,
    original,
)
from checks.tables.safe_pattern import is_provable
from checks.tables.schema import BadSchema, patterns_of, trusted_schema
from checks.tables.table import Caps, Table, UnreadableTable

if TYPE_CHECKING:
    from checks.tables import large, reading
    from checks.tables.readers import content, json_stream, tail
else:
    # Most files need no reading before they are judged.
    content = Later("checks.tables.readers.content")
    json_stream = Later("checks.tables.readers.json_stream")
    large = Later("checks.tables.large")
    reading = Later("checks.tables.reading")
    tail = Later("checks.tables.readers.tail")

__all__ = ["BadSchema", "Engine", "Finding", "Report", "Severity", "unreadable", "validate"]

# Two ways to the same report; the reference is Frictionless itself.
Engine = Literal["fast", "frictionless"]
Schema = Mapping[str, Any]
# Decisions after which the bytes of a file are no longer those of its table.
_REWRITTEN = frozenset({"compression", "escape", "spaces", "wrapped_lines"})
# Damage that Frictionless reads over without a word; both say what they see.
_READ_OVER = frozenset({"unclosed-quote", "nul-bytes"})
_MARKS = (b",", b";", b"\t", b"|")
_MOST_MISSING = 20_000


def validate(
    path: Path,
    schema: Schema | None,
    *,
    table: Table | None = None,
    name: str | None = None,
    engine: Engine = "fast",
    caps: Caps | None = None,
    siblings: Siblings | None = None,
) -> Report:
    """Return the verdict on a local file against a Table Schema, or on its structure alone.

    Every error of the whole file is counted, the first 1,000 are kept. A file that is no
    table is an invalid one with a finding `mutakhir/…`; only a file that cannot be opened
    raises UnreadableTable, and a schema that cannot be used BadSchema. Where the fast
    engine is not sure to say what Frictionless says, Frictionless reads the file and the
    report names the gate. `siblings` are the resources of a package beside the file.
    """
    started = perf_counter()
    is_large = table is None and _n_bytes(path, name) > LARGE_BYTES
    if is_large and json_stream.is_json_lines(path):
        flat = _of_json_lines(path, schema, name, engine, caps or Caps(), siblings)
        return replace(flat, seconds=perf_counter() - started)
    is_member = siblings is not None
    trusted = trusted_schema(schema, in_package=is_member) if schema is not None else None
    caps = caps or Caps()
    whole = _fast(path, trusted, table, name, caps) if engine == "fast" else Gate.ASKED
    if isinstance(whole, Gate):
        slow = _slow(path, trusted, table, name, caps, whole, siblings)
        whole = replace(slow, gate=whole.value)
    if is_large:
        whole = _with_tail(whole, path)
    return replace(whole, seconds=perf_counter() - started)


def _n_bytes(path: Path, name: str | None) -> int:
    try:
        return path.stat().st_size if path.is_file() else 0
    except OSError as error:
        # A name that no system allows, as a description of a package may have it.
        raise content.missing_file(name or path.name, error) from error


def _of_json_lines(
    path: Path,
    schema: Schema | None,
    name: str | None,
    engine: Engine,
    caps: Caps,
    siblings: Siblings | None,
) -> Report:
    try:
        with json_stream.as_csv(path, caps) as flat:
            return validate(flat, schema, name=name, engine=engine, caps=caps, siblings=siblings)
    except UnreadableTable as error:
        return report([unreadable(error)], n_rows=0, fields=(), seconds=0.0)


def _with_tail(whole: Report, path: Path) -> Report:
    """Say of a large file what lies beyond the head by which it was understood."""
    finding = tail.rows_beyond(path, whole.fields)
    if finding is None:
        return whole
    findings = (finding, *whole.findings)[:N_SHOWN]
    counts = {finding.code: 1, **whole.counts}
    is_cut = sum(counts.values()) > len(findings)
    return replace(whole, findings=findings, counts=counts, truncated=is_cut)


def _fast(
    path: Path, schema: Schema | None, table: Table | None, name: str | None, caps: Caps
) -> Report | Gate:
    """Return the report of the fast engine, or the gate at which it gave up."""
    if schema is not None and schema.get("foreignKeys"):
        return Gate.FOREIGN_KEYS
    if schema is not None and not all(map(is_provable, patterns_of(schema))):
        return Gate.PATTERN
    if table is None and schema is not None:
        try:
            judged = judged_at_once(path, schema, caps)
        except SlowPath:
            judged = None
        if judged is not None:
            return _report([], judged, judged.labels)
    try:
        table = table or _plain(large.head_of(path))
        table = table or reading.read_table(path, name=name, caps=caps)
        judged = (
            judged_by_table(path, table, schema, caps)
            if is_plain(table)
            else judged_rows(table, schema)
        )
    except UnreadableTable:
        return Gate.UNREADABLE
    except SlowPath as slow:
        return slow.gate
    return _report([] if table.rows else [_no_rows()], judged, table.header)


def _report(first: list[Finding], judged: Judged, fields: tuple[str, ...]) -> Report:
    findings = [*first, *map(worded, judged.errors[:N_SHOWN])]
    counts = dict.fromkeys((finding.code for finding in first), 1) | dict(judged.counts)
    n_all = sum(counts.values())
    shown = tuple(findings[:N_SHOWN])
    valid = not any(finding.is_error for finding in findings) and not _is_wrong(counts)
    return Report(valid, judged.n_rows, fields, shown, counts, n_all > len(shown), 0.0)


def _is_wrong(counts: Mapping[str, int]) -> bool:
    """Tell whether anything beyond doubts was counted, shown or not."""
    return any(not code.startswith("mutakhir/") for code in counts)


def _slow(
    path: Path,
    schema: Schema | None,
    table: Table | None,
    name: str | None,
    caps: Caps,
    gate: Gate,
    siblings: Siblings | None,
) -> Report:
    """Return Frictionless's own report, after our structural look."""
    findings: list[Finding] = []
    try:
        if table is None and _plain(large.head_of(path)):
            table = large.look_through(path, caps)
        table = table or reading.read_table(path, name=name, caps=caps)
    except UnreadableTable as error:
        if error.code == "missing-file":
            raise
        findings.append(unreadable(error))
        if error.code not in _READ_OVER or _is_too_ragged(path):
            return report(findings, n_rows=0, fields=(), seconds=0.0)
    if table is not None and not table.rows:
        findings.append(_no_rows())
    seen = Seen()
    with_doubts = gate is not Gate.ASKED
    if table is not None and not is_plain(table):
        stream = _of_rows(table, schema, seen, with_doubts, siblings)
    else:
        stream = _of_file(path, table, schema, seen, with_doubts, siblings)
    whole = report(_chained(findings, stream), n_rows=0, fields=(), seconds=0.0)
    fields = table.header if table is not None else seen.fields
    return replace(whole, n_rows=seen.n_rows, fields=fields)


def _is_too_ragged(path: Path) -> bool:
    """Tell whether so many cells are missing that Frictionless would take minutes to say so."""
    with path.open("rb") as stream:
        lines = iter(lambda: stream.readline(LARGE_BYTES), b"")
        widths = [max(map(line.count, _MARKS)) for line in lines]
    return max(widths, default=0) * len(widths) - sum(widths) > _MOST_MISSING


def _chained(findings: list[Finding], stream: Iterable[Finding]) -> Iterator[Finding]:
    yield from findings
    yield from stream


def _of_file(
    path: Path,
    table: Table | None,
    schema: Schema | None,
    seen: Seen,
    with_doubts: bool,
    siblings: Siblings | None,
) -> Iterator[Finding]:
    first = first_line(table)
    left_out = table.left_out_lines if table else frozenset()
    with original(path, table, schema) as resource:
        if siblings is not None:
            siblings.joined(resource)
        for error in errors_of(resource, seen, Doubts if with_doubts else None):
            if error.row is None:
                yield worded(error)
            elif error.row not in left_out:
                yield worded(replace(error, row=error.row - first + 1))
    seen.n_rows -= len(left_out)


def _of_rows(
    table: Table,
    schema: Schema | None,
    seen: Seen,
    with_doubts: bool,
    siblings: Siblings | None,
) -> Iterator[Finding]:
    """Yield the findings on the table as read, with the row numbers of the file."""
    first = max(table.header_line, 1)
    resource = normalised(table, schema)
    if siblings is not None:
        siblings.joined(resource)
    for error in errors_of(resource, seen, Doubts if with_doubts else None):
        row = None if error.row is None else table.record_lines[error.row - 2] - first + 1
        yield worded(replace(error, row=row))


def is_plain(table: Table) -> bool:
    """Tell whether the file itself holds the table: delimited text, not unpacked."""
    codes = {decision.code for decision in table.decisions}
    has_one_label_row = "-" not in (table.decided("header_row") or "")
    is_usual = table.decided("quote") == '"' and len(table.decided("delimiter") or "") < 2
    return is_usual and has_one_label_row and not codes & _REWRITTEN


def _plain(head: Table | None) -> Table | None:
    """Return the head of a large file if the whole of it can be judged as it lies."""
    return head if head is not None and is_plain(head) else None


def unreadable(error: UnreadableTable) -> Finding:
    """Return the finding for a file that is no table."""
    said_id, _, remedy_id = error.sentence_id.partition("; ")
    said_en, _, remedy_en = error.sentence_en.partition("; ")
    return Finding(
        f"mutakhir/{error.code}",
        Severity.ERROR,
        error.row,
        None,
        None,
        None,
        said_id.rstrip(".") + ".",
        said_en.rstrip(".") + ".",
        remedy_id[:1].upper() + remedy_id[1:],
        remedy_en[:1].upper() + remedy_en[1:],
    )


def _no_rows() -> Finding:
    return Finding(
        "mutakhir/no-rows",
        Severity.ERROR,
        None,
        None,
        None,
        None,
        "Berkas hanya berisi judul kolom, tanpa satu baris data pun.",
        "The file holds a header and not one data row.",
        "Isi datanya lalu unggah lagi; bila memang nihil, kirim pernyataan nihil.",
        "Fill in the data and send it again; if there is none, declare it nil.",
    )
