"""Smaller answers for slow lines: public text is sent as gzip to those who take it."""

import gzip
from functools import lru_cache

from flask import Response, request

LEAST_BYTES = 1_000
LEVEL = 6
_TEXT = ("text/", "application/json", "image/svg+xml", "application/javascript")


def compress(response: Response) -> Response:
    """Compress a public text; what is private, partial or already encoded stays as it is.

    A page with a form's token is private: its size must not tell what is in it.
    """
    is_public = response.cache_control.public and (response.mimetype or "").startswith(_TEXT)
    is_file = response.headers.get("Content-Disposition", "").startswith("attachment")
    if response.status_code != 200 or not is_public or is_file:
        return response
    response.vary.add("Accept-Encoding")
    takes_it = request.accept_encodings.best_match(["gzip"]) == "gzip"
    if not takes_it or response.content_encoding:
        return response
    response.direct_passthrough = False
    body = response.get_data()
    if len(body) < LEAST_BYTES:
        return response
    response.set_data(_gzipped(body))
    response.content_encoding = "gzip"
    etag, _is_weak = response.get_etag()
    if etag:
        response.set_etag(etag, weak=True)
    return response


@lru_cache(maxsize=64)
def _gzipped(body: bytes) -> bytes:
    return gzip.compress(body, LEVEL, mtime=0)
