"""Web pages where a table is expected: told apart from the HTML tables that Excel opens."""

import re
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
        records = max(parser.tables, key=_n_cells, default=[])
        if len(records) > 1 and max(map(len, records)) > 1:
            why = "tabel HTML yang disimpan sebagai berkas; simpan ulang sebagai XLSX atau CSV"
            return Grid(records, [Decision("format", "html", why)])
    raise page_error(text)


def _n_cells(records: list[Record]) -> int:
    return sum(len(record) for record in records)


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


class _Tables(HTMLParser):
    """Collects the rows of every table; a cell that spans columns stands once, blanks follow."""

    def __init__(self, n_columns: int) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[list[Record]] = []
        self._n_columns = n_columns
        self._open: list[list[Record]] = []
        self._cell: list[str] | None = None
        self._blanks = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self._end_cell()
            self._open.append([])
        elif tag == "tr" and self._open:
            self._end_cell()
            self._open[-1].append([])
        elif tag in ("td", "th") and self._open and self._open[-1]:
            self._end_cell()
            self._cell = []
            span = dict(attrs).get("colspan") or "1"
            self._blanks = min(int(span), _SPAN) - 1 if span.isdecimal() else 0
        elif tag == "br" and self._cell is not None:
            self._cell.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th", "tr"):
            self._end_cell()
        elif tag == "table" and self._open:
            self._end_cell()
            self.tables.append([record for record in self._open.pop() if record])

    def handle_data(self, data: str) -> None:
        if self._cell is not None:
            self._cell.append(data)

    def close(self) -> None:
        super().close()
        self._end_cell()
        while self._open:
            self.tables.append([record for record in self._open.pop() if record])

    def _end_cell(self) -> None:
        if self._cell is None:
            return
        record = self._open[-1][-1]
        if len(record) <= self._n_columns:
            record.append(" ".join("".join(self._cell).split()))
            record.extend([""] * self._blanks)
        self._cell = None
