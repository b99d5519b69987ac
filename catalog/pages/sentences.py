"""What is said about an obligation and a strip: whole sentences in both languages."""

from collections.abc import Iterable
from dataclasses import dataclass

from catalog.pages.language import _, ngettext
from catalog.pages.wording import (
    local_day,
    long_day,
    period_name,
    period_tick,
    word_of,
)
from catalog.rules.terms import Headline, State, Timing
from catalog.store.strip import Cell, Look, Strip

MOST_NAMED = 6


@dataclass(frozen=True, slots=True)
class SpokenCell:
    """A cell as templates show it.

    `label` is the tick under it and `year` its second line, `period` the name in full,
    `word` the state, `sentence` the whole of it, `href` where more is said.
    """

    label: str
    look: Look
    word: str
    sentence: str
    letter: str
    href: str | None = None
    period: str = ""
    year: str = ""


@dataclass(frozen=True, slots=True)
class SpokenStrip:
    """A strip with its words; the sentence says the same to those who do not see it."""

    cells: tuple[SpokenCell, ...]
    sentence: str


def working_days(n: int) -> str:
    """Return "14 hari kerja"."""
    return ngettext("%(num)d hari kerja", "%(num)d hari kerja", n)


def cell_word(cell: Cell) -> str:
    """Return the word of a cell: "Terlambat 14 hari kerja"."""
    if cell.timing is Timing.LATE:
        return _("Terpenuhi, terlambat %(days)s", days=working_days(cell.n_days_late))
    if cell.state is State.LATE:
        return _("Terlambat %(days)s", days=working_days(cell.n_days_late))
    return word_of(cell.timing or cell.state)


def cell_sentence(cell: Cell) -> str:
    """Return one cell as a whole sentence: period, state, since when, due when."""
    if cell.period is None or cell.due_date is None:
        return _("%(day)s: %(word)s.", day=long_day(cell.start), word=word_of(cell.state).lower())
    said = {
        "period": period_name(cell.period),
        "due": long_day(cell.due_date),
        "days": working_days(cell.n_days_late),
        "at": long_day(local_day(cell.at)) if cell.at else "",
    }
    match cell.timing:
        case Timing.ON_TIME:
            return _("%(period)s: tepat waktu, diterima %(at)s; jatuh tempo %(due)s.", **said)
        case Timing.LATE:
            return _(
                "%(period)s: terlambat %(days)s, diterima %(at)s; jatuh tempo %(due)s.", **said
            )
        case Timing.UNOBSERVED:
            return _(
                "%(period)s: terpenuhi, waktu tidak teramati; pertama kali terlihat %(at)s, "
                "jatuh tempo %(due)s.",
                **said,
            )
    return _open_sentence(cell.state, said)


def _open_sentence(state: State | Headline, said: dict[str, str]) -> str:
    match state:
        case State.RUNNING:
            return _("%(period)s: periode berjalan; jatuh tempo %(due)s.", **said)
        case State.OPEN:
            return _("%(period)s: dapat disampaikan; jatuh tempo %(due)s.", **said)
        case State.DUE_SOON:
            return _("%(period)s: segera jatuh tempo, %(due)s.", **said)
        case State.GRACE:
            return _("%(period)s: dalam masa tenggang; jatuh tempo %(due)s.", **said)
        case State.LATE:
            return _("%(period)s: terlambat %(days)s; jatuh tempo %(due)s.", **said)
        case State.ARREARS:
            return _("%(period)s: menunggak %(days)s sejak jatuh tempo %(due)s.", **said)
        case State.NIL:
            return _("%(period)s: dinyatakan nihil %(at)s; jatuh tempo %(due)s.", **said)
        case State.WAIVED:
            return _("%(period)s: dibebaskan oleh walidata; jatuh tempo %(due)s.", **said)
        case _:
            return _(
                "%(period)s: belum dapat dinilai, karena belum ada pemeriksaan yang lengkap "
                "setelah masa tenggang; jatuh tempo %(due)s.",
                **said,
            )


def speak_cell(cell: Cell, previous: Cell | None = None, href: str | None = None) -> SpokenCell:
    """Put words to a cell; its year is named where it differs from the cell before."""
    tick = period_tick(cell.period) if cell.period else str(cell.start.day)
    year = str(cell.start.year)
    known = previous is not None and previous.start.year == cell.start.year
    return SpokenCell(
        label=tick,
        look=cell.look,
        word=cell_word(cell),
        sentence=cell_sentence(cell),
        letter=cell.letter,
        href=href,
        period=period_name(cell.period) if cell.period else long_day(cell.start),
        year="" if known or tick == year or "/" in tick else year,
    )


def speak_strip(strip: Strip, *, linked: bool = False) -> SpokenStrip:
    """Put words to a strip; linked cells lead to their row in the table behind it."""
    cells = tuple(
        speak_cell(
            cell,
            strip.cells[place - 1] if place else None,
            f"#periode-{cell.label.replace('/', '-')}" if linked else None,
        )
        for place, cell in enumerate(strip.cells)
    )
    return SpokenStrip(cells, strip_sentence(strip))


def strip_sentence(strip: Strip) -> str:
    """Return the strip counted: "12 periode: 9 tepat waktu, 2 terlambat, 1 berjalan."."""
    if not strip.cells:
        return _("Belum ada periode yang dapat ditampilkan.")
    tally: dict[str, int] = {}
    for cell in strip.cells:
        word = word_of(cell.timing or cell.state).lower()
        tally[word] = tally.get(word, 0) + 1
    counted = "; ".join(f"{n} {word}" for word, n in tally.items())
    n = len(strip.cells)
    if strip.is_rolling:
        return ngettext(
            "%(num)d hari terakhir: %(counted)s.",
            "%(num)d hari terakhir: %(counted)s.",
            n,
            counted=counted,
        )
    return ngettext(
        "%(num)d periode, dari yang terlama: %(counted)s.",
        "%(num)d periode, dari yang terlama: %(counted)s.",
        n,
        counted=counted,
    )


def joined(words: Iterable[str]) -> str:
    """Return words as a person lists them: "a, b dan c"."""
    several = list(words)
    if len(several) < 2:
        return "".join(several)
    return _("%(first)s dan %(last)s", first=", ".join(several[:-1]), last=several[-1])
