#!/usr/bin/env python3
"""A person's way through a PDF figure in Chromium's own viewer: real clicks, compared pictures.

usage: pdf_in_chromium.py TEST_PROGRAM [FOLDER]

TEST_PROGRAM writes the samples (see pdf_test.cpp); screenshots stay in FOLDER when it is named. Exit status: 0 all well, 1 something is
not, 77 skipped because Chromium, Playwright or qpdf is missing.
"""

import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SKIPPED = 77
WINDOW = {"width": 1440, "height": 1000}
FLAGS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
         "--disable-sync", "--force-device-scale-factor=1"]


def skip(reason):
    print(f"skipped: {reason}")
    sys.exit(SKIPPED)


try:
    from PIL import Image, ImageChops
    from playwright.sync_api import sync_playwright
except ImportError as error:
    skip(f"{error.name} is not installed in this Python (tools/setup --browser)")


class Figure:
    """What the file says of its pages: their size, and links as (rectangle, target page)."""

    def __init__(self, path):
        whole = subprocess.run(["qpdf", "--json=2", "--json-key=pages", "--json-key=qpdf", path], capture_output=True, check=False)
        if whole.returncode not in (0, 3):
            sys.exit(f"qpdf cannot read {path}: {whole.stderr.decode()}")
        data = json.loads(whole.stdout)
        self.objects = data["qpdf"][1]
        self.pages = [page["object"] for page in data["pages"]]
        box = self.of(self.pages[0])["/MediaBox"]
        self.width, self.height = box[2], box[3]

    def of(self, reference):
        while isinstance(reference, str) and reference.endswith(" R"):
            reference = self.objects[f"obj:{reference}"]
            reference = reference.get("value", reference.get("stream", {}).get("dict"))
        return reference

    def annotations(self, page):
        for reference in self.of(self.of(self.pages[page]).get("/Annots", [])):
            yield self.of(reference)

    def link(self, page, words):
        """The link on the page whose alternate text holds the words: rectangle and target page."""
        for annotation in self.annotations(page):
            if annotation["/Subtype"] == "/Link" and words in annotation.get("/Contents", ""):
                return self.of(annotation["/Rect"]), self.pages.index(self.of(annotation["/A"])["/D"][0])
        sys.exit(f"page {page} has no link with {words!r}")

    def player(self, page):
        for annotation in self.annotations(page):
            if annotation["/Subtype"] == "/Widget":
                return self.of(annotation["/Rect"])
        sys.exit(f"page {page} has no player")


class Viewer:
    """Chromium with the file open. Points of the page become pixels of the window."""

    def __init__(self, page, figure, folder):
        self.page, self.figure, self.folder = page, figure, folder
        self.shots = 0
        self.failures = []

    def look(self, name):
        picture = Image.open(io.BytesIO(self.page.screenshot())).convert("RGB")
        self.shots += 1
        if self.folder:
            picture.save(Path(self.folder) / f"{self.shots:02}-{name}.png")
        return picture

    def find_sheet(self, picture):
        """The page lies centred at the width of the window less the scroll bar: its left, top and scale come from its light ground."""
        ground = (255, 255, 255)
        row = [x for x in range(picture.width) if picture.getpixel((x, 4)) == ground]
        column = [y for y in range(picture.height) if picture.getpixel((row[0] + 2, y)) == ground]
        self.left, self.top = row[0], column[0]
        self.scale = (row[-1] - row[0] + 1) / self.figure.width
        self.check(self.scale > 0.5, "the page fills the window")

    def box(self, rectangle):
        """Pixels of a rectangle of the page that is on top."""
        left, bottom, right, top = rectangle
        scale, height = self.scale, self.figure.height
        return tuple(round(v) for v in (self.left + left * scale, self.top + (height - top) * scale, self.left + right * scale,
                                        self.top + (height - bottom) * scale))

    def click(self, rectangle):
        left, top, right, bottom = self.box(rectangle)
        self.page.mouse.move((left + right) / 2, (top + bottom) / 2)
        time.sleep(0.5)  # the viewer must have seen the mouse come before the button goes down
        self.page.mouse.down()
        time.sleep(0.1)
        self.page.mouse.up()
        time.sleep(1.2)
        self.page.mouse.move(WINDOW["width"] - 30, WINDOW["height"] - 30)
        time.sleep(0.3)

    def check(self, is_right, words):
        print(("ok      " if is_right else "FAILED  ") + words)
        if not is_right:
            self.failures.append(words)


def difference(one, other, box):
    """Mean difference of two pictures in a box, 0..255."""
    change = ImageChops.difference(one.crop(box), other.crop(box)).convert("L")
    histogram = change.histogram()
    return sum(level * count for level, count in enumerate(histogram)) / max(1, sum(histogram))


def stays(one, other, box):
    """Whether a box shows the same, give or take the pixel to which a page's edge is rounded when it scrolls into view."""
    left, top, right, bottom = box
    part = one.crop(box)
    return min(difference(part, other.crop((left, top + by, right, bottom + by)), (0, 0, *part.size)) for by in (-1, 0, 1)) < 0.5


def moves(viewer, rectangle, name, tries=8):
    """Whether pictures a quarter of a second apart ever differ there."""
    first = viewer.look(name)
    for _ in range(tries):
        time.sleep(0.25)
        if difference(first, viewer.look(name), viewer.box(rectangle)) > 0.2:
            return True
    return False


def frame_corners(viewer):
    """Strips along the page's left edge and its title, which no click may move."""
    height = viewer.figure.height
    return [viewer.box((0, height - 70, 200, height - 10)), viewer.box((0, height - 300, 20, height - 100))]


def expect_tab(viewer, page, words, name):
    figure, before = viewer.figure, viewer.look(name + "-before")
    rectangle, target = figure.link(page, words)
    viewer.click(rectangle)
    after = viewer.look(name)
    viewer.check(difference(before, after, viewer.box(rectangle)) > 20, f"{words}: the tab is filled")
    for box in frame_corners(viewer):
        viewer.check(stays(before, after, box), f"{words}: title and edge stay where they are")
    return target, before, after


def walk(viewer):
    figure = viewer.figure
    first = viewer.look("opened")
    viewer.find_sheet(first)
    viewer.check(moves(viewer, figure.player(0), "moving"), "the clip moves without a click")

    page, before, after = expect_tab(viewer, 0, "class: violin, bowed", "class")
    side = viewer.box((470, figure.height - 800, 1180, figure.height - 330))
    viewer.check(difference(before, after, side) > 0.3, "the plots are those of another class")
    page, before, after = expect_tab(viewer, page, "layer: layer4", "layer")
    viewer.check(moves(viewer, figure.player(page), "moving-there"), "the clip moves there too")

    viewer.click(figure.player(page))
    viewer.check(not moves(viewer, figure.player(page), "paused", 3), "a click on the clip pauses it")
    left, bottom, right, _ = figure.player(page)
    viewer.click((right - 34, bottom + 8, right - 8, bottom + 34))
    viewer.check(moves(viewer, figure.player(page), "playing"), "a click on its button lets it go on")

    state = viewer.look("state")
    rectangle, target = figure.link(page, "frame 3 of 16")
    viewer.click(rectangle)
    enlarged = viewer.look("enlarged")
    ground = enlarged.getpixel((viewer.left + 8, viewer.top + 300))
    viewer.check(max(ground) < 40, "a click on a frame shows it on a dark ground")
    rectangle, following = figure.link(target, "next frame")
    viewer.check(following == target + 1, "the next page is the next frame")
    viewer.click(rectangle)
    turned = viewer.look("next")
    viewer.check(difference(enlarged, turned, viewer.box((200, 100, 1000, 900))) > 0.2, "next shows another frame")
    viewer.check(stays(enlarged, turned, viewer.box((24, figure.height - 52, 160, figure.height - 24))), "the button back stays at its place")
    rectangle, target = figure.link(following, "back to the figure")
    viewer.check(target == page, "back leads to the state that was left")
    viewer.click(rectangle)
    again = viewer.look("back")
    for box in frame_corners(viewer) + [side]:
        viewer.check(stays(state, again, box), "back shows the state as it was")


def browse(chromium, path, folder):
    with tempfile.TemporaryDirectory() as profile, sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            profile, executable_path=chromium, headless=False, args=FLAGS, viewport=WINDOW, ignore_default_args=["--enable-automation"])
        page = context.pages[0]
        page.goto(f"file://{path}#toolbar=0&navpanes=0")
        time.sleep(5)
        viewer = Viewer(page, Figure(path), folder)
        walk(viewer)
        context.close()
    return viewer.failures


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not chromium:
        skip("no chromium on the path (tools/setup --browser)")
    if not shutil.which("qpdf"):
        skip("qpdf is not installed")
    folder = sys.argv[2] if len(sys.argv) > 2 else None
    with tempfile.TemporaryDirectory() as samples:
        subprocess.run([sys.argv[1], "--gtest_filter=Pdf.WritesOneSampleForBrowsers"], check=True, stdout=subprocess.DEVNULL,
                       env={**os.environ, "PRAXISCOPE_FIGURE_LOOK": samples})
        failures = browse(chromium, Path(samples) / "sample.pdf", folder)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
