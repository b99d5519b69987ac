"""A whole portal read over the web: to its last page, or not at all."""

from collections.abc import Callable
from datetime import datetime
from typing import NoReturn
from urllib.parse import urlsplit

from catalog.intake.portals.portal import Portal, PortalAgency, PortalAlarm
from catalog.models import SourceKind
from checks.portals.packages import listed_entry, package_agency, package_entry
from checks.sources import SourceError
from checks.sources.answers import Answer, Asker, found_at, rows_at, with_query
from checks.sources.ckan import portal_root
from checks.sources.fetcher import Fetcher, check_address
from checks.sources.paging import PagingOptions, Walk

#: How many entries are asked for at once; portals give fewer where they allow fewer.
ENTRIES_A_PAGE = 100
_MOST_PAGES = 1_000
#: Faults of the address itself: nobody was asked.
_NOT_ASKED = frozenset({"bad-address", "forbidden-address"})
Progress = Callable[[int, int], None]


class _Reader(Asker):
    """Asks page after page: each has the time of one fetch, the bytes count in sum."""

    heard: Progress | None = None
    n_read = 0
    n_said = 0

    def __init__(self, fetcher: Fetcher, now: datetime) -> None:
        Asker.__init__(self, fetcher, now)
        self.ids: list[str] = []

    def ask(self, address: str) -> Answer:
        """Return one page, and tell how far the reading is."""
        self.seconds = 0.0
        answer = Asker.ask(self, address)
        entries, total = (found_at(answer.tree, f"result.{key}") for key in ("results", "count"))
        if isinstance(entries, list) and isinstance(total, str) and total.isdecimal():
            # What is no object is one bad entry, told as such; it does not hide the others.
            entries[:] = [each if isinstance(each, dict) else {} for each in entries]
            self.ids += {str(each["id"]) for each in entries if each.get("id")}
            self.n_read += len(entries)
            self.n_said = int(total)
            if self.heard is not None:
                self.heard(self.n_read, self.n_said)
        return answer


def kind_of(address: str) -> SourceKind:
    """Return the kind of portal that an address looks like: a JSON file is a data.json."""
    is_file = urlsplit(address).path.casefold().endswith(".json")
    return SourceKind.DATA_JSON if is_file else SourceKind.CKAN


def key_of(address: str, kind: SourceKind | None) -> str:
    """Return the key of the portal at an address; raises SourceError where it is none."""
    check_address(address)
    if (kind or kind_of(address)) is SourceKind.DATA_JSON:
        return _key("data_json", address)
    return _key("ckan", portal_root(address))


def read_portal(
    fetcher: Fetcher,
    address: str,
    kind: SourceKind | None,
    now: datetime,
    progress: Progress | None = None,
) -> Portal:
    """Return everything that a CKAN portal or a data.json offers.

    `progress` is told how many entries came and how many there are. Raises PortalAlarm
    when a page fails or the portal changes while it is read, SourceError for an address
    that cannot be asked.
    """
    check_address(address)
    reader = _Reader(fetcher, now)
    reader.heard = progress
    try:
        if (kind or kind_of(address)) is SourceKind.DATA_JSON:
            return _read_list(reader, address)
        return _read_ckan(reader, portal_root(address))
    except SourceError as error:
        _alarm(address, reader, error)


def _alarm(address: str, reader: _Reader, error: SourceError) -> NoReturn:
    if error.code in _NOT_ASKED and not reader.n_read:
        raise error
    how_far = f" (after {reader.n_read} of {reader.n_said} entries)" if reader.n_read else ""
    raise PortalAlarm(
        f"{address} was not read to its end{how_far}, so nothing was written: {error.sentence_en}"
    ) from error


def _read_ckan(reader: _Reader, root: str) -> Portal:
    paging = PagingOptions(
        jalur_data="result.results",
        halaman="lompatan",
        parameter_lompatan="start",
        parameter_ukuran="rows",
        ukuran=ENTRIES_A_PAGE,
        jalur_jumlah="result.count",
        paling_banyak_halaman=_MOST_PAGES,
    )
    walk = Walk(paging, reader)
    walk.go(with_query(f"{root}/api/3/action/package_search", sort="id asc"))
    _refuse_slid(reader.ids)
    entries = tuple(package_entry(root, number, row) for number, row in enumerate(walk.rows, 1))
    key = key_of(root, SourceKind.CKAN)
    return Portal(SourceKind.CKAN, root, key, _organisations(reader, root), entries)


def _refuse_slid(ids: list[str]) -> None:
    """Refuse pages that slid while they were read: one came again, so another one never did.

    `ids` are those of each page, once a page: what stands twice on one page is the portal's own.
    """
    if len(ids) != len(set(ids)):
        raise SourceError(
            "changed-while-read",
            "Isi portal berubah selagi halamannya dibaca; ulangi.",
            "The portal changed while its pages were read; try again.",
        )


def _organisations(reader: _Reader, root: str) -> tuple[PortalAgency, ...]:
    """Return the organisations that the portal lists, those without a dataset too.

    A portal that does not offer the list has those of its packages.
    """
    paging = PagingOptions(
        jalur_data="result",
        halaman="lompatan",
        parameter_ukuran="limit",
        ukuran=ENTRIES_A_PAGE,
        paling_banyak_halaman=_MOST_PAGES,
    )
    walk = Walk(paging, reader)
    try:
        walk.go(with_query(f"{root}/api/3/action/organization_list", all_fields="true"))
    except SourceError as error:
        # Some answer every page with the same whole list: then the first page was all.
        if not error.permanent and error.code != "api-error":
            raise
    active = (row for row in walk.rows if row.get("state", "active") == "active")
    found = (package_agency(row) for row in active)
    return tuple(dict.fromkeys(each for each in found if each is not None))


def _read_list(reader: _Reader, address: str) -> Portal:
    tree = reader.ask(address).tree
    listed = tree if isinstance(tree, list) else found_at(tree, "dataset")
    if not isinstance(listed, list):
        listed = rows_at(tree, "dataset")
    entries = tuple(listed_entry(address, number, each) for number, each in enumerate(listed, 1))
    return Portal(SourceKind.DATA_JSON, address, key_of(address, SourceKind.DATA_JSON), (), entries)


def _key(kind: str, address: str) -> str:
    """Return what names a portal whatever its scheme, the case of its host, a last slash."""
    parts = urlsplit(address)
    usual = {"http": 80, "https": 443}.get(parts.scheme)
    port = "" if parts.port in (None, usual) else f":{parts.port}"
    query = f"?{parts.query}" if parts.query else ""
    return f"{kind}:{parts.hostname or ''}{port}{parts.path.rstrip('/')}{query}"
