"""The page that explains a sent file in a real browser: reachable, quiet, inside the screen."""

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page
from werkzeug.serving import make_server

from catalog import models
from catalog.models.db import engine_for, unit_of_work
from checks.telling.links import Purpose
from tests.browser.conftest import Silent
from tests.web.test_desk import Desk, file_of

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
SCHEMA = {
    "fields": [
        {"name": "tanggal", "type": "string"},
        {"name": "kecamatan_tempat_pelayanan", "type": "string"},
        {"name": "jumlah", "type": "number"},
    ]
}
CONTENT = (
    b"Laporan Kunjungan Puskesmas Kota;;\ntanggal;kecamatan_tempat_pelayanan;jumlah\n"
    b"01/02/2025;Batu;1.234,5\n02/02/2025;Bumiaji;banyak sekali\n03/02/2025;Junrejo;1.300,5\n"
    b"Jumlah;;2.535\n"
)


@pytest.fixture(scope="module")
def sent_file(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the page of a file with findings, repairs and a question is served."""
    folder = tmp_path_factory.mktemp("desk")
    path = folder / "desk.db"
    shutil.copy(sqlite_template, path)
    engine = engine_for(f"sqlite:///{path}")
    desk = Desk(engine, f"sqlite:///{path}", folder)
    with unit_of_work(engine) as session:
        session.get_one(models.Dataset, desk.dataset).table_schema = SCHEMA
    link = desk.address(Purpose.UPLOAD)
    desk.post(link, file=file_of(CONTENT))
    server = make_server("127.0.0.1", 0, desk.app, threaded=True, request_handler=Silent)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}{link}/versi/1"
    server.shutdown()
    thread.join()
    server.server_close()
    desk.close()
    engine.dispose()


@pytest.fixture
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    width, scheme = request.param
    context = browser.new_context(
        viewport={"width": width, "height": 800}, color_scheme=scheme, reduced_motion="reduce"
    )
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize(
    "page",
    [(360, "light"), (360, "dark"), (1280, "light"), (1280, "dark")],
    indirect=True,
    ids=["phone-light", "phone-dark", "desk-light", "desk-dark"],
)
def test_a_sent_file_is_explained_to_everyone(page: Page, sent_file: str, language: str) -> None:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.goto(f"{sent_file}?lang={language}")
    width = page.viewport_size["width"] if page.viewport_size else 0
    assert page.locator("h2").count() == 4
    assert page.locator("a[download]").count() == 2
    assert page.locator("input[type=radio]").count() == 2
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert said == []


@pytest.mark.parametrize("page", [(1280, "light")], indirect=True, ids=["desk"])
def test_the_question_is_answered_and_the_copy_fetched_with_the_keyboard(
    page: Page, sent_file: str
) -> None:
    page.goto(f"{sent_file}?lang=id")
    page.locator("a[download]").first.focus()
    with page.expect_download() as fetched:
        page.keyboard.press("Enter")
    assert fetched.value.suggested_filename.endswith("-v1-bertanda.xlsx")
    page.locator("input[type=radio]").first.focus()
    page.keyboard.press("Space")
    assert page.locator("input[type=radio]").first.is_checked()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert "Berkas" in page.locator("h1").inner_text()
    assert page.locator("input[type=radio]").first.is_checked()
