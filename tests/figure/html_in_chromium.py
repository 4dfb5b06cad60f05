#!/usr/bin/env python3
"""Drives the pages of the HTML writer in a headless Chromium: every control changes what it should, and nothing else.

usage: html_in_chromium.py TEST_FIGURE [TEST ...]

TEST_FIGURE is the test program, which writes the sample pages. Status 77: no Chromium or no playwright here.
"""

import itertools
import re
import sys

import html_pages
from html_pages import BrowserTest, RawMap

SAMPLES = ["plain", "two-clips", "still", "many", "odd", "hostile", "wide", "tall", "one-state", "study"]


class Loading(BrowserTest):
    def test_every_sample_loads_in_silence_and_asks_for_nothing(self):
        for name in SAMPLES:
            with self.subTest(name):
                opened = self.open(name, motion="no-preference")
                outside = [url for url in opened.requests if not re.match(r"(blob|data):", url)]
                self.assertEqual(outside, [opened.page.url.split("#")[0]])
                self.assertEqual(opened.complaints, [])

    def test_it_moves_by_itself_unless_the_reader_prefers_stillness(self):
        self.assertFalse(self.open("plain").is_playing())
        opened = self.open("plain", motion="no-preference")
        opened.wait_for("app.t >= 2")
        self.assertTrue(opened.is_playing())

    def test_standing_still_it_shows_the_most_telling_frame(self):
        opened = self.open("plain")
        panels = [opened.data["panels"][i] for i in opened.data["states"][0]["panels"]]
        self.assertEqual(opened.frame(), next(panel["telling"] for panel in panels if panel["kind"] == "player"))

    def test_hostile_texts_are_shown_as_they_are(self):
        opened = self.open("hostile")
        self.assertIn("<img src=x onerror=alert(1)>", opened.page.inner_text("h1"))
        self.assertIn("<img src=x onerror=alert(1)>", opened.page.inner_text(".caption"))
        self.assertEqual(opened.page.locator("img").count(), 0)

    def test_a_still_picture_has_no_player(self):
        opened = self.open("still")
        self.assertFalse(opened.page.is_visible("#transport"))
        self.assertFalse(opened.page.is_visible("#speed"))
        self.assertFalse(opened.page.is_visible(".strip"))
        before = opened.picture()
        opened.slide("#opacity", 100)
        self.assertNotEqual(opened.picture(), before)

    def test_one_state_has_neither_tabs_nor_compare(self):
        opened = self.open("one-state")
        self.assertEqual(opened.page.locator("input[type=radio]").count(), 0)
        self.assertFalse(opened.page.is_visible("#compare"))


class Player(BrowserTest):
    def test_scrubbing_changes_picture_address_and_words(self):
        opened = self.open("plain")
        before = opened.picture()
        opened.slide("#scrub", 9)
        self.assertNotEqual(opened.picture(), before)
        self.assertEqual(opened.hash()["frame"], "10")
        self.assertIn("frame 10 of 16, 4.92 s", opened.page.get_attribute("#scrub", "aria-valuetext"))
        self.assertEqual(opened.page.inner_text("#time"), "4.92 s · 10/16")

    def test_it_plays_pauses_and_minds_its_speed(self):
        opened = self.open("plain")
        frames = {}
        for speed in ("0.25", "4"):
            opened.page.select_option("#speed", speed)
            opened.slide("#scrub", 0)
            opened.page.click("#play")
            self.assertTrue(opened.is_playing())
            opened.page.wait_for_timeout(600)
            opened.page.click("#play")
            frames[speed] = opened.frame()
        self.assertFalse(opened.is_playing())
        self.assertGreater(frames["4"], frames["0.25"])
        stopped = opened.frame()
        opened.page.wait_for_timeout(400)
        self.assertEqual(opened.frame(), stopped)

    def test_steps_go_round(self):
        opened = self.open("plain", "#frame=16")
        opened.page.click("#forward")
        self.assertEqual(opened.frame(), 0)
        opened.page.click("#back")
        self.assertEqual(opened.frame(), 15)

    def test_keys(self):
        opened = self.open("plain", "#frame=3")
        for key, frame in (("ArrowRight", 3), ("ArrowLeft", 2), ("End", 15), ("Home", 0)):
            opened.page.keyboard.press(key)
            self.assertEqual(opened.frame(), frame, key)
        opened.page.keyboard.press(" ")
        self.assertTrue(opened.is_playing())
        opened.page.keyboard.press(" ")
        self.assertFalse(opened.is_playing())
        opened.page.keyboard.press("3")
        self.assertEqual(opened.hash()["class"], "cello, plucked")
        opened.page.keyboard.press("c")
        self.assertEqual(opened.page.get_attribute("#compare", "aria-pressed"), "true")

    def test_keys_stay_with_the_field_in_focus(self):
        opened = self.open("plain", "#frame=3")
        opened.page.focus("#opacity")
        opened.page.keyboard.press("ArrowRight")
        opened.page.focus(".side-0 input[type=radio]:checked")
        opened.page.keyboard.press("ArrowRight")
        self.assertEqual(opened.frame(), 2)
        self.assertEqual(opened.chosen()[0], "violin, bowed")

    def test_small_frames_lead_to_themselves(self):
        opened = self.open("plain")
        opened.page.locator(".strip button").nth(11).click()
        self.assertEqual(opened.frame(), 11)
        current = opened.page.locator(".strip [aria-current]")
        self.assertEqual(current.get_attribute("aria-label"), "frame 12 of 16, 5.08 s, source frame 127")
        self.assertEqual(opened.page.locator(".strip [tabindex='0']").count(), 1)
        opened.page.keyboard.press("ArrowRight")  # the focus goes along
        self.assertIn("frame 13", opened.page.evaluate("document.activeElement.getAttribute('aria-label')"))

    def test_padding_is_told(self):
        opened = self.open("two-clips", "#frame=16")
        self.assertIn("repeated to fill the clip", opened.readout())
        self.assertEqual(opened.page.locator(".strip .is-padding").count(), 4)

    def test_the_cursor_runs_and_a_click_in_its_plot_seeks(self):
        opened = self.open("plain", "#frame=1")
        place = lambda: float(opened.page.locator(".cursor").first.get_attribute("x1"))
        begin = place()
        opened.page.keyboard.press("End")
        self.assertGreater(place(), begin + 100)
        box = opened.page.locator("svg[data-cursor]").first.bounding_box()
        opened.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        self.assertIn(opened.frame(), range(6, 10))


class Colours(BrowserTest):
    def test_a_map_has_the_colours_of_its_values(self):
        opened = self.open("plain", "#view=map&frame=5")
        raw = RawMap(opened.data, 0)
        for u, v in ((0.34, 0.62), (0.5, 0.5), (0.05, 0.95)):
            wanted = raw.color(raw.at(4, u, v))
            for found, expected in zip(opened.pixel(u, v), wanted):
                self.assertAlmostEqual(found, expected, delta=6)

    def test_an_overlay_mixes_its_colours_by_the_size_of_the_value(self):
        for method, state in (("Grad-CAM", 0), ("Occlusion", None)):
            address = f"#method={method}&frame=5"
            overlay, frame = self.open("plain", address + "&view=overlay"), self.open("plain", address + "&view=frame")
            raw = RawMap(overlay.data, state if state is not None else overlay.page.evaluate("app.views[0].state"))
            for u, v in itertools.product((0.2, 0.25, 0.34, 0.45, 0.62, 0.7), (0.3, 0.45, 0.55, 0.62, 0.75)):
                value = raw.at(4, u, v)
                alpha = raw.stored["opacity"] * raw.strength(value) ** 0.75
                mixed = [p * (1 - alpha) + c * alpha for p, c in zip(frame.pixel(u, v), raw.color(value))]
                for found, expected in zip(overlay.pixel(u, v), mixed):
                    self.assertAlmostEqual(found, expected, delta=4, msg=f"{method} at {u}, {v}")

    def test_a_crop_ends_with_a_line(self):
        opened = self.open("two-clips", "#clip=2&frame=5")  # its map begins at a tenth of the width
        width = opened.page.eval_on_selector(".player canvas", "canvas => canvas.width")
        thin = max(1, round(width / 400))
        edge = round(0.1 * width)
        for out, gray in ((0.5 * thin, 0xF7), (1.5 * thin, 0x33)):
            self.assertEqual(opened.pixel((edge - out) / width, 0.5), [gray] * 3)
        opened.choose("frame")
        self.assertNotEqual(opened.pixel((edge - 0.5 * thin) / width, 0.5), [0xF7] * 3)

    def test_opacity(self):
        opened = self.open("plain", "#frame=5")
        before, thumb_before = opened.picture(), opened.picture(".strip li:nth-child(5) canvas")
        opened.slide("#opacity", 100)
        self.assertNotEqual(opened.picture(), before)
        self.assertNotEqual(opened.picture(".strip li:nth-child(5) canvas"), thumb_before)
        opened.slide("#opacity", 0)
        plain = opened.picture()
        thumb = opened.picture(".strip li:nth-child(5) canvas")
        opened.choose("frame")
        self.assertEqual(opened.picture(), plain)
        self.assertEqual(opened.picture(".strip li:nth-child(5) canvas"), thumb)
        self.assertTrue(opened.page.is_disabled("#opacity"))

    def test_colormaps(self):
        opened = self.open("plain", "#view=map&frame=5")
        before, ramp = opened.picture(), opened.page.get_attribute("image.ramp", "href")
        opened.page.select_option("#colormap", "viridis")
        self.assertNotEqual(opened.picture(), before)
        self.assertNotEqual(opened.page.get_attribute("image.ramp", "href"), ramp)
        raw = RawMap(opened.data, 0)
        wanted = raw.color(raw.at(4, 0.34, 0.62), "viridis")
        for found, expected in zip(opened.pixel(0.34, 0.62), wanted):
            self.assertAlmostEqual(found, expected, delta=6)
        opened.page.select_option("#colormap", "")
        self.assertEqual(opened.picture(), before)

    def test_signed_maps_keep_to_colormaps_around_zero(self):
        opened = self.open("plain", "#method=Occlusion&frame=5")
        names = opened.page.eval_on_selector_all("#colormap option", "all => all.map(o => o.value)")
        self.assertEqual(names, ["", "blue_red", "purple_green"])
        before = opened.picture()
        opened.page.select_option("#colormap", "purple_green")
        self.assertNotEqual(opened.picture(), before)

    def test_colours_of_a_study_are_fixed(self):
        opened = self.open("study")
        self.assertFalse(opened.page.is_visible("#colormap"))


class ReadOut(BrowserTest):
    def check(self, opened, state, t, x, y, u=None):
        opened.point_at(x, y)
        found = float(re.match(r"\S+", opened.readout())[0].replace("\u2212", "-"))
        expected = RawMap(opened.data, state).at(t, x if u is None else u, y)
        self.assertAlmostEqual(found, expected, delta=0.02 * abs(expected) + 1e-4)

    def test_raw_values(self):
        opened = self.open("plain", "#frame=5")
        for x, y in ((0.34, 0.62), (0.3, 0.7), (0.41, 0.55)):
            self.check(opened, 0, 4, x, y)
        self.assertRegex(opened.readout(), r"at x 9\d, y 12\d px, 4\.52 s")

    def test_signed_values(self):
        opened = self.open("plain", "#method=Occlusion&class=violin%2C+bowed&frame=8")
        state = opened.page.evaluate("app.views[0].state")
        self.check(opened, state, 7, 0.7, 0.4)

    def test_outside_of_a_map_that_covers_a_part(self):
        opened = self.open("two-clips", "#clip=2&frame=5")
        opened.point_at(0.03, 0.5)
        self.assertIn("outside the map", opened.readout())
        state = opened.page.evaluate("app.views[0].state")
        self.check(opened, state, 4, 0.5, 0.6, u=(0.5 - 0.1) / 0.8)

    def test_by_keys(self):
        opened = self.open("plain", "#frame=5")
        opened.page.focus(".player canvas")
        opened.page.keyboard.press("Shift+ArrowRight")
        self.assertIn("x 119, y 112 px", opened.readout())
        self.assertEqual(opened.frame(), 4)
        self.assertIn("x 119", opened.page.inner_text("#announcer"))

    def test_it_ends_where_the_pointer_leaves(self):
        opened = self.open("plain")
        opened.point_at(0.5, 0.5)
        self.assertTrue(opened.page.is_visible(".probe"))
        opened.page.mouse.move(2, 2)
        opened.settle()
        self.assertFalse(opened.page.is_visible(".probe"))


if __name__ == "__main__":
    from html_switches_in_chromium import *  # noqa: F401,F403  (its tests are this program's)

    html_pages.find_browser()
    html_pages.run(sys.argv[1], "__main__")
