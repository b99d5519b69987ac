"""JSON and JSON Lines to records: the first list of objects is the table."""

import json
from collections.abc import Iterator
from typing import Any

from checks.tables.readers.delimited import too_many_columns
from checks.tables.readers.grid import Grid, Record
from checks.tables.table import Caps, Decision, UnreadableTable

_DEPTH = 4
_ABOUT = {"fields", "columns", "header", "headers", "links", "meta", "schema", "filters", "sort"}
_ERROR_KEYS = {"error", "errors", "message", "status", "code", "success", "detail", "exception"}


def looks_like_json(text: str) -> bool:
    """Tell whether text begins like a JSON array or object."""
    return text.lstrip()[:1] in ("[", "{")


def read_json(text: str, caps: Caps) -> Grid | None:
    """Return the records of JSON text, or None when the text is no JSON at all.

    Raises UnreadableTable `json-error` for an answer that only reports an error, and
    `no-rows` or `no-table` for JSON without a list of objects.
    """
    try:
        tree = parsed(text)
    except (ValueError, RecursionError):
        rows = _json_lines(text)
        if rows is None:
            return None
        return _grid(rows, "baris", Decision("format", "jsonl", "satu objek JSON per baris"), caps)
    path, rows, labels = _first_list(tree)
    if rows is None:
        raise _no_list(tree)
    if not rows:
        raise _no_rows()
    decision = Decision("format", "json", "isi berupa JSON, apa pun nama berkasnya")
    return _grid(rows, path, decision, caps, labels)


def parsed(text: str) -> Any:
    """Return the tree of JSON text. Raises ValueError and RecursionError for anything else."""
    # Numbers stay text, so that 0.10 and 16 digits arrive as they were written.
    return json.loads(text, parse_int=str, parse_float=str, parse_constant=lambda _: "")


def _json_lines(text: str) -> list[Any] | None:
    rows = []
    for line in text.splitlines():
        if not line.strip():
            continue
        try:
            row = parsed(line)
        except (ValueError, RecursionError):
            return None
        if not isinstance(row, dict):
            return None
        rows.append(row)
    return rows if len(rows) > 1 else None


def _first_list(tree: Any) -> tuple[str, list[Any] | None, list[str] | None]:
    level: list[tuple[str, Any, Any]] = [("", tree, None)]
    empty: str | None = None
    for _ in range(_DEPTH):
        below: list[tuple[str, Any, Any]] = []
        for path, node, parent in level:
            if isinstance(node, list):
                if node and all(isinstance(row, dict) for row in node):
                    return path, _without_geometry(node), None
                if node and all(isinstance(row, list) for row in node):
                    return path, node, _labels(parent)
                if not node and empty is None:
                    empty = path
            elif isinstance(node, dict):
                below.extend((f"{path}.{key}".lstrip("."), node[key], node) for key in node)
        # What describes the rows comes after them, whatever the order in the text.
        level = sorted(below, key=lambda item: item[0].rpartition(".")[2].casefold() in _ABOUT)
    return (empty, [], None) if empty is not None else ("", None, None)


def _without_geometry(rows: list[Any]) -> list[Any]:
    if all(row.get("type") == "Feature" and "properties" in row for row in rows):
        return [row["properties"] or {} for row in rows]
    return rows


def _labels(parent: Any) -> list[str] | None:
    for key in ("fields", "columns", "header"):
        names = parent.get(key) if isinstance(parent, dict) else None
        if isinstance(names, list) and names:
            return [str(n.get("name") or n.get("id") if isinstance(n, dict) else n) for n in names]
    return None


def _no_list(tree: Any) -> UnreadableTable:
    if isinstance(tree, dict) and _ERROR_KEYS & {str(key).casefold() for key in tree}:
        said = next((v for k, v in tree.items() if str(k).casefold() in _ERROR_KEYS and v), "")
        return UnreadableTable(
            "json-error",
            f'Layanan menjawab dengan pesan, bukan data: "{str(said)[:80]}"; periksa alamat API.',
            f'The service answered with a message: "{str(said)[:80]}"; check the API address.',
        )
    return UnreadableTable(
        "no-table",
        "JSON ini tidak berisi daftar baris; kirim larik objek, misalnya [{...}, {...}].",
        "This JSON holds no list of rows; send an array of objects such as [{...}, {...}].",
    )


def _grid(
    rows: list[Any], path: str, decision: Decision, caps: Caps, labels: list[str] | None = None
) -> Grid:
    decisions = [decision]
    if path:
        decisions.append(Decision("record_path", path, "daftar objek pertama di dalam JSON"))
    if isinstance(rows[0], list):
        lists = [[_text(value) for value in row] for row in rows]
        records = [labels, *lists] if labels else lists
        return _within(Grid(records, decisions, has_header=bool(labels)), caps)
    flat = [dict(flattened(row)) for row in rows]
    names = list(dict.fromkeys(name for row in flat for name in row))
    table: list[Record] = [names]
    table.extend([row.get(name, "") for name in names] for row in flat)
    return _within(Grid(table, decisions, has_header=True), caps)


def _no_rows() -> UnreadableTable:
    return UnreadableTable(
        "no-rows",
        "Tidak ada satu baris pun di dalamnya; kirim data yang sudah terisi.",
        "There is not one row in it; send data that is filled in.",
    )


def _within(grid: Grid, caps: Caps) -> Grid:
    widest = max(len(record) for record in grid.records)
    if not widest:
        raise _no_rows()
    if widest > caps.n_columns:
        raise too_many_columns(widest, caps)
    return grid


def flattened(row: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the names and cells of an object, one level of objects inside laid open."""
    for name, value in row.items():
        if isinstance(value, dict) and value:
            for inner, cell in value.items():
                yield f"{name}.{inner}", _text(cell)
        else:
            yield name, _text(value)


def _text(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case str():
            return value
        case _:
            return json.dumps(value, ensure_ascii=False)
