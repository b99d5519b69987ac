"""What a file really is, by its bytes: its name and media type are only hints."""

import gzip
import hashlib
import io
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from checks.tables.table import MEGABYTE, Caps, Decision, UnreadableTable, shown

_CHUNK = 1 << 16
_LONGEST_NAME = 100
_TABLE_ENDINGS = (
    ".csv", ".tsv", ".xlsx", ".xls", ".ods", ".json", ".jsonl", ".ndjson", ".geojson", ".parquet",
)  # fmt: skip
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_OTHER_KINDS = {
    b"%PDF": "PDF",
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"GIF8": "GIF",
    b"Rar!": "RAR",
    b"7z\xbc\xaf": "7z",
    b"PAR1": "Parquet yang terpotong",
    b"SQLite format 3": "SQLite",
    b"\x7fELF": "program",
    b"MZ\x90": "program",
}
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PARQUET = b"PAR1"
_SPREADSHEET_MIMES = (
    b"application/vnd.oasis.opendocument.spreadsheet",
    b"application/vnd.oasis.opendocument.spreadsheet-template",
)


class Kind(StrEnum):
    """The families of content that are read in different ways."""

    WORKBOOK = "workbook"
    PARQUET = "parquet"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Content:
    """The unpacked bytes of a file, what they are, and the hash of the file as it came."""

    payload: bytes
    kind: Kind
    name: str
    sha256: str
    decisions: list[Decision] = field(default_factory=list)


def load(path: Path, name: str | None, caps: Caps) -> Content:
    """Return what a file holds, unpacked within the caps.

    Raises UnreadableTable for nothing, too much, an archive without a table, an
    encrypted workbook and every kind that holds no table.
    """
    hint = (name or path.name).split("?")[0].split("#")[0]
    try:
        size = path.stat().st_size
        if size > caps.wire_bytes:
            raise _too_large(f"{size:,} bita".replace(",", "."), caps.wire_bytes)
        packed = path.read_bytes()
    except (OSError, ValueError) as error:
        raise missing_file(hint, error) from error
    decisions: list[Decision] = []
    payload, inner = _unpacked(packed, hint, caps, decisions)
    kind = _kind(payload, inner)
    return Content(payload, kind, inner, hashlib.sha256(packed).hexdigest(), decisions)


def missing_file(name: str, error: Exception) -> UnreadableTable:
    """Return the error for a file that the system does not open, with its reason."""
    reason = getattr(error, "strerror", None) or str(error)
    named = name if len(name) <= _LONGEST_NAME else f"{name[:_LONGEST_NAME]}…"
    return UnreadableTable(
        "missing-file",
        f"Berkas {named} tidak dapat dibuka ({reason}); periksa nama dan izinnya.",
        f"The file {named} cannot be opened ({reason}); check its name and permission.",
    )


def _unpacked(
    payload: bytes, name: str, caps: Caps, decisions: list[Decision]
) -> tuple[bytes, str]:
    for _ in range(2):
        if payload[:2] == b"\x1f\x8b":
            payload = _joined(_gunzipped(payload), len(payload), caps)
            name = name[:-3] if name.casefold().endswith(".gz") else name
            decisions.append(Decision("compression", "gzip", "berkas dibuka dari gzip"))
        elif payload[:4] in _ZIP and not _is_workbook_zip(payload, caps):
            payload, name, others = _member(payload, caps)
            why = f"isi {name} dibaca dari arsip zip"
            if others:
                why += f"; berkas lain tidak dibaca: {shown(others, 120)}"
            decisions.append(Decision("compression", "zip", why))
        else:
            break
    if len(payload) > caps.decoded_bytes:
        raise _too_large(f"{len(payload)} bita", caps.decoded_bytes)
    return payload, name


def _gunzipped(packed: bytes) -> Iterator[bytes]:
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(packed)) as stream:
            while chunk := stream.read(_CHUNK):
                yield chunk
    except (OSError, EOFError, zlib.error) as error:
        raise _broken_archive("gzip") from error


def _joined(chunks: Iterator[bytes], n_packed: int, caps: Caps) -> bytes:
    parts = []
    n_bytes = 0
    for chunk in chunks:
        n_bytes += len(chunk)
        if n_bytes > caps.decoded_bytes:
            raise _too_large(f"lebih dari {caps.decoded_bytes} bita", caps.decoded_bytes)
        if n_bytes > MEGABYTE and n_bytes > caps.ratio * max(n_packed, 1):
            raise UnreadableTable(
                "too-large",
                f"Isi arsip mengembang lebih dari {caps.ratio} kali; kirim berkasnya tanpa arsip.",
                f"The archive grows more than {caps.ratio} times; send the file without archive.",
            )
        parts.append(chunk)
    return b"".join(parts)


def _is_workbook_zip(payload: bytes, caps: Caps) -> bool:
    with _archive(payload) as archive:
        names = set(archive.namelist())
        mime = b""
        if "mimetype" in names and archive.getinfo("mimetype").file_size < 100:
            mime = b"".join(_member_chunks(archive, archive.getinfo("mimetype"))).strip()
        is_workbook = "[Content_Types].xml" in names or mime in _SPREADSHEET_MIMES
        if is_workbook:
            for info in archive.infolist():
                _joined(_member_chunks(archive, info), info.compress_size, caps)
            if "[Content_Types].xml" in names and not any(n.startswith("xl/") for n in names):
                raise _other_kind("dokumen Office yang bukan buku kerja")
        elif mime.startswith(b"application/vnd.oasis"):
            raise _other_kind("dokumen OpenDocument yang bukan lembar kerja")
        return is_workbook


def _member(payload: bytes, caps: Caps) -> tuple[bytes, str, list[str]]:
    """Return the first table of an archive, its name, and the names of what else is there."""
    with _archive(payload) as archive:
        members = [
            info
            for info in archive.infolist()
            if info.filename
            and not info.is_dir()
            and not info.filename.startswith("__MACOSX/")
            and not info.filename.rpartition("/")[2].startswith(".")
        ]
        tables = [m for m in members if m.filename.casefold().endswith(_TABLE_ENDINGS)]
        if not members:
            raise UnreadableTable(
                "empty-file",
                "Arsip zip ini kosong; kirim berkas datanya.",
                "This zip archive is empty; send the data file.",
            )
        chosen = (tables or members)[0]
        if chosen.flag_bits & 0x1:
            raise _encrypted()
        chunks = _member_chunks(archive, chosen)
        others = [member.filename for member in members if member is not chosen]
        return _joined(chunks, chosen.compress_size, caps), chosen.filename, others


def _member_chunks(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[bytes]:
    try:
        with archive.open(info) as stream:
            while chunk := stream.read(_CHUNK):
                yield chunk
    except (
        zipfile.BadZipFile,
        OSError,
        ValueError,
        EOFError,
        zlib.error,
        NotImplementedError,
    ) as error:
        raise _broken_archive("zip") from error
    except RuntimeError as error:
        raise _encrypted() from error


def _archive(payload: bytes) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(io.BytesIO(payload))
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise _broken_archive("zip") from error


def _kind(payload: bytes, name: str) -> Kind:
    if not payload.strip(b" \t\r\n\x00\xef\xbb\xbf"):
        raise UnreadableTable(
            "empty-file",
            f"Berkas {name} kosong; unggah berkas yang berisi baris judul kolom dan data.",
            f"The file {name} is empty; send a file with a header row and data.",
        )
    if payload[:4] == b"PK\x03\x04":
        return Kind.WORKBOOK
    if payload[:8] == _OLE:
        if "EncryptedPackage".encode("utf-16-le") in payload:
            raise _encrypted()
        return Kind.WORKBOOK
    if payload[:4] == payload[-4:] == _PARQUET:
        return Kind.PARQUET
    for magic, found in _OTHER_KINDS.items():
        if payload.startswith(magic):
            raise _other_kind(found)
    return Kind.TEXT


def _too_large(found: str, cap: int) -> UnreadableTable:
    allowed = f"{cap // MEGABYTE} MB"
    return UnreadableTable(
        "too-large",
        f"Berkas terlalu besar ({found}), batasnya {allowed}; pecah per tahun atau per wilayah.",
        f"The file is too large (the limit is {allowed}); split it by year or by area.",
    )


def _broken_archive(kind: str) -> UnreadableTable:
    return UnreadableTable(
        "broken-archive",
        f"Arsip {kind} ini rusak atau terpotong; unggah ulang berkasnya.",
        f"This {kind} archive is damaged or cut off; send the file again.",
    )


def _encrypted() -> UnreadableTable:
    return UnreadableTable(
        "encrypted",
        "Berkas dikunci kata sandi; simpan ulang tanpa kata sandi lalu unggah lagi.",
        "The file is locked with a password; save it without one and send it again.",
    )


def _other_kind(found: str) -> UnreadableTable:
    return UnreadableTable(
        "binary",
        f"Berkas ini {found}, bukan tabel; kirim CSV, XLSX, ODS atau JSON.",
        f"This file is no table ({found}); send CSV, XLSX, ODS or JSON.",
    )
