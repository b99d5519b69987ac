"""The applications of a city as real servers: JSON APIs, a portal, a feed, small databases."""

import json
import sqlite3
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qsl, unquote, urlsplit

Query = dict[str, str]
Page = Callable[[Query], Any]


class _QuietServer(ThreadingHTTPServer):
    """A client that has read enough is no error of the server."""

    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class SampleServer:
    """Serves pages on loopback: a page is a value, or a function of the query.

    A tuple answers (status, headers, body); bytes and texts go as they are, all else as JSON.
    """

    def __init__(self) -> None:
        outer = self
        self.pages: dict[str, Any] = {}
        self.asked: list[str] = []
        self.conditions: list[str | None] = []
        self.headers: list[dict[str, str]] = []

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                outer.asked.append(self.path)
                outer.conditions.append(self.headers.get("If-None-Match"))
                outer.headers.append(dict(self.headers))
                parts = urlsplit(self.path)
                page = outer.pages.get(unquote(parts.path), (404, {}, b"none"))
                answer = page(dict(parse_qsl(parts.query))) if callable(page) else page
                status, headers, body = answer if isinstance(answer, tuple) else (200, {}, answer)
                if isinstance(body, str):
                    body = body.encode()
                elif not isinstance(body, bytes):
                    body = json.dumps(body).encode()
                self.send_response(status)
                for name, value in {"Content-Length": str(len(body)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None:
                """Keep quiet."""

        self._server = _QuietServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    @property
    def port(self) -> int:
        """The port of loopback it listens on."""
        return int(self._server.server_port)

    def at(self, path: str) -> str:
        """Return the address of a path."""
        return f"http://127.0.0.1:{self.port}{path}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


PERMITS = [
    {
        "no_permohonan": f"P-{i:03}",
        "nama_izin": "SIP Dokter" if i % 2 else "PBG",
        "nama_pemohon": f"Pemohon {i}",
        "tahapan": "Selesai" if i % 3 else "Verifikasi",
        "created_at": f"2025-03-{1 + i % 28:02} 08:00:00",
    }
    for i in range(1, 26)
]
REGULATIONS = [
    {
        "idData": str(i),
        "tahun_pengundangan": str(2022 + i % 3),
        "tanggal_pengundangan": f"{2022 + i % 3}-0{1 + i % 9}-15",
        "jenis": "Peraturan Daerah" if i % 2 else "Peraturan Wali Kota",
        "noPeraturan": str(i),
        "judul": f"Tentang urusan ke-{i}",
        "singkatanJenis": "PERDA" if i % 2 else "PERWAL",
        "status": "Berlaku",
        "bidangHukum": "Tata negara",
        "urlDownload": "",
        "operasi": "4",
        "display": "1",
        "lastUpdated": "2025-04-01 01:02:03",
    }
    for i in range(1, 13)
]


def paged(rows: list[Any], size: int) -> Page:
    """Return a page of an API that is asked by number (page) or by offset."""

    def page(query: Query) -> dict[str, Any]:
        start = int(query.get("offset", 0))
        if "page" in query:
            start = (int(query["page"]) - 1) * size
        return {"total": len(rows), "data": {"data": rows[start : start + size]}}

    return page


TABLES = """
CREATE TABLE pegawai (nip TEXT, nama TEXT);
CREATE TABLE sppd (no_spt TEXT, nama TEXT, opd TEXT, tujuan TEXT, tgl_berangkat DATE,
  tgl_kembali DATE, jumlah_orang INTEGER, biaya NUMERIC(15, 2));
CREATE VIEW v_sppd AS SELECT no_spt, opd, tujuan, tgl_berangkat, tgl_kembali, jumlah_orang,
  biaya FROM sppd;
CREATE TABLE v_indikator (kode_indikator TEXT, uraian TEXT, satuan TEXT, tahun INTEGER,
  nilai NUMERIC(12, 3), opd TEXT);
CREATE TABLE v_realisasi_anggaran (bulan TEXT, kode_rekening TEXT, uraian TEXT,
  anggaran NUMERIC(18, 2), realisasi NUMERIC(18, 2), persen NUMERIC(6, 2));
CREATE TABLE v_pad_harian (tanggal DATE, jenis_pajak TEXT, target_tahun NUMERIC(18, 2),
  realisasi_harian NUMERIC(18, 2), realisasi_sd NUMERIC(18, 2));
INSERT INTO pegawai VALUES ('1980', 'Budi');
INSERT INTO sppd VALUES
  ('S1', 'Budi', 'Dinas Kesehatan', 'Surabaya', '2025-02-03', '2025-02-04', 2, 1500000.50),
  ('S2', 'Siti', 'Dinas Kesehatan', 'Jakarta', '2025-02-10', '2025-02-12', 1, 4200000),
  ('S3', 'Tono', 'DPUPR', 'Malang', '2025-03-01', '2025-03-01', 3, 750000);
INSERT INTO v_indikator VALUES
  ('1.01', 'Angka harapan hidup', 'tahun', 2023, 73.125, 'Dinas Kesehatan'),
  ('1.01', 'Angka harapan hidup', 'tahun', 2024, 73.250, 'Dinas Kesehatan'),
  ('2.01', 'Rata-rata lama sekolah', 'tahun', 2024, NULL, 'Dinas Pendidikan');
INSERT INTO v_realisasi_anggaran VALUES
  ('2025-02', '5.1.01', 'Belanja pegawai', 900000000, 120000000, 13.33),
  ('2025-03', '5.1.01', 'Belanja pegawai', 900000000, 190000000, 21.11);
INSERT INTO v_pad_harian VALUES
  ('2025-03-30', 'Pajak hotel', 5000000000, 12500000, 1200000000),
  ('2025-03-31', 'Pajak hotel', 5000000000, 9800000, 1209800000);
"""


def sqlite_city(path: Path) -> str:
    """Make the city's databases as one SQLite file and return its address."""
    connection = sqlite3.connect(path)
    connection.executescript(TABLES)
    connection.close()
    return f"sqlite:///{path}"


@contextmanager
def changed_rows(path: Path) -> Iterator[sqlite3.Connection]:
    """Change rows of a SQLite city, as its application would."""
    connection = sqlite3.connect(path)
    try:
        yield connection
        connection.commit()
    finally:
        connection.close()
