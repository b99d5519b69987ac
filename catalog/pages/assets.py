"""Addresses of static files that change with their content, so that they can be kept a year."""

import hashlib
from functools import lru_cache
from pathlib import Path

from flask import Response, current_app, request, url_for

A_YEAR = "public, max-age=31536000, immutable"
_N_HEX = 12


@lru_cache(maxsize=256)
def _content_mark(path: Path, _changed_at: float) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:_N_HEX]


def _folder_of(endpoint: str) -> Path:
    """Return the static folder of a blueprint's endpoint ("catalog.static")."""
    owner, _dot, _name = endpoint.rpartition(".")
    folder = current_app.blueprints[owner].static_folder if owner else current_app.static_folder
    return Path(folder or "")


def asset(endpoint: str, filename: str) -> str:
    """Return the address of a static file with the mark of its content.

    Any blueprint's files: `asset("dashboards.static", "board.css")`. Raises
    FileNotFoundError for a file that is not there.
    """
    path = _folder_of(endpoint) / filename
    mark = _content_mark(path, path.stat().st_mtime)
    return url_for(endpoint, filename=filename, v=mark)


def keep_long(response: Response) -> Response:
    """Let browsers keep a static file for a year when its address names its content."""
    if request.endpoint and request.endpoint.endswith("static") and response.status_code < 400:
        named = request.args.get("v", "")
        if named and named == _mark_of_request():
            response.headers["Cache-Control"] = A_YEAR
    return response


def _mark_of_request() -> str:
    path = _folder_of(request.endpoint or "") / str((request.view_args or {}).get("filename", ""))
    return _content_mark(path, path.stat().st_mtime)
