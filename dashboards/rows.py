"""An agency's row in words: its figures, its months, what it owes and what it says itself."""

from dataclasses import dataclass

from catalog.pages.language import _, ngettext
from catalog.pages.sentences import SpokenStrip
from catalog.pages.wording import number, percent, period_name, short_day
from catalog.rules.score import Share
from catalog.rules.terms import State
from dashboards.numbers import AgencyRow, Gap
from dashboards.speech import number_fixed, speak_months, unranked_text
from dashboards.stacks import Stack, stack

#: How many owed periods of an agency are named on the board; all are on its own map.
N_GAPS_NAMED = 3


@dataclass(frozen=True, slots=True)
class SpokenGap:
    """One owed period in words."""

    slug: str
    title: str
    period: str
    due: str
    state: State
    reason: str | None
    eta: str | None


@dataclass(frozen=True, slots=True)
class Reading:
    """A figure as it is read at a glance, and what it is made of."""

    figure: str
    of: str = ""

    @property
    def whole(self) -> str:
        """Both in one line."""
        return f"{self.figure} ({self.of})" if self.of else self.figure


@dataclass(frozen=True, slots=True)
class SpokenRow:
    """One agency in words."""

    rank: int | None
    slug: str
    name: str
    abbreviation: str | None
    score: Reading
    punctuality: Reading
    timeliness: Reading
    filled: Reading
    n_late: int
    strip: SpokenStrip
    stack: Stack
    owed: str | None
    unseen: str | None
    gaps: tuple[SpokenGap, ...]
    n_more: int
    unranked: str | None

    @property
    def missing(self) -> str:
        """What is owed and what nobody could look for, in one line."""
        return "; ".join(text for text in (self.owed, self.unseen) if text)


def speak_row(row: AgencyRow) -> SpokenRow:
    """Put words to an agency's row."""
    # The newest gaps say what to do next; the oldest may never come.
    owed = row.owed
    named = owed[-N_GAPS_NAMED:]
    return SpokenRow(
        rank=row.rank,
        slug=row.agency.slug,
        name=row.agency.name,
        abbreviation=row.agency.abbreviation,
        score=_score(row),
        punctuality=_share(row.measures.punctuality),
        timeliness=_days(row.measures.timeliness),
        filled=_share(row.measures.filled),
        n_late=row.n_late,
        strip=speak_months(row.measures.months),
        stack=stack(row.measures.months),
        owed=_owed(len(owed), row.n_unseen),
        unseen=_unseen(row.n_unseen),
        gaps=tuple(_speak_gap(gap) for gap in reversed(named)),
        n_more=len(owed) - len(named),
        unranked=unranked_text(row) if row.unranked else None,
    )


def _score(row: AgencyRow) -> Reading:
    if row.score.value is None:
        return Reading("–")
    total, n = number_fixed(row.total, 2), number(row.score.n_agreed)
    return Reading(
        number_fixed(row.score.value, 2), _("%(total)s dari %(n)s dataset", total=total, n=n)
    )


def _share(share: Share | None) -> Reading:
    if share is None or not share.of:
        return Reading("–")
    counted = _("%(n)s dari %(of)s", n=number(share.n), of=number(share.of))
    return Reading(percent(share.n, share.of), counted)


def _days(days: float | None) -> Reading:
    return Reading("–") if days is None else Reading(number(days), _("hari kerja"))


def _owed(n: int, n_unseen: int) -> str | None:
    if not n:
        return None if n_unseen else _("Tidak ada")
    return ngettext("%(num)d periode", "%(num)d periode", n)


def _unseen(n: int) -> str | None:
    if not n:
        return None
    return ngettext("%(num)d periode belum dapat dinilai", "%(num)d periode belum dapat dinilai", n)


def _speak_gap(gap: Gap) -> SpokenGap:
    said = gap.explanation
    return SpokenGap(
        slug=gap.dataset_slug,
        title=gap.dataset_title,
        period=period_name(gap.period),
        due=short_day(gap.due_date),
        state=gap.state,
        reason=said.reason if said else None,
        eta=short_day(said.eta_on) if said and said.eta_on else None,
    )
