"""The first page."""

from flask import Response

from catalog.pages.respond import page
from catalog.pages.visit import visit
from catalog.store.home import home_page


def show() -> Response:
    """Answer with the city's one number and what moved lately."""
    return page("home.html", lambda: home_page(visit().snapshot()), json_address="/beranda.json")
