"""Invented histories of one dataset each: what was promised, published, seen and decided.

Plain values only: neither the rules nor the naive reference is known here.
"""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from random import Random

ZONES = {"Asia/Jakarta": 7, "Asia/Makassar": 8}
MONTHS = (
    "Januari",
    "Februari",
    "Maret",
    "April",
    "Mei",
    "Juni",
    "Juli",
    "Agustus",
    "September",
    "Oktober",
    "November",
    "Desember",
)
# cadence -> (months per period or 0 for weeks, units of a time column)
CADENCES: dict[str, tuple[int, tuple[str, ...]]] = {
    "mingguan": (0, ("WEEK", "DAY")),
    "bulanan": (1, ("MONTH", "DAY", "WEEK")),
    "triwulanan": (3, ("QUARTER", "MONTH")),
    "empat_bulanan": (4, ("FOUR_MONTHS", "MONTH")),
    "semesteran": (6, ("SEMESTER", "QUARTER", "MONTH")),
    "tahunan": (12, ("YEAR", "SEMESTER", "MONTH", "WEEK")),
    "tahun_ajaran": (12, ("SCHOOL_YEAR", "SEMESTER", "MONTH")),
    "dwitahunan": (24, ("BLOCK", "YEAR")),
    "lima_tahunan": (60, ("BLOCK", "YEAR")),
}


@dataclass(frozen=True, slots=True)
class Rule:
    """A release rule as written (None: no column) and as its plain meaning."""

    text: str | None
    form: str
    number: int = 0
    months: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """The rows of one time label: with and without a value in the measure."""

    label: str
    start: date
    n_with: int
    n_without: int


@dataclass(frozen=True, slots=True)
class Publication:
    """What stood at the source from an instant on."""

    at: datetime
    content: str
    file: str
    rows: tuple[Row, ...]
    tells_modified: bool


@dataclass(frozen=True, slots=True)
class Look:
    """One check and what it found; `publication` for a complete answer."""

    at: datetime
    outcome: str
    publication: Publication | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """NIL or WAIVED for the k-th obligation of the ledger."""

    at: datetime
    kind: str
    k: int


@dataclass(frozen=True, slots=True)
class Other:
    """Another file of the dataset, which was one from `since` until `until`, and its checks."""

    since: datetime
    until: datetime | None
    looks: tuple[Look, ...]


@dataclass(frozen=True, slots=True)
class History:
    """One dataset from its agreement to `now`; `unit` is None without a period column.

    `looks` are those at its first file; where there are `others`, `merge` says which of
    all files decide.
    """

    seed: int
    zone: str
    cadence: str
    rule: Rule
    agreed_on: date
    unit: str | None
    looks: tuple[Look, ...]
    decisions: tuple[Decision, ...]
    now: datetime
    others: tuple[Other, ...] = ()
    merge: str = "all"


def _rules(cadence: str) -> list[Rule]:
    found = [Rule(None, "default"), Rule("10 hari kerja setelah periode", "working", 10)]
    found += [Rule("H+14", "days", 14), Rule("0 hari", "days", 0)]
    if cadence == "mingguan":
        return [*found, Rule("2 hk", "working", 2)]
    found += [
        Rule("MARET N + 1", "months", months=((3, 1),)),
        Rule("Mei", "bare", months=((5, 0),)),
    ]
    if cadence == "bulanan":
        found += [Rule("tahun berjalan bulan (n+1)", "after", 1), Rule("tgl 15", "days", 15)]
        found += [Rule("Desember n", "months", months=((12, 0),))]
    if cadence == "triwulanan":
        four = "Mei n, Agustus n, November n, Februari n+1"
        meant = ((5, 0), (8, 0), (11, 0), (2, 1))
        found += [Rule("Triwulan n+2", "after", 6), Rule(four, "months", months=meant)]
    if cadence == "semesteran":
        found += [Rule("Februari dan Agustus", "bare", months=((2, 0), (8, 0)))]
        found += [Rule("agustus n dan februari n+1", "months", months=((8, 0), (2, 1)))]
    if cadence in ("tahunan", "tahun_ajaran"):
        found += [Rule("November n", "months", months=((11, 0),))]
        found += [Rule("April - Mei n+1", "months", months=((5, 1),))]
        found += [Rule("Desember", "bare", months=((12, 0),))]
    return found


def _add_months(first: date, n: int) -> date:
    index = first.year * 12 + first.month - 1 + n
    return date(index // 12, index % 12 + 1, 1)


def _labels(unit: str, first: date, last: date) -> list[tuple[str, date]]:
    """Every label of the unit from before `first` to `last`, written in several spellings."""
    spans = {"YEAR": 12, "SEMESTER": 6, "FOUR_MONTHS": 4, "QUARTER": 3, "MONTH": 1}
    found: list[tuple[str, date]] = []
    if unit in ("DAY", "WEEK"):
        step = 1 if unit == "DAY" else 7
        d = first - timedelta(days=first.weekday())
        while d <= last:
            iso = d.isocalendar()
            found.append((d.isoformat() if step == 1 else f"{iso.year}-W{iso.week:02d}", d))
            d += timedelta(days=step)
        return found
    for year in range(first.year - 1, last.year + 1):
        if unit == "SCHOOL_YEAR":
            found.append((f"{year}/{year + 1}", date(year, 7, 1)))
            continue
        for start in (date(year, m, 1) for m in range(1, 13, spans[unit])):
            number = (start.month - 1) // spans[unit] + 1
            found.append((_written(unit, number, year), start))
    return [(label, start) for label, start in found if start <= last]


def _written(unit: str, number: int, year: int) -> str:
    match unit:
        case "YEAR":
            return f"{year}"
        case "SEMESTER":
            return f"Semester {'I' * number} {year}"
        case "FOUR_MONTHS":
            return f"Caturwulan {number} {year}"
        case "QUARTER":
            return f"TW {('I', 'II', 'III', 'IV')[number - 1]} {year}"
    return f"{MONTHS[number - 1]} {year}"


def _blocks(n_years: int, first: date, last: date) -> list[tuple[str, date]]:
    begin = first.year - first.year % n_years
    years = range(begin, last.year + 1, n_years)
    return [(f"{y} - {y + n_years - 1}", date(y, 1, 1)) for y in years]


def make(seed: int) -> History:
    """Return the history of a seed: the same for ever."""
    random = Random(seed)
    cadence = random.choice(list(CADENCES))
    n_months, units = CADENCES[cadence]
    zone = random.choice(list(ZONES))
    rule = random.choice(_rules(cadence))
    unit = random.choice(units) if random.random() < 0.75 else None
    agreed_on = date(random.choice((2022, 2023, 2024)), 1, 1) + timedelta(
        days=random.randrange(365)
    )
    span = {0: 120, 1: 400, 3: 700, 4: 800, 6: 900}.get(n_months, 1000 + 12 * n_months)
    begin = datetime(agreed_on.year, agreed_on.month, agreed_on.day, tzinfo=UTC)
    now = begin + timedelta(days=random.randrange(span // 3, span), seconds=random.randrange(86400))
    publications = _publish(random, unit, n_months, begin, now)
    looks = _look(random, publications, begin, now)
    decisions = tuple(
        Decision(
            _instant(random, begin, now), random.choice(("NIL", "WAIVED")), random.randrange(12)
        )
        for _ in range(random.choice((0, 0, 0, 1, 2)))
    )
    decisions = tuple(sorted(decisions, key=lambda d: d.at))
    # Drawn apart, so that the first file of a seed is the same whatever others there are.
    apart = Random(f"others of {seed}")
    others = tuple(
        _other(apart, n, unit, n_months, begin, now)
        for n in range(apart.choices((0, 1, 2), (60, 28, 12))[0])
    )
    merge = apart.choices(("all", "any"), (75, 25))[0]
    return History(seed, zone, cadence, rule, agreed_on, unit, looks, decisions, now, others, merge)


def _other(
    random: Random, n: int, unit: str | None, n_months: int, begin: datetime, now: datetime
) -> Other:
    """Another file, there from the start or joining later, sometimes taken out again."""
    since = begin if random.random() < 0.7 else _instant(random, begin, now)
    until = _instant(random, since, now) if random.random() < 0.15 else None
    publications = [
        replace(p, content=f"{n}{p.content}", file=f"{n}{p.file}")
        for p in _publish(random, unit, n_months, begin, now)
    ]
    return Other(since, until, _look(random, publications, since, until or now))


def _instant(random: Random, begin: datetime, end: datetime) -> datetime:
    return begin + timedelta(seconds=random.randrange(max(int((end - begin).total_seconds()), 1)))


def _publish(
    random: Random, unit: str | None, n_months: int, begin: datetime, now: datetime
) -> list[Publication]:
    """A source that grows, sleeps, is touched, goes back, fills empty rows or dreams of 2099."""
    n_years = n_months // 12
    mean_days = max(3.0, (n_months or 0.25) * 30 / random.choice((0.7, 1.0, 2.0)))
    lag = timedelta(days=random.choice((0, 0, 2, 9, 25)))
    tells_modified = random.random() < 0.5
    at = begin - timedelta(days=random.randrange(1, 200))
    found: list[Publication] = []
    serial = 0
    while at < now and len(found) < 60:
        serial += 1
        mood = random.choices(
            ("grow", "touch", "back", "hollow", "dream", "empty"), (60, 14, 8, 8, 5, 3)
        )[0]
        content, rows = f"c{serial}", ()
        if mood == "touch" and found:
            content, rows = found[-1].content, found[-1].rows
        elif mood == "back" and found and unit is None:
            old = random.choice(found)
            content, rows = old.content, old.rows
        elif unit is None:
            rows = () if mood == "empty" else (Row("", begin.date(), serial, 0),)
        elif mood != "empty":
            rows = _rows(random, unit, n_years, at - lag, mood)
        found.append(Publication(at, content, f"f{serial}", rows, tells_modified))
        if random.random() < 0.04:
            at += timedelta(days=int(mean_days * 6))
        at += timedelta(seconds=int(random.expovariate(1 / mean_days) * 86400) + 1)
    return found


def _rows(random: Random, unit: str, n_years: int, until: datetime, mood: str) -> tuple[Row, ...]:
    last = until.date()
    if mood == "back":
        last -= timedelta(days=random.randrange(20, 400))
    days = {"DAY": 60, "WEEK": 200}.get(unit, 900)
    first = last - timedelta(days=days)
    labels = _blocks(n_years, first, last) if unit == "BLOCK" else _labels(unit, first, last)
    rows = [Row(label, start, random.randrange(1, 4), 0) for label, start in labels]
    if mood == "hollow":
        n_hollow = random.randrange(1, 4)
        rows = [
            Row(r.label, r.start, 0, 2) if i >= len(rows) - n_hollow else r
            for i, r in enumerate(rows)
        ]
    if mood == "dream":
        rows += [Row(*_labels_2099(unit, n_years), 1, 0)]
    share_lost = random.choice((0.0, 0.03, 0.4))
    return tuple(r for r in rows if random.random() >= share_lost)


def _labels_2099(unit: str, n_years: int) -> tuple[str, date]:
    day = date(2099, 12, 31)
    return (_blocks(n_years, day, day) if unit == "BLOCK" else _labels(unit, day, day))[-1]


def _look(
    random: Random, publications: list[Publication], begin: datetime, now: datetime
) -> tuple[Look, ...]:
    """Checks with gaps: outages of ours, failures of theirs, answers without a change."""
    pace = random.choice((0.5, 2.0, 6.0, 20.0))
    at = begin + timedelta(seconds=int(random.expovariate(1 / (pace * 3)) * 86400))
    looks: list[Look] = []
    shown: Publication | None = None
    dark_from = _instant(random, begin, now)
    darkness = random.choices(("none", "OUR_FAULT", "SOURCE_FAILED", "silence"), (70, 12, 12, 6))[0]
    while at <= now and len(looks) < 150:
        standing = [p for p in publications if p.at <= at]
        outcome = random.choices(("COMPLETE", "SOURCE_FAILED", "OUR_FAULT"), (90, 7, 3))[0]
        if outcome == "COMPLETE" and not standing:
            outcome = "SOURCE_FAILED"
        if at >= dark_from and darkness == "silence":
            break
        if at >= dark_from and darkness != "none":
            outcome = darkness
        if outcome == "COMPLETE":
            unchanged = standing[-1] is shown and random.random() < 0.6
            shown = standing[-1]
            looks.append(Look(at, "NOT_MODIFIED") if unchanged else Look(at, outcome, shown))
            gap = random.expovariate(1 / pace)
        else:
            looks.append(Look(at, outcome))
            gap = random.choice((0.01, 0.0208, 0.03, 0.25, 1.0, 30.0))
        if random.random() < 0.02:
            gap += random.randrange(5, 120)
        at += timedelta(seconds=int(gap * 86400) + 1)
    return tuple(looks)
