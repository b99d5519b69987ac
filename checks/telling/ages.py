"""Rolling data: told by episodes. An episode begins when the data were last CURRENT.

The outbox is the memory: the key of a notice names the dataset, the episode and the level,
so whoever plans, and however often, one person is told one level of an episode once.
Source: design/freshness.md, section 7, which speaks of obligations; README, Decisions.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session

from catalog import models
from catalog.rules.aging import Aging, aging, opening_bounds
from catalog.rules.escalation import (
    NAG_LEVEL,
    Answer,
    Telling,
    age_level,
    age_telling,
    opening_age_level,
)
from catalog.rules.rolling import Reading
from catalog.rules.terms import Headline
from catalog.store.readings import readings_of
from catalog.store.standing import City, Standing
from checks.telling.age_memory import Told, age_answers, last_told, unrelieved_people
from checks.telling.drafts import level_notices, nag_notices, summary_notices
from checks.telling.memory import Memory
from checks.telling.notices import PlannedNotice
from checks.telling.recipients import Directory

_KINDS = models.NoticeKind
_TOO_OLD = frozenset({Headline.GRACE, Headline.LATE, Headline.ARREARS})
BACK_IN_TIME = "mutakhir lagi sebelum dikirim"


@dataclass(frozen=True, slots=True)
class Aged:
    """One rolling dataset: how old its data are, what they rest on, what the agency `said`."""

    stand: Standing
    readings: Sequence[Reading]
    aging: Aging
    said: Sequence[models.Declaration]

    @property
    def answers(self) -> list[Answer]:
        """What was answered about this episode."""
        return [Answer(each.at, each.eta_on) for each in self.said if each.eta_on]

    @property
    def mark(self) -> int:
        """The episode as a number that grows with time; 0 for data that were never CURRENT."""
        return int(self.aging.since.timestamp()) if self.aging.since else 0

    @property
    def episode(self) -> str:
        """The start of the keys of all announcements of the episode."""
        # Of one width, so that the greatest key is that of the newest episode's highest level.
        return f"age:{self.stand.dataset_id}:{self.mark:010d}"


@dataclass(slots=True)
class AgeNews:
    """What one plan says about rolling data; `silent` are announcements without a message.

    `levels` and `episodes` are those of the data that are too old now, `current` the data
    that are not, `quiet` those with an answer that still holds; all by dataset id.
    """

    drafts: list[PlannedNotice] = field(default_factory=list)
    silent: list[PlannedNotice] = field(default_factory=list)
    levels: dict[int, int] = field(default_factory=dict)
    episodes: dict[int, str] = field(default_factory=dict)
    current: set[int] = field(default_factory=set)
    quiet: set[int] = field(default_factory=set)
    late_agencies: set[int] = field(default_factory=set)
    n_unreachable: int = 0

    def why_moot(self, notice: models.Notice) -> str | None:
        """Return why a notice about rolling data has nothing to say any more."""
        dataset_id = notice.dataset_id or 0
        found = self.levels.get(dataset_id, 0)
        if notice.kind is _KINDS.RECOVERY:
            return None if dataset_id in self.current else "terlambat lagi sebelum dikirim"
        if dataset_id in self.current:
            return BACK_IN_TIME
        if notice.kind is _KINDS.NAG and dataset_id in self.quiet:
            return "sudah ditanggapi"
        if notice.kind is _KINDS.NAG:
            return None if found >= NAG_LEVEL else "tidak berlaku lagi"
        if found > (notice.level or 0):
            return f"digantikan tingkat {found}"
        is_this = notice.key.startswith(f"{self.episodes.get(dataset_id)}:{found}:")
        return None if is_this else "tidak berlaku lagi"


def is_about_age(notice: models.Notice) -> bool:
    """Tell whether a notice speaks of a rolling dataset as too old, or as CURRENT again."""
    kinds = (_KINDS.LEVEL, _KINDS.NAG, _KINDS.RECOVERY)
    return notice.kind in kinds and notice.obligation_id is None


def aged(
    session: Session, stands: Iterable[Standing], city: City, now: datetime
) -> dict[int, Aged]:
    """Return how old the data of the rolling ones among the datasets are, by dataset id."""
    rolling = {s.dataset_id: s for s in stands if s.promise.cadence.is_rolling}
    if not rolling:
        return {}
    readings = readings_of(session, rolling, now)
    said = age_answers(session, rolling, now)
    calendar = city.calendar
    found: dict[int, Aged] = {}
    for dataset_id, stand in rolling.items():
        seen = readings.get(dataset_id, ())
        agreed_at = calendar.midnight(stand.agreed_on)
        how = aging(stand.promise, seen, now, calendar, agreed_at)
        since = how.since or agreed_at
        given = [each for each in said.get(dataset_id, ()) if each.at >= since]
        found[dataset_id] = Aged(stand, seen, how, given)
    return found


def age_news(
    session: Session,
    stands: Iterable[Standing],
    city: City,
    now: datetime,
    memory: Memory,
    directory: Directory,
) -> AgeNews:
    """Return what to tell about rolling data, and what is announced without a message."""
    rolling = [s for s in stands if s.promise.cadence.is_rolling]
    news = AgeNews(current={s.dataset_id for s in rolling if s.headline is Headline.CURRENT})
    told = last_told(session)
    unrelieved = unrelieved_people(session, news.current & told.keys())
    wanted = [s for s in rolling if _is_too_old(s) or s.dataset_id in unrelieved]
    for dataset_id, each in aged(session, wanted, city, now).items():
        if dataset_id in unrelieved:
            news.drafts += _recoveries(each, unrelieved[dataset_id])
        else:
            before = _announced(told.get(dataset_id), each)
            _plan_too_old(news, each, before, city, now, memory, directory)
    return news


def age_backlog(
    session: Session, stands: Iterable[Standing], city: City, now: datetime, directory: Directory
) -> AgeNews:
    """Return the same as if all that is too old now had been announced, with one summary."""
    news = AgeNews()
    told = last_told(session)
    for dataset_id, each in aged(session, filter(_is_too_old, stands), city, now).items():
        found = _level(each)
        if found > _announced(told.get(dataset_id), each):
            _silence(news, each, found, directory, city, now)
    return news


def _is_too_old(stand: Standing) -> bool:
    """Tell whether an agency may be told; what waits for walidata is not the agency's delay."""
    is_rolling = stand.promise.cadence.is_rolling
    return is_rolling and stand.headline in _TOO_OLD and stand.review_since is None


def _announced(told: Told | None, each: Aged) -> int:
    """Return the announced level of the episode; 0 when only earlier ones were announced."""
    return told.level if told is not None and told.mark >= each.mark else 0


def _level(each: Aged) -> int:
    return age_level(each.stand.headline, each.aging, each.stand.conclusive_at)


def _plan_too_old(
    news: AgeNews,
    each: Aged,
    before: int,
    city: City,
    now: datetime,
    memory: Memory,
    directory: Directory,
) -> None:
    dataset_id, calendar = each.stand.dataset_id, city.calendar
    since = memory.since.get(dataset_id, now)
    opening = before
    if not before or memory.restored_at is not None:
        opening = max(before, _level_when_first_seen(each, city, since))
    told_at = memory.nagged_at.get(dataset_id)
    telling = age_telling(_level(each), opening, told_at, each.answers, now, calendar)
    _take(news, each, telling, directory)
    if not before and not telling.is_announcement and telling.level >= NAG_LEVEL:
        _silence(news, each, telling.level, directory, city, since)
    elif telling.is_nag and _was_seen_after(each.stand, told_at):
        day = calendar.local_date(now)
        news.drafts += nag_notices(directory, each.stand, day, telling.level)
    if telling.level <= NAG_LEVEL and _has_eta_ahead(each.answers, city, now):
        news.quiet.add(dataset_id)


def _level_when_first_seen(each: Aged, city: City, since: datetime) -> int:
    """Return the level that age alone gave when the dataset could first be seen."""
    if not each.aging.lasts_from(since):
        return 0
    agreed_at = city.calendar.midnight(each.stand.agreed_on)
    bounds = opening_bounds(each.stand.promise, each.readings, since, city.calendar, agreed_at)
    return opening_age_level(bounds, since)


def _take(news: AgeNews, each: Aged, telling: Telling, directory: Directory) -> None:
    """Note the level, and announce it where it is new."""
    stand = each.stand
    news.levels[stand.dataset_id] = telling.level
    news.episodes[stand.dataset_id] = each.episode
    if telling.level >= NAG_LEVEL:
        news.late_agencies.add(stand.agency.id)
    if telling.is_announcement:
        key = f"{each.episode}:{telling.level}"
        drafts = level_notices(directory, stand, key, telling.level)
        news.drafts += drafts
        news.n_unreachable += not drafts


def _silence(
    news: AgeNews, each: Aged, found: int, directory: Directory, city: City, since: datetime
) -> None:
    """Announce a level without a message: one summary tells of all that was old already."""
    agency_id = each.stand.agency.id
    draft = PlannedNotice(
        f"{each.episode}:{found}:silent",
        _KINDS.LEVEL,
        agency_id=agency_id,
        dataset_id=each.stand.dataset_id,
        level=found,
    )
    news.silent.append(draft.replaced("digantikan ringkasan"))
    if found >= NAG_LEVEL:
        day = city.calendar.local_date(since)
        news.drafts += summary_notices(directory, agency_id, day)


def _recoveries(each: Aged, people: Iterable[int]) -> list[PlannedNotice]:
    return [
        PlannedNotice(
            f"recovery:{each.episode}:{person_id}",
            _KINDS.RECOVERY,
            person_id,
            agency_id=each.stand.agency.id,
            dataset_id=each.stand.dataset_id,
        )
        for person_id in sorted(people)
    ]


def _has_eta_ahead(answers: Iterable[Answer], city: City, now: datetime) -> bool:
    return any(now < city.calendar.midnight_after(answer.eta_on) for answer in answers)


def _was_seen_after(stand: Standing, told_at: datetime | None) -> bool:
    """Tell whether a look since the last message bears the reproach that is repeated."""
    seen_at = stand.conclusive_at
    return seen_at is not None and (told_at is None or seen_at > told_at)
