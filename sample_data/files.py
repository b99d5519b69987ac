"""The committed files of the sample city: what `mutakhir demo` loads and what its feeds follow."""

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from catalog.rules.calendar import Calendar, Holiday
from catalog.rules.terms import HolidayKind

FOLDER = Path(__file__).parent
HOLIDAYS = FOLDER.parent / "catalog" / "intake" / "holidays_id.csv"
ZONE_NAME = "Asia/Jakarta"
CITY_NAME = "Kota Sukamaju"
#: In the order in which they are loaded: datasets name agencies, people name both.
LOADED = ("agencies.csv", "people.csv", "datasets.csv", "applications.csv")
_DAY_FROM_TODAY = re.compile(r"\{today([+-]\d+)\}")


@dataclass(frozen=True, slots=True)
class Promised:
    """One row of datasets.csv, as far as its feed needs it."""

    slug: str
    agency: str
    title: str
    cadence_text: str
    rule_text: str
    kind: str
    address: str

    @property
    def extension(self) -> str:
        """The file format of the feed: csv, json or xlsx."""
        return self.address.rpartition(".")[2] or "csv"


@dataclass(frozen=True, slots=True)
class Assigned:
    """One row of behaviours.csv: `parameter` counts periods, days or per cents."""

    behaviour: str
    parameter: int


def load_files(feeds: str, today: date) -> dict[str, str]:
    """Return the text of each file to load, by name, with `{feeds}` and `{today+n}` filled in.

    `feeds` is the address under which the sample feeds answer, without a slash at the end.
    The Table Schemas that the column `skema` names stand in it in full.
    """
    texts = {name: _filled(_text(name), feeds, today) for name in LOADED}
    texts["datasets.csv"] = _with_schemas(texts["datasets.csv"])
    return texts


def _with_schemas(datasets: str) -> str:
    rows = csv.DictReader(io.StringIO(datasets))
    out = io.StringIO()
    writer = csv.DictWriter(out, rows.fieldnames or (), lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow(row | {"skema": _text(row["skema"]) if row["skema"] else ""})
    return out.getvalue()


def _text(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


def _filled(text: str, feeds: str, today: date) -> str:
    def day(found: re.Match[str]) -> str:
        return (today + timedelta(days=int(found[1]))).isoformat()

    return _DAY_FROM_TODAY.sub(day, text.replace("{feeds}", feeds))


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def promised_datasets() -> dict[str, Promised]:
    """Return the datasets of the sample daftar data by slug, in its order."""
    return {
        row["slug"]: Promised(
            slug=row["slug"],
            agency=row["opd"],
            title=row["judul"],
            cadence_text=row["periode_data"],
            rule_text=row["jadwal_rilis"],
            kind=row["sumber"],
            address=row["alamat"],
        )
        for row in _rows(FOLDER / "datasets.csv")
    }


def assigned_behaviours() -> dict[str, tuple[Assigned, ...]]:
    """Return how each dataset behaves; the first is when it releases, the others how it looks."""
    found: dict[str, tuple[Assigned, ...]] = {}
    for row in _rows(FOLDER / "behaviours.csv"):
        assigned = Assigned(row["behaviour"], int(row["parameter"] or 0))
        found[row["slug"]] = (*found.get(row["slug"], ()), assigned)
    return found


def layout_texts() -> Mapping[str, str]:
    """Return the columns of each feed as written in layouts.csv; names with @ are lists."""
    return {row["slug"]: row["kolom"] for row in _rows(FOLDER / "layouts.csv")}


def shipped_calendar() -> Calendar:
    """Return the working days of the sample city from the holidays that the product ships."""
    return Calendar.of(
        ZONE_NAME,
        (
            Holiday(
                date.fromisoformat(row["date"]),
                row["name"],
                HolidayKind(row["kind"]),
                row["estimated"] == "true",
            )
            for row in _rows(HOLIDAYS)
        ),
    )
