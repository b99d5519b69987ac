"""Writing what a row states onto a dataset, its promise and its source."""

from dataclasses import dataclass, fields
from datetime import date, datetime

from sqlmodel import Session

from catalog.intake.datasets import DatasetRow, Described
from catalog.intake.sources import SourceRow
from catalog.models import AuditEntry, Dataset, Promise, Source, SourceKind
from catalog.rules.release_rule import parse_release_rule

#: Who approved a promise that only a portal states.
HARVEST = "harvest"


@dataclass(frozen=True, slots=True)
class Terms:
    """How a load registers: since when by default, today's local date, the instant, by whom."""

    agreed_on: date
    today: date
    now: datetime
    actor: str


@dataclass(slots=True)
class Held:
    """A dataset with its promise that holds now and its sources, as the database has them.

    `source` is the oldest, of which load files speak; `others` are further ones that are
    looked at.
    """

    dataset: Dataset
    promise: Promise
    source: Source | None
    others: tuple[Source, ...] = ()


_WORDS = {
    "title": "judul",
    "indicator": "indikator",
    "classification": "klasifikasi",
    "n_rows_listed": "jumlah baris",
    "description": "deskripsi",
    "unit": "satuan",
    "dimension": "dimensi",
    "sensitivity": "sifat",
    "licence": "lisensi",
    "keywords": "kata kunci",
    "concept": "konsep",
    "definition": "definisi",
    "measure": "ukuran",
    "table_schema": "skema",
    "time_column": "kolom waktu",
    "value_columns": "kolom nilai",
    "key_columns": "kunci",
    "volatile_columns": "kolom berubah",
    "merge": "gabungan",
}


def describe(dataset: Dataset, described: Described) -> list[str]:
    """Write what a row states onto a dataset; return what changed, in words."""
    changes = []
    for each in fields(described):
        value = getattr(described, each.name)
        if isinstance(value, tuple):
            value = list(value)
        if value in (None, []) or getattr(dataset, each.name) == value:
            continue
        setattr(dataset, each.name, value)
        changes.append(_WORDS[each.name])
    return changes


def new_promise(dataset_id: int, row: DatasetRow, agreed_on: date, terms: Terms) -> Promise:
    """Return the first version of what a row promises."""
    promised = row.promised
    return Promise(
        dataset_id=dataset_id,
        cadence=promised.cadence,
        schedule=promised.parsed.schedule,
        rule_text=promised.rule_text,
        reason=promised.parsed.reason,
        agreed_on=agreed_on,
        approved_by=terms.actor,
        created_at=terms.now,
    )


def new_source(dataset_id: int, row: SourceRow, terms: Terms) -> Source:
    """Return the source that a row names, to be looked at at once."""
    return Source(
        dataset_id=dataset_id,
        kind=row.kind,
        address=row.address,
        host=row.host,
        options=dict(row.options),
        next_look_at=_first_look(row.kind, terms.now),
        created_at=terms.now,
    )


def _first_look(kind: SourceKind, now: datetime) -> datetime | None:
    return now if kind.is_looked_at else None


def renew(session: Session, held: Held, row: DatasetRow, n_rows: int, terms: Terms) -> list[str]:
    """Bring a dataset and its promise to what a row states; return what changed, in words."""
    dataset = held.dataset
    changes = describe(dataset, row.described)
    stated = {
        "title": row.title,
        "indicator": row.indicator,
        "classification": row.classification,
        "n_rows_listed": n_rows,
    }
    for name, value in stated.items():
        if value is not None and getattr(dataset, name) != value:
            setattr(dataset, name, value)
            changes.append(_WORDS[name])
    if _WORDS["merge"] in changes:
        _note_merge(session, dataset, terms)
    return changes + _renew_promise(session, held, row, terms)


def _note_merge(session: Session, dataset: Dataset, terms: Terms) -> None:
    """Write down since when other files of a dataset decide; what was closed stays closed."""
    dataset.merge_since = terms.now
    session.add(
        AuditEntry(
            at=terms.now,
            actor=terms.actor,
            action="dataset.merge",
            subject=f"dataset:{dataset.slug}",
            after={"merge": dataset.merge.value},
        )
    )


def _renew_promise(session: Session, held: Held, row: DatasetRow, terms: Terms) -> list[str]:
    """Add a version of the promise where its meaning changed; it counts from today at least."""
    old, new = held.promise, row.promised
    standing = parse_release_rule(old.rule_text, old.cadence)
    if (old.cadence, standing.schedule, standing.rule) == (
        new.cadence,
        new.parsed.schedule,
        new.parsed.rule,
    ):
        if old.approved_by == HARVEST:
            # What a row of the daftar data promises too is the daftar data's from now on.
            old.approved_by = terms.actor
        if old.rule_text == new.rule_text:
            return []
        old.rule_text, old.reason = new.rule_text, new.parsed.reason
        return ["tulisan jadwal rilis"]
    since = max(new.agreed_on or terms.agreed_on, terms.today, old.agreed_on)
    promise = new_promise(old.dataset_id, row, since, terms)
    promise.version = old.version + 1
    old.ends_on = since
    session.add(promise)
    session.add(
        AuditEntry(
            at=terms.now,
            actor=terms.actor,
            action="promise.renewed",
            subject=f"dataset:{held.dataset.slug}",
            before={"cadence": old.cadence.value, "rule_text": old.rule_text},
            after={
                "cadence": promise.cadence.value,
                "rule_text": promise.rule_text,
                "agreed_on": since.isoformat(),
            },
        )
    )
    held.promise = promise
    return [f"jadwal (berlaku mulai {since.isoformat()})"]


def renew_source(session: Session, held: Held, row: SourceRow | None, terms: Terms) -> list[str]:
    """Bring a dataset's source to what is stated; return what changed, in words."""
    source = held.source
    if row is None:
        return []
    if source is None:
        held.source = new_source(held.promise.dataset_id, row, terms)
        session.add(held.source)
        return ["sumber"]
    source.host = row.host
    if (source.kind, source.address, source.options) == (row.kind, row.address, row.options):
        return []
    source.kind, source.address, source.options = row.kind, row.address, dict(row.options)
    source.next_look_at = _first_look(row.kind, terms.now)
    # What is known of the old address, or read by the old options, says nothing of the new
    # ones; a look that is under way is dropped when it comes home.
    source.etag = source.last_modified = source.last_full_at = None
    source.conclusive_at = source.failing_since = source.paused_reason = None
    source.last_check_id = source.looked_at = source.lease = source.leased_until = None
    source.n_failed = source.n_since_full = 0
    if row.kind is not SourceKind.PUSH:
        source.token_hash = None
    return ["sumber"]
