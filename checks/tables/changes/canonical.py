"""What a table says, free of how it is written: the hash that only real changes move."""

import hashlib
import re
import unicodedata
from collections.abc import Sequence

from catalog.rules.periods import read_time
from checks.tables.columns import name_key
from checks.tables.numbers import canonical_number, plain
from checks.tables.table import Column, ColumnType, Table, folded

# Columns in which exporting programs write the moment of the download: they change
# with every look and say nothing of the data.
VOLATILE_NAMES = frozenset(
    {"generated_at", "generated_on", "downloaded_at", "exported_at", "retrieved_at", "diunduh_pada"}
    | {"waktu_unduh", "tanggal_unduh", "dicetak_pada", "tanggal_cetak", "waktu_cetak"}
    | {"timestamp_unduh", "waktu_ekspor", "dibuat_otomatis_pada", "last_sync", "synced_at"}
)
_CANONICAL = re.compile(r"0|-?[1-9]\d*(?:\.\d*[1-9])?|-?0\.\d*[1-9]", re.ASCII).fullmatch
_BETWEEN = "\x1f"


def canonical_cell(column: Column, cell: str | None) -> str:
    """Return the one spelling of a cell's value by the type of its column; empty for None."""
    if cell is None:
        return ""
    text = " ".join(cell.split())
    kind = column.type
    if kind is ColumnType.INTEGER or kind is ColumnType.NUMBER:
        number = plain(text, column.decimal, column.thousands)
        if number is not None:
            return canonical_number(number)
    elif kind.is_time:
        label = read_time(text)
        if label is not None:
            at = label.at.isoformat() if label.at else f"{label.start}/{label.end}"
            return f"{label.unit}:{at}"
    elif kind is ColumnType.BOOLEAN:
        return "true" if text.casefold() in ("ya", "true", "yes", "benar") else "false"
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def canonical_column(table: Table, index: int) -> list[str]:
    """Return one column in canonical spelling; each distinct cell is read once."""
    column = table.columns[index]
    cells = table.cells(index)
    spelled: dict[str | None, str]
    if column.type.is_numeric and not column.thousands and column.decimal != ",":
        # Most numbers of most files are canonical as they stand.
        spelled = {
            cell: cell if cell and _CANONICAL(cell) else canonical_cell(column, cell)
            for cell in set(cells)
        }
    else:
        spelled = {cell: canonical_cell(column, cell) for cell in set(cells)}
    return [spelled[cell] for cell in cells]


def canonical_rows(table: Table, names: Sequence[str]) -> list[tuple[str, ...]]:
    """Return the rows in canonical spelling, cells in the order of these columns.

    A column that the table does not have is empty in every row.
    """
    columns = []
    for name in names:
        index = table.column_index(name)
        columns.append([""] * table.n_rows if index is None else canonical_column(table, index))
    return list(zip(*columns, strict=True)) if columns else [()] * table.n_rows


def stable_names(table: Table, volatile_columns: Sequence[str] = ()) -> list[str]:
    """Return the folded names of the columns that carry data, sorted."""
    declared = {folded(name) for name in volatile_columns}
    return sorted(
        folded(name)
        for name in table.header
        if folded(name) not in declared and name_key(name) not in VOLATILE_NAMES
    )


def canonical_hash(table: Table, *, volatile_columns: Sequence[str] = ()) -> str:
    """Return the SHA-256 of a table's content as a multiset of rows.

    Column order, row order, outer spaces, spelling of numbers and times, encoding and
    line ends leave it alone. Source: design/freshness.md, section 4.
    """
    names = stable_names(table, volatile_columns)
    sha256 = hashlib.sha256
    digests = sorted(
        sha256(_BETWEEN.join(row).encode()).digest() for row in canonical_rows(table, names)
    )
    whole = sha256(unicodedata.normalize("NFC", _BETWEEN.join(names)).encode())
    whole.update(b"\n")
    whole.update(b"".join(digests))
    return whole.hexdigest()


def schema_fingerprint(table: Table) -> str:
    """Return the SHA-256 of the columns' names and types, whatever their order.

    Integers and numbers are one type here: 5 becoming 5.5 is data, not schema.
    """
    parts = sorted(
        f"{folded(column.name)}:{'number' if column.type.is_numeric else column.type}"
        for column in table.columns
    )
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
