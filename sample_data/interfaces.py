"""How the licensing application hands out its records: page by page, to whoever has the key."""

import json
from collections.abc import Mapping
from http import HTTPStatus

from sample_data.city import Feed

#: Not a secret: the demo gives it to itself, as a city gives its own to Mutakhir.
API_KEY = "kunci-contoh"
KEY_REFERENCE = "SUMBER_SICANTIK"
KEY_HEADER = "X-API-Key"
_PAGE, _SIZE = "page", "limit"
_USUAL_SIZE, _LARGEST = 50, 500


def page_of(feed: Feed, query: Mapping[str, str], key: str | None) -> Feed:
    """Return one page of the records below data.data, with the number of all of them."""
    if key != API_KEY:
        return _answer(HTTPStatus.UNAUTHORIZED, {"success": False, "message": "Kunci API salah"})
    if feed.status != HTTPStatus.OK:
        return feed
    try:
        number, size = int(query.get(_PAGE, "1")), int(query.get(_SIZE, _USUAL_SIZE))
    except ValueError:
        number = size = 0
    if number < 1 or not 1 <= size <= _LARGEST:
        message = f"page dihitung dari 1, limit antara 1 dan {_LARGEST}"
        return _answer(HTTPStatus.BAD_REQUEST, {"success": False, "message": message})
    records = json.loads(feed.body)["data"]["data"]
    page = records[(number - 1) * size : number * size]
    return _answer(HTTPStatus.OK, {"success": True, "total": len(records), "data": {"data": page}})


def _answer(status: HTTPStatus, tree: Mapping[str, object]) -> Feed:
    return Feed(status, "application/json", json.dumps(tree, ensure_ascii=False).encode())
