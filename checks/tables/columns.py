"""What the cells of a column are: codes stay text, numbers get a style, times are times."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from catalog.rules.periods import read_time
from catalog.rules.terms import Unit
from checks.tables.numbers import NumberStyle, bare, shape, style_of
from checks.tables.table import Cells, Column, ColumnType, Decision, shown
from checks.tables.units import unit_of

MISSING_WORDS = frozenset({"-", "--", "---", "–", "—", "*", "**", "***", "n/a", "na", "#n/a"}) | {
    "nan", "null", "none", "...", "…", ".", "#ref!", "#div/0!", "#value!", "#name?", "#num!",
    "#null!", "tidak ada data", "rp -", "rp. -"
}  # fmt: skip
_CODE_NAME = re.compile(
    r"(?:^|_)(?:kode|kd|nik|nip|nisn|npsn|nss|nuptk|npwp|nib|nop|nokk|ktp|kk|rekening|hp|wa|telp"
    r"|tlp|whatsapp|ponsel|seluler|handphone|phone"
    r"|telepon|telpon|kbli|nomor_induk|code)(?:_|$)|^(?:kode|kd)[a-z]|kode$|^id_?(?:desa|kec"
    r"|kecamatan|kab|kabupaten|kota|prov|provinsi|kel|kelurahan|wilayah|sls|bs)$|kode_?pos$"
)
# "jumlah_kk" counts what "no_kk" numbers; a bare "kk" of a few digits counts them too.
_COUNT_OF_CODES = re.compile(
    r"^(?:jumlah|jml|banyak|banyaknya|total|persen|persentase|rata|rasio|target|capaian|realisasi"
    r"|terdampak|perekaman|kepemilikan|penerbitan|wajib|cetak|pencetakan)_"
)
_BARE_UNIT = re.compile(r"^(?:kk|ktp|kartu_keluarga|nib|npwp|rekening|hp)$")
_FEW_DIGITS = re.compile(r"[1-9]\d{0,4}|0|[1-9]\d{0,2}[.,]\d{3}")
_TIME_NAME = re.compile(
    r"(?:^|_)(?:tanggal|tgl|tggl|date|periode|period|bulan|month|waktu|tahun_bulan|triwulan"
    r"|minggu|semester|tahun_ajaran|tahun_pelajaran|hari)(?:_|$)"
)
_YEAR_NAME = re.compile(r"(?:^|_)(?:tahun|thn|th|year|taun)(?:_|$)")
_PLACE_NAME = re.compile(r"(?:^|_)(?:wilayah|kemendagri|bps|kab|kota|kabupaten)(?:_|$)")
_UNIT_NAME = re.compile(r"^(?:satuan|unit|uom)$")
_YEAR = re.compile(r"(?:19|20)\d{2}(?:\.0)?")
_FLOATED_CODE = re.compile(r"\d+\.0")
_LEADING_ZERO = re.compile(r"0\d+")
_LONG_DIGITS = re.compile(r"\d{16,}")
_DOTTED_CODE = re.compile(r"\d{1,2}(?:\.\d{2}){2,}(?:\.\d{4})?")
_PLACE_CODE = re.compile(r"\d{2}\.\d{2}")
_ROW_NUMBER = re.compile(
    r"^(?:id|no|nomor|no_urut|nomor_urut|urutan|objectid|fid|gid|index|row|baris|kolom_1)$"
)
_BOOLEANS = frozenset({"ya", "tidak", "true", "false", "yes", "no", "benar", "salah"})
# What the accounting format shows for nothing: "Rp        -".
_NO_MONEY = re.compile(r"rp\.?\s*-", re.IGNORECASE)
_LONGEST_WORD = max(map(len, MISSING_WORDS))
_LONGEST_TIME = 60
_ODD_SHARE, _ODD_FROM = 0.9, 5


@dataclass(frozen=True, slots=True)
class Reading:
    """The columns with their repaired cells, row by row."""

    columns: tuple[Column, ...]
    rows: list[Cells]
    decisions: list[Decision] = field(default_factory=list)


def read_columns(
    header: Sequence[str], rows: Sequence[Sequence[str]], delimiter: str | None
) -> Reading:
    """Return typed columns and cells; missing words become None except in text columns."""
    decisions: list[Decision] = []
    raw = list(zip(*rows, strict=True)) if rows else [() for _ in header]
    unit = _unit_of_table(header, raw)
    columns = []
    cells: list[list[str | None]] = []
    for name, column in zip(header, raw, strict=True):
        reader = _ColumnReader(name, set(column), unit, delimiter)
        columns.append(reader.column())
        spelled = reader.spelled()
        decisions.extend(reader.decisions)
        cells.append([spelled[cell] for cell in column])
    return Reading(tuple(columns), list(zip(*cells, strict=True)), decisions)


def name_key(name: str) -> str:
    """Return a column name as words joined by underscores, for matching."""
    return "_".join(re.findall(r"[^\W_]+", name.casefold()))


def is_code_name(name: str) -> bool:
    """Tell whether a column holds codes by its name."""
    key = name_key(name)
    return _CODE_NAME.search(key) is not None and _COUNT_OF_CODES.search(key) is None


def is_unit_name(name: str) -> bool:
    """Tell whether a column holds the units of measure by its name."""
    return _UNIT_NAME.match(name_key(name)) is not None


def is_row_number_name(name: str) -> bool:
    """Tell whether a column of numbers only counts the rows, by its name."""
    return _ROW_NUMBER.search(name_key(name)) is not None


def _unit_of_table(header: Sequence[str], raw: Sequence[Sequence[str]]) -> str | None:
    for name, column in zip(header, raw, strict=True):
        if is_unit_name(name):
            units = {cell.casefold() for cell in column} - {"", "-"}
            return shown(sorted(units), 30) if len(units) == 1 else None
    return None


def _is_missing(cell: str) -> bool:
    if cell[-1] == "-" and _NO_MONEY.fullmatch(cell):
        return True
    return len(cell) <= _LONGEST_WORD and cell.casefold() in MISSING_WORDS


class _ColumnReader:
    """Decides one column from its distinct cells."""

    def __init__(
        self, name: str, distinct: set[str], unit: str | None, delimiter: str | None
    ) -> None:
        self.name = name
        self.key = name_key(name)
        self.unit = unit
        self.delimiter = delimiter
        self.distinct = distinct
        self.values = {v for v in distinct if v and (v.isdecimal() or not _is_missing(v))}
        self.decisions: list[Decision] = []
        self._repairs_float = False
        self._type = ColumnType.STRING
        self._style: NumberStyle | None = None
        self._decide()

    def column(self) -> Column:
        """Return the column as decided."""
        style = self._style
        is_number = self._type.is_numeric
        return Column(
            self.name,
            self._type,
            style.decimal if style else None,
            style.thousands if style else None,
            unit_of(self.name, self.key, self.values, self.unit) if is_number else None,
            is_empty=not self.values,
        )

    def spelled(self) -> dict[str, str | None]:
        """Return the final text of every distinct cell."""
        keeps_words = self._type is ColumnType.STRING and bool(self.values)
        spelled: dict[str, str | None] = {}
        for cell in self.distinct:
            if not cell or (cell not in self.values and not keeps_words):
                spelled[cell] = None
            elif self._repairs_float and cell.endswith(".0") and _FLOATED_CODE.fullmatch(cell):
                spelled[cell] = cell[:-2]
            else:
                spelled[cell] = cell
        words = {cell for cell in self.distinct - self.values if cell and spelled[cell] is None}
        if words:
            why = f'kata pengganti kosong di kolom "{self.name}"'
            self.decisions.append(Decision("missing_words", shown(sorted(words)), why))
        return spelled

    def _decide(self) -> None:
        values = self.values
        if not values or self._is_code():
            return
        if self._is_year():
            self._type = ColumnType.YEAR
            self._repairs_float = any(map(_FLOATED_CODE.fullmatch, values))
            if self._repairs_float:
                why = f'".0" dibuang dari tahun di kolom "{self.name}"'
                self.decisions.append(Decision("years_as_floats", self.name, why))
        elif _TIME_NAME.search(self.key) and self._is_time(values):
            return
        elif not self._is_number() and not self._is_boolean():
            self._is_time(values)

    def _is_code(self) -> bool:
        values = self.values
        counts_them = _BARE_UNIT.search(self.key) and all(map(_FEW_DIGITS.fullmatch, values))
        by_name = is_code_name(self.name) and not counts_them
        zeros = any(_LEADING_ZERO.fullmatch(v) for v in values)
        if by_name and values and all(_FLOATED_CODE.fullmatch(v) for v in values):
            self._repairs_float = True
            why = f'".0" dibuang dari kode di kolom "{self.name}"'
            self.decisions.append(Decision("codes_as_floats", self.name, why))
        by_value = (
            (zeros and all(v.isdigit() for v in values))
            or all(_DOTTED_CODE.fullmatch(v) for v in values)
            or (len({len(v) for v in values}) == 1 and all(map(_LONG_DIGITS.fullmatch, values)))
            or (
                _PLACE_NAME.search(self.key) is not None
                and all(_PLACE_CODE.fullmatch(v) or _DOTTED_CODE.fullmatch(v) for v in values)
            )
        )
        if by_value and not by_name:
            why = f'kolom "{self.name}" berisi kode: tetap teks, nol di depan dijaga'
            self.decisions.append(Decision("codes_as_text", self.name, why))
        return by_name or by_value

    def _is_year(self) -> bool:
        named = _YEAR_NAME.search(self.key) is not None or self.key in ("kolom_1", "")
        return named and all(_YEAR.fullmatch(v) for v in self.values)

    def _is_time(self, values: set[str]) -> bool:
        n_bad_allowed = len(values) * (1 - _ODD_SHARE)
        units = set()
        n_bad = 0
        for value in values:
            label = read_time(value) if len(value) <= _LONGEST_TIME else None
            if label is not None:
                units.add(label.unit)
                continue
            n_bad += 1
            if n_bad > n_bad_allowed:
                return False
        if not units or not self._mostly(len(values) - n_bad, n_bad):
            return False
        if units <= {Unit.DAY, Unit.HOUR}:
            self._type = ColumnType.DATE
        elif units == {Unit.YEAR}:
            self._type = ColumnType.YEAR
        else:
            self._type = ColumnType.PERIOD
        return True

    def _is_number(self) -> bool:
        n_bad_allowed = len(self.values) * (1 - _ODD_SHARE)
        texts: set[str] = set()
        odd: set[str] = set()
        for value in self.values:
            is_plain = value.isdecimal()
            text = value if is_plain else bare(value)
            if is_plain or shape(text) is not None:
                texts.add(text)
                continue
            odd.add(value)
            if len(odd) > n_bad_allowed:
                return False
        if not self._mostly(len(self.values) - len(odd), len(odd)):
            return False
        hint = f"{self.name} {self.unit or ''}"
        style = style_of(texts, hint, self.delimiter)
        if style is None:
            why = f'kolom "{self.name}" mencampur 1.234,5 dan 1,234.5; dibiarkan sebagai teks'
            self.decisions.append(Decision("mixed_numbers", self.name, why))
            return False
        self._style = style
        self._type = ColumnType.INTEGER if style.is_whole else ColumnType.NUMBER
        self._explain(style, odd)
        return True

    def _explain(self, style: NumberStyle, odd: set[str]) -> None:
        name = self.name
        if style.decimal:
            why = f'tanda desimal kolom "{name}"'
            self.decisions.append(Decision("decimal_sign", style.decimal, why))
        if style.thousands:
            why = f'tanda ribuan kolom "{name}"'
            self.decisions.append(Decision("thousands_sign", style.thousands, why))
        if style.unclear:
            why = (
                f'kolom "{name}": tanda {style.decimal} bisa desimal atau ribuan; tegaskan di skema'
            )
            self.decisions.append(Decision("unclear_numbers", name, why))
        if odd:
            why = f'sel bukan angka di kolom angka "{name}"'
            self.decisions.append(Decision("odd_cells", shown(sorted(odd)), why))

    def _is_boolean(self) -> bool:
        if all(value.casefold() in _BOOLEANS for value in self.values):
            self._type = ColumnType.BOOLEAN
            return True
        return False

    @staticmethod
    def _mostly(n_good: int, n_bad: int) -> bool:
        if n_bad == 0:
            return n_good > 0
        return n_good >= _ODD_FROM and n_good >= _ODD_SHARE * (n_good + n_bad)
