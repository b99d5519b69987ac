"""Trying a source before it is watched: what would be read, without writing anything."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from pathlib import PurePosixPath
from typing import Any

from catalog.intake.sources import ReadyRecipe, SourceBook
from catalog.models import SourceKind
from catalog.registry import discover
from checks import sources
from checks.looking.glimpse import Seeking, TrialWarning, glimpse
from checks.sources import Conditional, Fetched, Reach, Ref, Source, SourceError
from checks.sources.ckan import CkanOptions, placed
from checks.sources.drop_folder import outside_folder
from checks.sources.fetcher import check_address
from checks.sources.google_sheet import csv_address
from checks.sources.jdihn import dead_links
from checks.sources.options import (
    OptionFault,
    OptionField,
    form_of,
    option_faults,
    options_of,
    read_options,
)
from checks.sources.recipes import RECIPES
from checks.sources.references import check_reference
from checks.sources.sql_view import database_host
from checks.tables.child import Limits, once
from checks.tables.reading import Decision
from checks.tables.schema import trusted_schema
from checks.tables.table import Cells

__all__ = [
    "Trial",
    "TrialWarning",
    "check_place",
    "check_source",
    "faults_of",
    "kind_name",
    "option_form",
    "settled_options",
    "source_book",
    "try_source",
]

_N_WARNINGS = 20
_N_LINKS = 3
#: Options that decide which columns come out; with another one a recipe's columns are gone.
SHAPING = frozenset({"ambil_kolom", "buang_kolom", "hitung_menurut", "isi", "kueri"})
_KINDS: dict[SourceKind, type[Source]] = {kind.kind: kind for kind in discover(sources)}


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


def settled_options(kind: SourceKind, options: Mapping[str, Any]) -> dict[str, Any]:
    """Return options as a source stores them, what is usual left out. Raises SourceError."""
    known = read_options(options_of(_class_of(kind)), options)
    return known.model_dump(mode="json", exclude_defaults=True)


def faults_of(kind: SourceKind, options: Mapping[str, Any]) -> tuple[OptionFault, ...]:
    """Return what is wrong with each option of a kind."""
    return option_faults(options_of(_class_of(kind)), options)


def kind_name(kind: SourceKind, language: str) -> str:
    """Return what a kind is called among people. Raises SourceError for one of no address."""
    known = _class_of(kind)
    return known.title_en if language == "en" else known.title_id


def check_source(kind: SourceKind, address: str, options: Mapping[str, Any]) -> None:
    """Refuse an address or options that cannot work, without asking the source anything.

    To be called whenever a source is loaded or edited. Raises SourceError.
    """
    known = read_options(options_of(_class_of(kind)), options)
    check_place(kind, address)
    if isinstance(known, CkanOptions):
        placed(address, known)


def check_place(kind: SourceKind, address: str) -> None:
    """Refuse an address that cannot be one of this kind, whatever the options say."""
    if kind is SourceKind.SQL_VIEW:
        check_reference(address)
    elif kind is SourceKind.DROP_FOLDER and ".." in PurePosixPath(address).parts:
        raise outside_folder()
    elif kind is SourceKind.GOOGLE_SHEET:
        check_address(csv_address(address, ""))
    elif kind.is_pulled:
        check_address(address)


def source_book() -> SourceBook:
    """Return what a load needs to know of sources: the recipes, and the verdict on a source."""
    return SourceBook(
        recipes=tuple(
            ReadyRecipe(
                name=each.name,
                words=each.words,
                kind=each.source,
                address=each.address,
                options=each.stored_options,
                time_column=each.time_column,
                value_columns=each.value_columns,
                shaped_by=SHAPING,
            )
            for each in RECIPES
        ),
        check=check_source,
        database_host=database_host,
        check_schema=trusted_schema,
    )


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
    limits: Limits | None = None,
) -> Trial:
    """Look once at a source that nobody watches yet; nothing of it is kept.

    What it sends is read in a process of its own, within the limits.
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
    seeking = Seeking(time_column, tuple(value_columns), str(zone), now)
    try:
        seen = once(
            glimpse, fetched.path, fetched.file_name, fetched.media_type, seeking, limits=limits
        )
    finally:
        fetched.path.unlink(missing_ok=True)
    warnings = seen.warnings
    if kind is SourceKind.JDIHN:
        warnings = (*_dead(reach, seen.links, now), *warnings)
    return Trial(
        file_name=fetched.file_name,
        n_bytes=fetched.n_bytes,
        decisions=seen.decisions,
        header=seen.header,
        rows=seen.rows,
        n_rows=seen.n_rows,
        newest_period=seen.newest_period,
        warnings=tuple([*_about(fetched, seen.newest_period), *warnings][:_N_WARNINGS]),
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


def _dead(reach: Reach, links: Sequence[str], now: datetime) -> list[TrialWarning]:
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
