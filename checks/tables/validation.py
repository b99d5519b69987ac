"""The verdict on a file: our structural look first, then Frictionless on what we pinned."""

import tempfile
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any, Literal

from frictionless import Control, Detector, Dialect, FrictionlessException, Schema
from frictionless.formats import CsvControl
from frictionless.resources import TableResource

from checks.tables.findings import Finding, Report, Severity, report
from checks.tables.large import look_through
from checks.tables.reading import Caps, Table, UnreadableTable, read_table
from checks.tables.schema import BadSchema, trusted_schema
from checks.tables.wording import SchemaError, worded

__all__ = ["BadSchema", "Finding", "Report", "Severity", "unreadable", "validate"]

# Two ways to the same report; the reference is Frictionless itself.
Engine = Literal["fast", "frictionless"]
# Damage that Frictionless reads over without a word; both say what they see.
_READ_OVER = frozenset({"unclosed-quote", "nul-bytes"})


def validate(
    path: Path,
    schema: Mapping[str, Any] | None,
    *,
    table: Table | None = None,
    name: str | None = None,
    engine: Engine = "frictionless",
    caps: Caps | None = None,
) -> Report:
    """Return the verdict on a local file against a Table Schema, or on its structure alone.

    Every error of the whole file is counted, the first 1,000 are kept. A file that is no
    table is an invalid one with a finding `mutakhir/…`; only a file that cannot be opened
    raises UnreadableTable, and a schema that cannot be used BadSchema.
    """
    started = perf_counter()
    trusted = trusted_schema(schema) if schema is not None else None
    seen = _Seen()
    findings: list[Finding] = []
    try:
        caps = caps or Caps()
        table = table or look_through(path, caps) or read_table(path, name=name, caps=caps)
    except UnreadableTable as error:
        if error.code == "missing-file":
            raise
        findings.append(unreadable(error))
        if error.code not in _READ_OVER:
            seconds = perf_counter() - started
            return report(findings, n_rows=0, fields=(), seconds=seconds)
    if table is not None and not table.rows:
        findings.append(_no_rows())
    stream = _original(path, table, trusted, seen)
    if table is not None and not _is_plain(table):
        stream = _normalised(table, trusted, seen)
    whole = report(_chained(findings, stream), n_rows=0, fields=(), seconds=0.0)
    return Report(
        whole.valid,
        seen.n_rows,
        table.header if table is not None else seen.fields,
        whole.findings,
        whole.counts,
        whole.truncated,
        perf_counter() - started,
    )


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


@dataclass(slots=True)
class _Seen:
    """What the engine saw on its way through the file."""

    n_rows: int = 0
    fields: tuple[str, ...] = ()


def _is_plain(table: Table) -> bool:
    """Tell whether the file itself holds the table: delimited text, not unpacked."""
    codes = {decision.code for decision in table.decisions}
    has_one_label_row = "-" not in (table.decided("header_row") or "")
    return "delimiter" in codes and "compression" not in codes and has_one_label_row


def _chained(findings: list[Finding], stream: Iterator[Finding]) -> Iterator[Finding]:
    yield from findings
    yield from stream


def _original(
    path: Path, table: Table | None, schema: dict[str, Any] | None, seen: _Seen
) -> Iterator[Finding]:
    """Validate the file as it lies, through a link in a directory of its own.

    Frictionless takes some names for patterns and follows paths inside descriptors; the
    jail leaves it one harmless name, and scheme, format and encoding are pinned.
    """
    encoding = (table.decided("encoding") if table else None) or "utf-8"
    delimiter = table.decided("delimiter") if table else None
    first = max(table.header_line, 1) if table else 1
    left_out = table.left_out_lines if table else frozenset()
    controls: list[Control] = []
    if delimiter not in (None, "", ","):
        controls.append(CsvControl(delimiter=delimiter))
    # A header in the first row of a comma file is left to Frictionless, so that on such
    # files the report is the very one that its own users get.
    dialect = Dialect(controls=controls)
    if first > 1 or left_out:
        dialect.header_rows = [first]
    with tempfile.TemporaryDirectory(prefix="mutakhir-") as jail:
        (Path(jail) / "table.csv").symlink_to(path.resolve())
        resource = TableResource(
            path="table.csv",
            basepath=jail,
            scheme="file",
            format="csv",
            encoding=encoding,
            dialect=dialect,
            **_schema_option(schema),
        )
        for finding in _run(resource, seen, lambda row: row - first + 1):
            if finding.row is None or finding.row + first - 1 not in left_out:
                yield finding
    seen.n_rows -= len(left_out)


def _normalised(table: Table, schema: dict[str, Any] | None, seen: _Seen) -> Iterator[Finding]:
    """Validate the table as read; row numbers are turned back into those of the file."""
    rows = [list(table.header), *(list(row) for row in table.rows)]
    kept = schema or {"fields": [{"name": name, "type": "string"} for name in table.header]}
    resource = TableResource(data=rows, detector=Detector(), **_schema_option(kept))
    first = max(table.header_line, 1)
    yield from _run(resource, seen, lambda row: table.record_lines[row - 2] - first + 1)


def _schema_option(schema: dict[str, Any] | None) -> dict[str, Any]:
    if schema is None:
        return {}
    try:
        return {"schema": Schema.from_descriptor(schema)}
    except FrictionlessException as error:
        notes = "; ".join(reason.note for reason in error.reasons) or error.error.note
        raise BadSchema(f"Skema tidak dapat dipakai: {notes}.") from error


def _same_row(row: int) -> int:
    return row


def _run(resource: Any, seen: _Seen, line_of: Any = _same_row) -> Iterator[Finding]:
    with warnings.catch_warnings():
        # Frictionless warns about what it then reports as an error.
        warnings.simplefilter("ignore")
        try:
            resource.open()
        except FrictionlessException as stop:
            yield from _stopped(stop, line_of)
            return
        with resource:
            seen.fields = tuple(resource.labels)
            for error in resource.header.errors:
                yield worded(_schema_error(error, line_of))
            try:
                for row in resource.row_stream:
                    seen.n_rows += 1
                    for error in row.errors:
                        yield worded(_schema_error(error, line_of))
            except FrictionlessException as stop:
                yield from _stopped(stop, line_of)


def _stopped(stop: FrictionlessException, line_of: Any) -> Iterator[Finding]:
    for reason in stop.reasons or [stop.error]:
        yield worded(_schema_error(reason, line_of))


def _schema_error(error: Any, line_of: Any) -> SchemaError:
    row = getattr(error, "row_number", None)
    cell = getattr(error, "cell", None)
    if cell is None:
        cell = getattr(error, "label", None)
    return SchemaError(
        code=error.type,
        row=line_of(row) if row is not None else None,
        field=getattr(error, "field_name", None) or None,
        field_number=getattr(error, "field_number", None),
        cell=cell,
        note=error.note,
    )
