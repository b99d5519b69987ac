"""The list of agencies and the page of one."""

from flask import Response

from catalog.pages.respond import page
from catalog.pages.visit import visit
from catalog.store.agency_page import agency_list_page, agency_page


def show_all() -> Response:
    """Answer with every agency."""
    return page(
        "agencies.html", lambda: agency_list_page(visit().snapshot()), json_address="/opd.json"
    )


def show(slug: str) -> Response:
    """Answer with one agency."""
    here = visit()
    return page(
        "agency.html",
        lambda: agency_page(here.session, slug, here.snapshot()),
        json_address=f"/opd/{slug}.json",
    )
