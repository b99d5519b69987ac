"""Reads the shipped holidays for the tests of the rules."""

import csv
from datetime import date
from pathlib import Path

from catalog.rules.calendar import Calendar, Holiday
from catalog.rules.terms import HolidayKind

PATH = Path(__file__).resolve().parents[2] / "catalog" / "intake" / "holidays_id.csv"


def shipped_holidays() -> list[Holiday]:
    """Return every holiday of the file."""
    with PATH.open(encoding="utf-8", newline="") as file:
        return [
            Holiday(
                date.fromisoformat(row["date"]),
                row["name"],
                HolidayKind(row["kind"]),
                row["estimated"] == "true",
            )
            for row in csv.DictReader(file)
        ]


def city_calendar(zone: str = "Asia/Jakarta") -> Calendar:
    """Return the calendar of a city of the zone with the shipped holidays."""
    return Calendar.of(zone, shipped_holidays())
