"""What the reading process does with one content: table, profile, findings, differences."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from zoneinfo import ZoneInfo

from catalog.registry import discover
from catalog.rules.periods import only_period, year_before
from catalog.rules.terms import Validity
from checks import validators
from checks.looking.content import Content, Examined
from checks.looking.shelf import Read, Shelf
from checks.tables.changes.canonical import canonical_hash
from checks.tables.changes.difference import difference
from checks.tables.changes.drift import drift
from checks.tables.findings import Finding, Report, Severity, report
from checks.tables.mending.choices import as_chosen, chosen_time
from checks.tables.personal.forms import masked_finding
from checks.tables.profile import Profile, profile
from checks.tables.reading import Table, UnreadableTable, read_table
from checks.tables.validation import unreadable, validate
from checks.validators import Inspection, Validator, finding

LARGEST_COMPARED = 50_000_000
_SHELF = Shelf(n_cells=400_000)
_VALIDATORS: tuple[Validator, ...] = tuple(kind() for kind in discover(validators))


def read_content(content: Content) -> Examined:
    """Read a new content and say all that a version of it stores.

    Never raises for what a file holds: what is no table is a content held back with the
    reason, and a validator that breaks is one more finding.
    """
    known = content.known
    try:
        table = read_table(content.path, name=content.file_name, media_type=content.media_type)
    except UnreadableTable as error:
        return no_table(content, error)
    read = _read(content, table)
    before = _previous(content) if content.n_bytes <= LARGEST_COMPARED else None
    _SHELF.put(_key(content, content.blob), read)
    sample = Inspection(
        table=read.table,
        profile=read.profile,
        now=content.now,
        report=_verdict(content, table),
        previous_table=before.table if before else None,
        previous_profile=before.profile if before else None,
        required_columns=known.required_columns,
        previous_counts=known.previous_counts,
        same_period_count=_same_period_count(content, read.profile),
        city_code=content.city_code,
    )
    held, whole = inspect(sample)
    changed = difference(before.table, read.table, known.key_columns) if before else None
    found = read.profile
    return Examined(
        blob=content.blob,
        n_bytes=content.n_bytes,
        file_name=content.file_name,
        media_type=content.media_type,
        validity=validity_of(whole.findings),
        # The hash is of the table as anybody reads it: an answer of the operator is no change.
        canonical_hash=canonical_hash(table, volatile_columns=known.volatile_columns),
        fingerprint=found.schema_fingerprint,
        header=table.header,
        column_types=tuple(column.type.value for column in read.table.columns),
        n_rows=found.n_rows,
        min_at=found.min_at,
        max_at=found.max_at,
        newest_period=found.newest_period_label,
        coverage=found.coverage,
        n_added=changed.n_added if changed else None,
        n_removed=changed.n_removed if changed else None,
        n_changed=changed.n_changed if changed else None,
        changes=_changes(before.table if before else None, read.table),
        findings=whole.findings,
        counts=whole.counts,
        held=held.code if held else None,
        held_reason=held.message_id if held else None,
    )


def hash_of(path: Path, name: str, media_type: str | None, volatile: Sequence[str]) -> str | None:
    """Return the canonical hash of a file, None for what is no table."""
    try:
        table = read_table(path, name=name, media_type=media_type)
    except UnreadableTable:
        return None
    return canonical_hash(table, volatile_columns=volatile)


def inspect(
    sample: Inspection, checks: Sequence[Validator] = _VALIDATORS
) -> tuple[Finding | None, Report]:
    """Run every validator; returns the finding that holds the version back, and all of them.

    No finding shows a personal number.
    """
    started = perf_counter()
    held: Finding | None = None
    findings: list[Finding] = []
    for validator in checks:
        mine = [masked_finding(each) for each in _findings_of(validator, sample)]
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
    except MemoryError:
        raise
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
    counts: Mapping[str, int] = {**whole.counts, **schema.counts}
    return replace(
        whole,
        valid=whole.valid and schema.valid,
        counts=counts,
        truncated=whole.truncated or schema.truncated,
        seconds=whole.seconds + schema.seconds,
    )


def validity_of(findings: Iterable[Finding]) -> Validity:
    """Return the validity that the findings leave."""
    worst = Validity.VALID
    for each in findings:
        if each.is_error:
            return Validity.TIDAK_VALID
        worst = Validity.PERINGATAN
    return worst


def no_table(content: Content, error: UnreadableTable) -> Examined:
    """Return a content that is no table, held back with the reason."""
    found = unreadable(error)
    return Examined(
        blob=content.blob,
        n_bytes=content.n_bytes,
        file_name=content.file_name,
        media_type=content.media_type,
        validity=Validity.TIDAK_VALID,
        is_readable=False,
        findings=(found,),
        counts={found.code: 1},
        held=found.code,
        held_reason=error.sentence_id,
    )


def _read(content: Content, table: Table) -> Read:
    """Return the table as the operator would have it read, with its profile."""
    known = content.known
    chosen = as_chosen(table, known.reading_choices)
    found = profile(
        chosen,
        time_column=known.time_column or chosen_time(table, known.reading_choices),
        value_columns=known.value_columns,
        zone=ZoneInfo(content.zone),
    )
    return Read(chosen, found)


def _verdict(content: Content, table: Table) -> Report | None:
    schema = content.known.table_schema
    return None if schema is None else validate(content.path, schema, table=table)


def _previous(content: Content) -> Read | None:
    """Read the last accepted version again; None where there is none or it is gone."""
    known, path = content.known, content.previous_path
    if known.previous_blob is None or path is None:
        return None
    kept = _SHELF.get(_key(content, known.previous_blob))
    if kept is not None:
        return kept
    if not path.is_file() or path.stat().st_size > LARGEST_COMPARED:
        return None
    try:
        table = read_table(path, name=known.previous_name)
    except UnreadableTable:
        return None
    return _read(content, table)


def _same_period_count(content: Content, found: Profile) -> int | None:
    """Return how many rows the same period had a year ago, where each period has its own file."""
    if found.min_at is None or found.max_at is None:
        return None
    zone = ZoneInfo(content.zone)
    first, last = (at.astimezone(zone).date() for at in (found.min_at, found.max_at))
    period = only_period(content.known.cadence, first, last)
    earlier = year_before(period) if period else None
    return content.known.counts_by_period.get(earlier.label) if earlier else None


def _key(content: Content, blob: str) -> Hashable:
    known = content.known
    choices = tuple(sorted(known.reading_choices.items()))
    return blob, known.time_column, known.value_columns, choices, content.zone


def _changes(before: Table | None, table: Table) -> tuple[str, ...]:
    """Say how the columns changed; how many rows did is counted apart."""
    if before is None:
        return ()
    return tuple(each.message_id for each in drift(before.columns, table.columns))
