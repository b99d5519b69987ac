"""What is said about the city and its agencies: one sentence each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from catalog.pages.language import _, ngettext
from catalog.pages.wording import (
    local_day,
    number,
    percent,
    short_day,
    word_of,
)
from catalog.rules.score import Share
from catalog.rules.terms import Headline
from catalog.store.agency_page import AgencyLine, AgencyPage, ApplicationLine
from catalog.store.home import HomePage, Tally
from catalog.store.standing import AgencyRef
from catalog.store.strip import Look, look_of

Fact = tuple[str, str]
MOST_TILES = 480
_NEEDS_CARE = (Headline.ARREARS, Headline.LATE, Headline.UNOBSERVED)


def city_sentence(share: Share) -> Markup:
    """Return the city's one number as a sentence, its figures marked."""
    figure = Markup('<b class="figure">{}</b>')
    return Markup(
        _(
            "%(n)s dari %(of)s data (%(percent)s) mutakhir sesuai jadwalnya.",
            n=figure.format(number(share.n)),
            of=figure.format(number(share.of)),
            percent=percent(share.n, share.of),
        )
    )


@dataclass(frozen=True, slots=True)
class Tiles:
    """Some tiles of one look in the picture of all datasets."""

    look: Look
    word: str
    n: int


@dataclass(frozen=True, slots=True)
class Picture:
    """All datasets as tiles, what a tile is, and the sentence that says the same."""

    tiles: tuple[Tiles, ...]
    caption: str
    sentence: str


def field_of(page: HomePage) -> Picture:
    """Return the picture of all datasets: a tile each, or one for several in a large city."""
    scale = -(-page.n_datasets // MOST_TILES) or 1
    tiles = tuple(
        Tiles(look_of(t.headline), f"{word_of(t.headline)}: {number(t.n)}", -(-t.n // scale))
        for t in page.tallies
    )
    said = ngettext(
        "Setiap petak mewakili %(num)d data.", "Setiap petak mewakili %(num)d data.", scale
    )
    counted = ", ".join(f"{number(t.n)} {word_of(t.headline).lower()}" for t in page.tallies)
    return Picture(tiles, said, f"{said} {counted}.")


def late_now_sentence(n: int) -> str:
    """Return how many datasets are late now."""
    return ngettext(
        "%(n)s data sedang terlambat atau menunggak",
        "%(n)s data sedang terlambat atau menunggak",
        n,
        n=number(n),
    )


def arrived_sentence(n: int) -> str:
    """Return how many datasets were fulfilled lately."""
    return ngettext(
        "%(n)s data dipenuhi dalam dua minggu terakhir.",
        "%(n)s data dipenuhi dalam dua minggu terakhir.",
        n,
        n=number(n),
    )


def upcoming_sentence(n: int) -> str:
    """Return how many datasets are due soon."""
    return ngettext(
        "%(n)s data jatuh tempo dalam dua minggu mendatang.",
        "%(n)s data jatuh tempo dalam dua minggu mendatang.",
        n,
        n=number(n),
    )


def more_sentence(n: int) -> str:
    """Return how many options a facet has besides those shown."""
    return ngettext("%(num)d pilihan lagi", "%(num)d pilihan lagi", n)


def agencies_sentence(agencies: Sequence[AgencyLine]) -> str:
    """Return how many agencies promise how much."""
    n_datasets = sum(line.n_datasets for line in agencies)
    return ngettext(
        "%(n)s perangkat daerah menjanjikan %(m)s data.",
        "%(n)s perangkat daerah menjanjikan %(m)s data.",
        len(agencies),
        n=number(len(agencies)),
        m=number(n_datasets),
    )


def kept_sentence(agency: AgencyRef, kept: Share) -> str:
    """Return how many releases an agency kept in the last twelve months."""
    if not kept.of:
        return _(
            "%(agency)s belum mempunyai jadwal rilis yang dapat dinilai dalam 12 bulan terakhir.",
            agency=agency.name,
        )
    return _(
        "%(agency)s menepati %(n)s dari %(of)s jadwal rilis dalam 12 bulan terakhir (%(percent)s).",
        agency=agency.name,
        n=number(kept.n),
        of=number(kept.of),
        percent=percent(kept.n, kept.of),
    )


def late_tallies(tallies: Sequence[Tally]) -> str:
    """Return the headlines that need care, counted: "2 menunggak, 1 terlambat"."""
    found = [
        f"{number(t.n)} {word_of(t.headline).lower()}" for t in tallies if t.headline in _NEEDS_CARE
    ]
    return ", ".join(found) or "–"


def agency_facts(page: AgencyPage) -> list[Fact]:
    """Return what stands under the name of an agency."""
    facts = [(_("Data yang dijanjikan"), number(len(page.lines)))]
    if page.share.of:
        facts.append((_("Mutakhir sekarang"), _share(page.share)))
    if page.score.value is not None:
        facts.append(
            (
                _("Nilai ketepatan (0 sampai 1)"),
                _(
                    "%(value)s dari %(n)s data",
                    value=number(round(page.score.value, 3)),
                    n=number(page.score.n_agreed),
                ),
            )
        )
    if page.kind:
        facts.append((_("Jenis"), page.kind))
    if page.email:
        facts.append((_("Surel"), page.email))
    return facts


def _share(share: Share) -> str:
    return _(
        "%(n)s dari %(of)s (%(percent)s)",
        n=number(share.n),
        of=number(share.of),
        percent=percent(share.n, share.of),
    )


def integration_sentence(application: ApplicationLine, as_of: datetime) -> str:
    """Return where the integration of an application stands against its target."""
    if application.integrated:
        return _("Sudah terintegrasi.")
    if application.target_on is None:
        return _("Belum terintegrasi; target belum ditetapkan.")
    said = {"day": short_day(application.target_on)}
    if application.target_on < local_day(as_of):
        return _("Belum terintegrasi; target %(day)s sudah lewat.", **said)
    return _("Belum terintegrasi; target %(day)s.", **said)
