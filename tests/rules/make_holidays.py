"""Makes catalog/intake/holidays_id.csv from the holidays package and the overrides below.

Run `python -m tests.rules.make_holidays` after the yearly decree of the three ministers,
with a newer package or with the decree's changes written into OVERRIDES.
"""

import csv
import io
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import holidays

YEARS = range(2019, 2028)
IMPORTED_ON = date(2026, 11, 21)
TARGET = Path(__file__).resolve().parents[2] / "catalog" / "intake" / "holidays_id.csv"
HEADER = ("date", "name", "kind", "estimated", "source", "imported_on")
ESTIMATED_MARK = " (perkiraan)"
KINDS = (("government", "cuti_bersama"), ("public", "nasional"))


@dataclass(frozen=True, slots=True)
class Override:
    """A day that the package lacks, names wrongly or that was withdrawn (name None)."""

    on: date
    name: str | None
    kind: str
    source: str


OVERRIDES = (
    Override(
        date(2020, 12, 31),
        "Pengganti Cuti Bersama Hari Raya Idul Fitri",
        "cuti_bersama",
        "paket holidays (government), ejaan diperbaiki",
    ),
)


def rows() -> list[tuple[str, ...]]:
    """Return the rows of the file in order of date, one a day; national days win."""
    by_day: dict[date, tuple[str, ...]] = {}
    for category, kind in KINDS:
        found = holidays.country_holidays("ID", years=YEARS, categories=(category,), language="id")
        for on, names in found.items():
            estimated = str(ESTIMATED_MARK in names).lower()
            name = names.replace(ESTIMATED_MARK, "").replace("; ", " dan ")
            source = f"paket holidays ({category})"
            by_day[on] = (on.isoformat(), name, kind, estimated, source, IMPORTED_ON.isoformat())
    for override in OVERRIDES:
        by_day.pop(override.on, None)
        if override.name is not None:
            by_day[override.on] = (
                override.on.isoformat(),
                override.name,
                override.kind,
                "false",
                override.source,
                IMPORTED_ON.isoformat(),
            )
    return [by_day[on] for on in sorted(by_day)]


def text() -> str:
    """Return the whole file."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEADER)
    writer.writerows(rows())
    return out.getvalue()


if __name__ == "__main__":
    TARGET.write_text(text(), encoding="utf-8")
    print(f"{TARGET.name}: {len(rows())} days")
