"""One clean table written in every bad way: each pollution with the table a person reads in it."""

from collections.abc import Iterator
from dataclasses import dataclass

HEADER = ["kode", "nama barang", "tanggal", "jumlah", "harga", "keterangan", "alamat"]
N_ROWS = 24
_PLACES = ["Jalan Diponegoro, RT 01", "Pasar Besar", "Jalan Sudiro 5; lantai 2", "Desa Punten"]
_WORDS = ["baik", "perlu diperiksa", "ukuran 5 inci", "dari gudang utama, rak 3", ""]
ROWS = [
    [
        f"B-{100 + i}",
        f"Barang {'ABCDEFGH'[i % 8]} {i}",
        f"2024-{i % 12 + 1:02d}-{i % 27 + 1:02d}",
        str(5 + 7 * i),
        f"{1200 + 13 * i}.{25 + i}",
        _WORDS[i % 5],
        _PLACES[i % 4],
    ]
    for i in range(N_ROWS)
]
Table = list[list[str]]


@dataclass(frozen=True, slots=True)
class Polluted:
    """A polluted file, and the header and rows that are really in it."""

    name: str
    content: bytes
    header: list[str]
    rows: Table


def written(
    rows: Table,
    *,
    delimiter: str = ",",
    quote: str = '"',
    escape: str | None = None,
    ends: str = "\r\n",
    quotes_all: bool = False,
) -> str:
    """Write rows as delimited text; the delimiter may have several letters."""
    return "".join(
        delimiter.join(_cell(c, delimiter, quote, escape, quotes_all=quotes_all) for c in row)
        + ends
        for row in rows
    )


def _cell(cell: str, delimiter: str, quote: str, escape: str | None, *, quotes_all: bool) -> str:
    if not quotes_all and not any(mark in cell for mark in (delimiter, quote, "\n", "\r")):
        return cell
    inside = cell.replace(quote, (escape or quote) + quote)
    return f"{quote}{inside}{quote}"


def _changed(rows: Table, row: int, column: int, cell: str) -> Table:
    copy = [list(each) for each in rows]
    copy[row][column] = cell
    return copy


CLEAN = [HEADER, *ROWS]
PLAIN = written(CLEAN)
LINES = PLAIN.splitlines(keepends=True)


def _case(
    name: str, text: str | bytes, header: list[str] | None = None, rows: Table | None = None
) -> Polluted:
    content = text if isinstance(text, bytes) else text.encode()
    return Polluted(
        name, content, HEADER if header is None else header, ROWS if rows is None else rows
    )


def dialects() -> Iterator[Polluted]:
    """Yield other delimiters, quotes and escapes."""
    for name, mark in {
        "semicolon": ";", "tab": "\t", "pipe": "|", "tilde": "~", "caret": "^", "colon": ":",
        "hash": "#", "space": " ", "comma-space": ", ", "double-colon": "::", "double-pipe": "||",
        "semicolon-space": "; ", "pipe-with-spaces": " | ", "unit-separator": "\x1f",
        "tilde-pipe": "~|~",
    }.items():  # fmt: skip
        yield _case(f"delimiter-{name}", written(CLEAN, delimiter=mark))
    quoted = _changed(ROWS, 3, 5, 'ukuran "besar" sekali')
    for mark in (",", ";", "\t"):
        yield _case(f"quote-single-{mark}", written([HEADER, *ROWS], delimiter=mark, quote="'"))
        yield _case(
            f"quote-all-{mark}",
            written([HEADER, *quoted], delimiter=mark, quotes_all=True),
            rows=quoted,
        )
        yield _case(
            f"escape-backslash-{mark}",
            written([HEADER, *quoted], delimiter=mark, escape="\\", quotes_all=True),
            rows=quoted,
        )
        yield _case(
            f"quote-single-all-{mark}",
            written(
                [HEADER, *_changed(ROWS, 3, 5, "hari jum'at")],
                delimiter=mark,
                quote="'",
                quotes_all=True,
            ),
            rows=_changed(ROWS, 3, 5, "hari jum'at"),
        )
    friday = _changed(ROWS, 3, 5, "hari jum'at")
    yield _case("apostrophes-without-quotes", written([HEADER, *friday]), rows=friday)
    spaced = "\r\n".join(
        " , ".join(_cell(c, ",", '"', None, quotes_all=False) for c in r) for r in CLEAN
    )
    yield _case("spaces-around-delimiters", spaced)
    aligned = [[cell.ljust(28) for cell in row] for row in CLEAN]
    yield _case("padded-cells", written(aligned, delimiter="|"))


def line_ends() -> Iterator[Polluted]:
    """Yield other ends of lines, and lines with nothing in them."""
    for name, ends in {"lf": "\n", "cr": "\r", "lfcr": "\n\r", "crcrlf": "\r\r\n"}.items():
        yield _case(f"ends-{name}", written(CLEAN, ends=ends))
    mixed = "".join(line.rstrip() + ["\r\n", "\n", "\r"][i % 3] for i, line in enumerate(LINES))
    yield _case("ends-mixed", mixed)
    yield _case(
        "ends-one-cr", PLAIN.replace("\r\n", "\n").replace("\n", "\r", 6).replace("\r", "\n", 5)
    )
    yield _case("no-final-end", PLAIN.rstrip())
    yield _case("two-final-ends", PLAIN + "\r\n")
    for name, blank in {"empty": "\r\n", "spaces": "   \r\n", "delimiters": ",,,,,,\r\n"}.items():
        yield _case(f"blank-{name}-first", blank + PLAIN)
        yield _case(f"blank-{name}-middle", "".join([*LINES[:9], blank, blank, *LINES[9:]]))
        yield _case(f"blank-{name}-below-header", "".join([LINES[0], blank, *LINES[1:]]))
        yield _case(f"blank-{name}-last", PLAIN + blank * 3)
        yield _case(f"blank-{name}-every-second", blank.join(LINES))


def around() -> Iterator[Polluted]:
    """Yield what stands above, below and beside the table."""
    prose = [
        "Data Barang Milik Daerah", "Dinas Perhubungan, Kota Contoh", "Keadaan 31 Desember 2024",
        "Sumber: Bidang Aset", "Catatan: harga dalam ribu rupiah, tidak termasuk pajak",
    ]  # fmt: skip
    for n_lines in (1, 2, 3, 5, 8, 13, 20):
        lines = [prose[i % len(prose)] + ("" if i < 5 else f" {i}") for i in range(n_lines)]
        yield _case(f"preamble-{n_lines}", "".join(f"{line}\r\n" for line in lines) + PLAIN)
        yield _case(
            f"preamble-{n_lines}-blank", "".join(f"{line}\r\n" for line in lines) + "\r\n" + PLAIN
        )
        padded = "".join(f'"{line}",,,,,,\r\n' for line in lines)
        yield _case(f"preamble-{n_lines}-padded", padded + PLAIN)
    yield _case("preamble-key-values", "Instansi,Dinas Perhubungan\r\nTahun,2024\r\n\r\n" + PLAIN)
    yield _case("preamble-hash", "# dibuat oleh aplikasi\r\n# versi 2\r\n" + PLAIN)
    yield _case("preamble-sep", "sep=;\r\n" + written(CLEAN, delimiter=";"))
    for n_lines in (1, 2, 5):
        notes = "".join(f"Catatan {i}: angka sementara\r\n" for i in range(1, n_lines + 1))
        yield _case(f"footnotes-{n_lines}", PLAIN + notes)
        yield _case(f"footnotes-{n_lines}-blank", PLAIN + "\r\n" + notes)
    yield _case("footnote-padded", PLAIN + ",,,,,,\r\nSumber: Bidang Aset,,,,,,\r\n")
    yield _case("footnote-total", PLAIN + "Jumlah,,,99999,,,\r\n")
    other = written([["wilayah", "luas"], ["Batu", "45"], ["Junrejo", "26"], ["Bumiaji", "30"]])
    yield _case("two-tables-blank", PLAIN + "\r\n" + other)
    yield _case("two-tables-padded", PLAIN + ",,,,,,\r\n" + other.replace("\r\n", ",,,,,\r\n"))
    wider = [["kecamatan", "luas", "rt", "rw", "desa", "kota", "km", "pos", "ket"],
             *([f"Kec {i}", *(str(i * j) for j in range(1, 9))] for i in range(1, 5))]  # fmt: skip
    yield _case("two-tables-wider", PLAIN + "\r\n" + written(wider))
    same = [["sekolah", "siswa", "guru", "ruang", "meja", "kursi", "papan"],
            *([f"SD {i}", *(str(i * j) for j in range(1, 7))] for i in range(1, 5))]  # fmt: skip
    yield _case("two-tables-same-width", PLAIN + "\r\n" + written(same))
    yield _case("two-tables-no-blank", PLAIN + other)
    yield _case("two-tables-titled", PLAIN + "\r\nTabel 2. Luas Wilayah\r\n" + other)


def headers() -> Iterator[Polluted]:
    """Yield headers that are missing, doubled, blank, or in several rows."""
    names = [f"kolom_{i}" for i in range(1, 8)]
    yield _case("header-missing", "".join(LINES[1:]), header=names)
    yield _case("header-only-one-row", "".join(LINES[:2]), rows=ROWS[:1])
    yield _case("header-double-name", PLAIN.replace("nama barang", "kode", 1),
                header=["kode", "kode_2", *HEADER[2:]])  # fmt: skip
    yield _case("header-blank-name", PLAIN.replace("nama barang", "", 1),
                header=["kode", "kolom_2", *HEADER[2:]])  # fmt: skip
    yield _case(
        "header-blank-last", PLAIN.replace(",alamat", ",", 1), header=[*HEADER[:6], "kolom_7"]
    )
    yield _case("header-short", PLAIN.replace(",alamat", "", 1), header=[*HEADER[:6], "kolom_7"])
    two = [["kode", "barang", "", "", "", "lain", ""],
           ["", "nama", "tanggal", "jumlah", "harga", "keterangan", "alamat"]]  # fmt: skip
    joined = ["kode", "barang nama", "barang tanggal", "barang jumlah", "barang harga",
              "lain keterangan", "lain alamat"]  # fmt: skip
    yield _case("header-two-rows", written([*two, *ROWS]), header=joined)
    yield _case("header-repeated", "".join([*LINES[:12], LINES[0], *LINES[12:]]))
    yield _case(
        "header-numbered", "".join([LINES[0], "(1),(2),(3),(4),(5),(6),(7)\r\n", *LINES[1:]])
    )
    yield _case(
        "header-upper",
        PLAIN.replace(LINES[0], LINES[0].upper()),
        header=[h.upper() for h in HEADER],
    )
    yield _case("header-with-line-end", PLAIN.replace("nama barang", '"nama\r\nbarang"', 1))


def odd_rows() -> Iterator[Polluted]:
    """Yield single rows with cells too many, too few, or written otherwise."""
    for at in (1, 2, 7, N_ROWS):
        more = [*LINES[:at], LINES[at].rstrip() + ",lebih\r\n", *LINES[at + 1 :]]
        yield _case(f"row-{at}-one-cell-more", "".join(more))
        trailing = [*LINES[:at], LINES[at].rstrip() + ",\r\n", *LINES[at + 1 :]]
        yield _case(f"row-{at}-trailing-delimiter", "".join(trailing))
        short = [*ROWS[at - 1][:6], ""]
        fewer = [*LINES[:at], written([ROWS[at - 1][:6]]), *LINES[at + 1 :]]
        yield _case(
            f"row-{at}-one-cell-fewer", "".join(fewer), rows=[*ROWS[: at - 1], short, *ROWS[at:]]
        )
        other = [*LINES[:at], written([ROWS[at - 1]], delimiter=";"), *LINES[at + 1 :]]
        yield _case(f"row-{at}-semicolons", "".join(other))
        single = [
            *LINES[:at],
            written([ROWS[at - 1]], quote="'", quotes_all=True),
            *LINES[at + 1 :],
        ]
        yield _case(f"row-{at}-single-quotes", "".join(single))
        inner = _changed(ROWS, at - 1, 1, 'Pipa 5" besi')
        bare = [*LINES[:at], LINES[at].replace(ROWS[at - 1][1], 'Pipa 5" besi'), *LINES[at + 1 :]]
        yield _case(f"row-{at}-quote-inside-bare", "".join(bare), rows=inner)
        loose = [
            *LINES[:at],
            LINES[at].replace(ROWS[at - 1][1], '"Pipa "besar" besi"'),
            *LINES[at + 1 :],
        ]
        yield _case(
            f"row-{at}-quotes-not-doubled",
            "".join(loose),
            rows=_changed(ROWS, at - 1, 1, 'Pipa "besar" besi'),
        )
        opened = [
            *LINES[:at],
            LINES[at].replace(ROWS[at - 1][1], '"' + ROWS[at - 1][1]),
            *LINES[at + 1 :],
        ]
        yield _case(
            f"row-{at}-quote-opened",
            "".join(opened),
            rows=_changed(ROWS, at - 1, 1, '"' + ROWS[at - 1][1]),
        )
        name = ROWS[at - 1][1]
        for kind, raw, meant in (
            ("closed", f'{name}"', f'{name}"'),
            ("opened-twice", f'""{name}"', f'"{name}'),
            ("closed-twice", f'"{name}""', f'{name}"'),
        ):
            lines = [*LINES[:at], LINES[at].replace(name, raw), *LINES[at + 1 :]]
            yield _case(
                f"row-{at}-quote-{kind}", "".join(lines), rows=_changed(ROWS, at - 1, 1, meant)
            )
        slipped = [*LINES[:at], LINES[at].replace(f"{name},", f"{name},,"), *LINES[at + 1 :]]
        yield _case(f"row-{at}-blank-cell-more", "".join(slipped))
        broken = _changed(ROWS, at - 1, 1, "Barang\ndua baris")
        yield _case(f"row-{at}-line-end-inside", written([HEADER, *broken]), rows=broken)
    yield _case("all-trailing-delimiters", PLAIN.replace("\r\n", ",\r\n"))
    yield _case("rows-trailing-delimiters", LINES[0] + "".join(LINES[1:]).replace("\r\n", ",\r\n"))
    half = "".join(line.rstrip() + (",\r\n" if i % 2 else "\r\n") for i, line in enumerate(LINES))
    yield _case("half-trailing-delimiters", half)


def bytes_of_text() -> Iterator[Polluted]:
    """Yield encodings, marks, control letters and sizes."""
    accents = _changed(ROWS, 4, 5, "Café – “baik”")
    text = written([HEADER, *accents])
    for encoding in ("utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"):
        yield _case(f"encoding-{encoding}", text.encode(encoding), rows=accents)
    latin = _changed(ROWS, 4, 5, "Café é")
    yield _case("encoding-latin-1", written([HEADER, *latin]).encode("latin-1"), rows=latin)
    yield _case("marks-inside", PLAIN.replace("\r\nB-105", "\r\n\ufeffB-105"))
    yield _case("form-feed", PLAIN.replace("\r\nB-105", "\r\n\fB-105"))
    yield _case("end-of-file-mark", PLAIN + "\x1a")
    yield _case(
        "nul-cell",
        PLAIN.replace("Barang F 5", "Barang\x00F 5"),
        rows=_changed(ROWS, 5, 1, "BarangF 5"),
    )
    huge = _changed(ROWS, 6, 5, "panjang " * 60_000 + "x")
    yield _case("huge-cell", written([HEADER, *huge]), rows=huge)
    column = [[row[1]] for row in ROWS]
    yield _case("one-column", written([["nama"], *column]), header=["nama"], rows=column)
    places = [[row[6]] for row in ROWS]
    yield _case("one-column-quoted", written([["alamat"], *places]), header=["alamat"], rows=places)
    wide = [[f"k{i}" for i in range(300)], *([str(i + j) for i in range(300)] for j in range(12))]
    yield _case("three-hundred-columns", written(wide), header=wide[0], rows=wide[1:])


def all_pollutions() -> list[Polluted]:
    """Return every polluted file; the clean one is the first."""
    families = (dialects(), line_ends(), around(), headers(), odd_rows(), bytes_of_text())
    return [_case("clean", PLAIN), *(case for family in families for case in family)]
