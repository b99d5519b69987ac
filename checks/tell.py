"""Tell: plan what has to be said, from how things stand and what was said before.

Level-triggered: a plan compares the level of each obligation with the last announced
one, so missed runs change nothing but the hour. A notice's key makes it unique whoever
plans it; the announced level and the outbox row are written in one transaction.
Source: design/freshness.md, section 7.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session, col, select

from catalog import models
from catalog.rules.escalation import (
    NAG_LEVEL,
    Answer,
    is_on_monthly_list,
    level,
    opening_level,
    telling,
)
from catalog.rules.obligations import Judged, judge
from catalog.rules.terms import Role
from catalog.store.standing import City, Standing, standings
from checks.telling.ages import AgeNews, age_backlog, age_news, is_about_age
from checks.telling.drafts import level_notices, nag_notices, summary_notices
from checks.telling.guard import Hold, watch
from checks.telling.hosts import SILENT, Hosts, broken_hosts, host_news, is_outdated
from checks.telling.line import line_news
from checks.telling.memory import (
    RECOVERABLE_LEVEL,
    Memory,
    closed_among,
    remember,
    reproached,
    under_way,
)
from checks.telling.notices import PlannedNotice, add_notices, announce, supersede, task
from checks.telling.recipients import Directory, load_directory


@dataclass(frozen=True, slots=True)
class Planned:
    """What one plan did.

    `n_silent` obligations and rolling datasets are old backlog, announced without a message
    of their own; `n_unreachable` have nobody who could be told and stay to be announced.
    """

    notices: tuple[PlannedNotice, ...]
    n_superseded: int
    n_silent: int
    n_unreachable: int
    hold: Hold | None

    @property
    def n_planned(self) -> int:
        """How many notices this plan added to the outbox."""
        return len(self.notices)


@dataclass(slots=True)
class _Plan:
    """One plan while it is being made; `levels` are those of the open obligations."""

    city: City
    now: datetime
    directory: Directory
    memory: Memory
    drafts: list[PlannedNotice] = field(default_factory=list)
    announced: dict[int, int] = field(default_factory=dict)
    levels: dict[int, int] = field(default_factory=dict)
    late_agencies: set[int] = field(default_factory=set)
    quiet: set[int] = field(default_factory=set)
    recovered: dict[int, Standing] = field(default_factory=dict)
    n_silent: int = 0
    n_unreachable: int = 0


def plan_notices(session: Session, city: City, now: datetime) -> Planned:
    """Add to the outbox what has to be said at `now`, and take back what no longer has to.

    Planning twice adds nothing. What was already late when a dataset could first be seen
    is announced silently, with one summary for its agency.
    """
    stands = standings(session, city, now)
    hold, began = watch(session, stands, city, now)
    plan = _Plan(city, now, load_directory(session), remember(session, now))
    for stand in stands:
        if stand.headline not in SILENT:
            _plan_dataset(plan, stand)
    ages = age_news(session, stands, city, now, plan.memory, plan.directory)
    _plan_ages(session, plan, ages)
    _plan_recoveries(plan, reproached(session, plan.recovered))
    for obligation_id in under_way(session, plan.recovered):
        # Whoever still receives that message is told of the recovery by a later plan.
        del plan.announced[obligation_id]
    broken = broken_hosts(session, stands)
    today = city.calendar.local_date(now)
    plan.drafts.extend(host_news(broken, plan.memory, plan.directory, today))
    plan.drafts.extend(line_news(session, plan.directory))
    _plan_monthly(plan, [*plan.levels.values(), *ages.levels.values()])
    if hold is not None and began:
        counts = f"{hold.n_worsened} {hold.n_datasets} {hold.n_lost}"
        plan.drafts.extend(task(plan.directory, f"hold:{hold.entry_id}", counts))
    added = add_notices(session, plan.drafts, now)
    announce(session, plan.announced, now)
    n_superseded = _supersede_moot(session, plan, ages, broken)
    return Planned(added, n_superseded, plan.n_silent, plan.n_unreachable, hold)


def announce_backlog_silently(session: Session, city: City, now: datetime) -> Planned:
    """Take everything that is due now for already announced; one summary for each agency.

    For a first load, a replay of the past, and a restored backup.
    """
    plan = _Plan(city, now, load_directory(session), remember(session, now))
    stands = standings(session, city, now)
    _plan_ages(session, plan, age_backlog(session, stands, city, now, plan.directory))
    for stand in stands:
        if stand.headline in SILENT:
            continue
        for judged in stand.judged:
            spoken = plan.memory.spoken.get((stand.dataset_id, judged.obligation.period.label))
            found = level(judged, now)
            if spoken is None or not judged.is_open or found <= spoken.level:
                continue
            plan.announced[spoken.obligation_id] = found
            if found >= NAG_LEVEL:
                _plan_summary(plan, stand, now)
    added = add_notices(session, plan.drafts, now)
    announce(session, plan.announced, now)
    return Planned(added, 0, plan.n_silent, plan.n_unreachable, None)


def _plan_dataset(plan: _Plan, stand: Standing) -> None:
    nagging: dict[int, int] = {}
    for judged in stand.judged:
        spoken = plan.memory.spoken.get((stand.dataset_id, judged.obligation.period.label))
        if spoken is None:
            continue
        obligation_id = spoken.obligation_id
        if not judged.is_open:
            plan.announced[obligation_id] = 0
            if spoken.level >= RECOVERABLE_LEVEL:
                plan.recovered[obligation_id] = stand
            continue
        before = spoken.level
        if not before or plan.memory.restored_at is not None:
            before = max(before, _level_when_first_seen(plan, stand, judged))
        nagged_at = plan.memory.nagged_at.get(stand.dataset_id)
        told_at = max(filter(None, (spoken.at, nagged_at)), default=None)
        answers = plan.memory.answers.get(obligation_id, ())
        found = telling(judged, before, told_at, answers, plan.now, plan.city.calendar)
        plan.levels[obligation_id] = found.level
        if found.level >= NAG_LEVEL:
            plan.late_agencies.add(stand.agency.id)
        if found.is_announcement:
            _plan_level(plan, stand, obligation_id, found.level)
        elif found.level >= NAG_LEVEL and spoken.at is None:
            plan.announced[obligation_id] = found.level
            _plan_summary(plan, stand, plan.memory.since.get(stand.dataset_id, plan.now))
        elif found.is_nag:
            nagging[obligation_id] = found.level
        if found.level <= NAG_LEVEL and _has_eta_ahead(plan, answers):
            plan.quiet.add(obligation_id)
    if nagging:
        _plan_nag(plan, stand, nagging)


def _has_eta_ahead(plan: _Plan, answers: Sequence[Answer]) -> bool:
    return any(plan.now < plan.city.calendar.midnight_after(a.eta_on) for a in answers)


def _level_when_first_seen(plan: _Plan, stand: Standing, judged: Judged) -> int:
    """Return the level the deadlines alone gave when the dataset could first be seen."""
    since = plan.memory.since.get(stand.dataset_id, plan.now)
    return opening_level(judge(judged.obligation, None, since, since), since)


def _plan_level(plan: _Plan, stand: Standing, obligation_id: int, found: int) -> None:
    key = f"level:{obligation_id}:{found}"
    drafts = level_notices(plan.directory, stand, key, found, obligation_id)
    if not drafts:
        plan.n_unreachable += 1
        return
    plan.announced[obligation_id] = found
    plan.drafts.extend(drafts)


def _plan_nag(plan: _Plan, stand: Standing, nagging: Mapping[int, int]) -> None:
    oldest, worst = next(iter(nagging)), max(nagging.values())
    day = plan.city.calendar.local_date(plan.now)
    plan.drafts.extend(nag_notices(plan.directory, stand, day, worst, oldest))


def _plan_summary(plan: _Plan, stand: Standing, since: datetime) -> None:
    """One summary for each load and person, however many obligations were already late."""
    plan.n_silent += 1
    day = plan.city.calendar.local_date(since)
    plan.drafts.extend(summary_notices(plan.directory, stand.agency.id, day))


def _plan_ages(session: Session, plan: _Plan, ages: AgeNews) -> None:
    plan.drafts.extend(ages.drafts)
    plan.late_agencies |= ages.late_agencies
    plan.n_silent += len(ages.silent)
    plan.n_unreachable += ages.n_unreachable
    add_notices(session, ages.silent, plan.now)


def _plan_recoveries(plan: _Plan, people: Mapping[int, set[int]]) -> None:
    plan.drafts.extend(
        PlannedNotice(
            f"recovery:{obligation_id}:{person_id}",
            models.NoticeKind.RECOVERY,
            person_id,
            agency_id=stand.agency.id,
            dataset_id=stand.dataset_id,
            obligation_id=obligation_id,
        )
        for obligation_id, stand in plan.recovered.items()
        for person_id in sorted(people.get(obligation_id, ()))
    )


def _plan_monthly(plan: _Plan, levels: Iterable[int]) -> None:
    """The list for pimpinan, once a month from its first working day, if anything is on it."""
    today = plan.city.calendar.local_date(plan.now)
    is_time = today >= plan.city.calendar.roll(today.replace(day=1))
    if is_time and any(map(is_on_monthly_list, levels)):
        draft = PlannedNotice(f"monthly:{today:%Y-%m}", models.NoticeKind.MONTHLY)
        plan.drafts.extend(draft.to(plan.directory.city_wide(Role.PIMPINAN)))


def _supersede_moot(session: Session, plan: _Plan, ages: AgeNews, broken: Hosts) -> int:
    """End the notices that are in no message yet and have nothing to say any more."""
    waiting = session.exec(
        select(models.Notice)
        .where(
            models.Notice.state == models.NoticeState.PLANNED,
            col(models.Notice.mail_id).is_(None),
        )
        .with_for_update()
    ).all()
    closed = closed_among(session, (n.obligation_id for n in waiting if n.obligation_id), plan.now)
    n_superseded = 0
    for notice in waiting:
        if is_about_age(notice):
            reason = ages.why_moot(notice)
        else:
            reason = _why_moot(plan, notice, notice.obligation_id in closed, broken)
        if reason is not None:
            supersede(notice, reason, plan.now)
            n_superseded += 1
    session.flush()
    return n_superseded


def _why_moot(plan: _Plan, notice: models.Notice, closed: bool, broken: Hosts) -> str | None:
    kind, kinds = notice.kind, models.NoticeKind
    found = plan.levels.get(notice.obligation_id or 0, 0)
    if kind in (kinds.LEVEL, kinds.NAG) and closed:
        return "terpenuhi sebelum dikirim"
    if kind is kinds.LEVEL and found != notice.level:
        higher = found > (notice.level or 0)
        return f"digantikan tingkat {found}" if higher else "tidak berlaku lagi"
    if kind is kinds.NAG and notice.obligation_id in plan.quiet:
        return "sudah ditanggapi"
    if kind is kinds.NAG and found < NAG_LEVEL:
        return "tidak berlaku lagi"
    if kind is kinds.RECOVERY and not closed:
        return "pemenuhan ditarik kembali"
    if kind is kinds.BACKLOG and notice.agency_id not in plan.late_agencies:
        return "tunggakan sudah selesai"
    if kind is kinds.MONTHLY:
        month = f"monthly:{plan.city.calendar.local_date(plan.now):%Y-%m}:"
        return None if notice.key.startswith(month) else "digantikan daftar bulan ini"
    if kind is kinds.ACCESS and is_outdated(notice.key, broken):
        return "sudah berubah sebelum dikirim"
    return None
