"""Pages of the HTML writer in a real browser: what html_in_chromium.py works with."""

import base64
import contextlib
import functools
import hashlib
import json
import math
import os
import pathlib
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest

SKIPPED = 77  # what CTest takes for "could not be run here"


def skip_all(reason):
    print(f"skipped: {reason}")
    sys.exit(SKIPPED)


def find_browser():
    """Path of Chromium; ends the program where the browser or what drives it is missing."""
    try:
        import playwright.sync_api  # noqa: F401
    except ImportError:
        skip_all("Python has no playwright (tools/setup --browser)")
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not path:
        skip_all("there is no Chromium in PATH (tools/setup --browser)")
    return path


def write_pages(program, folder):
    """Has the test program write its sample pages."""
    environment = {**os.environ, "PRAXISCOPE_HTML_FILES": str(folder)}
    subprocess.run(
        [program, "--gtest_filter=HtmlFiles.*", "--gtest_brief=1"], env=environment, check=True, stdout=subprocess.DEVNULL
    )


class Page:
    """One open page with what it complained about and asked for."""

    def __init__(self, page):
        self.page = page
        self.complaints = []
        self.requests = []
        page.on("console", lambda message: self.complaints.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        page.on("dialog", self.close_dialog)
        page.on("request", lambda request: self.requests.append(request.url))

    def close_dialog(self, dialog):
        self.complaints.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def wait_for(self, expression):
        """Polls from here: the page's policy allows no evaluation inside it."""
        for _ in range(200):
            if self.page.evaluate(expression):
                return self.settle()
            self.page.wait_for_timeout(25)
        raise AssertionError(f"not after 5 s: {expression}")

    def hash(self):
        return self.page.evaluate("Object.fromEntries(new URLSearchParams(location.hash.slice(1)))")

    def picture(self, selector=".player canvas"):
        """A digest of a canvas' pixels, once its picture is there."""
        self.settle()
        pixels = self.page.eval_on_selector(selector, "canvas => canvas.toDataURL()")
        return hashlib.sha256(pixels.encode()).hexdigest()

    def settle(self):
        """Waits until what was asked for is painted."""
        self.page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")

    def pixel(self, x, y, selector=".player canvas"):
        """RGB at shares of a canvas."""
        self.settle()
        return self.page.eval_on_selector(
            selector,
            """(canvas, [x, y]) => {
                 const copy = new OffscreenCanvas(1, 1).getContext('2d', {willReadFrequently: true});
                 copy.drawImage(canvas, -Math.floor(x * canvas.width), -Math.floor(y * canvas.height));
                 return [...copy.getImageData(0, 0, 1, 1).data.slice(0, 3)];
               }""",
            [x, y],
        )

    def frame(self):
        return int(self.page.input_value("#scrub")) if self.page.is_visible("#scrub") else 0

    def is_playing(self):
        return self.page.get_attribute("#play", "aria-label") == "Pause"

    def slide(self, selector, value):
        self.page.eval_on_selector(
            selector,
            """(slider, value) => {
                 slider.value = value;
                 slider.dispatchEvent(new Event('input', {bubbles: true}));
                 slider.dispatchEvent(new Event('change', {bubbles: true}));
               }""",
            value,
        )
        self.settle()

    def chosen(self, side=0):
        return self.page.eval_on_selector_all(
            f".side-{side} .tab:has(input:checked) span", "all => all.map(span => span.textContent)"
        )

    def choose(self, name, side=0):
        self.page.locator(f".side-{side} .tab", has_text=name).first.click()
        self.settle()

    def point_at(self, x, y, selector=".player canvas"):
        box = self.page.locator(selector).first.bounding_box()
        self.page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"])
        self.settle()

    def readout(self, side=0):
        return self.page.inner_text(f".side-{side} .readout")

    def resize(self, width, height):
        self.page.set_viewport_size({"width": width, "height": height})
        self.settle()

    def overflow(self):
        """px that the page is wider than its window."""
        return self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")

    @functools.cached_property
    def data(self):
        return json.loads(self.page.inner_text("#figure-data") or self.page.text_content("#figure-data"))


class RawMap:
    """A map of the page's data, read independently of the page's script."""

    def __init__(self, data, state):
        panels = [data["panels"][i] for i in data["states"][state]["panels"]]
        self.stored = data["maps"][next(panel["map"] for panel in panels if panel["kind"] == "player")]
        raw = base64.b64decode(self.stored["values"])
        kind, size = ("f", 4) if self.stored["format"] == "float32" else ("e", 2)
        factor = 2.0 ** self.stored["exponent"]
        self.values = [value * factor for value in struct.unpack(f"<{len(raw) // size}{kind}", raw)]
        self.tables = {table["name"]: base64.b64decode(table["colors"]) for table in data["colormaps"]}

    def cell(self, t, y, x):
        return self.values[(t * self.stored["height"] + y) * self.stored["width"] + x]

    def at(self, t, u, v):
        """Bilinear between cell centres, at shares of the map."""

        def along(share, cells):
            position = min(max(share * cells - 0.5, 0), cells - 1)
            left = math.floor(position)
            return left, min(left + 1, cells - 1), position - left

        x0, x1, fx = along(u, self.stored["width"])
        y0, y1, fy = along(v, self.stored["height"])
        upper = self.cell(t, y0, x0) * (1 - fx) + self.cell(t, y0, x1) * fx
        lower = self.cell(t, y1, x0) * (1 - fx) + self.cell(t, y1, x1) * fx
        return upper * (1 - fy) + lower * fy

    def share(self, value):
        """Place on the scale, 0 to 1."""
        scale = self.stored["scale"]
        return min(max((value - scale["lo"]) / (scale["hi"] - scale["lo"]), 0), 1)

    def strength(self, value):
        share = self.share(value)
        return abs(2 * share - 1) if self.stored["scale"]["signed"] else share

    def color(self, value, colormap=None):
        step = round(255 * self.share(value))
        return list(self.tables[colormap or self.stored["scale"]["colormap"]][3 * step : 3 * step + 3])


class BrowserTest(unittest.TestCase):
    """A test with a browser and the sample pages; each test opens its own."""

    browser = None
    folder = None

    def open(self, name, address="", width=1280, height=900, motion="reduce", **options):
        context = self.browser.new_context(viewport={"width": width, "height": height}, reduced_motion=motion, **options)
        self.addCleanup(context.close)
        opened = Page(context.new_page())
        self.addCleanup(lambda: self.assertEqual(opened.complaints, []))
        opened.page.goto((self.folder / f"{name}.html").as_uri() + address)
        opened.wait_for("app.views.length > 0 && [...images.values()].every((image) => image.isReady)")
        return opened


def run(program, module):
    """Runs the module's tests; the status says what CTest wants to know."""
    from playwright.sync_api import sync_playwright

    path = find_browser()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright, contextlib.ExitStack() as stack:
        write_pages(program, folder)
        try:
            browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--headless=new"])
        except Exception as problem:  # whatever keeps a browser from starting here
            skip_all(f"Chromium does not start: {str(problem).splitlines()[0]}")
        stack.callback(browser.close)
        BrowserTest.browser, BrowserTest.folder = browser, pathlib.Path(folder)
        result = unittest.main(module=module, argv=[sys.argv[0], *sys.argv[2:]], exit=False).result
    sys.exit(0 if result.wasSuccessful() else 1)
