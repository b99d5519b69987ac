"""Frictionless's errors in words that an operator can act on in Excel."""

import re
from dataclasses import dataclass

from checks.tables.findings import Finding, Severity, clipped


@dataclass(frozen=True, slots=True)
class SchemaError:
    """One error as Frictionless names it: its type, place and note."""

    code: str
    row: int | None
    field: str | None
    field_number: int | None
    cell: str | None
    note: str


@dataclass(frozen=True, slots=True)
class _Words:
    message_id: str
    message_en: str
    remedy_id: str
    remedy_en: str


_WORDS = {
    "type-error": _Words(
        'Baris {row}, kolom "{field}": "{cell}" bukan {note}.',
        'Row {row}, column "{field}": "{cell}" is not {note}.',
        "Tulis nilai dengan bentuk yang diminta skema, tanpa satuan dan tanpa catatan di sel.",
        "Write the value in the form that the schema asks for, without units or remarks.",
    ),
    "constraint-error": _Words(
        'Baris {row}, kolom "{field}": "{cell}" melanggar aturan {note}.',
        'Row {row}, column "{field}": "{cell}" breaks the rule {note}.',
        "Betulkan nilainya, atau minta walidata mengubah aturan skema bila nilainya memang benar.",
        "Correct the value, or ask walidata to change the schema if the value is right.",
    ),
    "unique-error": _Words(
        'Baris {row}, kolom "{field}": "{cell}" sudah ada di baris lain ({note}).',
        'Row {row}, column "{field}": "{cell}" is already in another row ({note}).',
        "Hapus baris ganda atau betulkan kodenya.",
        "Delete the double row or correct its code.",
    ),
    "primary-key": _Words(
        "Baris {row}: kunci baris kosong atau ganda ({note}).",
        "Row {row}: the key of the row is empty or double ({note}).",
        "Lengkapi kolom kunci dan hapus baris ganda.",
        "Fill in the key columns and delete double rows.",
    ),
    "foreign-key": _Words(
        "Baris {row}: rujukan tidak ditemukan ({note}).",
        "Row {row}: the reference is not found ({note}).",
        "Pakai kode yang ada di kolom rujukannya.",
        "Use a code that exists in the referenced column.",
    ),
    "blank-row": _Words(
        "Baris {row} kosong.",
        "Row {row} is empty.",
        "Hapus baris kosong itu.",
        "Delete the empty row.",
    ),
    "extra-cell": _Words(
        'Baris {row}: ada sel lebih di kolom ke-{number} ("{cell}").',
        'Row {row}: there is an extra cell in column {number} ("{cell}").',
        "Hapus sel lebih itu, atau kutip teks yang mengandung pemisah.",
        "Delete the extra cell, or quote text that contains the delimiter.",
    ),
    "missing-cell": _Words(
        'Baris {row}: sel kolom "{field}" tidak ada.',
        'Row {row}: the cell of column "{field}" is missing.',
        "Lengkapi baris itu sehingga jumlah selnya sama dengan judul kolom.",
        "Complete the row so that it has as many cells as the header.",
    ),
    "blank-label": _Words(
        "Judul kolom ke-{number} kosong.",
        "The label of column {number} is empty.",
        "Beri nama kolom itu, atau hapus kolomnya bila kosong.",
        "Name the column, or delete it if it is empty.",
    ),
    "duplicate-label": _Words(
        'Judul kolom "{cell}" dipakai lebih dari satu kali.',
        'The label "{cell}" is used more than once.',
        "Beri setiap kolom nama yang berbeda.",
        "Give every column a different name.",
    ),
    "missing-label": _Words(
        'Kolom "{field}" yang diminta skema tidak ada.',
        'The column "{field}" that the schema asks for is missing.',
        "Tambahkan kolom itu dengan nama yang persis sama.",
        "Add the column with exactly this name.",
    ),
    "extra-label": _Words(
        'Kolom "{cell}" tidak ada di dalam skema.',
        'The column "{cell}" is not in the schema.',
        "Hapus kolom itu atau minta walidata menambahkannya ke skema.",
        "Delete the column or ask walidata to add it to the schema.",
    ),
    "incorrect-label": _Words(
        'Judul kolom ke-{number} tertulis "{cell}", seharusnya "{field}".',
        'The label of column {number} reads "{cell}", expected "{field}".',
        "Samakan nama dan urutan kolom dengan skema.",
        "Make the names and order of the columns equal to the schema.",
    ),
    "blank-header": _Words(
        "Baris judul kolom kosong.",
        "The header row is empty.",
        "Isi baris pertama dengan nama kolom.",
        "Fill the first row with the names of the columns.",
    ),
}
_DOUBTS = {
    "mutakhir/decimal-sign": _Words(
        'Baris {row}, kolom "{field}": "{cell}" dibaca sebagai {note}; titiknya hilang.',
        'Row {row}, column "{field}": "{cell}" is read as {note}; its group sign is dropped.',
        "Pakai tanda desimal yang sama di seluruh kolom, dan titik hanya di antara ribuan.",
        "Use one decimal sign in the whole column, and the group sign only between thousands.",
    ),
    "mutakhir/loose-pattern": _Words(
        'Baris {row}, kolom "{field}": "{cell}" lolos, tetapi bukan salah satu dari {note}.',
        'Row {row}, column "{field}": "{cell}" passes, but is none of {note}.',
        "Betulkan nilainya, atau minta walidata menulis pola itu di dalam kurung: (a|b).",
        "Correct the value, or ask walidata to put the pattern into brackets: (a|b).",
    ),
}
_OTHER = _Words(
    "Berkas tidak dapat diperiksa: {note}.",
    "The file cannot be validated: {note}.",
    "Simpan ulang sebagai CSV UTF-8 lalu coba lagi.",
    "Save it again as CSV UTF-8 and try again.",
)
_TYPES = {
    "integer": "bilangan bulat",
    "number": "bilangan",
    "date": "tanggal",
    "datetime": "tanggal dan jam",
    "time": "jam",
    "year": "tahun",
    "yearmonth": "tahun dan bulan",
    "boolean": "ya atau tidak",
    "string": "teks yang sah",
}
_NOTE_CHARS = 500
_KEY_NOTE = re.compile(
    r"for '(.*)': values '(.*)' not found in the lookup table '(.*)' as '(.*)'", re.DOTALL
)
_RULES = {
    "required": "wajib diisi",
    "unique": "tidak boleh ganda",
    "minimum": "paling kecil",
    "maximum": "paling besar",
    "minLength": "paling pendek",
    "maxLength": "paling panjang",
    "pattern": "pola",
    "enum": "salah satu dari",
}


def worded(error: SchemaError) -> Finding:
    """Return the finding for an error of Frictionless."""
    words = _DOUBTS.get(error.code) or _WORDS.get(error.code, _OTHER)
    places = {
        "row": error.row,
        "field": clipped(error.field or ""),
        "number": error.field_number,
        "cell": clipped("" if error.cell in (None, "None") else error.cell),
    }
    return Finding(
        error.code,
        Severity.WARNING if error.code in _DOUBTS else Severity.ERROR,
        error.row,
        error.field,
        error.field_number,
        clipped(error.cell),
        words.message_id.format(**places, note=_note_id(error)),
        words.message_en.format(**places, note=_note_en(error)),
        words.remedy_id,
        words.remedy_en,
    )


def _note_en(error: SchemaError) -> str:
    note = error.note.removeprefix("type is ").removeprefix("constraint ").replace('"', "'")
    # A rule can be of any length, such as a list of all villages.
    return note if len(note) <= _NOTE_CHARS else f"{note[: _NOTE_CHARS - 1]}…"


def _note_id(error: SchemaError) -> str:
    note = _note_en(error)
    if error.code == "type-error":
        kind, _, form = note.strip("'").partition("/")
        shown = "" if form in ("", "default") else f" ({form})"
        return f"{_TYPES.get(kind, kind)}{shown}"
    if error.code == "constraint-error":
        rule, _, value = note.partition(" is ")
        word = _RULES.get(rule.strip("'"), rule)
        return word if rule == "'required'" else f"{word} {value}"
    key = _KEY_NOTE.fullmatch(note)
    if key is not None:
        whole = f'tabel "{key[3]}"' if key[3] else "tabel ini"
        return f"kolom {key[1]} berisi {key[2]}, tidak ada di {whole} kolom {key[4]}"
    return note.replace("the same as in the row at position", "sama dengan baris").replace(
        "cells composing the primary keys are all", "semua sel kunci"
    )
