"""Dates, numbers, periods and codes in the reader's language."""

import re
from datetime import UTC, date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel.dates import format_date
from babel.numbers import format_decimal

from catalog.context import current
from catalog.models import Dimension, Sensitivity, SourceKind, VersionStatus
from catalog.pages.language import _, lazy_gettext, locale
from catalog.rules.periods import Period, UnknownPeriod, period_from_label
from catalog.rules.terms import Access, Cadence, Headline, State, Timing, Validity
from catalog.store.strip import Look

Code = State | Headline | Access | Validity

_DAY = "EEEE, d MMMM y"
_SHORT_DAY = "d MMM y"
_ISO_DAY = re.compile(r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])")
_ROMAN = ("I", "II", "III", "IV")
#: Names of Indonesian zones that Babel and the system database do not always spell.
_ZONES = {"Asia/Jakarta": "WIB", "Asia/Pontianak": "WIB", "Asia/Makassar": "WITA"}
_ZONES |= {"Asia/Ujung_Pandang": "WITA", "Asia/Jayapura": "WIT"}

_STATES = {
    State.RUNNING: lazy_gettext("Berjalan"),
    State.OPEN: lazy_gettext("Terbuka"),
    State.DUE_SOON: lazy_gettext("Segera jatuh tempo"),
    State.GRACE: lazy_gettext("Masa tenggang"),
    State.LATE: lazy_gettext("Terlambat"),
    State.ARREARS: lazy_gettext("Menunggak"),
    State.FULFILLED: lazy_gettext("Terpenuhi"),
    State.NIL: lazy_gettext("Nihil"),
    State.WAIVED: lazy_gettext("Dibebaskan"),
    State.UNOBSERVED: lazy_gettext("Belum dapat dinilai"),
}
_HEADLINES = {
    Headline.CURRENT: lazy_gettext("Mutakhir"),
    Headline.DUE_SOON: lazy_gettext("Segera jatuh tempo"),
    Headline.GRACE: lazy_gettext("Masa tenggang"),
    Headline.LATE: lazy_gettext("Terlambat"),
    Headline.ARREARS: lazy_gettext("Menunggak"),
    Headline.UNOBSERVED: lazy_gettext("Belum dapat dinilai"),
    Headline.NEW: lazy_gettext("Baru"),
    Headline.UNSCHEDULED: lazy_gettext("Tanpa jadwal"),
    Headline.UNPARSED_SCHEDULE: lazy_gettext("Belum terjadwal"),
    Headline.UNPUBLISHED: lazy_gettext("Tidak dipublikasikan"),
    Headline.RETIRED: lazy_gettext("Dihentikan"),
}
_ACCESS = {
    Access.LANCAR: lazy_gettext("Lancar"),
    Access.TERGANGGU: lazy_gettext("Terganggu"),
    Access.PUTUS: lazy_gettext("Putus"),
    Access.BELUM_DIPERIKSA: lazy_gettext("Belum diperiksa"),
}
_VALIDITY = {
    Validity.VALID: lazy_gettext("Valid"),
    Validity.PERINGATAN: lazy_gettext("Ada peringatan"),
    Validity.TIDAK_VALID: lazy_gettext("Tidak valid"),
    Validity.BELUM_DIPERIKSA: lazy_gettext("Belum diperiksa"),
}
_TIMINGS = {
    Timing.ON_TIME: lazy_gettext("Tepat waktu"),
    Timing.LATE: lazy_gettext("Terpenuhi, terlambat"),
    Timing.UNOBSERVED: lazy_gettext("Terpenuhi (waktu tidak teramati)"),
}
_CADENCES = {
    Cadence.MINGGUAN: lazy_gettext("mingguan"),
    Cadence.BULANAN: lazy_gettext("bulanan"),
    Cadence.TRIWULANAN: lazy_gettext("triwulanan"),
    Cadence.EMPAT_BULANAN: lazy_gettext("empat bulanan"),
    Cadence.SEMESTERAN: lazy_gettext("semesteran"),
    Cadence.TAHUNAN: lazy_gettext("tahunan"),
    Cadence.TAHUN_AJARAN: lazy_gettext("tiap tahun ajaran"),
    Cadence.DWITAHUNAN: lazy_gettext("dua tahunan"),
    Cadence.LIMA_TAHUNAN: lazy_gettext("lima tahunan"),
    Cadence.HARIAN_KERJA: lazy_gettext("tiap hari kerja"),
    Cadence.HARIAN: lazy_gettext("harian"),
    Cadence.PER_JAM: lazy_gettext("tiap jam"),
    Cadence.INSIDENTAL: lazy_gettext("apabila dibutuhkan"),
    Cadence.TETAP: lazy_gettext("tetap"),
}
_DIMENSIONS = {
    Dimension.GOVERNANCE: lazy_gettext("Tata kelola"),
    Dimension.BRANDING: lazy_gettext("Branding daerah"),
    Dimension.ECONOMY: lazy_gettext("Ekonomi"),
    Dimension.LIVING: lazy_gettext("Kehidupan"),
    Dimension.SOCIETY: lazy_gettext("Masyarakat"),
    Dimension.ENVIRONMENT: lazy_gettext("Lingkungan"),
}
_SENSITIVITIES = {
    Sensitivity.TERBUKA: lazy_gettext("Terbuka"),
    Sensitivity.TERBATAS: lazy_gettext("Terbatas"),
    Sensitivity.TERTUTUP: lazy_gettext("Tertutup"),
}
_SOURCES = {
    SourceKind.HTTP_FILE: lazy_gettext("berkas di alamat web"),
    SourceKind.UPLOAD: lazy_gettext("unggahan perangkat daerah"),
    SourceKind.DROP_FOLDER: lazy_gettext("folder setoran"),
    SourceKind.LISTING: lazy_gettext("daftar terbitan portal"),
    SourceKind.JSON_API: lazy_gettext("layanan JSON"),
    SourceKind.JDIHN: lazy_gettext("integrasi JDIH"),
    SourceKind.SQL_VIEW: lazy_gettext("tampilan basis data"),
    SourceKind.CKAN: lazy_gettext("portal CKAN"),
    SourceKind.DATA_JSON: lazy_gettext("katalog data.json"),
    SourceKind.GOOGLE_SHEET: lazy_gettext("lembar Google"),
    SourceKind.PUSH: lazy_gettext("kiriman lewat API"),
}
_VERSIONS = {
    VersionStatus.ACCEPTED: lazy_gettext("Diterima"),
    VersionStatus.QUARANTINED: lazy_gettext("Ditahan"),
    VersionStatus.IN_REVIEW: lazy_gettext("Menunggu pemeriksaan walidata"),
    VersionStatus.REJECTED: lazy_gettext("Dikembalikan untuk perbaikan"),
}
_OF_VERSION = {
    VersionStatus.ACCEPTED: Look.ON_TIME,
    VersionStatus.QUARANTINED: Look.HELD,
    VersionStatus.IN_REVIEW: Look.SOON,
    VersionStatus.REJECTED: Look.HELD,
}
#: The icon of every palette key (names of the sprite in parts.html).
ICONS = {
    Look.ON_TIME: "circle-check",
    Look.DONE_LATE: "circle-check",
    Look.DONE_UNSEEN: "circle-check",
    Look.RUNNING: "circle",
    Look.SOON: "clock",
    Look.LATE: "triangle-alert",
    Look.ARREARS: "octagon-alert",
    Look.HELD: "circle-x",
    Look.EXCUSED: "circle-slash",
    Look.UNKNOWN: "circle-dashed",
}


@lru_cache(maxsize=8192)
def _formatted_day(value: date, pattern: str, language: str) -> str:
    return format_date(value, pattern, locale=language)


def long_day(value: date) -> str:
    """Return "Kamis, 10 April 2025"."""
    return _formatted_day(value, _DAY, str(locale()))


def short_day(value: date) -> str:
    """Return "10 Apr 2025"."""
    return _formatted_day(value, _SHORT_DAY, str(locale()))


def zone_name(zone: ZoneInfo, at: datetime) -> str:
    """Return WIB, WITA or WIT, or what the zone calls itself."""
    return _ZONES.get(zone.key) or at.astimezone(zone).tzname() or zone.key


def local_day(at: datetime) -> date:
    """Return the city's day in which an instant lies."""
    return at.astimezone(current().settings.timezone).date()


def instant(at: datetime) -> str:
    """Return "Jumat, 21 November 2026, 08.00 WIB" in the city's zone."""
    zone = current().settings.timezone
    local = at.astimezone(zone)
    clock = local.strftime("%H:%M" if locale().language == "en" else "%H.%M")
    return f"{long_day(local.date())}, {clock} {zone_name(zone, at)}"


def iso(at: datetime) -> str:
    """Return an instant as machines read it, in UTC."""
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def number(value: float | int) -> str:
    """Return a number with the signs of the language."""
    return format_decimal(value, locale=locale())


def percent(n: int, of: int) -> str:
    """Return n of `of` in whole percent ("86 %"); a dash for nothing of nothing.

    Never rounds up to 100 % nor down to 0 %: a gap stays visible.
    """
    if not of:
        return "–"
    whole = round(100 * n / of)
    if 0 < n < of:
        whole = min(99, max(1, whole))
    return f"{whole} %"


def size(n_bytes: int) -> str:
    """Return a file size in kB or MB, rounded to be read."""
    if n_bytes < 1_000:
        return f"{n_bytes} B"
    if n_bytes < 1_000_000:
        return f"{number(round(n_bytes / 1_000))} kB"
    return f"{number(round(n_bytes / 1_000_000, 1))} MB"


def month_name(value: date, pattern: str = "MMMM y") -> str:
    """Return "Maret 2025"."""
    return _formatted_day(value, pattern, str(locale()))


def period_name(period: Period) -> str:
    """Return a period as a person names it: "Maret 2025", "triwulan I 2025", "tahun 2024"."""
    start, place = period.start, period.position_in_year
    match period.cadence:
        case Cadence.BULANAN:
            return month_name(start)
        case Cadence.TRIWULANAN:
            return _("Triwulan %(n)s %(year)s", n=_ROMAN[place], year=str(start.year))
        case Cadence.EMPAT_BULANAN:
            return _("Caturwulan %(n)s %(year)s", n=_ROMAN[place], year=str(start.year))
        case Cadence.SEMESTERAN:
            return _("Semester %(n)s %(year)s", n=_ROMAN[place], year=str(start.year))
        case Cadence.MINGGUAN:
            year, week, _weekday = start.isocalendar()
            return _("Pekan %(n)s %(year)s", n=str(week), year=str(year))
        case Cadence.TAHUN_AJARAN:
            return _("Tahun ajaran %(label)s", label=period.label)
        case _:
            return _("Tahun %(label)s", label=period.label)


def period_label_name(cadence: Cadence, label: str) -> str:
    """Return a label as a person names it; one of another cadence stays as it is, but a day."""
    try:
        return period_name(period_from_label(cadence, label))
    except UnknownPeriod:
        return long_day(date.fromisoformat(label)) if _ISO_DAY.fullmatch(label) else label


def period_tick(period: Period) -> str:
    """Return the few characters that fit under a cell: "Mar", "TW I", "2024"."""
    place = period.position_in_year
    match period.cadence:
        case Cadence.BULANAN:
            return month_name(period.start, "MMM")
        case Cadence.TRIWULANAN:
            return _("TW %(n)s", n=_ROMAN[place])
        case Cadence.EMPAT_BULANAN:
            return _("CW %(n)s", n=_ROMAN[place])
        case Cadence.SEMESTERAN:
            return _("S %(n)s", n=_ROMAN[place])
        case Cadence.MINGGUAN:
            return f"W{period.start.isocalendar().week:02d}"
        case Cadence.TAHUNAN:
            return period.label
        case _:
            return f"{period.start:%y}/{period.last_day:%y}"


def word_of(code: Code | Timing | VersionStatus) -> str:
    """Return the word of a state, headline, access, validity or version status."""
    match code:
        case State():
            return str(_STATES[code])
        case Headline():
            return str(_HEADLINES[code])
        case Access():
            return str(_ACCESS[code])
        case Validity():
            return str(_VALIDITY[code])
        case Timing():
            return str(_TIMINGS[code])
        case VersionStatus():
            return str(_VERSIONS[code])


def look_of_version(status: VersionStatus) -> Look:
    """Return the palette key of what became of a version."""
    return _OF_VERSION[status]


def cadence_name(cadence: Cadence) -> str:
    """Return "bulanan"."""
    return str(_CADENCES[cadence])


def dimension_name(dimension: Dimension) -> str:
    """Return the name of a smart-city dimension."""
    return str(_DIMENSIONS[dimension])


def sensitivity_name(sensitivity: Sensitivity) -> str:
    """Return the name of a classification."""
    return str(_SENSITIVITIES[sensitivity])


def source_name(kind: SourceKind) -> str:
    """Return how a dataset is seen."""
    return str(_SOURCES[kind])


def icon_of(look: Look | str) -> str:
    """Return the icon of a palette key."""
    return ICONS[Look(look)]
