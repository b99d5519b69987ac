"""The verdict on a file: our structural look first, then every rule of its Table Schema."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from typing import Any, Literal

from checks.tables.fast.doubts import Doubts
from checks.tables.fast.gates import Gate, SlowPath
from checks.tables.fast.run import Judged, judged_at_once, judged_by_table, judged_rows
from checks.tables.findings import N_SHOWN, Finding, Report, Severity, report
from checks.tables.large import head_of, look_through
from checks.tables.reading import Caps, Table, UnreadableTable, read_table
from checks.tables.schema import BadSchema, trusted_schema
from checks.tables.wording import worded
from checks.tables.yardstick import Seen, errors_of, first_line, normalised, original

__all__ = ["BadSchema", "Engine", "Finding", "Report", "Severity", "unreadable", "validate"]

# Two ways to the same report; the reference is Frictionless itself.
Engine = Literal["fast", "frictionless"]
Schema = Mapping[str, Any]
# Damage that Frictionless reads over without a word; both say what they see.
_READ_OVER = frozenset({"unclosed-quote", "nul-bytes"})


def validate(
    path: Path,
    schema: Schema | None,
    *,
    table: Table | None = None,
    name: str | None = None,
    engine: Engine = "fast",
    caps: Caps | None = None,
) -> Report:
    """Return the verdict on a local file against a Table Schema, or on its structure alone.

    Every error of the whole file is counted, the first 1,000 are kept. A file that is no
    table is an invalid one with a finding `mutakhir/…`; only a file that cannot be opened
    raises UnreadableTable, and a schema that cannot be used BadSchema. Where the fast
    engine is not sure to say what Frictionless says, Frictionless reads the file and the
    report names the gate.
    """
    started = perf_counter()
    trusted = trusted_schema(schema) if schema is not None else None
    caps = caps or Caps()
    whole = _fast(path, trusted, table, name, caps) if engine == "fast" else Gate.ASKED
    if isinstance(whole, Gate):
        whole = replace(_slow(path, trusted, table, name, caps, whole), gate=whole.value)
    return replace(whole, seconds=perf_counter() - started)


def _fast(
    path: Path, schema: Schema | None, table: Table | None, name: str | None, caps: Caps
) -> Report | Gate:
    """Return the report of the fast engine, or the gate at which it gave up."""
    if schema is not None and schema.get("foreignKeys"):
        return Gate.FOREIGN_KEYS
    if table is None and schema is not None:
        try:
            judged = judged_at_once(path, schema, caps)
        except SlowPath:
            judged = None
        if judged is not None:
            return _report([], judged, judged.labels)
    try:
        table = table or head_of(path) or read_table(path, name=name, caps=caps)
        judged = (
            judged_by_table(path, table, schema, caps)
            if _is_plain(table)
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
) -> Report:
    """Return Frictionless's own report, after our structural look."""
    findings: list[Finding] = []
    try:
        table = table or look_through(path, caps) or read_table(path, name=name, caps=caps)
    except UnreadableTable as error:
        if error.code == "missing-file":
            raise
        findings.append(unreadable(error))
        if error.code not in _READ_OVER:
            return report(findings, n_rows=0, fields=(), seconds=0.0)
    if table is not None and not table.rows:
        findings.append(_no_rows())
    seen = Seen()
    with_doubts = gate is not Gate.ASKED
    if table is not None and not _is_plain(table):
        stream = _of_rows(table, schema, seen, with_doubts)
    else:
        stream = _of_file(path, table, schema, seen, with_doubts)
    whole = report(_chained(findings, stream), n_rows=0, fields=(), seconds=0.0)
    fields = table.header if table is not None else seen.fields
    return replace(whole, n_rows=seen.n_rows, fields=fields)


def _chained(findings: list[Finding], stream: Iterable[Finding]) -> Iterator[Finding]:
    yield from findings
    yield from stream


def _of_file(
    path: Path, table: Table | None, schema: Schema | None, seen: Seen, with_doubts: bool
) -> Iterator[Finding]:
    first = first_line(table)
    left_out = table.left_out_lines if table else frozenset()
    with original(path, table, schema) as resource:
        for error in errors_of(resource, seen, Doubts if with_doubts else None):
            if error.row is None:
                yield worded(error)
            elif error.row not in left_out:
                yield worded(replace(error, row=error.row - first + 1))
    seen.n_rows -= len(left_out)


def _of_rows(
    table: Table, schema: Schema | None, seen: Seen, with_doubts: bool
) -> Iterator[Finding]:
    """Yield the findings on the table as read, with the row numbers of the file."""
    first = max(table.header_line, 1)
    resource = normalised(table, schema)
    for error in errors_of(resource, seen, Doubts if with_doubts else None):
        row = None if error.row is None else table.record_lines[error.row - 2] - first + 1
        yield worded(replace(error, row=row))


def _is_plain(table: Table) -> bool:
    """Tell whether the file itself holds the table: delimited text, not unpacked."""
    codes = {decision.code for decision in table.decisions}
    has_one_label_row = "-" not in (table.decided("header_row") or "")
    return "delimiter" in codes and "compression" not in codes and has_one_label_row


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
