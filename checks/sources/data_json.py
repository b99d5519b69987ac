"""A dataset out of a portal's data.json (DCAT-US, Project Open Data)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from pydantic import Field

from catalog.models import SourceKind
from checks.sources import Conditional, Fetched, Reach, Ref, SourceError
from checks.sources.answers import Asker, rows_at
from checks.sources.choosing import ChoosingOptions, Offered, chosen, linked, same_file_only
from checks.sources.options import Options, read_options


class DataJsonOptions(ChoosingOptions):
    """Which dataset of the list."""

    dataset: str = Field(
        title="Dataset",
        min_length=1,
        description="Pengenal (identifier) atau judul dataset di dalam data.json",
    )


class DataJson:
    """One file of one dataset that a data.json lists; the address is that of the list."""

    kind: ClassVar[SourceKind] = SourceKind.DATA_JSON
    title_id: ClassVar[str] = "Daftar data.json"
    title_en: ClassVar[str] = "data.json list"
    options: ClassVar[type[Options]] = DataJsonOptions

    def __init__(self, reach: Reach) -> None:
        self._reach = reach

    def fetch(self, ref: Ref, conditional: Conditional, now: datetime) -> Fetched:
        """Return the file that the list names, or raise SourceError."""
        options = read_options(DataJsonOptions, ref.options)
        answer = Asker(self._reach.fetcher, now).ask(ref.address)
        path = "" if isinstance(answer.tree, list) else "dataset"
        dataset = _listed(rows_at(answer.tree, path), options.dataset)
        wanted = chosen(offered_in(answer.moved_to or ref.address, dataset), options)
        return self._reach.fetcher.fetch(wanted.address, same_file_only(conditional), now)


def _listed(datasets: list[dict[str, Any]], wanted: str) -> dict[str, Any]:
    key = wanted.casefold()
    found = [d for d in datasets if _word(d, "identifier").casefold() == key] or [
        d for d in datasets if _word(d, "title").casefold() == key
    ]
    if len(found) == 1:
        return found[0]
    raise SourceError(
        "no-such-dataset" if not found else "several-datasets",
        f'Ada {len(found)} dataset "{wanted}" di antara {len(datasets)} dataset data.json ini; '
        "isi pengenalnya (identifier).",
        f'There are {len(found)} datasets "{wanted}" among the {len(datasets)} of this '
        "data.json; give its identifier.",
        permanent=True,
    )


def offered_in(base: str, dataset: Mapping[str, Any]) -> list[Offered]:
    """Return the files that an entry of the list at the address `base` offers."""
    parts = dataset.get("distribution")
    return [
        Offered(
            id=_word(part, "identifier") or _word(part, "@id"),
            title=_word(part, "title"),
            format=_word(part, "format") or _word(part, "mediaType"),
            address=linked(base, _word(part, "downloadURL")),
            changed=_word(part, "modified") or _word(dataset, "modified"),
        )
        for part in (parts if isinstance(parts, list) else [])
        if isinstance(part, dict)
    ]


def _word(node: Mapping[str, Any], key: str) -> str:
    value = node.get(key)
    return value.strip() if isinstance(value, str) else ""
