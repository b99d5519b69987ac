"""What the tests of the rules share."""

import pytest

from catalog.rules.calendar import Calendar
from tests.rules.holiday_file import city_calendar


@pytest.fixture(scope="session")
def wib_calendar() -> Calendar:
    """The calendar of a city on Java."""
    return city_calendar("Asia/Jakarta")


@pytest.fixture(scope="session")
def wita_calendar() -> Calendar:
    """The calendar of a city on the other side of the zone line."""
    return city_calendar("Asia/Makassar")
