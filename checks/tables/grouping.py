"""Many findings in few sentences: by column and kind, with a count and examples."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from openpyxl.utils import get_column_letter

from checks.tables.figures.measures import spelled
from checks.tables.findings import Finding, Report, Severity
from checks.tables.table import Table

_N_EXAMPLES = 3
_WHAT = {
    "type-error": ("sel tidak sesuai tipenya", "cells are not of its type"),
    "constraint-error": ("sel melanggar aturan skema", "cells break a rule of the schema"),
    "unique-error": ("sel ganda", "cells are double"),
    "missing-cell": ("sel tidak ada", "cells are missing"),
    "extra-cell": ("sel berlebih", "cells are too many"),
    "blank-row": ("baris kosong", "rows are empty"),
    "primary-key": ("baris dengan kunci kosong atau ganda", "rows with an empty or double key"),
    "foreign-key": ("baris tanpa rujukan", "rows without their reference"),
    "mutakhir/lost-thousands": ("sel kehilangan angka nol", "cells lost their zeros"),
    "mutakhir/total-differs": ("jumlah tidak cocok", "totals do not add up"),
    "mutakhir/percentage": ("sel di luar 0–100 %", "cells lie outside 0–100 %"),
    "mutakhir/negative-count": ("hitungan negatif", "negative counts"),
    "mutakhir/impossible-date": ("tanggal mustahil", "impossible dates"),
    "mutakhir/wrong-unit": ("sel dengan satuan lain", "cells in another unit"),
    "mutakhir/duplicate-row": ("baris ganda", "duplicate rows"),
    "mutakhir/duplicate-row-differs": ("baris berkunci sama, isi beda", "rows contradict others"),
    "mutakhir/region-code": ("kode wilayah salah", "wrong region codes"),
}
_OTHER = ("temuan", "findings")
# What a file itself says stands in quotes.
_ROW_OR_QUOTED = re.compile(r'"[^"]*"|\b([Bb]aris|[Rr]ow) (\d+)\b')


@dataclass(frozen=True, slots=True)
class Group:
    """All findings of one kind in one column; a single one keeps its own sentence.

    `places` are those of the examples as Excel names them, where the table is known.
    """

    code: str
    severity: Severity
    field: str | None
    field_number: int | None
    n: int
    message_id: str
    message_en: str
    remedy_id: str
    remedy_en: str
    examples: tuple[Finding, ...]
    places: tuple[str, ...] = ()


def excel_place(table: Table, finding: Finding) -> str | None:
    """Return where a finding stands in the file as Excel names it ("C15", "15", "C"), or None."""
    number = column_in_file(table, finding)
    letter = get_column_letter(number) if number else ""
    row = "" if finding.row is None else str(finding.row + max(table.header_line, 1) - 1)
    return letter + row or None


def column_in_file(table: Table, finding: Finding) -> int | None:
    """Return which column of the file a finding names, counted from 1, None for none."""
    index = table.column_index(finding.field) if finding.field else None
    return finding.field_number if index is None else table.column_number(index)


def in_file(sentence: str, table: Table) -> str:
    """Return a sentence on a finding with the rows that it names as Excel shows them."""
    shift = max(table.header_line, 1) - 1
    if not shift:
        return sentence
    return _ROW_OR_QUOTED.sub(
        lambda found: f"{found[1]} {int(found[2]) + shift}" if found[1] else found[0], sentence
    )


def grouped(findings: Iterable[Finding], table: Table | None = None) -> tuple[Group, ...]:
    """Return the findings by kind and column, in the order in which they first came.

    With the table they were found in, their places are those that Excel shows.
    """
    groups: defaultdict[tuple[str, str | None], list[Finding]] = defaultdict(list)
    for finding in findings:
        groups[finding.code, finding.field].append(finding)
    return tuple(_group(members, table) for members in groups.values())


def _group(members: list[Finding], table: Table | None) -> Group:
    first = members[0]
    message_id, message_en = first.message_id, first.message_en
    if table:
        message_id, message_en = in_file(message_id, table), in_file(message_en, table)
    shown = members[:_N_EXAMPLES]
    places = [excel_place(table, each) if table else None for each in shown]
    number = column_in_file(table, first) if table else first.field_number
    if len(members) > 1:
        what_id, what_en = _WHAT.get(first.code, _OTHER)
        n = spelled(len(members))
        message_id = f"{_column(first, number, 'Kolom', 'Berkas')}: {n} {what_id}, contoh "
        message_id += f"{_examples(shown, places, 'baris')}."
        message_en = f"{_column(first, number, 'Column', 'File')}: {len(members):,} {what_en}, "
        message_en += f"e.g. {_examples(shown, places, 'row')}."
    return Group(
        first.code,
        first.severity,
        first.field,
        first.field_number,
        len(members),
        message_id,
        message_en,
        first.remedy_id,
        first.remedy_en,
        tuple(shown),
        tuple(place for place in places if place),
    )


def _column(first: Finding, number: int | None, word: str, without: str) -> str:
    if not first.field:
        return without
    letter = f" ({get_column_letter(number)})" if number else ""
    return f'{word} "{first.field}"{letter}'


def _examples(members: list[Finding], places: Sequence[str | None], row_word: str) -> str:
    parts = []
    for each, place in zip(members, places, strict=True):
        where = f"{row_word} {each.row}" if each.row is not None else ""
        if place and each.field:
            where = place
        elif place:
            where = f"{row_word} {place}"
        cell = f'"{each.cell}"' if each.cell else ""
        parts.append(f"{where} {cell}".strip() or each.message_id.rstrip("."))
    return ", ".join(parts)


def truncation(report: Report) -> tuple[str, str] | None:
    """Return the sentences (id, en) that say how much a report leaves out, None for nothing."""
    return left_out(sum(report.counts.values()), len(report.findings))


def left_out(n_all: int, n_kept: int) -> tuple[str, str] | None:
    """Return the sentences (id, en) for so many findings of so many, None where all are shown."""
    if n_all <= n_kept:
        return None
    return (
        f"Ada {spelled(n_all)} temuan; hanya {spelled(n_kept)} yang pertama ditampilkan.",
        f"There are {n_all:,} findings; only the first {n_kept:,} are shown.",
    )
