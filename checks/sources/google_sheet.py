"""One sheet of a Google Sheets workbook that everybody with its link may read."""

import csv
import io
import re
from datetime import datetime
from typing import ClassVar
from urllib.parse import parse_qs, urlsplit, urlunsplit

from pydantic import Field

from catalog.models import SourceKind
from checks.sources import Conditional, Fetched, Reach, Ref, SourceError
from checks.sources.answers import with_query
from checks.sources.faults import bad_address, broken
from checks.sources.options import Columns, Options, read_options
from checks.sources.records import Records, written

_SHARED = re.compile(r"(?P<root>.*/spreadsheets(?:/u/\d+)?/d/(?P<id>[A-Za-z0-9_-]{5,}))(?:/.*)?")
_PUBLISHED = re.compile(r".*/spreadsheets(?:/u/\d+)?/d/e/[A-Za-z0-9_-]{5,}/pub(?:html)?/?")


class GoogleSheetOptions(Options):
    """Which sheet, and which columns never leave it."""

    gid: str = Field(
        default="",
        pattern=r"^\d*$",
        title="Nomor lembar (gid)",
        description="Angka sesudah gid= pada alamat lembar; kosongkan untuk lembar pada alamat",
    )
    buang_kolom: Columns = Field(
        default=(),
        title="Kolom yang dibuang",
        description="Kolom data pribadi yang dibuang sebelum disimpan; judul kolom harus ada "
        "di baris pertama lembar",
    )


class GoogleSheet:
    """The CSV of a shared or published sheet; the address is the link people copy."""

    kind: ClassVar[SourceKind] = SourceKind.GOOGLE_SHEET
    title_id: ClassVar[str] = "Google Sheets"
    title_en: ClassVar[str] = "Google Sheets"
    options: ClassVar[type[Options]] = GoogleSheetOptions

    def __init__(self, reach: Reach) -> None:
        self._reach = reach

    def fetch(self, ref: Ref, conditional: Conditional, now: datetime) -> Fetched:
        """Return the sheet as CSV, or raise SourceError; a login page is a failure."""
        options = read_options(GoogleSheetOptions, ref.options)
        address = csv_address(ref.address, options.gid)
        asked = Conditional() if options.buang_kolom else conditional
        fetched = self._reach.fetcher.fetch(address, asked, now)
        if (fetched.media_type or "").casefold().startswith("text/html"):
            if fetched.path is not None:
                fetched.path.unlink(missing_ok=True)
            raise SourceError(
                "not-shared",
                "Lembar ini tidak dibagikan; buka aksesnya untuk siapa saja yang memiliki tautan.",
                "The sheet is not shared; open it to anyone who has the link.",
                permanent=True,
            )
        if not options.buang_kolom or fetched.path is None:
            return fetched
        try:
            records = _records(fetched.path.read_bytes())
        finally:
            fetched.path.unlink(missing_ok=True)
        kept = records.chosen((), options.buang_kolom)
        status = fetched.http_status
        return written(kept, self._reach, conditional, "google_sheet.json", http_status=status)


def csv_address(address: str, gid: str) -> str:
    """Return the address of a sheet's CSV from the link that people copy out of the browser."""
    try:
        parts = urlsplit(address.strip())
    except ValueError:
        raise bad_address() from None
    given = {**parse_qs(parts.query), **parse_qs(parts.fragment)}
    sheet = gid or given.get("gid", [""])[0]
    if _PUBLISHED.fullmatch(parts.path):
        path, query = re.sub(r"/pub(?:html)?/?$", "/pub", parts.path), {"output": "csv"}
        query |= {"single": "true"} if sheet else {}
    elif found := _SHARED.fullmatch(parts.path):
        path, query = f"{found['root']}/export", {"format": "csv"}
    else:
        raise SourceError(
            "bad-address",
            "Alamat bukan tautan Google Sheets; salin tautannya dari tombol Bagikan.",
            "This is no link of Google Sheets; copy it from the button Share.",
            permanent=True,
        )
    query |= {"gid": sheet} if sheet else {}
    return with_query(urlunsplit((parts.scheme, parts.netloc, path, "", "")), **query)


def _records(content: bytes) -> Records:
    """Return the cells below the first row, which names the columns."""
    text = content.decode("utf-8-sig", "replace")
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error:
        raise broken("CSV lembar rusak", "damaged CSV of the sheet") from None
    names = [name.strip() for name in lines[0]] if lines else []
    if not names or len(set(names)) < len(names):
        raise SourceError(
            "no-header",
            "Baris pertama lembar harus berisi judul kolom yang berbeda-beda.",
            "The first row of the sheet must hold column titles that differ.",
            permanent=True,
        )
    width = len(names)
    rows = tuple(tuple([*line, *[""] * width][:width]) for line in lines[1:] if any(line))
    return Records(tuple(names), rows)
