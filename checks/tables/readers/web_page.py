"""Web pages where a table is expected: told apart from the HTML tables that Excel opens."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

from checks.tables.readers.grid import Grid, Record
from checks.tables.table import Caps, Decision, UnreadableTable

_START = re.compile(
    r"\s*(?:<!--.*?-->\s*)*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*"
    r"<(?:!doctype\s+html|html|head|body|title|meta|link|script|style|table|div|p|h1|center|br)\b",
    re.IGNORECASE | re.DOTALL,
)
_XML = re.compile(r"\s*<(?:\?xml|[a-z_][\w.:-]*[\s/>])", re.IGNORECASE)
_LOGIN = re.compile(
    r"type\s*=\s*[\"']?password|<title>[^<]*(?:log\s?in|masuk|sign in|sso)", re.IGNORECASE
)
_TITLE = re.compile(r"<title[^>]*>([^<]*)", re.IGNORECASE)
_WORKBOOK_NAMES = (".xls", ".xlsx", ".xlt", ".ods")
_PAGE_PARTS = re.compile(r"<(?:script|form|nav|iframe)\b", re.IGNORECASE)
_HEAD = 4096
_SPAN = 1_000


def looks_like_html(text: str) -> bool:
    """Tell whether text begins like a web page."""
    return text.lstrip()[:1] == "<" and _START.match(text[:_HEAD]) is not None


def looks_like_xml(text: str) -> bool:
    """Tell whether text begins like some other XML document."""
    return text.lstrip()[:1] == "<" and _XML.match(text[:_HEAD]) is not None


def read_html(text: str, name: str, caps: Caps) -> Grid:
    """Return the largest table of an HTML document that stands for a workbook.

    Raises UnreadableTable `login-page` or `html-page` for anything that is a page.
    """
    stands_for_workbook = name.casefold().endswith(_WORKBOOK_NAMES)
    is_bare = _PAGE_PARTS.search(text) is None
    if not _LOGIN.search(text) and (stands_for_workbook or is_bare):
        parser = _Tables(caps.n_columns)
        try:
            parser.feed(text)
            parser.close()
        except AssertionError as error:
            # Python's own parser says so of a "<![...]" that it does not know.
            raise page_error(text) from error
        sheet = max(parser.tables, key=lambda sheet: sheet.n_cells, default=_Sheet())
        if len(sheet.records) > 1 and max(map(len, sheet.records)) > 1:
            why = "tabel HTML yang disimpan sebagai berkas; simpan ulang sebagai XLSX atau CSV"
            decision = Decision("format", "html", why)
            return Grid(sheet.records, [decision], merged=tuple(sheet.merged))
    raise page_error(text)


def page_error(text: str) -> UnreadableTable:
    """Return the error for a page, with its title."""
    found = _TITLE.search(text)
    title = " ".join(found.group(1).split())[:60] if found else ""
    named = f' "{title}"' if title else ""
    if _LOGIN.search(text):
        return UnreadableTable(
            "login-page",
            f"Alamat ini membuka halaman masuk{named}, bukan data; buka aksesnya untuk umum.",
            f"This address opens a login page{named}, no data; make it public.",
        )
    return UnreadableTable(
        "html-page",
        f"Isinya halaman web{named}, bukan tabel; pakai alamat unduhan berkasnya.",
        f"The content is a web page{named}, no table; use the address of the file itself.",
    )


@dataclass(slots=True)
class _Sheet:
    """One table: a cell that spans others stands once, blanks are where it reaches."""

    records: list[Record] = field(default_factory=list)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    reaches: dict[int, int] = field(default_factory=dict)

    @property
    def n_cells(self) -> int:
        return sum(map(len, self.records))

    def begin_row(self) -> None:
        if not self.records or self.records[-1]:
            self.records.append([])

    def add(self, text: str, n_rows: int, n_columns: int) -> None:
        row, record = len(self.records) - 1, self.records[-1]
        while self.reaches.get(len(record), -1) >= row:
            record.append("")
        left, bottom = len(record), row + n_rows - 1
        record.extend([text, *[""] * (n_columns - 1)])
        if n_rows > 1:
            self.reaches.update(dict.fromkeys(range(left, len(record)), bottom))
        if n_rows > 1 or n_columns > 1:
            self.merged.append((row, left, bottom, len(record) - 1))


class _Tables(HTMLParser):
    """Collects the rows of every table."""

    def __init__(self, n_columns: int) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[_Sheet] = []
        self._n_columns = n_columns
        self._open: list[_Sheet] = []
        self._cell: list[str] | None = None
        self._span = (1, 1)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self._end_cell()
            self._open.append(_Sheet())
        elif tag == "tr" and self._open:
            self._end_cell()
            self._open[-1].begin_row()
        elif tag in ("td", "th") and self._open and self._open[-1].records:
            self._end_cell()
            self._cell = []
            given = dict(attrs)
            self._span = (_span(given.get("rowspan")), _span(given.get("colspan")))
        elif tag == "br" and self._cell is not None:
            self._cell.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th", "tr"):
            self._end_cell()
        elif tag == "table" and self._open:
            self._end_cell()
            self.tables.append(self._open.pop())

    def handle_data(self, data: str) -> None:
        if self._cell is not None:
            self._cell.append(data)

    def close(self) -> None:
        super().close()
        self._end_cell()
        while self._open:
            self.tables.append(self._open.pop())

    def _end_cell(self) -> None:
        if self._cell is None:
            return
        sheet = self._open[-1]
        if len(sheet.records[-1]) <= self._n_columns:
            sheet.add(" ".join("".join(self._cell).split()), *self._span)
        self._cell = None


def _span(given: str | None) -> int:
    return min(max(int(given), 1), _SPAN) if given and given.isdecimal() else 1
