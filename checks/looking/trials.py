"""Trying a source before it is watched: what would be read, without writing anything."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any

from catalog.models import SourceKind
from catalog.registry import discover
from checks import sources
from checks.looking.examination import inspect
from checks.sources import Conditional, Fetched, Reach, Ref, Source, SourceError
from checks.sources.fetcher import check_address
from checks.sources.google_sheet import csv_address
from checks.sources.jdihn import dead_links
from checks.sources.options import OptionField, form_of, options_of, read_options
from checks.sources.references import check_reference
from checks.tables.profile import profile
from checks.tables.reading import Decision, Table, read_table
from checks.tables.table import Cells
from checks.validators import Inspection

N_ROWS_SHOWN = 10
_N_WARNINGS = 20
_N_LINKS = 3
_LINK_COLUMN = "tautan"
_KINDS: dict[SourceKind, type[Source]] = {kind.kind: kind for kind in discover(sources)}


@dataclass(frozen=True, slots=True)
class TrialWarning:
    """Something to know before the source is watched."""

    sentence_id: str
    sentence_en: str


@dataclass(frozen=True, slots=True)
class Trial:
    """What one look would read: how, the first rows, how many, and up to when.

    `newest_period` is the newest time with a value, None where the data say none.
    """

    file_name: str
    n_bytes: int
    decisions: tuple[Decision, ...]
    header: tuple[str, ...]
    rows: tuple[Cells, ...]
    n_rows: int
    newest_period: str | None
    warnings: tuple[TrialWarning, ...]


def option_form(kind: SourceKind) -> tuple[OptionField, ...]:
    """Return the form of the options of a kind, empty where it has none."""
    return form_of(_class_of(kind))


def check_source(kind: SourceKind, address: str, options: Mapping[str, Any]) -> None:
    """Refuse an address or options that cannot work, without asking the source anything.

    To be called whenever a source is loaded or edited. Raises SourceError.
    """
    read_options(options_of(_class_of(kind)), options)
    if kind is SourceKind.SQL_VIEW:
        check_reference(address)
    elif kind is SourceKind.GOOGLE_SHEET:
        check_address(csv_address(address, ""))
    elif kind.is_pulled:
        check_address(address)


def try_source(
    kind: SourceKind,
    address: str,
    options: Mapping[str, Any],
    reach: Reach,
    now: datetime,
    *,
    zone: tzinfo = UTC,
    time_column: str | None = None,
    value_columns: Sequence[str] = (),
) -> Trial:
    """Look once at a source that nobody watches yet; nothing of it is kept.

    `time_column` and `value_columns` are those that the dataset declares, if it does.
    Raises SourceError where it brings no complete answer and UnreadableTable where the
    answer is no table; both say what to do in two languages.
    """
    check_source(kind, address, options)
    fetched = _class_of(kind)(reach).fetch(Ref(address, options), Conditional(), now)
    if fetched.path is None:
        raise SourceError(
            "empty-answer", "Sumber tidak mengirim isi apa pun.", "The source sent nothing."
        )
    try:
        table = read_table(fetched.path, name=fetched.file_name, media_type=fetched.media_type)
    finally:
        fetched.path.unlink(missing_ok=True)
    found = profile(table, time_column=time_column, value_columns=value_columns, zone=zone)
    _, whole = inspect(Inspection(table=table, profile=found, now=now))
    warnings = [TrialWarning(each.message_id, each.message_en) for each in whole.findings]
    if kind is SourceKind.JDIHN:
        warnings = _dead(reach, table, now) + warnings
    return Trial(
        file_name=fetched.file_name,
        n_bytes=fetched.n_bytes,
        decisions=table.decisions,
        header=table.header,
        rows=tuple(table.rows[:N_ROWS_SHOWN]),
        n_rows=table.n_rows,
        newest_period=found.newest_period_label,
        warnings=tuple([*_about(fetched, found.newest_period_label), *warnings][:_N_WARNINGS]),
    )


def _about(fetched: Fetched, newest_period: str | None) -> Sequence[TrialWarning]:
    warnings = []
    if not fetched.framed:
        warnings.append(
            TrialWarning(
                "Server tidak menyebut panjang jawabannya; jawaban baru diterima bila seutuh "
                "yang sebelumnya.",
                "The server does not say how long its answer is; one is believed only where it "
                "is as long as the one before.",
            )
        )
    if fetched.moved_to:
        warnings.append(
            TrialWarning(
                f"Alamat dialihkan ke {fetched.moved_to}; pakai alamat itu.",
                f"The address was redirected to {fetched.moved_to}; use that one.",
            )
        )
    if newest_period is None:
        warnings.append(
            TrialWarning(
                "Tidak ditemukan kolom waktu; kemutakhiran hanya dinilai dari perubahan isi. "
                "Isi kolom_waktu bila ada.",
                "No time column was found; freshness rests on changes of the content alone. "
                "Set kolom_waktu if there is one.",
            )
        )
    return warnings


def _dead(reach: Reach, table: Table, now: datetime) -> list[TrialWarning]:
    column = table.column_index(_LINK_COLUMN)
    if column is None:
        return []
    links = [cell for cell in table.cells(column) if cell]
    return [
        TrialWarning(
            f"Tautan berkas mati: {each.address} ({each.sentence_id})",
            f"Dead link of a document: {each.address} ({each.sentence_en})",
        )
        for each in dead_links(reach.fetcher, links, now, n_most=_N_LINKS)
    ]


def _class_of(kind: SourceKind) -> type[Source]:
    found = _KINDS.get(kind)
    if found is None:
        raise SourceError(
            "unknown-kind",
            f"Jenis sumber {kind} tidak dapat diambil.",
            f"Sources of the kind {kind} cannot be fetched.",
            permanent=True,
        )
    return found
