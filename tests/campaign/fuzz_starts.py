"""The files that fuzzing starts from: a sort for every reader, ours and others' if present."""

import gzip
import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars

from tests.tables.building import workbook
from tests.tables.parity.cases import case

SHARED = Path(__file__).resolve().parents[2].parent / "shared"
_LARGEST = 60_000
_SORTS = {
    ".csv": "csv", ".tsv": "csv", ".json": "json", ".jsonl": "jsonl", ".xlsx": "xlsx",
    ".xls": "xls", ".ods": "ods", ".zip": "zip", ".gz": "gz", ".parquet": "parquet",
}  # fmt: skip
MONTHLY = """Rekapitulasi Bencana Tahun 2024;;;
kode_desa;tanggal;jumlah_kk;persen
35.79.01.2001;05/01/2024;1.234;12,5
35.79.02.2002;17/02/2024;-;7,0
35.79.03.2003;30/03/2024;987;100
Jumlah;;2.221;
Sumber: BPBD;;;
"""
WIDE = 'Kecamatan,2021,2022,2023\nBatu,10,20,30\nBumiaji,"1,5",,3\nJunrejo,7,8,9\nTotal,17,28,42\n'
PEOPLE = (
    "nik,nama,alamat,no_hp\n3579014503890001,Siti Lestari,Jl. Brantas No 5,081234567890\n"
    "3579020107770002,Budi Santoso,Dusun Krajan RT 02,+6285712345678\n"
)
WEB = (
    "<html><head><meta charset='utf-8'></head><body><table border=1><tr><th colspan=2>Tahun</th>"
    "<th>Jumlah</th></tr><tr><td>2023</td><td>Batu</td><td>1.200</td></tr><tr><td rowspan=2>2024"
    "</td><td>Bumiaji</td><td>900</td></tr><tr><td>Junrejo</td><td>850</td></tr></table></body></html>"
)
ROWS = [
    {"id": 1, "tanggal": "2024-01-05", "desa": {"kode": "35.79.01.2001", "nama": "Oro"}, "n": 1.5},
    {"id": 2, "tanggal": "2024-02-05", "desa": {"kode": "35.79.01.2002", "nama": "Ora"}, "n": None},
    {"id": 3, "tanggal": "2024-03-05", "desa": {"kode": "35.79.01.2003", "nama": "Oru"}, "n": [1]},
]
SCHEMA: dict[str, Any] = {
    "fields": [
        {"name": "id", "type": "integer", "constraints": {"required": True, "minimum": 1}},
        {"name": "tanggal", "type": "date"},
        {"name": "desa", "type": "string", "constraints": {"pattern": "[A-Z][a-z]+"}},
        {"name": "n", "type": "number", "decimalChar": ",", "groupChar": "."},
    ],
    "primaryKey": ["id"],
    "missingValues": ["", "-"],
}
_ODS_TYPE = b"application/vnd.oasis.opendocument.spreadsheet"
_ODS_MANIFEST = (
    b'<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
)
_ODS_SPACES = " ".join(
    f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{long}:1.0"'
    for short, long in (("office", "office"), ("table", "table"), ("text", "text"))
)


@dataclass(frozen=True, slots=True)
class Start:
    """A file as it was before anything was done to it."""

    sort: str
    name: str
    content: bytes
    schema: dict[str, Any] | None = None


def zipped(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return an archive of these members."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return stream.getvalue()


def spreadsheet_of_open_document(rows: list[list[object]]) -> bytes:
    """Return the bytes of an ODS file with one sheet."""
    lines = []
    for row in rows:
        cells = []
        for value in row:
            kind = f'float" office:value="{value}' if isinstance(value, int | float) else "string"
            cells.append(
                f'<table:table-cell office:value-type="{kind}"><text:p>{value}</text:p>'
                "</table:table-cell>"
            )
        cells.append('<table:table-cell table:number-columns-repeated="3"/>')
        lines.append(f"<table:table-row>{''.join(cells)}</table:table-row>")
    content = (
        f'<?xml version="1.0"?><office:document-content {_ODS_SPACES}><office:body>'
        f'<office:spreadsheet><table:table table:name="Data">{"".join(lines)}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    # The reader looks for the manifest before it believes the type.
    return zipped(
        {
            "mimetype": _ODS_TYPE,
            "META-INF/manifest.xml": _ODS_MANIFEST,
            "content.xml": content.encode(),
        }
    )


def parquet(columns: dict[str, list[object]]) -> bytes:
    """Return the bytes of a Parquet file."""
    stream = io.BytesIO()
    polars.DataFrame(columns).write_parquet(stream)
    return stream.getvalue()


def _ours() -> Iterator[Start]:
    sheet: list[list[object]] = [
        ["Data Sekolah 2024"],
        ["nama", "jumlah", "persen"],
        ["SDN 1", 120, 0.5],
        ["SDN 2", 98, 0.25],
        ["Jumlah", "=SUM(B3:B4)", None],
    ]
    for name, text in (("monthly", MONTHLY), ("wide", WIDE), ("people", PEOPLE)):
        yield Start("csv", f"{name}.csv", text.encode(), SCHEMA)
        yield Start("large", f"{name}.csv", text.encode() * 3, SCHEMA)
        yield Start("gz", f"{name}.csv.gz", gzip.compress(text.encode(), mtime=0), SCHEMA)
        yield Start("zip", f"{name}.zip", zipped({f"{name}.csv": text.encode()}), SCHEMA)
    for seed in range(40):
        made = case(seed * 977)
        yield Start("csv", "table.csv", made.content, made.schema)
        if seed % 4 == 0:
            yield Start("large", "table.csv", made.content, made.schema)
    lines = "".join(json.dumps(row) + "\n" for row in ROWS).encode()
    nested = {"meta": {"count": 3, "fields": ["id", "n"]}, "result": {"records": ROWS}}
    pairs = {"fields": ["a", "b"], "rows": [[1, "x"], [2, "y"]]}
    for tree in (ROWS, nested, pairs):
        yield Start("json", "data.json", json.dumps(tree, indent=1).encode(), SCHEMA)
    yield Start("jsonl", "data.jsonl", lines, SCHEMA)
    yield Start("large", "data.jsonl", lines, SCHEMA)
    yield Start("html", "data.xls", WEB.encode(), SCHEMA)
    yield Start("html", "data.html", WEB.encode())
    yield Start("xlsx", "data.xlsx", workbook(sheet, merged=("A1:C1",)))
    yield Start("xlsx", "data.xlsx", workbook(sheet[1:4], [["x", 1], ["y", 2]]), SCHEMA)
    yield Start("ods", "data.ods", spreadsheet_of_open_document(sheet[1:4]), SCHEMA)
    columns: dict[str, list[object]] = {"id": [1, 2, 3], "desa": ["a", None, "c"], "n": [1.5, 2, 3]}
    yield Start("parquet", "data.parquet", parquet(columns), SCHEMA)
    package = {"resources": [{"name": "t", "path": "table.csv", "schema": SCHEMA}]}
    inside = {"resources": [{"name": "t", "data": ROWS, "schema": SCHEMA}]}
    yield Start("package", "datapackage.json", json.dumps(package).encode())
    yield Start("package", "datapackage.json", json.dumps(inside).encode())


def _others() -> Iterator[Start]:
    for folder in ("corpora/csv-spectrum", "corpora/frictionless/data", "real"):
        for path in sorted((SHARED / folder).rglob("*")):
            sort = _SORTS.get(path.suffix.casefold())
            if sort and path.is_file() and path.stat().st_size <= _LARGEST:
                yield Start(sort, path.name, path.read_bytes())


def starts() -> dict[str, list[Start]]:
    """Return the files to start from, by the reader that they are for."""
    found: dict[str, list[Start]] = {}
    for start in (*_ours(), *_others()):
        found.setdefault(start.sort, []).append(start)
    return found
