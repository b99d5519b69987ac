"""The closed vocabularies; the value of a term is the code that is stored and shown in JSON."""

import re
from enum import IntEnum, StrEnum

from catalog.rules.errors import UnknownCadence


class Cadence(StrEnum):
    """How often an agency promises a dataset; closed list of design/freshness.md, section 2."""

    MINGGUAN = "mingguan"
    BULANAN = "bulanan"
    TRIWULANAN = "triwulanan"
    EMPAT_BULANAN = "empat_bulanan"
    SEMESTERAN = "semesteran"
    TAHUNAN = "tahunan"
    TAHUN_AJARAN = "tahun_ajaran"
    DWITAHUNAN = "dwitahunan"
    LIMA_TAHUNAN = "lima_tahunan"
    HARIAN_KERJA = "harian_kerja"
    HARIAN = "harian"
    PER_JAM = "per_jam"
    INSIDENTAL = "insidental"
    TETAP = "tetap"

    @property
    def is_rolling(self) -> bool:
        """Whether age counts instead of periods."""
        return self in _ROLLING

    @property
    def is_unscheduled(self) -> bool:
        """Whether nothing is ever due ("Tanpa jadwal")."""
        return self in _UNSCHEDULED

    @property
    def is_periodic(self) -> bool:
        """Whether the promise is one obligation per period."""
        return not (self.is_rolling or self.is_unscheduled)


_ROLLING = frozenset({Cadence.HARIAN_KERJA, Cadence.HARIAN, Cadence.PER_JAM})
_UNSCHEDULED = frozenset({Cadence.INSIDENTAL, Cadence.TETAP})


class Schedule(StrEnum):
    """What became of the column jadwal_rilis."""

    PARSED = "PARSED"
    UNPARSED = "UNPARSED"
    UNPUBLISHED = "UNPUBLISHED"


class State(StrEnum):
    """The state of one obligation."""

    RUNNING = "RUNNING"
    OPEN = "OPEN"
    DUE_SOON = "DUE_SOON"
    GRACE = "GRACE"
    LATE = "LATE"
    ARREARS = "ARREARS"
    FULFILLED = "FULFILLED"
    NIL = "NIL"
    WAIVED = "WAIVED"
    UNOBSERVED = "UNOBSERVED"

    @property
    def is_closed(self) -> bool:
        """Whether nothing more is owed for the period."""
        return self in _CLOSED


_CLOSED = frozenset({State.FULFILLED, State.NIL, State.WAIVED})


class Headline(StrEnum):
    """The one word over a dataset."""

    CURRENT = "CURRENT"
    DUE_SOON = "DUE_SOON"
    GRACE = "GRACE"
    LATE = "LATE"
    ARREARS = "ARREARS"
    UNOBSERVED = "UNOBSERVED"
    NEW = "NEW"
    UNSCHEDULED = "UNSCHEDULED"
    UNPARSED_SCHEDULE = "UNPARSED_SCHEDULE"
    UNPUBLISHED = "UNPUBLISHED"
    RETIRED = "RETIRED"


class Access(StrEnum):
    """Whether a source answers; never blended with freshness."""

    LANCAR = "LANCAR"
    TERGANGGU = "TERGANGGU"
    PUTUS = "PUTUS"
    BELUM_DIPERIKSA = "BELUM_DIPERIKSA"


class Validity(StrEnum):
    """Whether the content keeps its schema; never blended with freshness."""

    VALID = "VALID"
    PERINGATAN = "PERINGATAN"
    TIDAK_VALID = "TIDAK_VALID"
    BELUM_DIPERIKSA = "BELUM_DIPERIKSA"


class Rank(IntEnum):
    """How strong a piece of evidence is (design/freshness.md, section 4)."""

    E0 = 0
    E1 = 1
    E2 = 2
    E3 = 3
    E4 = 4
    E5 = 5


class ClosingKind(StrEnum):
    """The three ways in which an obligation closes."""

    FULFILLED = "FULFILLED"
    NIL = "NIL"
    WAIVED = "WAIVED"


class Timing(StrEnum):
    """Whether a closed obligation closed before its grace ended."""

    ON_TIME = "ON_TIME"
    LATE = "LATE"
    UNOBSERVED = "UNOBSERVED"


class Outcome(StrEnum):
    """What one check came back with."""

    COMPLETE = "COMPLETE"
    NOT_MODIFIED = "NOT_MODIFIED"
    SOURCE_FAILED = "SOURCE_FAILED"
    OUR_FAULT = "OUR_FAULT"


class Unit(StrEnum):
    """The unit in which a time of a data file is written."""

    YEAR = "YEAR"
    SEMESTER = "SEMESTER"
    FOUR_MONTHS = "FOUR_MONTHS"
    QUARTER = "QUARTER"
    MONTH = "MONTH"
    WEEK = "WEEK"
    DAY = "DAY"
    HOUR = "HOUR"
    SCHOOL_YEAR = "SCHOOL_YEAR"
    BLOCK = "BLOCK"


class Merge(StrEnum):
    """Which of several files of a dataset decide: all (the oldest part), or any of them."""

    ALL = "all"
    ANY = "any"


class Role(StrEnum):
    """Who somebody is to the catalogue."""

    OPERATOR = "operator"
    KEPALA_BIDANG = "kepala_bidang"
    KEPALA_OPD = "kepala_opd"
    WALIDATA = "walidata"
    PIMPINAN = "pimpinan"
    ADMINISTRATOR = "administrator"


class HolidayKind(StrEnum):
    """Who keeps the day: the nation, the civil service, the region."""

    NASIONAL = "nasional"
    CUTI_BERSAMA = "cuti_bersama"
    DAERAH = "daerah"


_SPELLINGS: dict[Cadence, tuple[str, ...]] = {
    Cadence.MINGGUAN: ("minggu", "pekanan", "setiap minggu", "tiap minggu", "weekly"),
    Cadence.BULANAN: ("bulan", "setiap bulan", "tiap bulan", "monthly"),
    Cadence.TRIWULANAN: (
        "triwulan",
        "tri wulan",
        "tri wulanan",
        "tw",
        "kuartal",
        "kuartalan",
        "quarter",
        "quarterly",
        "3 bulanan",
        "tiga bulanan",
        "setiap triwulan",
        "tiap triwulan",
    ),
    Cadence.EMPAT_BULANAN: ("caturwulan", "catur wulan", "4 bulanan", "4 bulan", "empat bulan"),
    Cadence.SEMESTERAN: (
        "semester",
        "6 bulanan",
        "6 bulan",
        "enam bulanan",
        "setiap semester",
        "tiap semester",
    ),
    Cadence.TAHUNAN: ("tahun", "setiap tahun", "tiap tahun", "annual", "yearly"),
    Cadence.TAHUN_AJARAN: ("tahun pelajaran", "ta", "per tahun ajaran", "setiap tahun ajaran"),
    Cadence.DWITAHUNAN: (
        "dwi tahunan",
        "dwi tahun",
        "2 tahunan",
        "2 tahun",
        "dua tahunan",
        "dua tahun",
    ),
    Cadence.LIMA_TAHUNAN: ("lima tahun", "5 tahunan", "5 tahun"),
    Cadence.HARIAN_KERJA: ("hari kerja", "setiap hari kerja", "tiap hari kerja"),
    Cadence.HARIAN: ("hari", "setiap hari", "tiap hari", "daily"),
    Cadence.PER_JAM: ("jam", "setiap jam", "tiap jam", "jam jaman", "hourly"),
    Cadence.INSIDENTAL: (
        "apabila dibutuhkan",
        "apabila diperlukan",
        "apabila diajukan",
        "jika dibutuhkan",
        "jika diperlukan",
        "bila dibutuhkan",
        "bila diperlukan",
        "sewaktu waktu",
        "situasional",
        "tidak teratur",
        "tidak menentu",
        "hanya sekali",
        "sekali",
        "insidentil",
        "irregular",
    ),
    Cadence.TETAP: ("statis", "tidak berubah"),
}
_SCHOOL_YEAR = re.compile(r"(?:ta|tahun ajaran|tahun pelajaran) \d{4} \d{4}")


def _folded(text: str) -> str:
    return " ".join(re.findall(r"[^\W_]+", text.casefold()))


_BY_WORD = {
    _folded(spelling): cadence
    for cadence in Cadence
    for spelling in (cadence.value, *_SPELLINGS[cadence])
}


def parse_cadence(text: str) -> Cadence:
    """Return the cadence that an official's word names, whatever its case and blanks.

    Raises UnknownCadence for any other word ("3 Tahunan", "Tahunan dan bulanan").
    Source: reference list of the words in Indonesian portals and daftar data.
    """
    word = _folded(text)
    cadence = _BY_WORD.get(word)
    if cadence is None and _SCHOOL_YEAR.fullmatch(word):
        cadence = Cadence.TAHUN_AJARAN
    if cadence is None:
        found = f'"{text.strip()}"' if word else "kosong"
        raise UnknownCadence(
            f"Periode data {found} tidak dikenal; pakai salah satu dari: "
            f"{', '.join(Cadence)} (atau sebutan lazimnya, misalnya Semester, Triwulan, TW)."
        )
    return cadence
