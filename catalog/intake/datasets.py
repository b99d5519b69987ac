"""One row of a daftar data, read and checked before anything is written."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256
from typing import Any

from catalog.intake.documents import RowRefused
from catalog.intake.naming import folded, is_usable_title, slug_of
from catalog.intake.records import Record
from catalog.intake.sources import SourceBook, SourceRow, StatedSource, read_source
from catalog.models import Dimension, Sensitivity
from catalog.rules.errors import MutakhirError, UnknownCadence
from catalog.rules.release_rule import ParsedRule, parse_release_rule
from catalog.rules.terms import Cadence, Merge, parse_cadence

LONGEST_TITLE = 1_000
_DIMENSIONS = {
    "tata kelola": Dimension.GOVERNANCE,
    "pemerintahan": Dimension.GOVERNANCE,
    "citra": Dimension.BRANDING,
    "ekonomi": Dimension.ECONOMY,
    "kehidupan": Dimension.LIVING,
    "kualitas hidup": Dimension.LIVING,
    "masyarakat": Dimension.SOCIETY,
    "lingkungan": Dimension.ENVIRONMENT,
    "lingkungan hidup": Dimension.ENVIRONMENT,
}
_SENSITIVITIES = {
    "terbuka": Sensitivity.TERBUKA,
    "publik": Sensitivity.TERBUKA,
    "terbatas": Sensitivity.TERBATAS,
    "dibagikan": Sensitivity.TERBATAS,
    "tertutup": Sensitivity.TERTUTUP,
    "dikecualikan": Sensitivity.TERTUTUP,
    "rahasia": Sensitivity.TERTUTUP,
}
_MERGES = {
    "semua": Merge.ALL,
    "semua berkas": Merge.ALL,
    "salah satu": Merge.ANY,
    "salah satu berkas": Merge.ANY,
}


@dataclass(frozen=True, slots=True)
class Promised:
    """What a row promises: how often, by which rule, since when (None: as the load says)."""

    cadence: Cadence
    rule_text: str | None
    parsed: ParsedRule
    agreed_on: date | None


@dataclass(frozen=True, slots=True)
class Described:
    """What a row says about a dataset; None or empty leaves what is stored."""

    description: str | None = None
    unit: str | None = None
    dimension: Dimension | None = None
    sensitivity: Sensitivity | None = None
    licence: str | None = None
    keywords: tuple[str, ...] = ()
    concept: str | None = None
    definition: str | None = None
    measure: str | None = None
    table_schema: Mapping[str, Any] | None = None
    time_column: str | None = None
    value_columns: tuple[str, ...] = ()
    key_columns: tuple[str, ...] = ()
    volatile_columns: tuple[str, ...] = ()
    merge: Merge | None = None


@dataclass(frozen=True, slots=True)
class DatasetRow:
    """One promised dataset as its row states it."""

    line: int
    agency: str
    title: str
    indicator: str | None
    classification: str | None
    slug: str | None
    promised: Promised
    described: Described
    source: SourceRow | None

    def base(self, agency_key: str) -> str:
        """Return what identifies the dataset apart from its schedule."""
        return base_of(
            agency_key, self.indicator, self.title, self.classification, self.described.unit
        )

    def identity(self, agency_key: str) -> str:
        """Return the identity: agency, indicator, title, cadence, rule, classification, unit."""
        rule = self.promised.rule_text
        schedule = [self.promised.cadence.value, "(tanpa kolom)" if rule is None else folded(rule)]
        return _digest(self.base(agency_key), *schedule)


def base_of(
    agency_key: str,
    indicator: str | None,
    title: str,
    classification: str | None,
    unit: str | None,
) -> str:
    """Return what identifies a dataset apart from its cadence and release rule."""
    return _digest(agency_key, *map(folded, (indicator, title, classification, unit)))


def _digest(*parts: str) -> str:
    return sha256("\x1f".join(parts).encode()).hexdigest()


def read_dataset(
    record: Record, attachments: Mapping[str, str], book: SourceBook | None = None
) -> DatasetRow:
    """Return the dataset that a row of a daftar data promises; raises RowRefused."""
    agency = record.required("opd", "OPD")
    indicator = record.line_text("indikator")
    title = _title(record, indicator)
    sensitivity, classification = _openness(record)
    book = book or SourceBook()
    source = read_source(record, book)
    return DatasetRow(
        line=record.line,
        agency=agency,
        title=title,
        indicator=indicator,
        classification=classification,
        slug=_slug(record),
        promised=_promised(record),
        described=_with_columns(_described(record, sensitivity, attachments, book), source),
        source=source.row if source else None,
    )


def _title(record: Record, indicator: str | None) -> str:
    title = record.line_text("judul")
    chosen = title if is_usable_title(title) else indicator
    if chosen is None or not is_usable_title(chosen):
        raise RowRefused("Judul data kosong dan indikatornya juga; isi nama data.")
    if len(chosen) > LONGEST_TITLE:
        raise RowRefused(
            f"Judul data sepanjang {len(chosen)} karakter; paling banyak {LONGEST_TITLE}."
        )
    return chosen


def _slug(record: Record) -> str | None:
    text = record.line_text("slug")
    if text is None:
        return None
    if slug_of(text) != text:
        raise RowRefused(
            f'Slug "{text}" tidak dapat dipakai sebagai alamat; tulis misalnya "{slug_of(text)}".'
        )
    return text


def _promised(record: Record) -> Promised:
    text = record.text("periode_data") or ""
    try:
        cadence = parse_cadence(text)
    except UnknownCadence as error:
        raise RowRefused(f"{error}{_shift_hint(record)}") from error
    rule_text = (record.text("jadwal_rilis") or "") if record.has("jadwal_rilis") else None
    parsed = parse_release_rule(rule_text, cadence)
    return Promised(cadence, rule_text, parsed, record.day("terdaftar"))


def _shift_hint(record: Record) -> str:
    """Say that the cells slid one column where the title column holds the cadence."""
    try:
        parse_cadence(record.text("judul") or "")
    except UnknownCadence:
        return ""
    return " Kolom judul berisi periode: kemungkinan sel baris ini bergeser satu kolom."


def _openness(record: Record) -> tuple[Sensitivity | None, str | None]:
    """Return who may see it and its breakdown: the column klasifikasi is used for either."""
    classification = record.line_text("klasifikasi")
    stated = record.line_text("sifat")
    if stated is not None and folded(stated) not in _SENSITIVITIES:
        raise RowRefused(
            f'Sifat data "{stated}" tidak dikenal; pakai terbuka, terbatas atau tertutup.'
        )
    if stated is None and classification and folded(classification) in _SENSITIVITIES:
        stated, classification = classification, None
    return _SENSITIVITIES.get(folded(stated)), classification


def _described(
    record: Record,
    sensitivity: Sensitivity | None,
    attachments: Mapping[str, str],
    book: SourceBook,
) -> Described:
    return Described(
        description=record.stated("deskripsi"),
        unit=record.line_text("satuan"),
        dimension=_dimension(record),
        sensitivity=sensitivity,
        licence=record.line_text("lisensi"),
        keywords=tuple(dict.fromkeys(record.parts("kata_kunci"))),
        concept=record.stated("konsep"),
        definition=record.stated("definisi"),
        measure=record.line_text("ukuran"),
        table_schema=_table_schema(record, attachments, book),
        time_column=record.line_text("kolom_waktu"),
        value_columns=tuple(record.parts("kolom_nilai")),
        key_columns=tuple(record.parts("kunci")),
        volatile_columns=tuple(record.parts("kolom_berubah")),
        merge=_merge(record),
    )


def _with_columns(described: Described, source: StatedSource | None) -> Described:
    """Fill in the columns that a recipe knows where the row says none itself."""
    if source is None:
        return described
    return replace(
        described,
        time_column=described.time_column or source.time_column,
        value_columns=described.value_columns or source.value_columns,
    )


def _merge(record: Record) -> Merge | None:
    """Return which of several files decide, None where nothing is stated."""
    text = record.line_text("gabungan")
    if text is None:
        return None
    word = folded(text.replace("_", " "))
    if word not in _MERGES and word not in list(Merge):
        raise RowRefused(
            f'Gabungan "{text}" tidak dikenal; pakai semua (setiap berkas harus lengkap) '
            "atau salah_satu (satu berkas cukup)."
        )
    return _MERGES.get(word) or Merge(word)


def _dimension(record: Record) -> Dimension | None:
    text = record.line_text("dimensi")
    if text is None:
        return None
    word = folded(text).removeprefix("smart ")
    for dimension in Dimension:
        if dimension.value == word:
            return dimension
    if word not in _DIMENSIONS:
        raise RowRefused(
            f'Dimensi "{text}" tidak dikenal; pakai salah satu dari: {", ".join(Dimension)}.'
        )
    return _DIMENSIONS[word]


def _table_schema(
    record: Record, attachments: Mapping[str, str], book: SourceBook
) -> Mapping[str, Any] | None:
    text = record.stated("skema")
    if text is None:
        return None
    content = text if text.startswith("{") else attachments.get(text)
    if content is None:
        raise RowRefused(f'Berkas skema "{text}" tidak ada di samping berkas ini.')
    try:
        schema = json.loads(content)
    except ValueError as error:
        raise RowRefused(f"Skema bukan JSON yang benar: {error}.") from error
    fields = schema.get("fields") if isinstance(schema, dict) else None
    if not isinstance(fields, list) or not all(
        isinstance(field, dict) and isinstance(field.get("name"), str) for field in fields
    ):
        raise RowRefused('Skema bukan Table Schema: "fields" harus berisi daftar kolom bernama.')
    try:
        book.check_schema(schema)
    except MutakhirError as error:
        raise RowRefused(str(error)) from error
    return dict(schema)
