"""Records that a system answers with, made into one canonical file.

The same records give the same bytes, in whatever order the system hands them out: rows
are sorted, columns stand where the records have them. All the rest (reading, hashing,
versions) then treats the file like any other.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from checks.sources import Conditional, Fetched, Reach, SourceError
from checks.sources.body import Body
from checks.sources.faults import our_fault, too_large

_DEPTH = 5
_ROWS_AT_ONCE = 1_000
COUNT = "jumlah"


@dataclass(frozen=True, slots=True)
class Records:
    """Rows of text under the names of their columns; an empty text says nothing."""

    names: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def chosen(self, keep: Sequence[str], drop: Sequence[str]) -> "Records":
        """Return the columns `keep` (all, where it is empty) without those in `drop`.

        Raises SourceError `missing-column` where one of them is not there: a renamed
        column must not slip past the list of those that are never published.
        """
        if not self.rows:
            return self
        self._require((*keep, *drop))
        names = [name for name in keep or self.names if name not in set(drop)]
        if not names:
            raise SourceError(
                "no-columns",
                "Semua kolom dibuang, tidak ada yang tersisa untuk dibaca.",
                "Every column is dropped, nothing is left to read.",
                permanent=True,
            )
        at = [self.names.index(name) for name in names]
        return Records(tuple(names), tuple(tuple(row[i] for i in at) for row in self.rows))

    def counted(self, by: Sequence[str]) -> "Records":
        """Return how many rows there are for each value of the columns `by`; all if none."""
        if not by or not self.rows:
            return self
        self._require(by)
        at = [self.names.index(name) for name in by]
        counts = Counter(tuple(row[i] for i in at) for row in self.rows)
        return Records((*by, COUNT), tuple((*key, str(n)) for key, n in counts.items()))

    def _require(self, names: Iterable[str]) -> None:
        for name in names:
            if name not in self.names:
                known = ", ".join(self.names)[:200]
                raise SourceError(
                    "missing-column",
                    f'Kolom "{name}" tidak ada dalam jawaban sumber; yang ada: {known}.',
                    f'The column "{name}" is not in the answer; there are: {known}.',
                    permanent=True,
                )


def records_of(objects: Sequence[Mapping[str, Any]]) -> Records:
    """Return JSON objects as records; what is nested gets names such as `izin.nama`."""
    flat = [dict(_flattened(each, "", _DEPTH)) for each in objects]
    places: dict[str, int] = {}
    for row in flat:
        for place, name in enumerate(row):
            places[name] = min(place, places.get(name, place))
    names = tuple(sorted(places, key=lambda name: (places[name], name)))
    return Records(names, tuple(tuple(row.get(name, "") for name in names) for row in flat))


def written(
    records: Records,
    reach: Reach,
    conditional: Conditional,
    file_name: str,
    *,
    http_status: int | None = None,
    moved_to: str | None = None,
) -> Fetched:
    """Write records as the canonical file, a JSON array with one object a line."""
    body = Body(reach.scratch, conditional.known)
    most = reach.fetcher.limits.decoded_bytes
    try:
        for block in _blocks(records):
            body.add(block)
            if body.n_bytes > most:
                raise too_large(most)
        path = body.finish()
    except OSError as error:
        raise our_fault(error) from error
    finally:
        body.abandon()
    return Fetched(
        not_modified=False,
        sha256=body.sha256,
        n_bytes=body.n_bytes,
        path=path,
        file_name=file_name,
        http_status=http_status,
        media_type="application/json",
        moved_to=moved_to,
    )


def number_text(text: str) -> str:
    """Return a number with a decimal point so that nobody takes the point for thousands.

    1.250 reads as one thousand two hundred and fifty in Indonesia; 1.2500 cannot.
    """
    whole, _, fraction = text.partition(".")
    return f"{whole}.{fraction}0" if len(fraction) == 3 and fraction.isdecimal() else text


def cell_text(value: Any) -> str:
    """Return a JSON value as the text of a cell; what is empty is an empty text."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case str():
            return value
        case _:
            return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _blocks(records: Records) -> Iterator[bytes]:
    rows = sorted(records.rows)
    yield b"["
    for start in range(0, len(rows), _ROWS_AT_ONCE):
        lines = (
            json.dumps(dict(zip(records.names, row, strict=True)), ensure_ascii=False)
            for row in rows[start : start + _ROWS_AT_ONCE]
        )
        # A lone half of a surrogate pair is legal in JSON and in no file.
        text = ("\n" if start == 0 else ",\n") + ",\n".join(lines)
        yield text.encode("utf-8", "replace")
    yield b"\n]\n"


def _flattened(node: Mapping[str, Any], prefix: str, depth: int) -> Iterator[tuple[str, str]]:
    for name, value in node.items():
        if isinstance(value, dict) and value and depth > 1:
            yield from _flattened(value, f"{prefix}{name}.", depth - 1)
        else:
            yield f"{prefix}{name}", cell_text(value)
