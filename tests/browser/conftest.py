"""A real browser and a served city; both are started once."""

import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright
from werkzeug.serving import WSGIRequestHandler, make_server

from catalog.models.db import engine_for
from tests.web.pages_world import build_city, open_web

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")


class Silent(WSGIRequestHandler):
    """Serves without a line per request."""

    def log(self, *_parts: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="session")
def chrome() -> str:
    """The path of a Chromium; without one the test is skipped, or fails where it is required."""
    found = os.environ.get("MUTAKHIR_CHROME") or next(filter(None, map(shutil.which, NAMES)), None)
    if found:
        return found
    reason = "no Chromium found: set MUTAKHIR_CHROME or install chromium-headless-shell"
    if os.environ.get("MUTAKHIR_REQUIRE_BROWSER") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="module")
def browser(chrome: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chrome)
        yield running
        running.close()


@pytest.fixture(scope="module")
def address(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the small city of the page tests is served."""
    path = tmp_path_factory.mktemp("browser") / "city.db"
    shutil.copy(sqlite_template, path)
    engine = engine_for(f"sqlite:///{path}")
    web = open_web(engine, build_city(engine))
    server = make_server("127.0.0.1", 0, web, threaded=True, request_handler=Silent)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()
    web.extensions["mutakhir"].reading_engine.dispose()
    engine.dispose()
