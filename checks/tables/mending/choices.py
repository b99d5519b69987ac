"""A table read as the operator said, where its cells alone do not say how they are meant."""

from collections.abc import Mapping
from dataclasses import replace

from checks.tables.mending.questions import CHOSEN, ROW_TIME, WAYS, questions
from checks.tables.table import Column, ColumnType, Decision, Table, folded


def as_chosen(table: Table, choices: Mapping[str, str]) -> Table:
    """Return the table with every column that is in question read the way that was chosen.

    `choices` gives for a column name (free in case and spaces) the code of a reading. A
    column whose cells say by themselves how they are meant is left as they say.
    """
    if not choices:
        return table
    wanted = {folded(name): code for name, code in choices.items()}
    columns = list(table.columns)
    cells = [table.cells(index) for index in range(len(columns))]
    decisions = []
    for question in questions(table):
        index = table.column_index(question.column)
        code = wanted.get(folded(question.column))
        if index is None or code not in {reading.code for reading in question.readings}:
            continue
        way = WAYS[code]
        meant = {cell: way.read(cell) if cell else cell for cell in set(cells[index])}
        cells[index] = [cell if meant[cell] == "?" else meant[cell] for cell in cells[index]]
        if way.type is not None:
            columns[index] = _column(columns[index], way.type)
        why = f'kolom "{question.column}" dibaca sebagai {way.label_id} menurut operator'
        decisions.append(Decision(CHOSEN, question.column, why))
    if not decisions:
        return table
    return replace(
        table,
        columns=tuple(columns),
        rows=list(zip(*cells, strict=True)),
        decisions=(*table.decisions, *decisions),
    )


def chosen_time(table: Table, choices: Mapping[str, str]) -> str | None:
    """Return the column that the operator named as the time of the rows, None without one."""
    wanted = {folded(name) for name, code in choices.items() if code == ROW_TIME.code}
    return next((name for name in table.header if folded(name) in wanted), None)


def _column(column: Column, kind: ColumnType) -> Column:
    decimal = "." if kind is ColumnType.NUMBER else None
    return Column(column.name, kind, decimal, None, column.unit if kind.is_numeric else None)
