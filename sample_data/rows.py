"""The rows of one feed: plausible figures, the same for everybody who asks for the same period."""

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from catalog.rules.periods import Period
from sample_data.layouts import Column, Form, Layout

SEED = "sukamaju"
Cell = str | int | float | None
Row = tuple[Cell, ...]

#: Kemendagri codes begin with 11 to 96: a code that begins with 99 is nobody's.
REGION = "99.71"
_EPOCH = date(2020, 1, 1)
_YEARLY_GROWTH = 0.02
_REVISION_CYCLE = 7
_LATITUDE, _LONGITUDE = -7.05, 108.05
_ROUND_TO_THOUSANDS = 10_000


@dataclass(frozen=True, slots=True)
class Place:
    """One desa or kelurahan with its kecamatan."""

    district_code: str
    district: str
    code: str
    name: str


def _places() -> tuple[Place, ...]:
    villages = {
        "Sukamaju": ("1001 Cempaka", "1002 Kenanga", "1003 Melati", "2004 Sukasari"),
        "Bumiasih": ("2001 Bumiasih", "2002 Sumberjaya", "2003 Tirtasari", "2004 Margamulya"),
        "Jayamukti": ("1001 Jayamukti", "2002 Mekarwangi", "2003 Ciptaraharja", "2004 Pasirmulya"),
    }
    return tuple(
        Place(f"{REGION}.{i:02d}", district, f"{REGION}.{i:02d}.{village[:4]}", village[5:])
        for i, (district, names) in enumerate(villages.items(), start=1)
        for village in names
    )


PLACES = _places()
_PLACE_CELLS: dict[str, tuple[tuple[str, ...], ...]] = {
    "": ((),),
    "K": tuple(dict.fromkeys((p.district_code, p.district) for p in PLACES)),
    "D": tuple((p.district_code, p.district, p.code, p.name) for p in PLACES),
}


def rows_of_period(layout: Layout, period: Period) -> tuple[Row, ...]:
    """Return the rows that the feed publishes for one period."""
    rng = Random(f"{SEED}/{layout.slug}/{period.start.isoformat()}")
    if layout.event_column:
        return tuple(_events(layout, period, rng))
    time = time_cells(layout, period)
    dimensions = [c.choices for c in layout.columns if c.form is Form.DIMENSION]
    keys = itertools.product(_PLACE_CELLS[layout.places], itertools.product(*dimensions))
    return tuple(
        time + place + _cells(layout, rng, period.start, f"{place}{chosen}", chosen, number)
        for number, (place, chosen) in enumerate(keys, start=1)
    )


def rows_of_register(layout: Layout, n_revisions: int) -> tuple[Row, ...]:
    """Return the objects of a register as they are after so many publications.

    Each publication adds one object and renews about a seventh of the others.
    """
    places = _PLACE_CELLS[layout.places]
    rows: list[Row] = []
    for number in range(1, layout.n_objects + n_revisions + 1):
        revision = (n_revisions + number) // _REVISION_CYCLE
        rng = Random(f"{SEED}/{layout.slug}/{number}/{revision}")
        place = places[number % len(places)]
        rows.append(place + _cells(layout, rng, _EPOCH, str(number), (), number))
    return tuple(rows)


def time_cells(layout: Layout, period: Period) -> Row:
    """Return the time columns as the feed writes the period."""
    start = period.start
    match layout.time:
        case "y":
            return (start.year,)
        case "s":
            return (start.year, (start.month + 5) // 6)
        case "q":
            return (start.year, (start.month + 2) // 3)
        case "m":
            return (start.year, start.month)
        case "w":
            return start.isocalendar()[:2]
        case "d":
            return (start.isoformat(),)
        case "A":
            return (f"{start.year}/{start.year + 1}",)
    return ()


def _events(layout: Layout, period: Period, rng: Random) -> Iterator[Row]:
    """Yield dated events; one lies in the last days of the period, so that it reads as whole."""
    length = (period.end - period.start).days
    n_events = max(1, layout.n_events + rng.randint(-1, 2))
    offsets = sorted([rng.randrange(length) for _ in range(n_events - 1)] + [length - 2])
    places = _PLACE_CELLS[layout.places]
    for number, offset in enumerate(offsets, start=1):
        on = period.start + timedelta(days=offset)
        code = int(f"{on:%y%m%d}") * 10 + number
        cells = _cells(layout, rng, on, str(code), (), code)
        yield (on.isoformat(), *rng.choice(places), *cells)


def _cells(
    layout: Layout, rng: Random, on: date, key: str, chosen: tuple[str, ...], number: int
) -> tuple[Cell, ...]:
    left = iter(chosen)
    cells: dict[str, Cell] = {}
    for column in layout.columns:
        match column.form:
            case Form.DIMENSION:
                cells[column.name] = next(left)
            case Form.CHOICE:
                cells[column.name] = rng.choice(column.choices)
            case Form.CODE:
                cells[column.name] = _code(column.prefix, number)
            case Form.COORDINATE:
                centre = _LATITUDE if column.name == "lat" else _LONGITUDE
                cells[column.name] = round(centre + rng.uniform(-0.06, 0.06), 5)
            case _:
                cells[column.name] = _value(layout, column, rng, on, key, cells)
    return tuple(cells.values())


def _code(prefix: str, number: int) -> str:
    """Return `FK-007` for a prefix of a code and `Jembatan 7` for a word."""
    return f"{prefix} {number}" if prefix[-1].islower() else f"{prefix}{number:03d}"


def _value(
    layout: Layout, column: Column, rng: Random, on: date, key: str, cells: dict[str, Cell]
) -> int | float:
    if column.form is Form.MEASURE:
        return _measure(layout, column, rng, on, key)
    whole, *others = (_number(cells[name]) for name in column.of)
    if column.form is Form.PERCENT:
        return round(100 * whole / others[0], 2) if others[0] else 0.0
    if column.form is Form.REST:
        value = whole - others[0]
    else:
        value = whole * min(1.0, column.share * rng.uniform(0.96, 1.04))
    is_whole = column.whole_numbers or whole >= _ROUND_TO_THOUSANDS
    return round(value) if is_whole else round(value, 2)


def _number(cell: Cell) -> float:
    return float(cell) if isinstance(cell, int | float) else 0.0


def _measure(layout: Layout, column: Column, rng: Random, on: date, key: str) -> int | float:
    """Return the typical value bent by who it is about, the season, the years and chance."""
    spread = column.spread / 100
    noise = rng.uniform(1 - spread, 1 + spread)
    factor = 1.0
    if key and spread:
        bend = min(0.4, 3 * spread)
        who = Random(f"{SEED}/{layout.slug}/{column.name}/{key}")
        factor = who.uniform(1 - bend, 1 + bend)
        if spread >= 0.1:
            factor *= 1 + 0.12 * math.sin(2 * math.pi * (on.month - 3) / 12)
    if not spread:
        noise = 1.0
    elif column.spread <= 5:
        noise *= 1 + _YEARLY_GROWTH * (on - _EPOCH).days / 365 * spread * 10
    value = column.typical * factor * noise
    if column.whole_numbers:
        return round(value)
    return round(value / 1000) * 1000 if column.typical >= _ROUND_TO_THOUSANDS else round(value, 2)
