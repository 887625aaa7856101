"""The page, in a browser: what people see and press."""

import csv
import json
import shutil

import pytest

from tests.serve.processes import served

playwright = pytest.importorskip("playwright.sync_api", reason="needs Playwright, of the extra `dev`")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="needs Debian's chromium, which is not installed"),
]

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
)
TOKEN = "a-token-of-mine"
DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
SECONDS = 30_000


@pytest.fixture(scope="module")
def server():
    with served("--token", TOKEN) as running:
        yield running


@pytest.fixture(scope="module")
def browser():
    with playwright.sync_playwright() as started:
        opened = started.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        yield opened
        opened.close()


def is_complaint(message):
    """Whether something is wrong; a broken picture, which Chromium tells too, is answered as it should be."""
    return message.type == "error" and "422" not in message.text


@pytest.fixture
def page(browser, server):
    context = browser.new_context(viewport=DESKTOP, permissions=["camera"], accept_downloads=True)
    opened = context.new_page()
    complaints = []
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("console", lambda message: complaints.append(message.text) if is_complaint(message) else None)
    opened.goto(f"{server.url}/#token={TOKEN}")
    yield opened
    context.close()
    assert complaints == []


@pytest.fixture(scope="module")
def photo(tmp_path_factory):
    data = pytest.importorskip("skimage.data", reason="needs scikit-image, of the extra `demo`")
    from howfar.io.picture_writer import save_picture

    return save_picture(data.astronaut(), tmp_path_factory.mktemp("photos") / "astronaut.png")


def shown(page, photo):
    page.set_input_files("#file", photo)
    playwright.expect(page.locator("#status")).to_contain_text("objects in", timeout=SECONDS)


def test_nothing_of_the_last_picture_stands_beside_one_that_is_broken(page, photo, tmp_path):
    shown(page, photo)
    page.locator("#objects button").first.click()
    assert page.locator("#why").is_visible()
    broken = tmp_path / "broken.png"
    broken.write_bytes(photo.read_bytes()[:5000])
    page.set_input_files("#file", broken)
    playwright.expect(page.locator("#status")).to_contain_text("cannot be decoded", timeout=SECONDS)
    assert "none yet" in page.locator("#objects").inner_text()
    assert not page.locator("#why").is_visible()
    assert not page.locator("#above").is_visible()
    assert page.locator("#save-json").is_disabled()


def test_a_picture_is_looked_at_and_greyed_at_once(page, photo):
    assert "token" not in page.url, "the token leaves the address"
    shown(page, photo)
    rows = page.locator("#objects tr")
    assert "person" in page.locator("#objects").inner_text()
    assert page.locator("#objects tr.far").count() == 0
    page.locator("#max-depth").fill("0")
    assert page.locator("#objects tr.far").count() == rows.count(), "without asking the server again"
    page.locator("#units").select_option("ft")
    assert "ft" in rows.first.inner_text()


def test_an_object_tells_why_and_sets_the_camera(page, photo):
    shown(page, photo)
    person = page.locator("#objects button").filter(has_text="person").first
    person.focus()
    page.keyboard.press("Enter")
    assert "depth" in page.locator("#cues").inner_text()
    assert page.locator("#camera-told").inner_text().endswith("distances may all be off by one factor.")
    page.locator("#known-m").fill("1.5")
    page.locator("#known button").click()
    playwright.expect(page.locator("#status")).to_contain_text("camera is set by it", timeout=SECONDS)
    assert "as you set it" in page.locator("#camera-told").inner_text()
    told = page.locator("#objects tr").filter(has_text="person").first.inner_text()
    assert abs(float(told.split("\t")[1].split()[0]) - 1.5) < 0.2


def test_depth_map_region_and_files(page, photo):
    shown(page, photo)
    page.locator("#show-depth").click()
    playwright.expect(page.locator("#depth")).to_be_visible(timeout=SECONDS)
    page.locator("#show-region").click()
    playwright.expect(page.locator("#status")).to_contain_text("Tinted", timeout=SECONDS)
    for button, ending in (
        ("#save-json", "astronaut.json"),
        ("#save-csv", "astronaut.csv"),
        ("#save-png", "astronaut.png"),
    ):
        with page.expect_download() as download:
            page.locator(button).click()
        assert download.value.suggested_filename == ending
        content = download.value.path().read_bytes()
        if ending.endswith("json"):
            assert "person" in {one["label"] for one in json.loads(content)["objects"]}
        if ending.endswith("csv"):
            rows = list(csv.DictReader(content.decode().splitlines()))
            assert {"label", "score", "depth_m", "low_m", "x1"} <= set(rows[0])
            assert all("camera is assumed" in row["caveats"] for row in rows)


def test_the_camera_is_live(page):
    page.locator("#live").click()
    playwright.expect(page.locator("#status")).to_contain_text("pictures a second", timeout=SECONDS)
    page.locator("#live").click()
    assert page.locator("#live").get_attribute("aria-pressed") == "false"


def test_a_telephone_needs_no_sideways_scrolling_and_asks_for_the_token(browser, server):
    context = browser.new_context(viewport=PHONE, color_scheme="dark", has_touch=True, is_mobile=True)
    page = context.new_page()
    page.goto(server.url)
    assert page.evaluate("() => document.documentElement.scrollWidth") <= PHONE["width"]
    assert page.locator("#ask").is_visible()
    page.locator("#token").fill(TOKEN)
    page.keyboard.press("Enter")
    playwright.expect(page.locator("#ask")).to_be_hidden()
    assert page.locator("label[for=shot]").is_visible()
    small = [one for one in page.locator("button:visible").all() if one.bounding_box()["height"] < 36]
    assert small == []
    context.close()
