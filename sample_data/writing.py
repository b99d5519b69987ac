"""How a feed's rows become a file: CSV in two hands, JSON in three, a workbook."""

import csv
import io
import json
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from xml.sax.saxutils import escape

from sample_data.rows import Cell, Row


class Hand(StrEnum):
    """How a file is written; SEMICOLON has decimal commas, a BOM and CRLF."""

    PLAIN = "plain"
    SEMICOLON = "semicolon"
    RECORDS = "records"
    NESTED = "nested"
    REGULATIONS = "regulations"
    WORKBOOK = "workbook"


MEDIA_TYPES = {
    Hand.PLAIN: "text/csv; charset=utf-8",
    Hand.SEMICOLON: "text/csv",
    Hand.RECORDS: "application/json",
    Hand.NESTED: "application/json",
    Hand.REGULATIONS: "application/json",
    Hand.WORKBOOK: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_SHORT_KINDS = {
    "Peraturan Daerah": "PERDA",
    "Peraturan Wali Kota": "PERWALI",
    "Keputusan Wali Kota": "KEPWALI",
}
_BOM = "\ufeff"
_MADE_AT = (2024, 1, 1, 0, 0, 0)


def csv_lines(rows: Iterable[Row], hand: Hand) -> str:
    """Return the rows as CSV lines of the hand."""
    out = io.StringIO()
    if hand is Hand.SEMICOLON:
        writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
        writer.writerows([[_comma(cell) for cell in row] for row in rows])
    else:
        csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


def csv_file(title: Sequence[str], lines: Iterable[str], hand: Hand) -> bytes:
    """Return the bytes of a CSV file with title rows above its lines."""
    end = "\r\n" if hand is Hand.SEMICOLON else "\n"
    text = "".join(f"{line}{end}" for line in title) + "".join(lines)
    return ((_BOM if hand is Hand.SEMICOLON else "") + text).encode()


def _comma(cell: Cell) -> Cell:
    return str(cell).replace(".", ",") if isinstance(cell, float) else cell


def json_file(header: Sequence[str], rows: Iterable[Row], hand: Hand) -> bytes:
    """Return records: plain, as a licensing system wraps them, or as a JDIH hands them out."""
    records = [dict(zip(header, row, strict=True)) for row in rows]
    tree: object = records
    if hand is Hand.NESTED:
        tree = {"success": True, "data": {"data": [_in_texts(record) for record in records]}}
    elif hand is Hand.REGULATIONS:
        tree = [_regulation(_in_texts(record)) for record in records]
    return json.dumps(tree, ensure_ascii=False).encode()


def _in_texts(record: Mapping[str, Cell]) -> dict[str, str]:
    return {name: "" if cell is None else str(cell) for name, cell in record.items()}


def _regulation(record: Mapping[str, str]) -> dict[str, str]:
    """Return one regulation under the keys that the national JDIHN reads, all of them texts."""
    on, number = record["tanggal_pengundangan"], record["id"]
    document = f"{number.lower()}.pdf"
    return {
        "idData": number,
        "tahun_pengundangan": on[:4],
        "tanggal_pengundangan": f"{on[8:]}-{on[5:7]}-{on[:4]}",
        "jenis": record["jenis"],
        "noPeraturan": record["nomor"],
        "judul": record["judul"],
        "singkatanJenis": _SHORT_KINDS[record["jenis"]],
        "tempatTerbit": "Sukamaju",
        "sumber": f"BD {on[:4]}",
        "subjek": record["subjek"],
        "status": record["status"],
        "bahasa": "Indonesia",
        "bidangHukum": record["bidang_hukum"],
        "fileDownload": document,
        "urlDownload": f"https://jdih.sukamaju.example/unduh/{document}",
        "operasi": "4",
        "display": "1",
        "lastUpdated": f"{on} 09:00:00",
    }


def workbook(title: Sequence[str], header: Sequence[str], rows: Iterable[Row]) -> bytes:
    """Return an XLSX workbook with one sheet; the same rows always give the same bytes."""
    table: list[Row] = [(line,) for line in title]
    table += [(), tuple(header)] if title else [tuple(header)]
    table += rows
    sheet = "".join(
        f'<row r="{number}">{"".join(_cell(cell, number, i) for i, cell in enumerate(row))}</row>'
        for number, row in enumerate(table, start=1)
    )
    parts = {
        "[Content_Types].xml": _CONTENT_TYPES,
        "_rels/.rels": _RELATION.format(kind="officeDocument", target="xl/workbook.xml"),
        "xl/workbook.xml": _WORKBOOK,
        "xl/_rels/workbook.xml.rels": _RELATION.format(
            kind="worksheet", target="worksheets/sheet1.xml"
        ),
        "xl/worksheets/sheet1.xml": _SHEET.format(rows=sheet),
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(zipfile.ZipInfo(name, _MADE_AT), _XML + text, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _cell(cell: Cell, number: int, position: int) -> str:
    place = f"{_letters(position)}{number}"
    if cell is None:
        return ""
    if isinstance(cell, str):
        return f'<c r="{place}" t="inlineStr"><is><t>{escape(cell)}</t></is></c>'
    return f'<c r="{place}"><v>{cell}</v></c>'


def _letters(position: int) -> str:
    name = ""
    position += 1
    while position:
        position, rest = divmod(position - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_OFFICE = "http://schemas.openxmlformats.org"
_CONTENT_TYPES = (
    f'<Types xmlns="{_OFFICE}/package/2006/content-types">'
    '<Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/xl/workbook.xml" ContentType='
    '"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
    '<Override PartName="/xl/worksheets/sheet1.xml" ContentType='
    '"application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>'
)
_RELATION = (
    f'<Relationships xmlns="{_OFFICE}/package/2006/relationships"><Relationship Id="rId1" '
    f'Type="{_OFFICE}/officeDocument/2006/relationships/{{kind}}" '
    'Target="{target}"/></Relationships>'
)
_WORKBOOK = (
    f'<workbook xmlns="{_OFFICE}/spreadsheetml/2006/main" '
    f'xmlns:r="{_OFFICE}/officeDocument/2006/relationships">'
    '<sheets><sheet name="Data" sheetId="1" r:id="rId1"/></sheets></workbook>'
)
_SHEET = (
    f'<worksheet xmlns="{_OFFICE}/spreadsheetml/2006/main">'
    "<sheetData>{rows}</sheetData></worksheet>"
)
