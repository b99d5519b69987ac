"""What a table speaks of: its times, its measures, and how much of both is there."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, tzinfo

from catalog.rules.evidence import Coverage
from catalog.rules.periods import TimeLabel
from catalog.rules.terms import Unit
from checks.tables.changes.canonical import schema_fingerprint
from checks.tables.columns import is_code_name, is_unit_name, name_key
from checks.tables.table import Table
from checks.tables.time_columns import TimeColumns, label_text, time_columns

_ORDINAL_NAME = re.compile(
    r"^(?:id|no|nomor|no_urut|urutan|objectid|fid|gid|index|rt|rw|umur|usia|kelas|lat|lon|lng"
    r"|latitude|longitude|lintang|bujur|x|y|semester|triwulan|bulan|minggu|hari|tahun|tanggal"
    r"|tw|kuartal|row|baris)$|(?:^|_)(?:latitude|longitude|tahun|umur|usia)(?:_|$)"
)
_DIMENSION_NAME = re.compile(
    r"(?:^|_)(?:nama|wilayah|provinsi|kabupaten|kota|kecamatan|kelurahan|desa|opd|satuan|ket"
    r"|keterangan|catatan|bidang|uraian|jenis|kategori|kelompok|sumber|golongan)(?:_|$)"
)


@dataclass(frozen=True, slots=True)
class Profile:
    """The figures of one version. `coverage` is None when no time column was found.

    `min_at` and `max_at` are the first and last time of a row with a measure (UTC);
    `missing` gives for each column the share of its rows that say nothing.
    """

    n_rows: int
    coverage: Coverage | None
    newest_period_label: str | None
    min_at: datetime | None
    max_at: datetime | None
    missing: Mapping[str, float]
    schema_fingerprint: str
    time_columns: tuple[str, ...]
    value_columns: tuple[str, ...]


def profile(
    table: Table,
    *,
    time_column: str | None = None,
    value_columns: Sequence[str] = (),
    zone: tzinfo = UTC,
) -> Profile:
    """Return the profile of a table; time and value columns are found when not declared.

    Only rows with a non-empty measure count for a time, so a template filled with
    coming months says nothing. `zone` is that of times of day without an offset.
    """
    times = time_columns(table, time_column)
    measures = _value_indexes(table, times, value_columns)
    counts, labels = _counted(table, times, measures)
    newest = labels[max(labels)] if labels else None
    unit = newest.unit if newest else None
    instants = [_instant(label, zone) for label in labels.values()]
    coverage = None
    if times is not None:
        coverage = Coverage(unit or Unit.YEAR, counts, max(instants) if instants else None)
    n_rows = table.n_rows
    return Profile(
        n_rows=n_rows,
        coverage=coverage,
        newest_period_label=label_text(newest) if newest else None,
        min_at=min(instants, default=None),
        max_at=max(instants, default=None),
        missing={
            name: (table.cells(i).count(None) / n_rows if n_rows else 0.0)
            for i, name in enumerate(table.header)
        },
        schema_fingerprint=schema_fingerprint(table),
        time_columns=times.names if times else (),
        value_columns=tuple(table.header[i] for i in measures),
    )


def _instant(label: TimeLabel, zone: tzinfo) -> datetime:
    at = label.at or datetime.combine(label.start, time.min)
    return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)


def _value_indexes(
    table: Table, times: TimeColumns | None, declared: Sequence[str]
) -> tuple[int, ...]:
    if times and times.wide:
        return tuple(index for index, _ in times.wide)
    if declared:
        found = [table.column_index(name) for name in declared]
        return tuple(index for index in found if index is not None)
    timed = set(times.names) if times else set()
    free = [
        index
        for index, name in enumerate(table.header)
        if name not in timed and not _is_code(table, index) and not is_unit_name(name)
    ]
    numeric = [
        index
        for index in free
        if table.columns[index].type.is_numeric
        and not _ORDINAL_NAME.search(name_key(table.header[index]))
    ]
    told = [i for i in free if not _DIMENSION_NAME.search(name_key(table.header[i]))]
    # A column in which nothing is filled in yet is the measure that is missing, unless
    # others are: without it the names beside it would pass for values.
    empty = [i for i in told if table.n_rows and not any(row[i] for row in table.rows)]
    texts = [i for i in told if not table.columns[i].type.is_numeric]
    return tuple(numeric or empty or texts or told or free)


def _is_code(table: Table, index: int) -> bool:
    return not table.columns[index].type.is_numeric and is_code_name(table.header[index])


def _counted(
    table: Table, times: TimeColumns | None, measures: Sequence[int]
) -> tuple[dict[date, int], dict[date, TimeLabel]]:
    if times is None or not measures:
        return {}, {}
    if times.wide:
        filled = [
            (label, table.n_rows - table.cells(index).count(None)) for index, label in times.wide
        ]
    else:
        has_value = [any(cells) for cells in zip(*map(table.cells, measures), strict=True)]
        tally = Counter(
            label for label, kept in zip(times.labels, has_value, strict=True) if kept and label
        )
        filled = list(tally.items())
    units = Counter[Unit]()
    for label, n_rows in filled:
        units[label.unit] += n_rows
    usual = max(units, key=lambda unit: units[unit]) if units else None
    counts: dict[date, int] = {}
    labels: dict[date, TimeLabel] = {}
    for label, n_rows in filled:
        if label.unit is usual and n_rows:
            counts[label.start] = counts.get(label.start, 0) + n_rows
            known = labels.get(label.start)
            if known is None or (label.at and known.at and label.at > known.at):
                labels[label.start] = label
    return counts, labels
