"""English is complete, current and equally plain; dates and numbers follow the language."""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po
from flask.testing import FlaskClient
from sqlalchemy import Engine

from catalog.pages.wording import (
    instant,
    long_day,
    number,
    percent,
    period_label_name,
    period_name,
    period_tick,
    size,
    zone_name,
)
from catalog.rules.periods import period_from_label
from catalog.rules.terms import Cadence
from tests.web.pages_world import build_city, open_web

CATALOG = Path(__file__).parents[2] / "catalog"
ENGLISH = CATALOG / "translations" / "en" / "LC_MESSAGES"
FUNCTIONS = {"_": None, "lazy_gettext": None, "ngettext": (1, 2)}
VALUES = re.compile(r"%\((\w+)\)[sd]")


def said() -> set[str | tuple[str, ...]]:
    """Return every message that the pages and templates of the catalogue use."""
    found: set[str | tuple[str, ...]] = set()
    for path in (*CATALOG.glob("pages/*.py"), *CATALOG.glob("templates/**/*.html")):
        method = "python" if path.suffix == ".py" else "jinja2"
        options = {} if method == "python" else {"trim_blocks": "1", "lstrip_blocks": "1"}
        with path.open("rb") as source:
            for _line, message, _comments, _context in extract(
                method, source, keywords=FUNCTIONS, options=options
            ):
                found.add(message if isinstance(message, str) else tuple(message))
    return found


def english() -> dict[str | tuple[str, ...], str | tuple[str, ...]]:
    with (ENGLISH / "messages.po").open("rb") as source:
        return messages_of(read_po(source, locale="en"))


def messages_of(catalog: Catalog) -> dict[str | tuple[str, ...], str | tuple[str, ...]]:
    return {_fixed(m.id): _fixed(m.string) for m in catalog if m.id}


def _fixed(text: str | Sequence[str]) -> str | tuple[str, ...]:
    return text if isinstance(text, str) else tuple(text)


def test_every_message_has_its_english_and_no_english_is_left_over():
    assert said() == set(english())


def test_no_english_is_empty_and_each_keeps_the_values_of_its_message():
    for message, translated in english().items():
        ids = {message} if isinstance(message, str) else set(message)
        texts = [translated] if isinstance(translated, str) else list(translated)
        wanted = set().union(*(VALUES.findall(text) for text in ids))
        for text in texts:
            assert text.strip(), message
            assert set(VALUES.findall(text)) <= wanted, message
        assert set().union(*(VALUES.findall(text) for text in texts)) == wanted, message


def test_the_compiled_english_is_that_of_the_text():
    with (ENGLISH / "messages.mo").open("rb") as source:
        compiled = messages_of(read_mo(source))
    assert compiled == english()


@pytest.fixture
def client(sqlite_engine: Engine) -> FlaskClient:
    return open_web(sqlite_engine, build_city(sqlite_engine)).test_client()


def test_the_address_chooses_the_language_and_it_is_remembered(client):
    assert '<html lang="id">' in client.get("/").text
    assert '<html lang="en">' in client.get("/?lang=en").text
    assert '<html lang="en">' in client.get("/opd").text
    assert '<html lang="id">' in client.get("/opd?lang=id").text
    assert '<html lang="id">' in client.get("/").text


def test_an_unknown_language_is_bahasa_indonesia(client):
    assert '<html lang="id">' in client.get("/?lang=xx").text


def test_the_switch_keeps_the_page_and_its_filter(client):
    page = client.get("/dataset?q=balita&opd=dinkes").text
    assert 'href="/dataset?q=balita&amp;opd=dinkes&amp;lang=en"' in page


def test_a_page_in_english_says_its_answer_in_english(client):
    page = client.get("/dataset/jembatan-rusak?lang=en").text
    assert (
        "We have not found the data for January 2026. They were due Tuesday, 10 February 2026."
        in page
    )
    home = re.sub(r"<[^>]+>", "", client.get("/?lang=en").text)
    assert "2 of 4 datasets (50 %) are up to date with their schedule." in home


@pytest.mark.parametrize(
    ("cadence", "label", "name", "tick"),
    [
        (Cadence.BULANAN, "2025-03", "Maret 2025", "Mar"),
        (Cadence.TRIWULANAN, "2025-Q3", "Triwulan III 2025", "TW III"),
        (Cadence.EMPAT_BULANAN, "2025-C2", "Caturwulan II 2025", "CW II"),
        (Cadence.SEMESTERAN, "2025-S1", "Semester I 2025", "S I"),
        (Cadence.MINGGUAN, "2025-W07", "Pekan 7 2025", "W07"),
        (Cadence.TAHUNAN, "2024", "Tahun 2024", "2024"),
        (Cadence.TAHUN_AJARAN, "2025/2026", "Tahun ajaran 2025/2026", "25/26"),
        (Cadence.LIMA_TAHUNAN, "2020–2024", "Tahun 2020–2024", "20/24"),
    ],
)
def test_periods_are_named_as_people_name_them(sqlite_engine, cadence, label, name, tick):
    web = open_web(sqlite_engine, build_city(sqlite_engine, lambda _town: None))
    with web.test_request_context("/"):
        period = period_from_label(cadence, label)
        assert (period_name(period), period_tick(period)) == (name, tick)
        assert period_label_name(cadence, label) == name
        assert period_label_name(Cadence.BULANAN, "entah") == "entah"
        assert period_label_name(Cadence.BULANAN, "2026-10-31").endswith("2026")


@pytest.mark.parametrize(
    ("language", "day", "moment", "figure", "megabytes"),
    [
        (
            "id",
            "Jumat, 21 November 2025",
            "Jumat, 21 November 2025, 08.05 WIB",
            "1.234,5",
            "1,5 MB",
        ),
        (
            "en",
            "Friday, 21 November 2025",
            "Friday, 21 November 2025, 08:05 WIB",
            "1,234.5",
            "1.5 MB",
        ),
    ],
)
def test_days_instants_and_numbers_follow_the_language(
    sqlite_engine, language, day, moment, figure, megabytes
):
    web = open_web(sqlite_engine, build_city(sqlite_engine, lambda _town: None))
    with web.test_request_context(f"/?lang={language}"):
        assert long_day(date(2025, 11, 21)) == day
        assert instant(datetime(2025, 11, 21, 1, 5, tzinfo=UTC)) == moment
        assert number(1234.5) == figure
        assert size(1_499_999) == megabytes
        assert (size(999), size(1_500)) == ("999 B", "2 kB")


@pytest.mark.parametrize(
    ("zone", "name"), [("Asia/Jakarta", "WIB"), ("Asia/Makassar", "WITA"), ("Asia/Jayapura", "WIT")]
)
def test_the_zone_is_named_as_indonesians_name_it(zone, name):
    assert zone_name(ZoneInfo(zone), datetime(2025, 1, 1, tzinfo=UTC)) == name


@pytest.mark.parametrize(
    ("n", "of", "said"),
    [(0, 0, "–"), (0, 9, "0 %"), (9, 9, "100 %"), (999, 1000, "99 %"), (1, 1000, "1 %")],
)
def test_a_share_is_never_rounded_over_a_gap(n, of, said):
    assert percent(n, of) == said
