"""Reading a new content: table, profile, findings, and whether it must wait for a person."""

import re
from collections.abc import Hashable, Iterable, Sequence
from datetime import datetime
from pathlib import Path
from time import perf_counter

from catalog.registry import discover
from catalog.rules.periods import period_of, read_time
from catalog.rules.terms import Cadence, Validity
from checks import validators
from checks.looking.background import Background
from checks.looking.seen import Examined
from checks.looking.shelf import Read, Shelf
from checks.looking.watcher import Watcher
from checks.tables.canonical import canonical_hash
from checks.tables.difference import difference
from checks.tables.drift import drift
from checks.tables.findings import Finding, Report, Severity, report
from checks.tables.profile import Profile, profile
from checks.tables.reading import Table, UnreadableTable, read_table
from checks.tables.validation import unreadable, validate
from checks.validators import Inspection, Validator, finding

_LARGEST_COMPARED = 50_000_000
_SHELF = Shelf(n_cells=400_000)
_VALIDATORS: tuple[Validator, ...] = tuple(kind() for kind in discover(validators))
_NAME_PARTS = re.compile(r"[^\W_]+")


def examine(
    watcher: Watcher,
    known: Background,
    *,
    path: Path,
    blob: str,
    n_bytes: int,
    file_name: str,
    media_type: str | None,
    now: datetime,
) -> Examined:
    """Read a new content and say all that a version of it stores.

    Never raises for what a file holds: what is no table is a content held back with the
    reason, and a validator that breaks is one more finding.
    """
    try:
        table = read_table(path, name=file_name, media_type=media_type)
    except UnreadableTable as error:
        return _no_table(error, blob, n_bytes, file_name, media_type)
    found = _profiled(watcher, known, table)
    before = _previous(watcher, known) if n_bytes <= _LARGEST_COMPARED else None
    _SHELF.put(_key(known, blob, watcher), Read(table, found))
    sample = Inspection(
        table=table,
        profile=found,
        now=now,
        report=_verdict(path, known, table),
        previous_table=before.table if before else None,
        previous_profile=before.profile if before else None,
        required_columns=known.required_columns,
        previous_counts=known.previous_counts,
    )
    held, whole = inspect(sample)
    changed = difference(before.table, table, known.key_columns) if before else None
    coverage = found.coverage
    return Examined(
        blob=blob,
        n_bytes=n_bytes,
        file_name=file_name,
        media_type=media_type,
        validity=validity_of(whole.findings),
        canonical_hash=canonical_hash(table, volatile_columns=known.volatile_columns),
        fingerprint=found.schema_fingerprint,
        header=table.header,
        column_types=tuple(column.type.value for column in table.columns),
        n_rows=found.n_rows,
        min_at=found.min_at,
        max_at=found.max_at,
        newest_period=found.newest_period_label,
        coverage=coverage,
        n_added=changed.n_added if changed else None,
        n_removed=changed.n_removed if changed else None,
        n_changed=changed.n_changed if changed else None,
        changes=_changes(before.table if before else None, table),
        findings=whole.findings,
        counts=whole.counts,
        held=held.code if held else None,
        held_reason=held.message_id if held else None,
        declared_period=None if coverage else period_in_name(known.cadence, file_name),
    )


def inspect(
    sample: Inspection, checks: Sequence[Validator] = _VALIDATORS
) -> tuple[Finding | None, Report]:
    """Run every validator; returns the finding that holds the version back, and all of them."""
    started = perf_counter()
    held: Finding | None = None
    findings: list[Finding] = []
    for validator in checks:
        mine = _findings_of(validator, sample)
        findings += mine
        if validator.quarantines and held is None:
            held = next((each for each in mine if each.is_error), None)
    whole = report(
        findings,
        n_rows=sample.profile.n_rows,
        fields=sample.table.header,
        seconds=perf_counter() - started,
    )
    return held, _with_counts_of(sample.report, whole)


def _findings_of(validator: Validator, sample: Inspection) -> list[Finding]:
    try:
        return list(validator.run(sample))
    except Exception as error:  # noqa: BLE001  (the loop of a look: a broken check is a finding)
        return [
            finding(
                "broken-check",
                Severity.WARNING,
                (
                    f'Pemeriksaan "{validator.title_id}" gagal dijalankan '
                    f"({type(error).__name__}).",
                    f'The check "{validator.title_en}" could not be run ({type(error).__name__}).',
                ),
                (
                    "Tidak perlu tindakan OPD; pengelola Mutakhir perlu memeriksanya.",
                    "Nothing to do for the agency; whoever runs Mutakhir should look into it.",
                ),
            )
        ]


def _with_counts_of(schema: Report | None, whole: Report) -> Report:
    """Count what the schema refused in full, beyond the findings that were kept."""
    if schema is None:
        return whole
    counts = {**whole.counts, **schema.counts}
    return Report(
        whole.valid and schema.valid,
        whole.n_rows,
        whole.fields,
        whole.findings,
        counts,
        whole.truncated or schema.truncated,
        whole.seconds + schema.seconds,
    )


def validity_of(findings: Iterable[Finding]) -> Validity:
    """Return the validity that the findings leave."""
    worst = Validity.VALID
    for each in findings:
        if each.is_error:
            return Validity.TIDAK_VALID
        worst = Validity.PERINGATAN
    return worst


def _verdict(path: Path, known: Background, table: Table) -> Report | None:
    if known.table_schema is None:
        return None
    return validate(path, known.table_schema, table=table)


def _previous(watcher: Watcher, known: Background) -> Read | None:
    """Read the last accepted version again; None where there is none or it is gone."""
    if known.previous_blob is None:
        return None
    kept = _SHELF.get(_key(known, known.previous_blob, watcher))
    if kept is not None:
        return kept
    path = watcher.originals.path(known.previous_blob)
    if not path.is_file() or path.stat().st_size > _LARGEST_COMPARED:
        return None
    try:
        table = read_table(path, name=known.previous_name)
    except UnreadableTable:
        return None
    return Read(table, _profiled(watcher, known, table))


def _profiled(watcher: Watcher, known: Background, table: Table) -> Profile:
    return profile(
        table,
        time_column=known.time_column,
        value_columns=known.value_columns,
        zone=watcher.timezone,
    )


def _key(known: Background, blob: str, watcher: Watcher) -> Hashable:
    return blob, known.time_column, known.value_columns, watcher.zone


def _changes(before: Table | None, table: Table) -> tuple[str, ...]:
    """Say how the columns changed; how many rows did is counted apart."""
    if before is None:
        return ()
    return tuple(each.message_id for each in drift(before.columns, table.columns))


def _no_table(
    error: UnreadableTable, blob: str, n_bytes: int, file_name: str, media_type: str | None
) -> Examined:
    found = unreadable(error)
    return Examined(
        blob=blob,
        n_bytes=n_bytes,
        file_name=file_name,
        media_type=media_type,
        validity=Validity.TIDAK_VALID,
        is_readable=False,
        findings=(found,),
        counts={found.code: 1},
        held=found.code,
        held_reason=error.sentence_id,
    )


def period_in_name(cadence: Cadence, file_name: str) -> str | None:
    """Return the label of the one period of the cadence that a file name says, else None."""
    if not cadence.is_periodic:
        return None
    parts = _NAME_PARTS.findall(Path(file_name).stem)
    labels = set()
    for n in (1, 2, 3):
        for i in range(len(parts) - n + 1):
            label = read_time(" ".join(parts[i : i + n]))
            if label is not None:
                period = period_of(cadence, label.start)
                if (period.start, period.end) == (label.start, label.end):
                    labels.add(period.label)
    return labels.pop() if len(labels) == 1 else None
