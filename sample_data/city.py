"""What the feeds of Kota Sukamaju serve at any instant: one pure function of slug and instant."""

import functools
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from email.utils import format_datetime

from catalog.rules.calendar import Calendar
from catalog.rules.errors import MutakhirError
from catalog.rules.periods import shift_month
from sample_data.faces import DAYS_SHOWN, DAYS_STORED, Album, Face, Held, album
from sample_data.files import (
    CITY_NAME,
    Assigned,
    Promised,
    assigned_behaviours,
    layout_texts,
    promised_datasets,
    shipped_calendar,
)
from sample_data.layouts import Layout, read_layouts
from sample_data.rows import Cell, Row, rows_of_period, rows_of_register
from sample_data.story import HORIZON, Act, Event, Flaw, Span, Story, tell_story
from sample_data.untidy import total, untidied
from sample_data.writing import MEDIA_TYPES, Hand, csv_file, csv_lines, json_file, workbook

N_MONTHS = 24
_LOGIN_PAGE = (
    b"<!DOCTYPE html><html><head><title>Masuk</title></head><body><h1>Silakan masuk</h1>"
    b'<form method="post" action="/login"><label>Nama pengguna <input name="username"></label>'
    b'<label>Kata sandi <input type="password" name="password"></label>'
    b"<button>Masuk</button></form></body></html>"
)
_FAILURES: dict[Flaw, tuple[int, bytes]] = {
    Flaw.GONE: (404, b"<!DOCTYPE html><html><body><h1>404 Tidak ditemukan</h1></body></html>"),
    Flaw.LOGIN: (200, _LOGIN_PAGE),
    Flaw.DOWN: (503, b"Layanan sedang tidak tersedia\n"),
}
_HANDS_OF_KINDS = {"json_api": Hand.NESTED, "jdihn": Hand.REGULATIONS}
_HANDS_OF_FILES = {"xlsx": Hand.WORKBOOK, "json": Hand.RECORDS}
_N_LOST = 0.6
_YEAR_TOO_FAR = 2099


class UnknownFeed(MutakhirError):
    """No dataset of the sample city has that slug."""


@dataclass(frozen=True, slots=True)
class Feed:
    """One answer of a feed; `etag` and `last_modified` are "" where a server sends none."""

    status: int
    media_type: str
    body: bytes
    etag: str = ""
    last_modified: str = ""


@dataclass(frozen=True, slots=True)
class _Dataset:
    promised: Promised
    layout: Layout
    assigned: tuple[Assigned, ...]
    story: Story
    album: Album
    hand: Hand
    lines: Callable[[Held], str]
    rows: Callable[[Held], tuple[Row, ...]]
    served: dict[Face, Feed] = field(default_factory=dict)

    def has(self, behaviour: str) -> bool:
        return any(a.behaviour == behaviour for a in self.assigned)


class City:
    """The sample city as it is lived up to `now`; the same `now` always gives the same city."""

    def __init__(self, now: datetime, n_months: int = N_MONTHS) -> None:
        self.now = now.astimezone(UTC)
        self.calendar: Calendar = shipped_calendar()
        today = self.calendar.local_date(now)
        self.start_on: date = shift_month(today, -n_months)
        self._promised = promised_datasets()
        self._layouts = read_layouts(layout_texts())
        self._assigned = assigned_behaviours()
        self._known: dict[str, _Dataset] = {}

    @property
    def start_at(self) -> datetime:
        """The instant at which the daftar data was agreed and the first look is taken."""
        return self.calendar.midnight(self.start_on)

    @property
    def slugs(self) -> tuple[str, ...]:
        """The datasets in the order of the daftar data."""
        return tuple(self._promised)

    def promised(self, slug: str) -> Promised:
        """Return what the daftar data says of a dataset."""
        return self._dataset(slug).promised

    def assigned(self, slug: str) -> tuple[Assigned, ...]:
        """Return how a dataset behaves."""
        return self._dataset(slug).assigned

    def story(self, slug: str) -> Story:
        """Return everything that happens at a dataset's feed."""
        return self._dataset(slug).story

    def releases(self, slug: str, start: datetime, end: datetime) -> tuple[datetime, ...]:
        """Return the instants after start up to and including end at which its content changes."""
        faces = self._dataset(slug).album.faces
        return tuple(sorted({f.changed_at for f in faces if start < f.changed_at <= end}))

    def declarations(self, slug: str, start: datetime, end: datetime) -> tuple[Event, ...]:
        """Return the periods that its operator declares nil after start up to end."""
        events = self._dataset(slug).story.events
        return tuple(e for e in events if e.act is Act.NIL and start < e.at <= end)

    def face(self, slug: str, at: datetime) -> Face:
        """Return what is shown at an instant: which periods, and what is wrong with them."""
        return self._dataset(slug).album.at(at)

    def header(self, slug: str) -> tuple[str, ...]:
        """Return the columns of a dataset in the application that it comes from."""
        return self._dataset(slug).layout.header

    def rows(self, slug: str, at: datetime) -> list[Row]:
        """Return the rows that the application of a dataset holds at an instant."""
        dataset = self._dataset(slug)
        return _rows(dataset, dataset.album.at(at))

    def content(self, slug: str, at: datetime) -> Feed:
        """Return what the feed answers at an instant; raises UnknownFeed for no such dataset."""
        dataset = self._dataset(slug)
        face = dataset.album.at(at)
        feed = dataset.served.get(face)
        if feed is None:
            # One face is asked for again and again until the next event; older ones never.
            dataset.served.clear()
            feed = dataset.served[face] = _serve(dataset, face)
        return feed

    def _dataset(self, slug: str) -> _Dataset:
        found = self._known.get(slug)
        if found is None:
            if slug not in self._promised:
                raise UnknownFeed(f'sample city: no dataset has the slug "{slug}"')
            found = self._known[slug] = self._told(slug)
        return found

    def _told(self, slug: str) -> _Dataset:
        promised, layout = self._promised[slug], self._layouts[slug]
        assigned = self._assigned[slug]
        story = tell_story(promised, assigned, Span(self.start_on, self.now, self.calendar))
        hand = _hand(promised, assigned)
        rows = functools.cache(lambda held: _rows_held(layout, held))
        return _Dataset(
            promised=promised,
            layout=layout,
            assigned=assigned,
            story=story,
            album=album(
                story.held,
                self.start_at - HORIZON,
                story.events,
                DAYS_STORED if promised.kind == "sql_view" else DAYS_SHOWN,
            ),
            hand=hand,
            lines=functools.cache(lambda held: csv_lines(rows(held), hand)),
            rows=rows,
        )


def _hand(promised: Promised, assigned: Sequence[Assigned]) -> Hand:
    if promised.kind in _HANDS_OF_KINDS:
        return _HANDS_OF_KINDS[promised.kind]
    if promised.extension in _HANDS_OF_FILES:
        return _HANDS_OF_FILES[promised.extension]
    return Hand.SEMICOLON if any(a.behaviour == "semicolon" for a in assigned) else Hand.PLAIN


def _serve(dataset: _Dataset, face: Face) -> Feed:
    if face.failure in _FAILURES:
        status, body = _FAILURES[face.failure]
        return Feed(status, "text/html; charset=utf-8", body)
    body = _body(dataset, face)
    return Feed(
        status=200,
        media_type=MEDIA_TYPES[dataset.hand],
        body=body,
        etag=f'"{hashlib.sha256(body).hexdigest()[:20]}"',
        last_modified=format_datetime(face.changed_at, usegmt=True),
    )


def _body(dataset: _Dataset, face: Face) -> bytes:
    hand, header = dataset.hand, _header(dataset.layout, face)
    title = _title_rows(dataset) if dataset.has("titled") else ()
    is_plain = not face.flaw and not face.failure and not face.n_touches
    whole = is_plain and not dataset.layout.is_register
    if hand in (Hand.PLAIN, Hand.SEMICOLON) and whole and not dataset.has("totals"):
        head = csv_lines([header], hand)
        return csv_file(title, [head, *(dataset.lines(held) for held in face.held)], hand)
    rows = _rows(dataset, face)
    if hand is Hand.WORKBOOK:
        return workbook(title, header, rows)
    if hand in (Hand.RECORDS, Hand.NESTED, Hand.REGULATIONS):
        return json_file(header, rows, hand)
    return csv_file(title, [csv_lines([header, *rows], hand)], hand)


def _title_rows(dataset: _Dataset) -> tuple[str, ...]:
    separator = "" if dataset.hand is Hand.WORKBOOK else "," * (len(dataset.layout.header) - 1)
    promised = dataset.promised
    lines = (promised.title.upper().replace(",", ""), f"{CITY_NAME.upper()} - {promised.agency}")
    return (*(line + separator for line in lines), *((separator,) if separator else ()))


def _header(layout: Layout, face: Face) -> tuple[str, ...]:
    header = layout.header
    if face.flaw is Flaw.LEAK:
        return (*header, "nik")
    if face.flaw is Flaw.RENAMED:
        first = next(c.name for c in layout.columns if c.is_value)
        return tuple(f"jml_{name}" if name == first else name for name in header)
    return header


def _rows(dataset: _Dataset, face: Face) -> list[Row]:
    layout = dataset.layout
    if face.failure is Flaw.BLANK:
        return []
    if layout.is_register:
        rows = list(rows_of_register(layout, face.n_releases))
    else:
        rows = [row for held in face.held for row in dataset.rows(held)]
    if face.flaw is Flaw.LOST_ROWS:
        rows = rows[int(len(rows) * _N_LOST) :]
    elif face.flaw is Flaw.FUTURE:
        rows.append((_YEAR_TOO_FAR, *rows[-1][1:]))
    elif face.flaw is Flaw.LEAK:
        rows = [(*row, _nik(number)) for number, row in enumerate(rows, start=1)]
    elif face.flaw is Flaw.UNTIDY:
        rows = untidied(layout, rows)
    if face.n_touches:
        turn = face.n_touches % len(rows)
        rows = rows[turn:] + rows[:turn]
    if dataset.has("totals"):
        rows.append(total(layout, rows))
    return rows


def _rows_held(layout: Layout, held: Held) -> tuple[Row, ...]:
    rows = rows_of_period(layout, held.period)
    if not held.is_empty and not held.is_corrected:
        return rows
    first_value = len(layout.header) - len(layout.columns)
    values = [first_value + i for i, c in enumerate(layout.columns) if c.is_value]
    if held.is_empty:
        return tuple(tuple(None if i in values else c for i, c in enumerate(r)) for r in rows)
    return (_mended(rows[0], values[0]), *rows[1:])


def _mended(row: Row, position: int) -> Row:
    old = row[position]
    new: Cell = old + max(1, round(old * 0.05)) if isinstance(old, int | float) else old
    return (*row[:position], new, *row[position + 1 :])


def _nik(number: int) -> str:
    """Return a number in the form of a NIK that can be nobody's.

    Serial numbers count the people of one birthday in one district: 9,000 there never were.
    """
    return f"110101{1 + number % 28:02d}{1 + number % 12:02d}27{9000 + number % 1000}"
