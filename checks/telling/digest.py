"""The digest: from the notices one person is to get, the letter that says them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from catalog import models
from catalog.rules.escalation import NAG_LEVEL
from catalog.store.standing import City, standings
from checks.telling.age_parts import age_part, age_recovery_part
from checks.telling.ages import aged, is_about_age
from checks.telling.letter import Letter
from checks.telling.links import VALID_FOR, Purpose
from checks.telling.list_parts import backlog_part, monthly_part
from checks.telling.parts import (
    Desk,
    Writer,
    access_part,
    owed_part,
    recovery_part,
    task_part,
    worst,
)
from checks.telling.words import Words, words_for

_KINDS = models.NoticeKind


def write_letter(
    session: Session,
    city: City,
    now: datetime,
    person: models.Person,
    notices: Sequence[models.Notice],
    issued_at: datetime,
    desk: Desk,
) -> Letter:
    """Return the letter that tells a person all of the notices, in the person's language."""
    writer = _writer(session, city, now, person, notices, issued_at, desk)
    by_kind: dict[models.NoticeKind, list[models.Notice]] = defaultdict(list)
    for notice in notices:
        by_kind[notice.kind].append(notice)
    owed = _owed_by_dataset(by_kind[_KINDS.LEVEL] + by_kind[_KINDS.NAG])
    parts = [task_part(writer, notice) for notice in by_kind[_KINDS.TASK]]
    parts += [
        age_part(writer, group[0]) if is_about_age(group[0]) else owed_part(writer, group)
        for group in owed
    ]
    parts += [backlog_part(writer, notice) for notice in by_kind[_KINDS.BACKLOG]]
    parts += [access_part(writer, notice) for notice in by_kind[_KINDS.ACCESS]]
    parts += [
        age_recovery_part(writer, notice) if is_about_age(notice) else recovery_part(writer, notice)
        for notice in by_kind[_KINDS.RECOVERY]
    ]
    parts += [monthly_part(writer) for _ in by_kind[_KINDS.MONTHLY][:1]]
    subject = _subject(writer.words, owed, by_kind)
    return Letter(
        locale=writer.words.locale,
        subject=f"[{city.name}] {subject}",
        greeting=writer.words.gettext("Yth. %(name)s,", name=person.name),
        opening=_opening(writer, owed, by_kind),
        parts=tuple(parts),
        closing=_closing(writer, has_links=any(part.links for part in parts)),
        unsubscribe=writer.link("", Purpose.NOT_MINE).address,
    )


def _writer(
    session: Session,
    city: City,
    now: datetime,
    person: models.Person,
    notices: Sequence[models.Notice],
    issued_at: datetime,
    desk: Desk,
) -> Writer:
    kinds = {notice.kind for notice in notices}
    everything = bool(kinds & {_KINDS.BACKLOG, _KINDS.MONTHLY})
    wanted = {notice.dataset_id for notice in notices if notice.dataset_id}
    stands = standings(session, city, now, dataset_ids=None if everything else wanted)
    obligation, source, dataset = models.Obligation, models.Source, models.Dataset
    told = {notice.obligation_id for notice in notices if notice.obligation_id}
    labels = session.exec(
        select(col(obligation.id), col(obligation.label)).where(col(obligation.id).in_(told))
    )
    at_host: dict[tuple[int, str], list[str]] = defaultdict(list)
    if _KINDS.ACCESS in kinds:
        for agency_id, host, title in session.exec(
            select(dataset.agency_id, source.host, dataset.title)
            .join(dataset, col(dataset.id) == source.dataset_id)
            .order_by(col(dataset.title))
        ):
            at_host[agency_id, host].append(title)
    own = session.exec(
        select(models.Assignment.agency_id).where(
            models.Assignment.person_id == person.id, col(models.Assignment.agency_id).is_not(None)
        )
    )
    return Writer(
        city=city,
        now=now,
        person=person,
        issued_at=issued_at,
        desk=desk,
        words=words_for(person.locale, city.calendar.zone),
        own_agencies=frozenset(agency_id for agency_id in own if agency_id is not None),
        stands={stand.dataset_id: stand for stand in stands},
        labels={found: label for found, label in labels if found is not None},
        at_host=at_host,
        aged=aged(session, stands, city, now),
    )


def _owed_by_dataset(notices: Sequence[models.Notice]) -> list[list[models.Notice]]:
    """Group what is owed by dataset, the most urgent first."""
    groups: dict[int, list[models.Notice]] = defaultdict(list)
    for notice in notices:
        groups[notice.dataset_id or 0].append(notice)
    return sorted(groups.values(), key=lambda group: (-worst(group), group[0].dataset_id or 0))


def _subject(
    words: Words,
    owed: Sequence[Sequence[models.Notice]],
    by_kind: Mapping[models.NoticeKind, Sequence[models.Notice]],
) -> str:
    n_late = sum(worst(group) >= NAG_LEVEL for group in owed)
    n_due = len(owed) - n_late
    if any(notice.key.startswith("hold:") for notice in by_kind[_KINDS.TASK]):
        return words.gettext("Pesan ditahan, mohon diperiksa")
    if n_late and n_due:
        return words.ngettext(
            "%(n)d data terlambat, %(due)d segera jatuh tempo",
            "%(n)d data terlambat, %(due)d segera jatuh tempo",
            n_late,
            due=n_due,
        )
    if n_late:
        return words.ngettext("%(n)d data terlambat", "%(n)d data terlambat", n_late)
    if n_due:
        return words.ngettext("%(n)d data perlu dikirim", "%(n)d data perlu dikirim", n_due)
    if by_kind[_KINDS.BACKLOG]:
        return words.gettext("Ringkasan data yang belum ada")
    if by_kind[_KINDS.MONTHLY]:
        return words.gettext("Daftar bulanan data yang menunggak")
    if by_kind[_KINDS.ACCESS]:
        return words.gettext("Kabar tentang alamat sumber data")
    if by_kind[_KINDS.TASK]:
        return words.gettext("Ada tugas untuk walidata")
    return words.gettext("Data sudah kami terima")


def _opening(
    writer: Writer,
    owed: Sequence[Sequence[models.Notice]],
    by_kind: Mapping[models.NoticeKind, Sequence[models.Notice]],
) -> str:
    words = writer.words
    stands = [s for group in owed if (s := writer.stands.get(group[0].dataset_id or 0))]
    agencies = {stand.agency.id: stand.agency for stand in stands}
    if len(agencies) == 1:
        agency = next(iter(agencies.values()))
        return words.ngettext(
            "%(n)d data %(agency)s menunggu untuk dikirim.",
            "%(n)d data %(agency)s menunggu untuk dikirim.",
            len(stands),
            agency=agency.name,
        )
    if agencies:
        return words.gettext(
            "%(n)d data dari %(agencies)d perangkat daerah menunggu untuk dikirim.",
            n=len(stands),
            agencies=len(agencies),
        )
    if by_kind[_KINDS.RECOVERY]:
        return words.gettext("Yang kami kabarkan belum ada, kini sudah beres.")
    return words.gettext("Berikut kabar dari pemantauan data %(city)s.", city=writer.city.name)


def _closing(writer: Writer, *, has_links: bool) -> tuple[str, ...]:
    words = writer.words
    lines = [
        words.gettext(
            "Tanda: ✓ terpenuhi, ! belum ada dan lewat tenggang, ? belum dapat dinilai, "
            "– nihil atau dibebaskan, … belum lewat tenggang."
        )
    ]
    if has_links:
        until = words.day(writer.city.calendar.local_date(writer.issued_at + VALID_FOR))
        lines.append(
            words.gettext(
                "Tautan ini hanya untuk Anda dan berlaku sampai %(until)s; membukanya saja tidak "
                "mengubah apa pun.",
                until=until,
            )
        )
    lines.append(
        words.gettext(
            "Paling banyak satu surel sehari, pada hari kerja. Keadaan semua data: %(address)s",
            address=writer.desk.base_url,
        )
    )
    return tuple(lines)
