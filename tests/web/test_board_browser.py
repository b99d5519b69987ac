"""The board in a browser: nothing refused by the policy, nothing barred to anybody."""

import threading
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, sync_playwright
from werkzeug.serving import make_server

from catalog.models.db import engine_for
from tests.web.board_world import app_of, build
from tests.web.test_board import NOW
from tests.web.test_board_figures import browser_path
from tests.web.test_board_heat import a_city_of_every_state

PAGES = ("/kepatuhan", "/peta-panas", "/peta-panas/dinas-alfa", "/metodologi", "/kartu")
pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=browser_path())
        yield found
        found.close()


@pytest.fixture
def address(sqlite_url: str) -> Iterator[str]:
    engine = engine_for(sqlite_url)
    build(engine, NOW, a_city_of_every_state)
    engine.dispose()
    server = make_server("127.0.0.1", 0, app_of(sqlite_url, NOW), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_pages_bar_nobody_and_never_scroll_sideways(
    browser: Browser, address: str, width: int, scheme: str
) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, reduced_motion="reduce"
    )
    page = context.new_page()
    messages: list[str] = []
    page.on("console", lambda message: messages.append(message.text))
    page.on("pageerror", lambda error: messages.append(str(error)))
    languages = ("id", "en") if scheme == "light" else ("id",)
    for path in PAGES:
        for language in languages:
            page.goto(f"{address}{path}?lang={language}")
            page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path
            found = Axe().run(page)
            assert found.violations_count == 0, f"{path} {language}\n{found.generate_report()}"
    context.close()
    assert messages == []


def test_interactive_pictures_are_drawn_under_the_strict_policy(
    browser: Browser, address: str
) -> None:
    page = browser.new_page()
    messages: list[str] = []
    page.on("console", lambda message: messages.append(message.text))
    page.on("pageerror", lambda error: messages.append(str(error)))
    answer = page.goto(f"{address}/peta-panas?interaktif=1")
    assert "script-src 'self'" in answer.headers["content-security-policy"]
    page.wait_for_selector(".plot .main-svg")
    n_places = page.locator(".plot").count()
    assert n_places == page.locator(".plot.js-plotly-plot").count() > 0
    assert page.locator(".plot .heatmaplayer image, .plot .heatmaplayer path").count() > 0
    page.close()
    assert messages == []


def test_the_whole_board_is_there_without_a_script(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}/kepatuhan")
    page.fill("#nama", "beta")
    with page.expect_navigation():
        page.click("main form button")
    assert page.locator(".board tbody tr").count() == 1
    page.locator("summary").first.click()
    context.close()
