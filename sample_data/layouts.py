"""How the table of one feed is laid out: its columns and how plausible values are made.

A layout is written in layouts.csv as columns parted by semicolons:
`m` the time columns of a cadence · `K`, `D` kecamatan, desa · `name=A/B` one row for each ·
`name?A/B` one of them · `name#X-` a numbered code or name · `name:i 40~5` a whole number of
about 40 give or take 5 % · `name:n 4.5` a decimal · `name:i <whole 0.9` a part of another
column · `name:n %part/whole` per cent · `name:i -whole/part` the rest · `lat`, `lon` ·
`objects 30` a register without periods · `event tanggal 4` about 4 dated events a period.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from catalog.rules.errors import MutakhirError

DEFAULT_SPREAD = 15


class UnknownColumn(MutakhirError):
    """A column of layouts.csv is written in no known way."""


class Form(StrEnum):
    """How the cells of a column are made."""

    DIMENSION = "dimension"
    CHOICE = "choice"
    CODE = "code"
    MEASURE = "measure"
    PART = "part"
    PERCENT = "percent"
    REST = "rest"
    COORDINATE = "coordinate"


@dataclass(frozen=True, slots=True)
class Column:
    """One column; `spread` is in per cent, `of` names the columns it is computed from."""

    name: str
    form: Form
    choices: tuple[str, ...] = ()
    prefix: str = ""
    whole_numbers: bool = False
    typical: float = 0.0
    spread: int = DEFAULT_SPREAD
    of: tuple[str, ...] = ()
    share: float = 1.0

    @property
    def is_value(self) -> bool:
        """Whether it holds what was counted or measured."""
        return self.form in (Form.MEASURE, Form.PART, Form.PERCENT, Form.REST)


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns of a feed. `time` is the letter of the time columns, "" for none.

    `places` is "K", "D" or ""; a register has `n_objects`, an event table `n_events` a period
    dated in `event_column`.
    """

    slug: str
    time: str
    places: str
    columns: tuple[Column, ...]
    n_objects: int = 0
    n_events: int = 0
    event_column: str = ""

    @property
    def is_register(self) -> bool:
        """Whether the table lists objects and says nothing of periods."""
        return self.n_objects > 0

    @property
    def header(self) -> tuple[str, ...]:
        """The column names in the order in which they are published."""
        time = (self.event_column,) if self.event_column else TIME_COLUMNS[self.time]
        return time + PLACE_COLUMNS[self.places] + tuple(c.name for c in self.columns)


TIME_COLUMNS: dict[str, tuple[str, ...]] = {
    "": (),
    "y": ("tahun",),
    "s": ("tahun", "semester"),
    "q": ("tahun", "triwulan"),
    "m": ("tahun", "bulan"),
    "w": ("tahun", "minggu"),
    "d": ("tanggal",),
    "A": ("tahun_ajaran",),
}
PLACE_COLUMNS: dict[str, tuple[str, ...]] = {
    "": (),
    "K": ("kode_kecamatan", "nama_kecamatan"),
    "D": ("kode_kecamatan", "nama_kecamatan", "kode_desa", "nama_desa"),
}
_TEXT = re.compile(r"(\w+)([=?#])(.+)")
_VALUE = re.compile(r"(\w+):([in]) (.+)")
_MEASURE = re.compile(r"([\d.]+)(?:~(\d+))?")
_PART = re.compile(r"<(\w+) ([\d.]+)")
_PERCENT = re.compile(r"%(\w+)/(\w+)")
_REST = re.compile(r"-(\w+)/(\w+)")


def read_layouts(texts: Mapping[str, str]) -> dict[str, Layout]:
    """Return the layouts by slug; raises UnknownColumn with the place of what is not understood."""
    lists = {name: text for name, text in texts.items() if name.startswith("@")}
    return {slug: _layout(slug, text, lists) for slug, text in texts.items() if slug not in lists}


def _layout(slug: str, text: str, lists: Mapping[str, str]) -> Layout:
    time = places = event_column = ""
    n_objects = n_events = 0
    columns: list[Column] = []
    for token in (part.strip() for part in text.split(";")):
        word, _, rest = token.partition(" ")
        if token in TIME_COLUMNS:
            time = token
        elif token in PLACE_COLUMNS:
            places = token
        elif word == "objects":
            n_objects = int(rest)
        elif word == "event":
            event_column, count = rest.split()
            n_events = int(count)
        else:
            columns.append(_column(slug, token, lists))
    return Layout(slug, time, places, tuple(columns), n_objects, n_events, event_column)


def _column(slug: str, token: str, lists: Mapping[str, str]) -> Column:
    value = _VALUE.fullmatch(token)
    if value:
        return _value_column(slug, value[1], value[2] == "i", value[3])
    if token in ("lat", "lon"):
        return Column(token, Form.COORDINATE)
    text = _TEXT.fullmatch(token)
    if text is None:
        raise UnknownColumn(f'layouts.csv, {slug}: column "{token}" is written in no known way')
    name, mark, rest = text.groups()
    if mark == "#":
        return Column(name, Form.CODE, prefix=rest)
    form = Form.DIMENSION if mark == "=" else Form.CHOICE
    return Column(name, form, choices=tuple(lists.get(rest, rest).split("/")))


def _value_column(slug: str, name: str, whole: bool, rest: str) -> Column:
    if found := _MEASURE.fullmatch(rest):
        spread = int(found[2]) if found[2] else DEFAULT_SPREAD
        typical = float(found[1])
        return Column(name, Form.MEASURE, whole_numbers=whole, typical=typical, spread=spread)
    if found := _PART.fullmatch(rest):
        share = float(found[2])
        return Column(name, Form.PART, whole_numbers=whole, of=(found[1],), share=share)
    if found := _PERCENT.fullmatch(rest):
        return Column(name, Form.PERCENT, of=(found[1], found[2]))
    if found := _REST.fullmatch(rest):
        return Column(name, Form.REST, whole_numbers=whole, of=(found[1], found[2]))
    raise UnknownColumn(f'layouts.csv, {slug}: value "{name}:{rest}" is written in no known way')
