"""The originals of accepted versions: byte-identical, as attachment, never as a page."""

from flask import Response, abort, redirect, send_file, url_for
from werkzeug.wrappers import Response as AnyResponse

from catalog.pages.visit import visit
from catalog.store.versions import stored_file

_TYPES = {
    "CSV": "text/csv",
    "JSON": "application/json",
    "XLSX": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "XLS": "application/vnd.ms-excel",
    "ODS": "application/vnd.oasis.opendocument.spreadsheet",
    "ZIP": "application/zip",
}
#: A file that a browser should show after all can run nothing and reach nothing.
SANDBOX = "default-src 'none'; sandbox"
AN_HOUR = 3600


def file_name(slug: str, number: int, file_format: str) -> str:
    """Return the name a version is downloaded under; never the one its sender chose."""
    ending = file_format.lower() if file_format in _TYPES else "bin"
    return f"{slug}-v{number}.{ending}"


def give(slug: str, number: int, name: str) -> Response:
    """Answer with the original file of an accepted version of an open dataset, else 404."""
    here = visit()
    stored = stored_file(here.session, slug, number, here.visitor)
    if stored is None or name != file_name(slug, number, stored.format):
        abort(404)
    try:
        stream = here.context.originals.open(stored.blob)
    except FileNotFoundError:
        abort(404)
    response = send_file(
        stream,
        mimetype=_TYPES.get(stored.format, "application/octet-stream"),
        as_attachment=True,
        download_name=name,
        etag=stored.blob[:32],
        max_age=AN_HOUR,
        conditional=True,
    )
    response.headers["Content-Security-Policy"] = SANDBOX
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


def give_newest(slug: str) -> AnyResponse:
    """Lead to the newest accepted file: an address that stays the same."""
    here = visit()
    stored = stored_file(here.session, slug, None, here.visitor)
    if stored is None:
        abort(404)
    name = file_name(slug, stored.number, stored.format)
    return redirect(url_for("catalog.file", slug=slug, number=stored.number, name=name))
