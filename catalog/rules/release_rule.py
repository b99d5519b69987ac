"""Release rules as officials write them: "Januari n+1", "Februari dan Agustus", "10 hari"."""

import re
from dataclasses import dataclass
from datetime import date

from catalog.rules.periods import period_of, periods_per_year
from catalog.rules.rule_forms import (
    MONTH_NAMES,
    ReleaseRule,
    RuleKind,
    YearMonth,
    default_rule,
    lag_days,
    working_lag,
    year_month_end,
    year_months,
)
from catalog.rules.terms import Cadence, Schedule
from catalog.rules.time_labels import month_number

__all__ = [
    "ParsedRule",
    "ReleaseRule",
    "RuleKind",
    "YearMonth",
    "default_rule",
    "parse_release_rule",
]


@dataclass(frozen=True, slots=True)
class ParsedRule:
    """What became of a jadwal_rilis; `reason` says in one sentence why it is not PARSED."""

    schedule: Schedule
    rule: ReleaseRule | None
    reason: str | None = None


_UNPUBLISHED = re.compile(r"(?:tidak|tdk)(?: di)? ?(?:publikasi(?:kan)?|rilis|umumkan)")
_YEAR_TERM = r"(?: ?(?:tahun )?(n)(?: ?\+ ?(\d{1,2}))?)?"
_MONTH_TERM = re.compile(rf"(?:akhir )?(?:bulan )?([a-z]+)\.?{_YEAR_TERM}")
_QUARTER_AFTER = re.compile(r"(?:triwulan|tw|kuartal) ?n ?\+ ?(\d{1,2})")
_MONTH_AFTER = re.compile(r"(?:tahun berjalan )?bulan n ?\+ ?(\d{1,2})")
_AFTER_PERIOD = (
    r"(?: (?:setelah|sesudah) (?:akhir )?"
    r"(?:periode|masa|minggu|bulan|triwulan|semester|tahun)(?: data)?(?: berakhir)?)?"
)
_LAG_DAYS = re.compile(rf"(?:h ?\+ ?(\d{{1,3}})|(\d{{1,3}}) hari(?: kalender)?{_AFTER_PERIOD})")
_LAG_WORKING = re.compile(rf"(\d{{1,3}}) (?:hari kerja|hk){_AFTER_PERIOD}")
_DAY_OF_MONTH = re.compile(
    r"(?:setiap |tiap )?(?:tanggal|tgl)\.? (\d{1,2})(?: (?:bulan|bln) berikut(?:nya)?)?"
)


def parse_release_rule(text: str | None, cadence: Cadence) -> ParsedRule:
    """Return what a jadwal_rilis says about a cadence; None means that there is no such column.

    Without a column the default rule holds. An empty cell, "-", "***" and everything
    outside the grammar is UNPARSED with a reason. Unscheduled cadences owe nothing and
    rolling ones have no periods: both are PARSED without a rule, unless not published.
    Source: design/freshness.md, section 2.
    """
    folded = _folded(text or "")
    if _UNPUBLISHED.fullmatch(folded):
        return ParsedRule(Schedule.UNPUBLISHED, None, "Data ini tidak dipublikasikan.")
    if cadence.is_unscheduled:
        return ParsedRule(Schedule.PARSED, None)
    if text is None:
        rule = None if cadence.is_rolling else default_rule(cadence)
        return ParsedRule(Schedule.PARSED, rule)
    shown = " ".join(text.split())
    if not re.search(r"\w", folded):
        return _unparsed('Jadwal rilis kosong; isi misalnya "Januari n+1" atau "10 hari".')
    if cadence.is_rolling:
        return _rolling(folded, shown, cadence)
    try:
        return ParsedRule(Schedule.PARSED, _parse(folded, cadence))
    except _NotInGrammar as error:
        return _unparsed(f'Jadwal rilis "{shown}" tidak terbaca: {error}.')


def _folded(text: str) -> str:
    """Fold case, blanks, brackets and dashes, and close "Januari, n+1" up to "januari n+1"."""
    plain = re.sub(r"[–—]", "-", text.casefold())
    plain = re.sub(r"[()\[\]\"']", " ", plain)
    plain = re.sub(r"[,.]\s*(?=n\b)", " ", plain)
    return " ".join(plain.split()).rstrip(" .;")


class _NotInGrammar(Exception):
    """The reason, in Bahasa Indonesia, why a text is no release rule."""


def _unparsed(reason: str) -> ParsedRule:
    return ParsedRule(Schedule.UNPARSED, None, reason)


def _rolling(folded: str, shown: str, cadence: Cadence) -> ParsedRule:
    words = {
        cadence.value.replace("_", " "),
        "setiap hari",
        "setiap hari kerja",
        "setiap jam",
        "real time",
    }
    if folded in words:
        return ParsedRule(Schedule.PARSED, None)
    return _unparsed(
        f'Jadwal rilis "{shown}" tidak dipakai untuk data {cadence}: data bergulir dinilai '
        "dari umurnya, kosongkan kolomnya."
    )


def _parse(folded: str, cadence: Cadence) -> ReleaseRule:
    lag = _parse_lag(folded, cadence)
    if lag is not None:
        return lag
    quarter = _QUARTER_AFTER.fullmatch(folded)
    if quarter:
        if cadence is not Cadence.TRIWULANAN:
            raise _NotInGrammar('"Triwulan n+k" hanya berlaku untuk data triwulanan')
        k = int(quarter[1])
        return ReleaseRule(RuleKind.MONTHS_AFTER, f"Triwulan n+{k}", lag=3 * k)
    month = _MONTH_AFTER.fullmatch(folded)
    if month:
        if cadence not in (Cadence.BULANAN, Cadence.MINGGUAN):
            raise _NotInGrammar('"bulan (n+1)" hanya berlaku untuk periode sampai satu bulan')
        k = int(month[1])
        return ReleaseRule(RuleKind.MONTHS_AFTER, f"bulan (n+{k})", lag=k)
    return _parse_months(folded, cadence)


def _parse_lag(folded: str, cadence: Cadence) -> ReleaseRule | None:
    days = _LAG_DAYS.fullmatch(folded)
    if days:
        return lag_days(int(days[1] or days[2]))
    working = _LAG_WORKING.fullmatch(folded)
    if working:
        return working_lag(int(working[1]))
    day = _DAY_OF_MONTH.fullmatch(folded)
    if day:
        n = int(day[1])
        if not 1 <= n <= 28 or cadence is Cadence.MINGGUAN:
            raise _NotInGrammar("tanggal harus 1 sampai 28, untuk periode sebulan atau lebih")
        return lag_days(n)
    return None


def _parse_months(folded: str, cadence: Cadence) -> ReleaseRule:
    if re.fullmatch(r"n ?(?:\+ ?\d+)?", folded):
        raise _NotInGrammar('bulannya tidak disebut, tulis misalnya "Maret n+1"')
    ends = [part.strip() for part in re.split(r"-|\bs/d\b|\bsampai\b", folded)]
    if len(ends) > 2:
        raise _NotInGrammar("rentang hanya boleh berisi dua bulan")
    if len(ends) == 2:
        _month_term(ends[0])
    parts = [part.strip() for part in re.split(r"\bdan\b|[,;&]", ends[-1])]
    if "" in parts or (len(ends) == 2 and len(parts) > 1):
        raise _NotInGrammar("daftar bulannya tidak lengkap")
    terms = [_month_term(part) for part in parts]
    expected = periods_per_year(cadence)
    if len(terms) > 1 and len(terms) != expected:
        raise _NotInGrammar(f"{len(terms)} tanggal tidak cocok dengan data {cadence}")
    months = tuple(term for term, _ in terms)
    n_relative = sum(is_relative for _, is_relative in terms)
    if n_relative == 0:
        text = " dan ".join(MONTH_NAMES[m.month - 1] for m in months)
        return ReleaseRule(RuleKind.BARE_MONTHS, text, months=months)
    if n_relative < len(terms):
        raise _NotInGrammar("sebagian bulan memakai n dan sebagian tidak")
    _refuse_disorder(months)
    rule = year_months(*months)
    _refuse_due_before_start(rule, cadence)
    return rule


def _month_term(part: str) -> tuple[YearMonth, bool]:
    found = _MONTH_TERM.fullmatch(part)
    month = month_number(found[1]) if found else None
    if found is None or month is None:
        raise _NotInGrammar(f'"{part}" bukan nama bulan dengan n atau n+k')
    return YearMonth(month, int(found[3] or 0)), found[2] is not None


def _refuse_disorder(months: tuple[YearMonth, ...]) -> None:
    """Later periods must not be due before earlier ones, also across the turn of the year."""
    ordinals = [12 * m.k + m.month for m in months]
    if ordinals != sorted(ordinals) or ordinals[-1] > ordinals[0] + 12:
        raise _NotInGrammar("tanggalnya tidak berurutan")


def _refuse_due_before_start(rule: ReleaseRule, cadence: Cadence) -> None:
    """A release that is due before its period begins can never be on time."""
    period = period_of(cadence, date(2024, 1, 1))
    for _ in range(periods_per_year(cadence) or 1):
        if year_month_end(rule, period) < period.start:
            raise _NotInGrammar("jatuh tempo sebelum periodenya dimulai")
        period = period.next()
