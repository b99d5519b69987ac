"""The words of messages in the language of who reads them, without a web request at hand."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time
from babel.support import NullTranslations, Translations

from catalog.rules.periods import Period
from catalog.rules.terms import Cadence

TRANSLATIONS = Path(__file__).parent.parent / "desk" / "translations"
LANGUAGES = ("id", "en")
_ROMAN = ("I", "II", "III", "IV")


@dataclass(frozen=True, slots=True)
class Words:
    """One language and one zone; message ids are Bahasa Indonesia."""

    locale: str
    zone: ZoneInfo
    translations: NullTranslations

    def gettext(self, message: str, **values: object) -> str:
        """Return the message with its values filled in."""
        return str(self.translations.ugettext(message)) % values

    def ngettext(self, one: str, many: str, n: int, **values: object) -> str:
        """Return the message for n things; `n` is one of its values."""
        return str(self.translations.ungettext(one, many, n)) % {"n": n, **values}

    def day(self, on: date) -> str:
        """Return a date in full, with its weekday."""
        form = "EEEE, d MMMM y" if self.locale == "id" else "EEEE d MMMM y"
        return format_date(on, form, locale=self.locale)

    def moment(self, at: datetime) -> str:
        """Return an instant in full, in local time, with the zone named."""
        local = at.astimezone(self.zone)
        form = "HH.mm" if self.locale == "id" else "HH:mm"
        clock = format_time(local, form, tzinfo=self.zone, locale=self.locale)
        return f"{self.day(local.date())}, {clock} {local.tzname()}"

    def period(self, period: Period) -> str:
        """Return the name people give to a period."""
        start, year = period.start, period.start.year
        match period.cadence:
            case Cadence.BULANAN:
                return format_date(start, "LLLL y", locale=self.locale)
            case Cadence.MINGGUAN:
                iso = start.isocalendar()
                return self.gettext("minggu ke-%(n)d %(year)d", n=iso.week, year=iso.year)
            case Cadence.TRIWULANAN:
                nth = _ROMAN[(start.month - 1) // 3]
                return self.gettext("triwulan %(n)s %(year)d", n=nth, year=year)
            case Cadence.EMPAT_BULANAN:
                nth = _ROMAN[(start.month - 1) // 4]
                return self.gettext("caturwulan %(n)s %(year)d", n=nth, year=year)
            case Cadence.SEMESTERAN:
                nth = _ROMAN[(start.month - 1) // 6]
                return self.gettext("semester %(n)s %(year)d", n=nth, year=year)
            case Cadence.TAHUN_AJARAN:
                return self.gettext("tahun ajaran %(label)s", label=period.label)
            case _:
                return self.gettext("tahun %(label)s", label=period.label)


@lru_cache(maxsize=32)
def words_for(locale: str, zone: ZoneInfo) -> Words:
    """Return the words of a language; Bahasa Indonesia for one that is not spoken here."""
    known = locale if locale in LANGUAGES else LANGUAGES[0]
    return Words(known, zone, Translations.load(TRANSLATIONS, [known]))
