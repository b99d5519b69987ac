"""Notes on each variable as the statistics office asks for them (form MS-Var)."""

import re
from dataclasses import dataclass

from catalog.rules.terms import Unit
from checks.tables.columns import name_key
from checks.tables.figures.measures import may_be_negative, may_pass_hundred, measures
from checks.tables.inference import Inference, InferredField
from checks.tables.personal.names import are_people, is_person_column, may_name_people
from checks.tables.table import ColumnType, Table
from checks.tables.time_columns import time_columns

_PERSONAL = re.compile(
    r"(?:^|_)(?:nik|kk|nokk|ktp|npwp|nip|hp|telepon|telp|alamat|surel|email)(?:_|$)"
)
_MEASURES = (
    (re.compile(r"persen|prosen|presen"), "Persentase"),
    (re.compile(r"rata|rerata"), "Rata-rata"),
    (re.compile(r"indeks|index|(?:^|_)(?:ihk|ipm|ikm|ipg|ikk)(?=[_ ]|$)"), "Indeks"),
    (re.compile(r"rasio"), "Rasio"),
    (re.compile(r"laju|pertumbuhan|inflasi"), "Laju"),
    (re.compile(r"luas"), "Luas"),
    (re.compile(r"panjang"), "Panjang"),
    (re.compile(r"volume"), "Volume"),
    (re.compile(r"curah_hujan"), "Tinggi"),
    (re.compile(r"harga|nilai|anggaran|realisasi|upah|rupiah|(?:^|_)rp"), "Nilai"),
)
_TYPES = {
    ColumnType.INTEGER: "Integer",
    ColumnType.NUMBER: "Float",
    ColumnType.DATE: "Date",
    ColumnType.PERIOD: "String",
    ColumnType.YEAR: "Integer",
    ColumnType.BOOLEAN: "Boolean",
    ColumnType.STRING: "String",
}
_SPANS = {
    Unit.HOUR: "Jam", Unit.DAY: "Hari", Unit.WEEK: "Minggu", Unit.MONTH: "Bulan",
    Unit.QUARTER: "Triwulan", Unit.FOUR_MONTHS: "Caturwulan", Unit.SEMESTER: "Semester",
    Unit.YEAR: "Tahun", Unit.SCHOOL_YEAR: "Tahun ajaran", Unit.BLOCK: "Beberapa tahun",
}  # fmt: skip
_MOST_KINDS = 30
_LEAST_REPEATS = 2


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable by the names of MS-Var; None is for the agency to fill in."""

    nama: str
    alias: str
    konsep: str | None
    definisi: str | None
    referensi_waktu: str | None
    ukuran: str | None
    satuan: str | None
    tipe_data: str
    value_domain: tuple[str, ...]
    aturan_validasi: tuple[str, ...]
    apakah_variabel_bisa_diakses_umum: bool


def variables(table: Table, inference: Inference) -> tuple[Variable, ...]:
    """Return the notes that a table itself allows; concepts and definitions are not guessed."""
    span = _time_span(table)
    counted = frozenset(measures(table))
    return tuple(
        _variable(table, index, inference, span, is_measure=index in counted)
        for index in range(len(inference.fields))
    )


def _time_span(table: Table) -> str | None:
    times = time_columns(table)
    if times is None:
        return None
    labels = [*times.labels, *(label for _, label in times.wide)]
    return next((_SPANS[label.unit] for label in labels if label), None)


def _variable(
    table: Table, index: int, inference: Inference, span: str | None, *, is_measure: bool
) -> Variable:
    field = inference.fields[index]
    words = " ".join(re.findall(r"[^\W_]+", field.name))
    is_personal = _PERSONAL.search(name_key(field.name)) is not None
    return Variable(
        nama=words[:1].upper() + words[1:],
        alias=field.name,
        konsep=None,
        definisi=None,
        referensi_waktu=span if is_measure else None,
        ukuran=_measure(field) if is_measure else None,
        satuan=field.unit,
        tipe_data=_TYPES[field.type],
        value_domain=() if is_personal else _domain(table, index, field),
        aturan_validasi=_rules(field, inference, is_measure=is_measure),
        apakah_variabel_bisa_diakses_umum=not is_personal,
    )


def _measure(field: InferredField) -> str | None:
    """Return what a measure is by its name; whole numbers are counts, others are not guessed."""
    hint = f"{name_key(field.name)} {(field.unit or '').casefold()}"
    counted = "Jumlah" if field.type is ColumnType.INTEGER or "jumlah" in hint else None
    return next((word for pattern, word in _MEASURES if pattern.search(hint)), counted)


def _domain(table: Table, index: int, field: InferredField) -> tuple[str, ...]:
    if field.type not in (ColumnType.STRING, ColumnType.BOOLEAN) or field.is_code:
        return ()
    kinds = sorted({cell for cell in table.cells(index) if cell})
    key = name_key(field.name)
    if is_person_column(key) or (may_name_people(key) and are_people(kinds)):
        return ()
    repeats = table.n_rows >= _LEAST_REPEATS * len(kinds)
    return tuple(kinds) if repeats and len(kinds) <= _MOST_KINDS else ()


def _rules(field: InferredField, inference: Inference, *, is_measure: bool) -> tuple[str, ...]:
    rules = []
    if field.name in inference.primary_key:
        rules.append("tidak boleh kosong")
        if len(inference.primary_key) == 1:
            rules.append("tidak boleh ganda")
    if is_measure:
        is_share = field.unit == "persen" and _measure(field) == "Persentase"
        if is_share and not may_pass_hundred(field.name):
            rules.append("0 sampai 100")
        elif not may_be_negative(field.name, field.unit):
            rules.append("tidak boleh negatif")
    pattern = field.options.get("constraints", {}).get("pattern")
    if pattern:
        rules.append(f"berpola {pattern}")
    return tuple(rules)
