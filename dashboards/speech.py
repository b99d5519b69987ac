"""What the board says in words: cells, shares, reasons, the filter, in both languages."""

from datetime import datetime

import flask_babel

from catalog.pages.language import _, ngettext
from catalog.pages.sentences import SpokenCell, SpokenStrip, joined
from catalog.pages.wording import instant, month_name, number, percent, word_of
from catalog.rules.score import MIN_AGREED_TO_RANK, Share
from catalog.rules.terms import Headline, Timing
from dashboards.heat import HeatMap
from dashboards.measures import MonthCell
from dashboards.months import Month
from dashboards.numbers import AgencyRow, Board, Unranked
from dashboards.tally import Face, Tally

_TIMINGS = {
    Face.ON_TIME: Timing.ON_TIME,
    Face.DONE_LATE: Timing.LATE,
    Face.DONE_UNSEEN: Timing.UNOBSERVED,
}


def face_word(face: Face) -> str:
    """Return the word of a face: "Tepat waktu", "Menunggak"."""
    return word_of(_TIMINGS.get(face) or face.state)


def _in_context(context: str, message: str) -> str:
    return str(flask_babel.pgettext(context, message))


def face_letter(face: Face | None) -> str:
    """Return the one letter that stands for a face on the heat map."""
    match face:
        case Face.ON_TIME:
            return _in_context("huruf", "T")
        case Face.DONE_LATE:
            return _in_context("huruf", "S")
        case Face.DONE_UNSEEN:
            return _in_context("huruf", "W")
        case Face.NIL:
            return _in_context("huruf", "N")
        case Face.WAIVED:
            return _in_context("huruf", "B")
        case Face.RUNNING | Face.OPEN:
            return _in_context("huruf", "O")
        case Face.DUE_SOON:
            return _in_context("huruf", "J")
        case Face.GRACE:
            return _in_context("huruf", "G")
        case Face.LATE:
            return _in_context("huruf", "L")
        case Face.ARREARS:
            return _in_context("huruf", "M")
        case Face.UNOBSERVED:
            return "?"
    return ""


def month_text(month: Month, pattern: str = "MMMM y") -> str:
    """Return "Maret 2025"."""
    return month_name(month.first_day, pattern)


def counted(tally: Tally) -> str:
    """Return the tally in words, the gravest last: "9 tepat waktu dan 2 menunggak"."""
    first = [Face.ON_TIME] if Face.ON_TIME in tally.counts else []
    others = sorted(tally.counts.keys() - {Face.ON_TIME}, key=lambda face: face.gravity)
    # A comma inside a word would read as the end of its item.
    words = {face: face_word(face).lower().replace(",", "") for face in tally.counts}
    return joined(f"{number(tally.counts[face])} {words[face]}" for face in first + others)


def month_sentence(cell: MonthCell) -> str:
    """Return one month of an agency as a whole sentence."""
    month = month_text(cell.month)
    if not cell.tally.n:
        return _("%(month)s: tidak ada yang jatuh tempo.", month=month)
    return ngettext(
        "%(month)s: %(num)d periode jatuh tempo, %(counted)s.",
        "%(month)s: %(num)d periode jatuh tempo, %(counted)s.",
        cell.tally.n,
        month=month,
        counted=counted(cell.tally),
    )


def speak_months(cells: tuple[MonthCell, ...]) -> SpokenStrip:
    """Put words to the months of an agency, as the strip that every page shows."""
    return SpokenStrip(tuple(_speak_month(cell) for cell in cells), months_sentence(cells))


def months_sentence(cells: tuple[MonthCell, ...]) -> str:
    """Return the months of an agency counted in one sentence."""
    whole = Tally({})
    for cell in cells:
        whole += cell.tally
    if not whole.n:
        return _("Tidak ada periode yang jatuh tempo dalam bulan-bulan ini.")
    return ngettext(
        "%(num)d periode jatuh tempo sejak %(month)s: %(counted)s.",
        "%(num)d periode jatuh tempo sejak %(month)s: %(counted)s.",
        whole.n,
        month=month_text(cells[0].month),
        counted=counted(whole),
    )


def _speak_month(cell: MonthCell) -> SpokenCell:
    worst = cell.tally.worst
    face = worst or Face.RUNNING
    return SpokenCell(
        label=month_text(cell.month, "MMM"),
        look=face.look,
        word=face_word(face) if worst else _("Tidak ada"),
        sentence=month_sentence(cell),
        letter=face_letter(worst),
        period=month_text(cell.month),
    )


def share_text(share: Share | None) -> str:
    """Return "31 dari 36 (86 %)"; a dash where nothing counts."""
    if share is None or not share.of:
        return "–"
    return _(
        "%(n)s dari %(of)s (%(percent)s)",
        n=number(share.n),
        of=number(share.of),
        percent=percent(share.n, share.of),
    )


def number_fixed(value: float, n_decimals: int) -> str:
    """Return a number with that many decimals and the signs of the language."""
    sign = number(0.5)[1]
    return f"{value:.{n_decimals}f}".replace(".", sign)


def unranked_text(row: AgencyRow) -> str:
    """Return why an agency has no rank."""
    if row.unranked is Unranked.TOO_FEW:
        return _(
            "Baru %(n)s dataset yang dapat dinilai; peringkat memerlukan sedikitnya %(least)s.",
            n=number(row.score.n_agreed),
            least=number(MIN_AGREED_TO_RANK),
        )
    return _("Belum ada dataset yang dapat dinilai.")


def city_sentence(board: Board) -> str:
    """Return the answer of the board: the city's one number with what it is made of."""
    current = board.city.current
    if not current.of:
        return _("Belum ada dataset %(city)s yang dapat dinilai.", city=board.city.name)
    return _(
        "%(n)s dari %(of)s dataset yang dinilai mutakhir (%(percent)s).",
        n=number(current.n),
        of=number(current.of),
        percent=percent(current.n, current.of),
    )


def kept_sentence(board: Board) -> str:
    """Return how punctual the city is and who leads."""
    share = board.city.measures.punctuality
    leaders = _("Belum ada perangkat daerah yang dapat diperingkat.")
    if board.ranked:
        first = [row.agency.name for row in board.ranked if row.rank == 1]
        leaders = _(
            "%(n)s dari %(of)s perangkat daerah diperingkat; teratas %(first)s.",
            n=number(len(board.ranked)),
            of=number(board.city.n_agencies),
            first=joined(first[:3]),
        )
    if not share:
        return leaders
    kept = _(
        "%(n)s dari %(of)s periode terakhir yang dinilai tersedia tepat waktu (%(percent)s).",
        n=number(share.n),
        of=number(share.of),
        percent=percent(share.n, share.of),
    )
    return f"{kept} {leaders}"


def behind_sentence(heat: HeatMap) -> str:
    """Return the answer of the heat map: how many agencies still owe something."""
    behind = _behind(heat)
    if not behind:
        return _("Tidak ada perangkat daerah yang terlambat.")
    return _(
        "%(n)s dari %(of)s perangkat daerah belum menyampaikan sebagian data.",
        n=number(len(behind)),
        of=number(len(heat.rows)),
    )


def span_sentence(heat: HeatMap) -> str:
    """Return of which months the heat map speaks, and who owes most in them."""
    behind = _behind(heat)
    months = {"first": month_text(heat.months[0]), "last": month_text(heat.months[-1])}
    if not behind:
        return _("Dihitung menurut jatuh tempo %(first)s sampai %(last)s.", **months)
    most = max(behind.values())
    return _(
        "Dihitung menurut jatuh tempo %(first)s sampai %(last)s; terbanyak %(name)s "
        "(%(most)s periode).",
        name=joined([name for name, n in behind.items() if n == most][:3]),
        most=number(most),
        **months,
    )


def _behind(heat: HeatMap) -> dict[str, int]:
    owing = {
        row.agency.name: sum(cell.tally.of(Face.LATE, Face.ARREARS) for cell in row.cells)
        for row in heat.rows
    }
    return {name: n for name, n in owing.items() if n}


def as_of_sentence(as_of: datetime) -> str:
    """Return of which earlier instant the page speaks."""
    return _("Keadaan pada %(at)s, sejauh yang diketahui saat itu.", at=instant(as_of))


def headline_word(code: Headline) -> str:
    """Return the word of a headline in the filter."""
    return word_of(code)
