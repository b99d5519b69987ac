"""What is done to a file, by chance: to its bytes, its text, and the structure of its kind."""

import gzip
import io
import random
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Sequence

from tests.campaign.fuzz_starts import Start, zipped

LARGEST = 500_000
_TOKENS = [
    "", " ", '"', '""', "'", ",", ";", "\t", "|", "\n", "\r", "\r\n", "\0", "\ufeff", "\u200b",
    "\xa0", "\u2028", "\x85", "\x1f", "\\", "-", "Jumlah", "Total", "Sumber: BPS", "tahun",
    "2024", "Januari", "35.79.01.2001", "3579014503890001", "1.234,5", "1,234.5", "1e309", "-0",
    "NaN", "inf", "9" * 40, "٣", "०", "½", "İ", "ß", "é", "e\u0301", "😀", "\ud7ff", "\uffff",
    "#REF!", "=1+1", "@", "%", "Rp", "{", "}", "[", "]", ":", "null", "true", "<", ">", "<table>",
    "<tr><td>", "</table>", "&amp;", "&#0;", "&#xD800;", "&x;", "<!--", "<![CDATA[",
    "<?xml version='1.0' encoding='utf-16'?>", "31/02/2024", "0000-00-00", "2024-13-45",
    "Semester III", "Triwulan 9", "minggu ke-99", "24:61", "P1Y", "T", "Z", "+07:00",
]  # fmt: skip
_NUMBERS = [
    "0", "-1", "1", "2", "7", "8", "15", "16", "31", "32", "99", "127", "255", "256", "400",
    "1000", "2000", "16384", "65535", "65536", "1048576", "1048577", "2147483647", "2147483648",
    "4294967295", "4294967296", "9223372036854775807", "18446744073709551616", "1e400", "-0.0",
    "00", "NaN", "1" * 400,
]  # fmt: skip
_WORDS = (
    [0, 1, 2, 0x7F, 0x80, 0xFF],
    [0, 1, 0x7FFF, 0x8000, 0xFFFF, 0x0100, 0x2020],
    [0, 1, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0x10000, 0x00FFFFFF],
    [0, 1, 0x7FFFFFFFFFFFFFFF, 0x8000000000000000, 0xFFFFFFFFFFFFFFFF, 1 << 32, 1 << 40],
)
_NUMBER = re.compile(rb"\d+")
_TAG = re.compile(rb"<[^<>]{1,300}>")
_BRACKETED = re.compile(rb"[\[{][^\[\]{}]{0,500}[\]}]")
_CODINGS = [
    "utf-8",
    "utf-8-sig",
    "utf-16",
    "utf-16-le",
    "utf-16-be",
    "utf-32",
    "cp1252",
    "cp037",
    "utf-7",
]
Change = Callable[[random.Random, bytes, bytes], bytes]


def _place(r: random.Random, content: bytes) -> int:
    # Headers, where a reader decides most, are as likely as all the rest.
    return r.randrange(min(len(content), 400) + 1 if r.random() < 0.4 else len(content) + 1)


def _span(r: random.Random, content: bytes) -> tuple[int, int]:
    start = _place(r, content)
    return start, min(len(content), start + r.choice([1, 2, 4, 16, 64, 300, 3_000]))


def flip(r: random.Random, content: bytes, other: bytes) -> bytes:
    """Flip bits of some bytes."""
    changed = bytearray(content)
    for _ in range(r.choice([1, 1, 2, 8, 50])):
        if changed:
            changed[min(_place(r, content), len(changed) - 1)] ^= 1 << r.randrange(8)
    return bytes(changed)


def overwrite(r: random.Random, content: bytes, other: bytes) -> bytes:
    """Write a number of 1, 2, 4 or 8 bytes over others, where lengths and offsets stand."""
    changed = bytearray(content)
    for _ in range(r.choice([1, 1, 3])):
        size = r.randrange(4)
        packed = struct.pack(("<B", "<H", "<I", "<Q")[size], r.choice(_WORDS[size]))
        at = _place(r, content)
        changed[at : at + len(packed)] = packed if r.random() < 0.8 else packed[::-1]
    return bytes(changed)


def cut(r: random.Random, content: bytes, other: bytes) -> bytes:
    """Cut the file off."""
    at = _place(r, content)
    return content[:at] if r.random() < 0.8 else content[at:]


def leave_out(r: random.Random, content: bytes, other: bytes) -> bytes:
    """Leave a piece out."""
    start, end = _span(r, content)
    return content[:start] + content[end:]


def repeat(r: random.Random, content: bytes, other: bytes) -> bytes:
    """Say a piece again, sometimes a thousand times."""
    start, end = _span(r, content)
    n = r.choice([1, 1, 1, 2, 10, 100, 2_000])
    return content[:end] + content[start:end] * n + content[end:]


def splice(r: random.Random, content: bytes, other: bytes) -> bytes:
    """Go on with a piece of another file."""
    start, end = _span(r, other)
    at = _place(r, content)
    tail = content[at:] if r.random() < 0.7 else b""
    return content[:at] + other[start:end] + tail


def insert(r: random.Random, content: bytes, other: bytes) -> bytes:
    """Put in something that readers look for."""
    for _ in range(r.choice([1, 1, 2, 5])):
        at = _place(r, content)
        token = r.choice(_TOKENS).encode("utf-8", "surrogatepass")
        content = content[:at] + token * r.choice([1, 1, 1, 1, 2, 300]) + content[at:]
    return content


def renumber(r: random.Random, content: bytes, other: bytes) -> bytes:
    """Replace numbers that are written out."""
    found = list(_NUMBER.finditer(content))
    for number in sorted(r.sample(found, min(len(found), r.choice([1, 1, 2, 6]))), key=_end)[::-1]:
        content = content[: number.start()] + r.choice(_NUMBERS).encode() + content[number.end() :]
    return content


def _end(found: re.Match[bytes]) -> int:
    return found.end()


def swap(r: random.Random, content: bytes, other: bytes) -> bytes:
    """Write one sign for another: delimiters, quotes, line ends, points."""
    signs = [
        b",",
        b";",
        b"\t",
        b"|",
        b'"',
        b"'",
        b"\n",
        b"\r\n",
        b"\r",
        b".",
        b":",
        b" ",
        b"<",
        b"\x00",
    ]
    old, new = r.sample(signs, 2)
    return content.replace(old, new, r.choice([1, 3, -1]))


def recode(r: random.Random, content: bytes, other: bytes) -> bytes:
    """Write the text in another encoding, or only claim one."""
    text = content.decode("utf-8", "replace")
    coding = r.choice(_CODINGS)
    written = text.encode(coding, "replace")
    return (
        written if r.random() < 0.7 else written[: len(written) // 2] + content[len(content) // 2 :]
    )


def shuffle_lines(r: random.Random, content: bytes, other: bytes) -> bytes:
    """Put lines elsewhere, twice, or away."""
    lines = content.splitlines(keepends=True)
    for _ in range(r.choice([1, 2, 5])):
        if not lines:
            break
        taken = r.choice(lines)
        at = r.randrange(len(lines) + 1)
        lines[at : at + r.choice([0, 0, 1])] = [taken] * r.choice([1, 1, 3])
    return b"".join(lines)


def edit_tags(r: random.Random, content: bytes, other: bytes) -> bytes:
    """Leave out, double, move or nest the tags of XML and HTML."""
    found = list(_TAG.finditer(content))
    for _ in range(r.choice([1, 1, 3])):
        if not found:
            break
        one, two = r.choice(found), r.choice(found)
        tag = content[two.start() : two.end()]
        choice = r.random()
        if choice < 0.3:
            content = content[: one.start()] + content[one.end() :]
        elif choice < 0.6:
            content = content[: one.start()] + tag + content[one.start() :]
        elif choice < 0.9:
            content = content[: one.start()] + tag + content[one.end() :]
        else:
            content = content[: one.start()] + tag * 3_000 + content[one.start() :]
    return content


def edit_brackets(r: random.Random, content: bytes, other: bytes) -> bytes:
    """Leave out, move or nest the lists and objects of JSON."""
    found = list(_BRACKETED.finditer(content))
    if not found:
        return content
    one, two = r.choice(found), r.choice(found)
    depth = r.choice([1, 2, 5, 200, 100_000])
    put = {
        0: b"",
        1: two.group() * r.choice([1, 2]),
        2: b"[" * depth + one.group() + b"]" * depth,
        3: b'{"a":' * depth + one.group() + b"}" * depth,
        4: one.group() + b"," + two.group(),
        5: r.choice([b"null", b"[]", b"{}", b"1", b'""', b"[[]]", b"[{}]", b'{"error": 1}', b"-"]),
    }[r.randrange(6)]
    return content[: one.start()] + put + content[one.end() :]


_PLAIN: tuple[Change, ...] = (flip, overwrite, cut, leave_out, repeat, splice, insert, renumber)
_TEXT: tuple[Change, ...] = (
    flip, cut, leave_out, repeat, splice, insert, insert, renumber, swap, swap, recode,
    shuffle_lines,
)  # fmt: skip
_XML: tuple[Change, ...] = (
    edit_tags,
    edit_tags,
    renumber,
    renumber,
    insert,
    leave_out,
    repeat,
    cut,
    flip,
)
_JSON: tuple[Change, ...] = (*_TEXT, edit_brackets, edit_brackets, edit_brackets)


def _members(content: bytes) -> dict[str, bytes] | None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return {info.filename: archive.read(info) for info in archive.infolist()}
    except (zipfile.BadZipFile, OSError, ValueError, RuntimeError, NotImplementedError, EOFError):
        return None
    except zlib.error:
        return None


def edit_archive(r: random.Random, content: bytes, other: bytes) -> bytes:
    """Change what is inside an archive, and pack it again."""
    members = _members(content)
    if not members:
        return flip(r, content, other)
    names = list(members)
    chosen = r.choice([name for name in names if "sheet" in name or "content" in name] or names)
    if r.random() < 0.3:
        chosen = r.choice(names)
    choice = r.random()
    if choice < 0.75:
        changes = _XML if members[chosen].lstrip()[:1] == b"<" else _TEXT
        for _ in range(r.choice([1, 1, 2, 4])):
            members[chosen] = r.choice(changes)(r, members[chosen], members[r.choice(names)])
    elif choice < 0.85:
        del members[chosen]
    elif choice < 0.93:
        members[r.choice(names)] = members[chosen]
    else:
        members[r.choice(["a.csv", "../x.csv", "xl/", "x", "é" * 99, "[Content_Types].xml"])] = (
            members.pop(chosen)
        )
    if sum(map(len, members.values())) > 5 * LARGEST:
        return content
    return zipped(
        members, r.choice([zipfile.ZIP_DEFLATED, zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED])
    )


def edit_gzip(r: random.Random, content: bytes, other: bytes) -> bytes:
    """Change what is inside a gzip, and pack it again, perhaps twice."""
    try:
        inside = gzip.decompress(content)
    except (OSError, EOFError, zlib.error):
        return flip(r, content, other)
    inside = r.choice(_TEXT)(r, inside, other)[:LARGEST]
    packed = gzip.compress(inside, mtime=0)
    return r.choice(
        [packed, packed, gzip.compress(packed, mtime=0), packed + packed, packed + b"\0"]
    )


_BY_SORT: dict[str, Sequence[Change]] = {
    "csv": _TEXT,
    "large": _JSON,
    "json": _JSON,
    "jsonl": _JSON,
    "package": _JSON,
    "html": (*_XML, *_TEXT),
    "xlsx": (*(edit_archive,) * 14, *_PLAIN),
    "ods": (*(edit_archive,) * 14, *_PLAIN),
    "zip": (*(edit_archive,) * 8, *_PLAIN),
    "gz": (*(edit_gzip,) * 8, *_PLAIN),
    "xls": (*(overwrite,) * 10, *_PLAIN),
    "parquet": (*(overwrite,) * 6, *_PLAIN),
}


def changed(r: random.Random, start: Start, other: Start) -> bytes:
    """Return the content of a file after one to six changes."""
    content = start.content
    for _ in range(r.choice([1, 1, 1, 2, 3, 6])):
        content = r.choice(_BY_SORT[start.sort])(r, content, other.content)
        if len(content) > LARGEST:
            content = content[:LARGEST]
    return content
