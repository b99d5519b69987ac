"""A second, naive reading of the freshness model: walks day by day, shares no rule.

Days are date objects walked one at a time, instants are seconds since 1970. Written from
design/freshness.md alone; it imports nothing of the catalogue.
"""

import csv
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path

from tests.rules.histories import ZONES, Decision, History, Look, Publication, Rule

DAY = timedelta(days=1)
HOLIDAYS = Path(__file__).resolve().parents[2] / "catalog" / "intake" / "holidays_id.csv"
# remind days, grace working days, arrears days, window
TABLE = {
    "mingguan": (1, 2, 14, 13),
    "bulanan": (5, 5, 45, 12),
    "triwulanan": (10, 7, 60, 8),
    "empat_bulanan": (14, 10, 75, 6),
    "semesteran": (14, 10, 90, 4),
    "tahunan": (30, 10, 150, 3),
    "tahun_ajaran": (14, 10, 150, 3),
    "dwitahunan": (30, 15, 365, 2),
    "lima_tahunan": (30, 15, 365, 2),
}
OWN = {
    "mingguan": "WEEK",
    "bulanan": "MONTH",
    "triwulanan": "QUARTER",
    "empat_bulanan": "FOUR_MONTHS",
    "semesteran": "SEMESTER",
    "tahunan": "YEAR",
    "tahun_ajaran": "SCHOOL_YEAR",
    "dwitahunan": "BLOCK",
    "lima_tahunan": "BLOCK",
}


@cache
def free_days() -> frozenset[date]:
    """The days of the holiday file."""
    with HOLIDAYS.open(encoding="utf-8", newline="") as file:
        return frozenset(date.fromisoformat(row["date"]) for row in csv.DictReader(file))


def works(d: date) -> bool:
    """Monday to Friday and no holiday."""
    return d.strftime("%a") not in ("Sat", "Sun") and d not in free_days()


def walk_working(d: date, k: int) -> date:
    """The k-th working day after d."""
    while k:
        d += DAY
        if works(d):
            k -= 1
    return d


def count_working(a: date, b: date) -> int:
    """Working days after a up to b."""
    n = 0
    while a < b:
        a += DAY
        n += works(a)
    return n


def name(cadence: str, d: date) -> str:
    """The label of the period in which a day lies."""
    y, m = d.year, d.month
    if cadence == "mingguan":
        return d.strftime("%G-W%V")
    if cadence == "bulanan":
        return d.strftime("%Y-%m")
    if cadence == "triwulanan":
        return f"{y}-Q{1 if m < 4 else 2 if m < 7 else 3 if m < 10 else 4}"
    if cadence == "empat_bulanan":
        return f"{y}-C{1 if m < 5 else 2 if m < 9 else 3}"
    if cadence == "semesteran":
        return f"{y}-S{1 if m < 7 else 2}"
    if cadence == "tahunan":
        return str(y)
    if cadence == "tahun_ajaran":
        return f"{y}/{y + 1}" if m >= 7 else f"{y - 1}/{y}"
    k = 2 if cadence == "dwitahunan" else 5
    while y % k:
        y -= 1
    return f"{y}–{y + k - 1}"


UNIT_AS_CADENCE = {unit: cadence for cadence, unit in OWN.items() if unit != "BLOCK"}


def unit_name(unit: str, d: date) -> str:
    """The label of the sub-unit in which a day lies."""
    return d.isoformat() if unit == "DAY" else name(UNIT_AS_CADENCE[unit], d)


@cache
def days_of(cadence: str, d: date) -> tuple[date, ...]:
    """All days of the period in which a day lies."""
    label = name(cadence, d)
    first = d
    while name(cadence, first - DAY) == label:
        first -= DAY
    days = [first]
    while name(cadence, days[-1] + DAY) == label:
        days.append(days[-1] + DAY)
    return tuple(days)


def is_month_end(d: date) -> bool:
    """Whether tomorrow is another month."""
    return (d + DAY).month != d.month


DEFAULTS = {
    "mingguan": Rule(None, "working", 3),
    "bulanan": Rule(None, "days", 10),
    "triwulanan": Rule(None, "days", 20),
    "empat_bulanan": Rule(None, "days", 30),
    "semesteran": Rule(None, "days", 30),
    "tahunan": Rule(None, "months", months=((3, 1),)),
    "tahun_ajaran": Rule(None, "months", months=((9, 0),)),
    "dwitahunan": Rule(None, "days", 180),
    "lima_tahunan": Rule(None, "days", 180),
}


def raw_deadline(cadence: str, rule: Rule, days: tuple[date, ...]) -> date:
    """The day the rule names."""
    if rule.form == "default":
        rule = DEFAULTS[cadence]
    d = days[-1]
    if rule.form == "days":
        for _ in range(rule.number):
            d += DAY
        return d
    if rule.form == "working":
        return walk_working(d, rule.number)
    if rule.form == "after":
        n = rule.number
        while n:
            d += DAY
            n -= is_month_end(d)
        return d
    if rule.form == "bare":
        d = days[0] if cadence == "tahun_ajaran" else d
        while not (is_month_end(d) and d.month in [m for m, _ in rule.months]):
            d += DAY
        return d
    year = days[0].year if cadence == "tahun_ajaran" else days[-1].year
    which = 0
    if len(rule.months) > 1:
        earlier = date(days[0].year, 1, 1)
        while earlier < days[0]:
            earlier += DAY
            which += name(cadence, earlier) != name(cadence, earlier - DAY)
    month, k = rule.months[which]
    d = date(year + k, month, 1)
    while not is_month_end(d):
        d += DAY
    return d


@dataclass
class Owed:
    """One obligation, all instants in seconds since 1970."""

    label: str
    days: tuple[date, ...]
    due_date: date
    opens: int
    remind: int
    due: int
    grace: int
    arrears: int
    closable: int
    kind: str | None = None
    f: int | None = None
    observed: bool = True
    brought: dict[int, tuple[int, bool]] = field(default_factory=dict)


def second(d: date, zone: str) -> int:
    """Local midnight in seconds since 1970."""
    midnight = datetime(d.year, d.month, d.day, tzinfo=UTC)
    return int(midnight.timestamp()) - 3600 * ZONES[zone]


@cache
def bounds(cadence: str, rule: Rule, d: date, zone: str) -> tuple[object, ...]:
    """The fields of the obligation whose period holds the day."""
    remind_days, grace_wd, arrears_days, _ = TABLE[cadence]
    days = days_of(cadence, d)
    due_date = raw_deadline(cadence, rule, days)
    while not works(due_date):
        due_date += DAY
    due = second(due_date + DAY, zone)
    remind = due - remind_days * 86400
    opens = max(second(days[0], zone), min(second(days[-1] + DAY, zone), remind))
    grace = second(walk_working(due_date, grace_wd) + DAY, zone)
    arrears = max(grace + 86400, due + arrears_days * 86400)
    closable = opens if due_date < days[-1] else second(days[-1] + DAY, zone)
    label = name(cadence, d)
    return (label, days, due_date, opens, remind, due, grace, arrears, closable)


def ledger(h: History, until: int) -> list[Owed]:
    """Everything due after the agreement, through the running period and two not yet due."""
    agreed = second(h.agreed_on, h.zone)
    today = until + 3600 * ZONES[h.zone]
    today_on = datetime.fromtimestamp(today, UTC).date()
    d = h.agreed_on - 2500 * DAY
    owed: list[Owed] = []
    while True:
        found = Owed(*bounds(h.cadence, h.rule, d, h.zone))  # type: ignore[arg-type]
        d = found.days[-1] + DAY
        if found.due <= agreed:
            continue
        owed.append(found)
        ahead = [o for o in owed if o.due > until]
        if found.days[-1] >= today_on and len(ahead) >= 2:
            return owed


@cache
def last_wanted(cadence: str, unit: str, days: tuple[date, ...], due_date: date) -> date:
    """First day of the last sub-unit that must be there."""
    if unit == OWN[cadence]:
        return days[0]
    until = due_date if due_date < days[-1] else days[-1]
    known = [d for d in days if d <= until]
    if unit == "DAY":
        return known[-7:][0] if known else days[0]
    wholes = whole_units(unit, days)
    done = [first for first, last in wholes if last <= until]
    return done[-1] if done else wholes[0][0]


@cache
def whole_units(unit: str, days: tuple[date, ...]) -> tuple[tuple[date, date], ...]:
    """First and last day of every sub-unit that lies wholly inside the days."""
    found: list[tuple[date, date]] = []
    for d in days:
        if unit == "DAY":
            found.append((d, d))
            continue
        if unit_name(unit, d) == unit_name(unit, d - DAY):
            continue
        last = d
        while unit_name(unit, last + DAY) == unit_name(unit, d):
            last += DAY
        if last <= days[-1]:
            found.append((d, last))
    return tuple(found)


def is_enough(cadence: str, unit: str, p: Publication, o: Owed) -> bool:
    """Whether the content speaks of the whole period with values."""
    filled = [r.start for r in p.rows if r.n_with > 0]
    if unit == "BLOCK":
        return o.days[0] in filled
    inside = {first for first, _ in whole_units(unit, o.days)}
    found = [d for d in filled if d in inside]
    return bool(found) and max(found) >= last_wanted(cadence, unit, o.days, o.due_date)


def stamp(at: datetime) -> int:
    """Seconds since 1970."""
    return int(at.timestamp())


def is_held(h: History, look: Look) -> bool:
    """Empty, or with a value more than a day ahead."""
    assert look.publication is not None
    filled = [r for r in look.publication.rows if r.n_with > 0]
    if not any(r.n_with + r.n_without for r in look.publication.rows):
        return True
    if h.unit is None:
        return False
    return any(second(r.start, h.zone) > stamp(look.at) + 86400 for r in filled)


@dataclass
class File:
    """One file of the dataset: from when to when, the looks at it, what it holds now."""

    number: int
    joins: int
    leaves: float
    looks: tuple[Look, ...]
    current: Look | None = None

    def is_there(self, at: int) -> bool:
        """Whether the dataset had it."""
        return self.joins <= at < self.leaves


def files_of(h: History) -> list[File]:
    """All files of a history, the first of them for ever."""
    files = [File(0, 0, float("inf"), h.looks)]
    for other in h.others:
        leaves = float("inf") if other.until is None else other.until.timestamp()
        files.append(File(len(files), stamp(other.since), leaves, other.looks))
    return files


def instant_of_release(file: File, o: Owed, first: Look) -> tuple[int, bool]:
    """f and whether it was seen, for content first seen in a look."""
    seen = stamp(first.at)
    answers = [x for x in file.looks if x.outcome in ("COMPLETE", "NOT_MODIFIED")]
    earlier = [x for x in answers if x.at < first.at]
    if not earlier:
        at = max(seen, o.closable)
        return at, at < o.grace
    negative = stamp(earlier[-1].at)
    at = min(negative + 1, seen)
    assert first.publication is not None
    if first.publication.tells_modified and negative < stamp(first.publication.at) <= seen:
        at = stamp(first.publication.at)
    return max(at, o.closable), True


def close_all(h: History, owed: list[Owed], files: list[File]) -> None:
    """Let time run over looks, period ends and decisions, and close what closes."""
    every = h.merge == "all" and len(files) > 1
    moments: list[tuple[int, int, object, File | None]] = []
    for file in files:
        moments += [(stamp(x.at), 1, x, file) for x in file.looks]
        if file.leaves <= stamp(h.now):
            moments.append((int(file.leaves), 3, "left", file))
    moments += [(o.closable, 2, o, None) for o in owed if o.closable <= stamp(h.now)]
    moments += [(stamp(d.at), 0, d, None) for d in h.decisions]
    contents: list[tuple[int, str]] = []
    for at, _, what, file in sorted(moments, key=lambda moment: moment[:2]):
        if isinstance(what, Look):
            if what.outcome != "COMPLETE" or is_held(h, what):
                continue
            content = what.publication.content
            if file.current is None or content != file.current.publication.content:
                compared = [c for n, c in contents if n == file.number or not every]
                file.current = what
                if h.unit is None and compared and content not in compared:
                    bring_oldest(owed, at, file, every)
            contents.append((file.number, content))
        elif isinstance(what, Decision) and what.k < len(owed) and owed[what.k].kind is None:
            owed[what.k].kind, owed[what.k].f = what.kind, at
        for o in owed:
            if o.kind is None and h.unit is not None and o.closable <= at:
                for each in files:
                    bring(h, o, at, each)
            close_one(o, at, files, every)


def bring(h: History, o: Owed, at: int, file: File) -> None:
    """Note that a file holds the period, the first time it does."""
    if o.brought.get(file.number) or file.current is None or not file.is_there(at):
        return
    if is_enough(h.cadence, h.unit, file.current.publication, o):
        o.brought[file.number] = instant_of_release(file, o, file.current)


def bring_oldest(owed: list[Owed], at: int, file: File, every: bool) -> None:
    """New content without a period column is for the oldest open obligation that may close."""
    for o in owed:
        if o.kind is None and o.closable <= at and not (every and file.number in o.brought):
            o.brought[file.number] = instant_of_release(file, o, file.current)
            return


def close_one(o: Owed, at: int, files: list[File], every: bool) -> None:
    """Close an obligation that every file has brought, or any."""
    if o.kind is not None:
        return
    needed = [file.number for file in files if file.is_there(at)] if every else list(o.brought)[:1]
    if not needed or any(n not in o.brought for n in needed):
        return
    o.kind = "FULFILLED"
    o.f = max(o.brought[n][0] for n in needed)
    o.observed = any(seen for f, seen in (o.brought[n] for n in needed) if f == o.f)


def last_proof(looks: tuple[Look, ...]) -> int | None:
    """The newest look that proved something."""
    found = None
    for i, look in enumerate(looks):
        if look.outcome in ("COMPLETE", "NOT_MODIFIED"):
            found = stamp(look.at)
        if look.outcome == "SOURCE_FAILED":
            for before in reversed(looks[:i]):
                if before.outcome in ("COMPLETE", "NOT_MODIFIED"):
                    break
                far = look.at - before.at >= timedelta(minutes=30)
                if before.outcome == "SOURCE_FAILED" and far:
                    found = stamp(look.at)
    return found


def proof_of_all(h: History, files: list[File]) -> int | None:
    """The newest instant at which every file there is had proved something."""
    proofs = [last_proof(file.looks) for file in files if file.is_there(stamp(h.now))]
    return None if None in proofs else min(proofs)


def state_of(o: Owed, proof: int | None, now: int) -> str:
    """The state of one obligation."""
    if o.kind:
        return o.kind
    late_is_proved = proof is not None and proof >= o.grace
    arrears_is_proved = proof is not None and proof >= o.arrears
    if now >= o.arrears and arrears_is_proved:
        return "ARREARS"
    if now >= o.grace:
        return "LATE" if late_is_proved else "UNOBSERVED"
    if now >= o.due:
        return "GRACE"
    if now < o.opens:
        return "RUNNING"
    return "DUE_SOON" if now >= o.remind else "OPEN"


def headline_of(owed: list[Owed], states: list[str], now: int) -> str:
    """The word over the dataset."""
    both = sorted(zip(owed, states, strict=True), key=lambda x: (x[0].due, x[0].days[0]))
    past = [(o, s) for o, s in both if o.due <= now]
    ahead = [(o, s) for o, s in both if o.due > now]
    if not past:
        return "NEW"
    run: list[str] = []
    while past and past[-1][0].kind is None:
        run.append(past.pop()[1])
    if not run:
        soon = [s for o, s in ahead if o.due == ahead[0][0].due]
        return "DUE_SOON" if "DUE_SOON" in soon else "CURRENT"
    return next(s for s in ("ARREARS", "LATE", "UNOBSERVED", "GRACE") if s in run)


def part(o: Owed, state: str, now: int) -> float | None:
    """What an obligation is worth."""
    if state in ("WAIVED", "UNOBSERVED") or not o.observed:
        return None
    t = now if o.f is None else o.f
    if o.f is None and now < o.grace:
        return None
    x = 0.0 if t < o.grace else 1.0 if t > o.arrears else (t - o.grace) / (o.arrears - o.grace)
    return 0.4 * (1 - x) if o.f is None else 1 - 0.6 * x


@dataclass
class Judgement:
    """All that is said about a history."""

    due: dict[str, tuple[object, ...]]
    states: dict[str, str]
    closed: dict[str, tuple[int, bool]]
    late_days: dict[str, int]
    headline: str
    missing: list[str]
    score: float | None
    punctual: tuple[int, int] | None


def judge(h: History) -> Judgement:
    """Judge a history, slowly."""
    now = stamp(h.now)
    owed = ledger(h, now)
    files = files_of(h)
    close_all(h, owed, files)
    proof = proof_of_all(h, files)
    states = [state_of(o, proof, now) for o in owed]
    parts: list[float] = []
    measured: list[bool] = []
    window = TABLE[h.cadence][3]
    both = sorted(zip(owed, states, strict=True), key=lambda x: (x[0].due, x[0].days[0]))
    for o, s in reversed(both):
        worth = part(o, s, now)
        if worth is not None and len(parts) < window:
            parts.append(worth)
        if worth is not None and o.grace <= now and len(measured) < window:
            measured.append(o.f is not None and o.f < o.grace)
    weights = [0.85**i for i in range(len(parts))]
    score = (
        sum(w * p for w, p in zip(weights, parts, strict=True)) / sum(weights) if parts else None
    )
    shift = 3600 * ZONES[h.zone]
    return Judgement(
        due={
            o.label: (
                o.days[0],
                o.due_date,
                o.opens,
                o.remind,
                o.due,
                o.grace,
                o.arrears,
                o.closable,
            )
            for o in owed
        },
        states={o.label: s for o, s in zip(owed, states, strict=True)},
        closed={o.label: (o.f, o.observed) for o in owed if o.f is not None},
        late_days={
            o.label: count_working(
                o.due_date,
                datetime.fromtimestamp((now if o.f is None else o.f) + shift, UTC).date(),
            )
            for o in owed
        },
        headline=headline_of(owed, states, now),
        missing=[o.label for o, s in both if o.due <= now and o.kind is None],
        score=score,
        punctual=(sum(measured), len(measured)) if measured else None,
    )
