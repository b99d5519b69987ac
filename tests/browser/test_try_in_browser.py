"""The page that tests a source in a real browser: reachable, quiet, inside the screen."""

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser
from werkzeug.serving import make_server

from catalog.models import SourceKind
from catalog.models.db import engine_for
from tests.browser.conftest import Silent
from tests.sources.sample_systems import PERMITS, SampleServer
from tests.web.test_try_page import TrialDesk

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


@pytest.fixture(scope="module")
def link(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the page of a JSON source with many options is served."""
    folder = tmp_path_factory.mktemp("try")
    path = folder / "try.db"
    shutil.copy(sqlite_template, path)
    engine = engine_for(f"sqlite:///{path}")
    with SampleServer() as source:
        desk = TrialDesk(engine, f"sqlite:///{path}", folder)
        desk.serve(source)
        source.pages["/api"] = {"data": PERMITS}
        desk.register(SourceKind.JSON_API, source.at("/api"), jalur_data="data")
        server = make_server("127.0.0.1", 0, desk.app, threaded=True, request_handler=Silent)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}{desk.link}"
        server.shutdown()
        thread.join()
        server.server_close()
        desk.close()
    engine.dispose()


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_source_is_tested_by_everyone_and_without_a_script(
    browser: Browser, link: str, width: int, scheme: str
) -> None:
    for language in ("id", "en"):
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, reduced_motion="reduce"
        )
        page = context.new_page()
        page.goto(f"{link}?lang={language}")
        for n_fields, n_rows in ((14, 0), (14, 10)):
            page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
            assert page.locator("form.ask [id^=opsi-][name]").count() == n_fields
            assert page.locator("tbody tr").count() == n_rows
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            found = Axe().run(page)
            assert found.violations_count == 0, found.generate_report()
            with page.expect_navigation():
                page.click("button[value=uji]")
        context.close()
    bare = browser.new_context(java_script_enabled=False)
    page = bare.new_page()
    page.goto(f"{link}?lang=id")
    for button in ("uji", "periksa"):
        with page.expect_navigation():
            page.click(f"button[value={button}]")
    assert page.locator("h1").inner_text() == "Pemeriksaan sudah diminta"
    bare.close()
