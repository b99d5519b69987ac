"""The public pages in a real browser: reachable for everyone, quiet, inside the screen."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
PAGES = (
    "/",
    "/dataset",
    "/dataset?q=balita&opd=dinkes",
    "/dataset?q=tidakada",
    "/opd",
    "/opd/dinkes",
    "/dataset/balita-stunting",
    "/dataset/kunjungan-puskesmas",
    "/dataset/penduduk-rentan",
    "/dataset/akta-kelahiran",
    "/tidak-ada",
)
NARROW, WIDE = 360, 1280
LARGEST_BYTES = 60_000
#: What the browser itself says of a page that answers 404.
EXPECTED = "Failed to load resource: the server responded with a status of 404"


@dataclass
class Window:
    """A page and everything its console said."""

    page: Page
    said: list[str] = field(default_factory=list)

    def visit(self, address: str) -> None:
        """Open an address and open every part of the page that is folded away."""
        self.page.goto(address)
        self.page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")


@pytest.fixture
def window(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Window]:
    width, scheme = request.param
    context = browser.new_context(
        viewport={"width": width, "height": 800}, color_scheme=scheme, reduced_motion="reduce"
    )
    opened = Window(context.new_page())
    opened.page.on("console", lambda message: opened.said.append(message.text))
    opened.page.on("pageerror", lambda error: opened.said.append(str(error)))
    yield opened
    context.close()


@pytest.mark.parametrize(
    "window",
    [(NARROW, "light"), (NARROW, "dark"), (WIDE, "light"), (WIDE, "dark")],
    indirect=True,
    ids=["phone-light", "phone-dark", "desk-light", "desk-dark"],
)
@pytest.mark.parametrize("language", ["id", "en"])
def test_no_page_has_a_barrier_a_console_message_or_sideways_scroll(window, address, language):
    axe = Axe()
    for path in PAGES:
        joint = "&" if "?" in path else "?"
        window.visit(f"{address}{path}{joint}lang={language}")
        assert window.page.get_attribute("html", "lang") == language
        found = axe.run(window.page)
        assert found.violations_count == 0, f"{path}\n{found.generate_report()}"
        wide = window.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert wide <= 0, f"{path} is {wide} pixels too wide"
    assert [said for said in window.said if not said.startswith(EXPECTED)] == []


@pytest.mark.parametrize("window", [(WIDE, "light")], indirect=True)
def test_the_keyboard_reaches_content_search_and_every_cell_of_the_strip(window, address):
    window.page.goto(f"{address}/dataset/balita-stunting")
    window.page.keyboard.press("Tab")
    assert window.page.evaluate("document.activeElement.className") == "skip"
    window.page.keyboard.press("Enter")
    assert window.page.evaluate("document.activeElement.id") == "isi"
    window.page.keyboard.press("/")
    assert window.page.evaluate("document.activeElement.id") == "cari"
    cells = window.page.locator("a.strip-cell")
    assert cells.count() == 7
    cells.nth(2).focus()
    assert "Oktober 2025: terlambat 15 hari kerja" in (
        window.page.evaluate("document.activeElement.ariaLabel")
    )
    window.page.keyboard.press("Enter")
    assert window.page.locator("#periode-2025-10").is_visible()


@pytest.mark.parametrize("window", [(NARROW, "light")], indirect=True)
def test_a_citizen_finds_a_dataset_and_its_file_without_script(browser, window, address):
    context = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 740})
    page = context.new_page()
    page.goto(address)
    page.get_by_role("searchbox", name="Cari data").fill("stunting")
    page.get_by_role("button", name="Cari").click()
    with page.expect_navigation(url="**/dataset/*"):
        page.get_by_role("link", name="Jumlah Balita Stunting").click()
    assert page.locator("h1").inner_text() == "Jumlah Balita Stunting"
    with page.expect_download() as download:
        page.get_by_role("link", name="Unduh CSV").click()
    assert download.value.suggested_filename == "balita-stunting-v2.csv"
    context.close()


@pytest.mark.parametrize("window", [(WIDE, "light")], indirect=True)
def test_a_first_visit_is_small(window, address):
    for path in ("/", "/dataset", "/dataset/balita-stunting"):
        sizes: list[int] = []
        window.page.on("response", lambda answer, kept=sizes: kept.append(len(answer.body())))
        window.page.goto(f"{address}{path}", wait_until="networkidle")
        assert 0 < sum(sizes) <= LARGEST_BYTES, path
