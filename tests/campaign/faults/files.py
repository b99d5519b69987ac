"""Files that are broken, huge, oddly laid out, or written by a program with ideas of its own."""

import io
import subprocess
import sys
import time
import zipfile
from dataclasses import replace
from pathlib import Path

from openpyxl import Workbook

from catalog.rules.terms import Outcome
from checks.tables.child import Limits
from checks.tables.mending.questions import questions
from checks.tables.reading import Table, UnreadableTable, read_table
from checks.tables.table import MEGABYTE
from checks.tables.validation import validate
from tests.campaign.faults.bench import Bench, fault
from tests.campaign.faults.servers import CAPS
from tests.campaign.faults.siege import TABLE, besiege
from tests.sources.raw import says
from tests.sources.replies import sized
from tests.tables.building import table_of, workbook

ROOT = Path(__file__).resolve().parents[3]


def _refused(bench: Bench, what: str, body: bytes, *codes: str, name: str = "data.csv") -> str:
    """Return the sentence with which a file is refused; it must be by one of these codes."""
    try:
        table = table_of(body, name=name)
    except UnreadableTable as error:
        bench.need(f"{what}: {error.code} of {codes}", not codes or error.code in codes)
        bench.need(
            f"{what}: no sentence in both languages", error.sentence_id and error.sentence_en
        )
        return error.sentence_id
    bench.misses.append(f"{what}: read as {table.n_rows} rows of {table.header}")
    return ""


def _encoding(table: Table) -> str:
    return next(d.value for d in table.decisions if d.code == "encoding")


@fault("F26", "charset lies: latin-1, BOM, UTF-16, cp1252, GB18030, mixed", "BOM > UTF-8 > said")
def charsets(bench: Bench) -> None:
    text = "kota,nilai\nKoté,1\nBatu,2\n"

    def read(body: bytes, charset: str | None = None) -> tuple[str, str]:
        path = bench.folder / "file"
        path.write_bytes(body)
        media_type = f"text/csv; charset={charset}" if charset else None
        table = read_table(path, name="data.csv", media_type=media_type)
        return table.rows[0][0] or "", _encoding(table)

    for what, body, charset, wanted in (
        ("UTF-8 said to be latin-1", text.encode(), "iso-8859-1", "utf-8"),
        ("UTF-8 said to be GB18030", text.encode(), "gb18030", "utf-8"),
        ("BOM said to be latin-1", text.encode("utf-8-sig"), "iso-8859-1", "utf-8-sig"),
        ("UTF-16 with BOM", text.encode("utf-16"), "utf-8", "utf-16"),
        ("UTF-16 without BOM", text.encode("utf-16-le"), None, "utf-16-le"),
        ("cp1252 said to be UTF-8", text.encode("cp1252"), "utf-8", "cp1252"),
        ("cp1252 said to be an unknown one", text.encode("cp1252"), "x-none", "cp1252"),
    ):
        bench.expect(what, read(body, charset), ("Koté", wanted))
    chinese = "城市,数\n北京市朝阳区,1\n上海市浦东区,2\n".encode("gb18030")
    bench.expect("GB18030 as said", read(chinese, "GB18030"), ("北京市朝阳区", "gb18030"))
    _refused(bench, "GB18030 unsaid", chinese, "bad-encoding", "no-table")
    mixed = text.encode() + "Kotè,3\n".encode("cp1252")
    said = _refused(bench, "UTF-8 and cp1252 mixed", mixed, "bad-encoding")
    bench.need(f"row and offset: {said!r}", "baris 4" in said and "ke-" in said)
    said = _refused(
        bench, "FF FE 80 in UTF-8", text.encode() + b"x\xff\xfe\x80,1\n", "bad-encoding"
    )
    bench.need(f"row and offset: {said!r}", "baris 4" in said)
    bench.say("8 read by the order, 3 refused with row and offset")


@fault("F27", "ragged rows, unclosed quote, stray quote, NUL", "each named, nothing swallowed")
def ragged(bench: Bench) -> None:
    many = "".join(f"{n},x,y\n" for n in range(3000))
    said = _refused(bench, "a quote never closed", f'a,b,c\n1,"x,y\n{many}'.encode())
    bench.need(f"the row is named: {said!r}", "baris 2" in said)
    for what, body in (
        ("NUL", b"a,b\n1,\x002\n3,4\n"),
        ("many NULs", b"a,b\n" + b"\x00" * 50),
    ):
        _refused(bench, what, body, "nul-bytes", "binary", "no-table")
    path = bench.folder / "ragged.csv"
    path.write_bytes(TABLE + b"Maret 2025,1\nMaret 2025,1,2,3\n" * 60)
    report = validate(path, None)
    named = {f.row for f in report.findings if f.code in ("missing-cell", "extra-cell")}
    bench.expect("ragged rows named", len(named), 120)
    bench.need("ragged rows are valid", not report.valid)
    stray = table_of('a,b\n1,5" pipa\n2,x"y\n')
    bench.expect("a stray quote swallows no row", stray.n_rows, 2)
    bench.say(f"{len(named)} of 120 ragged rows named")


@fault("F28", "10,000 columns, 30 MB line, 1 M rows", "refused in 1 s; 1 M x 10 in 60 s, 300 MB",
       fast=False)  # fmt: skip
def giants(bench: Bench) -> None:
    wide = ",".join(f"k{n}" for n in range(10_000)) + "\n" + ("1," * 9_999 + "1\n") * 5
    for what, body in (
        ("10,000 columns", wide.encode()),
        ("a line of 30 MB", b"a,b\n" + b"x" * 30_000_000 + b",1\n"),
    ):
        began = time.process_time()
        _refused(bench, what, body, "too-wide", "too-many-columns", "too-large", "cell-too-large")
        seconds = time.process_time() - began
        bench.need(f"{what}: {seconds:.2f} s", seconds < 1)
        bench.say(f"{what} refused in {seconds:.2f} s of CPU")
    path = bench.folder / "million.csv"
    with path.open("w") as file:
        file.write("bulan," + ",".join(f"n{i}" for i in range(9)) + "\n")
        for n in range(1_000_000):
            file.write(f"2025-{n % 12 + 1:02d},{n},{n % 7},{n % 11}.5,4,5,6,7,8,9\n")
    began = time.monotonic()
    command = [sys.executable, "-m", "tests.campaign.faults.files", str(path)]
    said = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    n_rows, peak = map(int, said.stdout.split())
    seconds = time.monotonic() - began
    bench.expect("rows", n_rows, 1_000_000)
    bench.need(f"1 M rows took {seconds:.0f} s", seconds <= 60)
    bench.say(f"1 M x 10 validated in {seconds:.1f} s, peak {peak} MB")
    bench.need(f"1 M rows took {peak} MB", peak <= 300)


def _size_of(path: str) -> tuple[int, int]:
    n_rows = validate(Path(path), None, name="million.csv").n_rows
    # What getrusage says of a new process begins with the memory of its parent.
    status = Path("/proc/self/status").read_text()
    return n_rows, int(status.partition("VmHWM:")[2].split()[0]) // 1024


@fault("F29", "titles above, several header rows, merged cells, notes, two tables", "header found")
def layouts(bench: Bench) -> None:
    title = "Data Kunjungan\nTahun 2025\n\nbulan,jumlah\n2025-01,10\n2025-02,12\n"
    table = table_of(title)
    bench.expect("title rows", (table.header, table.n_rows), (("bulan", "jumlah"), 2))
    noted = table_of("bulan,jumlah\n2025-01,10\n2025-02,12\n\nSumber: Dinas Kesehatan\n")
    bench.expect("a note below", (noted.header, noted.n_rows), (("bulan", "jumlah"), 2))
    merged = workbook(
        [["Tahun", "Jumlah", None], [None, "Laki-laki", "Perempuan"], [2024, 5, 6], [2025, 7, 8]],
        merged=("B1:C1", "A1:A2"),
    )
    found = table_of(merged, name="data.xlsx")
    bench.expect("two header rows, merged", found.n_rows, 2)
    bench.need(f"names {found.header}", "Laki-laki" in found.header[1])
    totals = table_of("wilayah,jumlah\nA,1\nB,2\nJumlah,3\n")
    bench.expect("a row of sums is no data", totals.n_rows, 2)
    try:
        two = table_of("a,b\n1,2\n3,4\n\n\nx,y,z\n5,6,7\n8,9,10\n")
        codes = {d.code for d in two.decisions}
        bench.need(f"two tables: {two.header} {two.n_rows} rows, {codes}", two.n_rows in (2, 5))
    except UnreadableTable as error:
        bench.need("two tables: no sentence", error.sentence_id)
    bench.say("5 layouts read or named")


@fault("F30", "xlsx: formulas, wrong dimension, encrypted, html as xls", "read or named")
def workbooks(bench: Bench) -> None:
    book = Workbook()
    book.active.append(["bulan", "jumlah"])
    for row in range(2, 30):
        book.active.append([f"2025-{row % 12 + 1:02d}", "=1+1" if row == 5 else row])
    _refused(bench, "a formula without a value", _saved(book), "uncached-formula", name="a.xlsx")
    plain = workbook([["a", "b"], *([n, n] for n in range(1000))])
    lying = _with_dimension(plain, "A1:B11")
    bench.expect("a wrong dimension", table_of(lying, name="a.xlsx").n_rows, 1000)
    _refused(bench, "encrypted", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
             + "EncryptedPackage".encode("utf-16-le") + bytes(2000),
             "encrypted", "broken-workbook", name="a.xlsx")  # fmt: skip
    page = b"<html><table><tr><th>a</th><th>b</th></tr><tr><td>1</td><td>2</td></tr></table></html>"
    bench.expect("a table of HTML named xls", table_of(page, name="a.xls").header, ("a", "b"))
    _refused(bench, "a page named xls", b"<html><body><form><input type=password></form></body>"
             b"</html>", name="a.xls")  # fmt: skip
    _refused(bench, "half a workbook", plain[: len(plain) // 2], name="a.xlsx")
    named_wrong = table_of(plain, name="a.xls")
    bench.expect("xlsx named xls", named_wrong.n_rows, 1000)
    hidden = Workbook()
    hidden.active.append(["rahasia"])
    hidden.active.sheet_state = "hidden"
    shown = hidden.create_sheet("Data")
    for row in (["a", "b"], [1, 2], [3, 4]):
        shown.append(row)
    bench.expect("a hidden sheet first", table_of(_saved(hidden), name="a.xlsx").header, ("a", "b"))
    bench.say("9 odd workbooks read right or refused with the cell or the reason")


def _saved(book: Workbook) -> bytes:
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _with_dimension(packed: bytes, cells: str) -> bytes:
    """Return a workbook whose first sheet says that it ends elsewhere."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(packed)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            body = old.read(name)
            if name.endswith("sheet1.xml"):
                head, _, rest = body.partition(b'<dimension ref="')
                body = head + b'<dimension ref="' + cells.encode() + rest[rest.index(b'"') :]
            new.writestr(name, body)
    return out.getvalue()


@fault(
    "F31",
    "1.234,56, Rp, -, n/a, 31/12/2024, Januari; 1.234 may be two things",
    "asked, not guessed",
)
def indonesian(bench: Bench) -> None:
    table = table_of(
        "wilayah;harga;kosong;tanggal;bulan\n"
        "A;Rp 1.234,56;-;31/12/2024;Januari 2025\nB;Rp 2.500,00;n/a;01/02/2025;Februari 2025\n"
    )
    types = {column.name: column.type.value for column in table.columns}
    bench.expect("types", (types["harga"], types["tanggal"], types["bulan"]),
                 ("number", "date", "period"))  # fmt: skip
    bench.expect("words for nothing", [row[2] for row in table.rows], [None, None])
    doubtful = table_of("wilayah;luas\nA;1.234\nB;2.512\n")
    asked = {question.column for question in questions(doubtful)}
    bench.need(f"1.234 is asked about: {asked}", "luas" in asked)
    counted = table_of("wilayah;jumlah\nA;1.234\nB;2.500\n")
    bench.need("1.234 in a count is decided without a word", "thousands_sign" in {
        decision.code for decision in counted.decisions})  # fmt: skip
    either = table_of("wilayah,tanggal\nA,01/02/2025\nB,03/04/2025\n")
    asked = {question.column for question in questions(either)}
    bench.need(f"01/02/2025 is asked about: {asked}", "tanggal" in asked)
    bench.say("numbers, blanks, dates and months read; two ambiguities asked")


@fault("F38", "a reader that eats memory or hangs", "the child dies alone, named", fast=False)
def memory(bench: Bench) -> None:
    siege = besiege(bench, limits=CAPS)
    small = Limits(wall_seconds=30.0, cpu_seconds=25, memory_bytes=64 * MEGABYTE)
    siege.world.watcher = replace(siege.world.watcher, reading_limits=small)
    lines = (f"Februari 2025,{n},{n % 7}.{n % 9}" for n in range(140_000))
    siege.attack("a file that needs too much", says(sized("\n".join(lines).encode())),
                 "mutakhir/too-much-memory", outcome=Outcome.COMPLETE, most_seconds=60)  # fmt: skip
    hasty = Limits(wall_seconds=0.3, cpu_seconds=10)
    siege.world.watcher = replace(siege.world.watcher, reading_limits=hasty)
    lines = (f"Februari 2025,{n},{n % 5}.{n % 9}" for n in range(140_000))
    siege.attack("a file that takes too long", says(sized("\n".join(lines).encode())),
                 "mutakhir/too-slow", outcome=Outcome.COMPLETE, most_seconds=5)  # fmt: skip
    siege.world.watcher = replace(siege.world.watcher, reading_limits=small)
    siege.say(says(sized(TABLE + b"Maret 2025,1,1\n")))
    bench.expect("the next file", siege.look().outcome, Outcome.COMPLETE)
    bench.expect("what it closes", set(siege.world.closings(siege.dataset)), {"2025-02", "2025-03"})
    bench.say("refused by the memory limit; the next file of the same source is read")


if __name__ == "__main__":
    print(*_size_of(sys.argv[1]))
