"""Where machines begin: every address that answers in JSON, with what it holds."""

from dataclasses import asdict, dataclass

from flask import Blueprint, Response, jsonify, request

__all__ = ["ADDRESSES", "Address", "blueprint"]


@dataclass(frozen=True, slots=True)
class Address:
    """One JSON address; `{slug}` stands for the name of a dataset or an agency."""

    path: str
    holds: str


ADDRESSES = (
    Address("/beranda.json", "Angka kota, jumlah data menurut keadaan, yang baru terjadi."),
    Address("/dataset.json", "Katalog: q, opd, keadaan, dimensi, periode, format, lisensi, urut."),
    Address("/dataset/{slug}.json", "Satu data: janji, keadaan, bukti, versi, kamus data."),
    Address("/dataset/{slug}/kewajiban.json", "Buku kewajiban satu data, satu baris per periode."),
    Address("/opd.json", "Perangkat daerah dengan jumlah data dan bagian yang mutakhir."),
    Address("/opd/{slug}.json", "Satu perangkat daerah: jadwal yang ditepati, nilai, data."),
    Address("/kepatuhan.json", "Papan kepatuhan: kota, perangkat daerah, data."),
    Address("/peta-panas.json", "Perangkat daerah menurut bulan jatuh tempo."),
)
blueprint = Blueprint("api", __name__)


@blueprint.get("/api")
def index() -> Response:
    """Answer with the list of addresses below the one this installation has."""
    root = request.url_root.rstrip("/")
    answer = jsonify([{**asdict(a), "path": root + a.path} for a in ADDRESSES])
    answer.headers["Access-Control-Allow-Origin"] = "*"
    return answer
