"""The page of one dataset, and its ledger for machines."""

from typing import Any

from flask import Response

from catalog.pages.files import file_name
from catalog.pages.preview import preview_of
from catalog.pages.respond import page
from catalog.pages.sentences import speak_strip
from catalog.pages.visit import visit
from catalog.store.dataset_page import DatasetPage, dataset_page
from catalog.store.ledger import LedgerAnswer, ledger_of
from catalog.store.line import id_of
from catalog.store.standing import standings
from catalog.store.versions import stored_file


def show(slug: str) -> Response:
    """Answer with a dataset: its verdict, the evidence, the files."""
    here = visit()
    intranet = {host.lower() for host in here.context.settings.allowed_hosts}
    return page(
        "dataset.html",
        lambda: dataset_page(here.session, slug, here.city, here.now, here.visitor, intranet),
        _spoken,
        json_address=f"/dataset/{slug}.json",
    )


def _spoken(shown: DatasetPage) -> dict[str, Any]:
    here = visit()
    stored = stored_file(here.session, shown.line.slug, None, here.visitor)
    return {
        "strip": speak_strip(shown.line.strip, linked=True),
        "preview": preview_of(here.context.originals, stored),
        "file_name": file_name,
    }


def show_ledger(slug: str) -> Response:
    """Answer with every obligation of a dataset, in the names of the command `ledger`."""
    return page("", lambda: _ledger(slug), json_address=f"/dataset/{slug}/kewajiban.json")


def _ledger(slug: str) -> LedgerAnswer | None:
    here = visit()
    dataset_id = id_of(here.session, slug)
    if dataset_id is None:
        return None
    found = standings(here.session, here.city, here.now, dataset_ids=[dataset_id])
    return ledger_of(found, here.now)
