"""Further tests of html_in_chromium.py: states, addresses, comparing, sizes, themes, paper."""

from html_pages import BrowserTest

__all__ = ["States", "Addresses", "Compare", "Shapes", "Looks", "Readers"]


class States(BrowserTest):
    def test_a_tab_changes_what_is_shown(self):
        opened = self.open("plain", "#frame=9")
        before, curves = opened.picture(), opened.page.inner_html(".side")
        opened.choose("violin, bowed")
        self.assertNotEqual(opened.picture(), before)
        self.assertNotEqual(opened.page.inner_html(".side"), curves)
        self.assertEqual(opened.chosen(), ["violin, bowed", "Grad-CAM", "layer3", "overlay"])
        self.assertIn('"violin, bowed"', opened.page.inner_text(".caption"))
        self.assertEqual(opened.page.inner_text("#announcer"), opened.page.inner_text(".caption"))
        self.assertEqual(opened.frame(), 8)

    def test_a_tab_moves_nothing(self):
        opened = self.open("plain", "#frame=9")
        places = lambda: opened.page.eval_on_selector_all(
            ".panel, #controls", "all => all.map(e => { const b = e.getBoundingClientRect(); return [b.x, b.y, b.height]; })"
        )
        before = places()
        for name in ("violin, bowed", "Occlusion", "layer4", "map"):
            opened.choose(name)
            self.assertEqual(places(), before, name)

    def test_back_and_forward(self):
        opened = self.open("plain")
        opened.choose("violin, bowed")
        opened.choose("layer4")
        opened.page.go_back()
        opened.wait_for("app.views[0].state >= 0 && location.hash.includes('layer3')")
        self.assertEqual(opened.chosen()[:3], ["violin, bowed", "Grad-CAM", "layer3"])
        opened.page.go_back()
        opened.wait_for("document.querySelector('.tab input').checked")
        opened.page.go_forward()
        opened.page.go_forward()
        opened.wait_for("location.hash.includes('layer4')")
        self.assertEqual(opened.chosen()[:3], ["violin, bowed", "Grad-CAM", "layer4"])

    def test_bars_lead_to_their_class(self):
        opened = self.open("plain")
        opened.page.locator("a[data-state]", has=opened.page.locator("rect")).nth(1).click()
        self.assertEqual(opened.chosen()[0], "violin, bowed")
        link = opened.page.locator("a[data-state]").nth(2)
        self.assertIn("class=cello%2C+plucked", link.get_attribute("href"))
        link.focus()
        opened.page.keyboard.press("Enter")
        self.assertEqual(opened.chosen()[0], "cello, plucked")

    def test_cells_of_a_matrix_lead_to_their_state(self):
        opened = self.open("study")
        before = opened.chosen()
        opened.page.locator("a[data-state='1']:visible").first.click()
        opened.settle()
        self.assertNotEqual(opened.chosen(), before)


class Addresses(BrowserTest):
    def test_a_deep_link_opens_its_state(self):
        opened = self.open("plain", "#class=violin%2C+bowed&layer=layer4&view=map&frame=7")
        self.assertEqual(opened.chosen(), ["violin, bowed", "Grad-CAM", "layer4", "map"])
        self.assertEqual(opened.frame(), 6)
        self.assertFalse(opened.is_playing())

    def test_places_count_from_one_and_nonsense_is_ignored(self):
        opened = self.open("plain", "#class=3&layer=nonsense&frame=-2&x[]=%00&method=99")
        self.assertEqual(opened.chosen(), ["cello, plucked", "Grad-CAM", "layer3", "overlay"])
        opened = self.open("plain", "#frame=9999")
        self.assertEqual(opened.frame(), 15)

    def test_odd_names_survive_the_address(self):
        opened = self.open("odd")
        names = opened.page.eval_on_selector_all(".side-0 .axis:first-child .tab span", "all => all.map(s => s.textContent)")
        for place in range(len(names)):
            opened.page.locator(".side-0 .axis").first.locator(".tab").nth(place).click()
            opened.page.reload()
            opened.wait_for("app.views.length > 0")
            self.assertEqual(opened.chosen()[0], names[place])

    def test_an_address_typed_in_is_followed(self):
        opened = self.open("plain")
        opened.page.evaluate("location.hash = '#class=2&with.class=3'")
        opened.wait_for("app.views.length === 2")
        self.assertEqual([opened.chosen()[0], opened.chosen(1)[0]], ["violin, bowed", "cello, plucked"])


class Compare(BrowserTest):
    def test_two_states_stand_side_by_side(self):
        opened = self.open("plain", "#frame=9")
        opened.page.click("#compare")
        self.assertEqual([opened.chosen()[0], opened.chosen(1)[0]], ["cello, bowed", "violin, bowed"])
        self.assertEqual(opened.hash()["with.class"], "violin, bowed")
        a, b = (opened.page.locator(f".side-{side} .player canvas").bounding_box() for side in (0, 1))
        self.assertEqual((a["y"], a["width"]), (b["y"], b["width"]))
        self.assertGreaterEqual(b["x"], a["x"] + a["width"])
        self.assertNotEqual(opened.picture(), opened.picture(".side-1 .player canvas"))
        opened.page.click("#compare")
        self.assertEqual(opened.page.locator(".player").count(), 1)
        self.assertNotIn("with.class", opened.hash())

    def test_each_side_has_its_own_tabs_and_both_one_player(self):
        opened = self.open("plain", "#class=1&with.class=2&frame=9")
        left, right = opened.picture(), opened.picture(".side-1 .player canvas")
        opened.choose("layer4", side=1)
        self.assertEqual(opened.picture(), left)
        self.assertNotEqual(opened.picture(".side-1 .player canvas"), right)
        right = opened.picture(".side-1 .player canvas")
        opened.page.keyboard.press("Home")
        self.assertNotEqual(opened.picture(), left)
        self.assertNotEqual(opened.picture(".side-1 .player canvas"), right)
        self.assertEqual(opened.page.locator(".strip [aria-current]").count(), 2)

    def test_a_point_is_read_in_both(self):
        opened = self.open("plain", "#class=1&with.class=2&frame=5")
        opened.point_at(0.34, 0.62)
        self.assertEqual(opened.page.locator(".probe:visible").count(), 2)
        self.assertRegex(opened.readout(1), r"at x 7\d, y 13\d px")
        self.assertNotEqual(opened.readout(0), opened.readout(1))

    def test_on_a_phone_the_pictures_stay_side_by_side(self):
        opened = self.open("plain", "#class=1&with.class=2", width=360, height=740)
        a, b = (opened.page.locator(f".side-{side} .player canvas").bounding_box() for side in (0, 1))
        self.assertEqual(a["y"], b["y"])
        self.assertLessEqual(opened.overflow(), 0)


class Shapes(BrowserTest):
    SIZES = [(360, 740), (768, 1024), (1024, 700), (1440, 900), (3840, 2160)]

    def test_no_page_is_wider_than_its_window(self):
        for name in ("plain", "many", "odd", "hostile", "wide", "tall", "still", "one-state", "study"):
            opened = self.open(name)
            for is_comparing in (False, True):
                if is_comparing and opened.page.is_visible("#compare"):
                    opened.page.click("#compare")
                for width, height in self.SIZES:
                    with self.subTest(name, width=width, is_comparing=is_comparing):
                        opened.resize(width, height)
                        self.assertLessEqual(opened.overflow(), 0)

    def test_the_chosen_tab_is_in_sight_on_a_phone(self):
        opened = self.open("many", "#class=17", width=360, height=740)
        row = opened.page.locator(".choices").first.bounding_box()
        tab = opened.page.locator(".tab:has(input:checked)").first.bounding_box()
        self.assertGreaterEqual(tab["x"], row["x"] - 1)
        self.assertLessEqual(tab["x"] + tab["width"], row["x"] + row["width"] + 1)
        self.assertEqual(opened.page.evaluate("scrollY"), 0)

    def test_the_whole_picture_and_its_controls_fit_a_desk(self):
        opened = self.open("plain", width=1440, height=900)
        controls = opened.page.locator("#controls").bounding_box()
        self.assertLessEqual(controls["y"] + controls["height"], 900)

    def test_frames_keep_their_shape(self):
        for name, shape in (("plain", 1), ("wide", 3), ("tall", 1 / 3)):
            opened = self.open(name)
            for width, height in self.SIZES:
                opened.resize(width, height)
                box = opened.page.locator(".player canvas").bounding_box()
                self.assertAlmostEqual(box["width"] / box["height"] / shape, 1, delta=0.02)

    def test_drawn_texts_stay_in_their_room(self):
        for name in ("plain", "many", "odd", "study"):
            opened = self.open(name)
            for width, height in self.SIZES:
                opened.resize(width, height)
                beyond = opened.page.evaluate(
                    """[...document.querySelectorAll('.drawn svg')].filter(svg => svg.getClientRects().length)
                       .flatMap(svg => [...svg.querySelectorAll('text')].filter(text => {
                         const a = text.getBoundingClientRect(), b = svg.getBoundingClientRect();
                         return a.left < b.left - 2 || a.right > b.right + 2;
                       }).map(text => text.textContent))"""
                )
                self.assertEqual(beyond, [], f"{name} at {width}")

    def test_drawings_have_one_width_at_a_time(self):
        opened = self.open("plain")
        for width, height in self.SIZES:
            opened.resize(width, height)
            shown = opened.page.eval_on_selector_all(
                ".drawn", "all => all.map(e => [...e.children].filter(s => s.getClientRects().length).length)"
            )
            self.assertEqual(set(shown), {1}, width)


class Looks(BrowserTest):
    GROUND = "getComputedStyle(document.body).backgroundColor"
    INK = "getComputedStyle(document.querySelector('.drawn svg text')).fill"

    def test_dark_by_the_system_and_by_the_switch(self):
        light = self.open("plain", color_scheme="light")
        dark = self.open("plain", color_scheme="dark")
        self.assertNotEqual(light.page.evaluate(self.GROUND), dark.page.evaluate(self.GROUND))
        self.assertNotEqual(light.page.evaluate(self.INK), dark.page.evaluate(self.INK))
        self.assertEqual(dark.page.get_attribute("#theme", "aria-pressed"), "true")
        light.page.click("#theme")
        dark.page.click("#theme")
        self.assertEqual(dark.page.get_attribute("#theme", "aria-pressed"), "false")
        self.assertEqual(light.page.evaluate(self.GROUND), "rgb(10, 11, 14)")
        self.assertEqual(dark.page.evaluate(self.GROUND), "rgb(255, 255, 255)")

    def test_paper_is_white_and_has_no_controls(self):
        opened = self.open("plain", "#frame=5", color_scheme="dark")
        opened.page.click("#theme")
        opened.page.click("#theme")
        opened.page.emulate_media(media="print", color_scheme="dark")
        self.assertEqual(opened.page.evaluate(self.GROUND), "rgb(255, 255, 255)")
        for selector in ("#controls", ".actions", ".readout"):
            self.assertFalse(opened.page.is_visible(selector), selector)
        for selector in (".player canvas", ".strip canvas", ".drawn svg", ".caption"):
            self.assertTrue(opened.page.locator(selector).first.is_visible(), selector)
        self.assertGreater(len(opened.page.pdf()), 10_000)


class Readers(BrowserTest):
    def test_everything_has_a_name(self):
        for name in ("plain", "study"):
            opened = self.open(name)
            nameless = opened.page.evaluate(
                """[...document.querySelectorAll('button, input, select, a, [role=radiogroup], .player canvas, svg[role]')]
                   .filter(e => e.getClientRects().length)
                   .filter(e => !(e.getAttribute('aria-label') || e.textContent.trim() || (e.labels && e.labels.length) ||
                     document.getElementById(e.getAttribute('aria-labelledby') || ' ')))
                   .map(e => e.outerHTML)"""
            )
            self.assertEqual(nameless, [])

    def test_drawings_tell_what_they_show(self):
        opened = self.open("plain")
        told = opened.page.eval_on_selector_all(
            ".drawn svg", "all => all.map(e => [e.getAttribute('aria-label'), e.querySelector('title').textContent])"
        )
        self.assertTrue(told)
        for label, title in told:
            self.assertTrue(label)
            self.assertEqual(label, title)

    def test_the_tab_key_goes_from_above_to_below(self):
        opened = self.open("plain", "#class=1&with.class=2", height=3000)
        heights = []
        for _ in range(60):
            opened.page.keyboard.press("Tab")
            place = opened.page.evaluate(
                "document.activeElement === document.body ? null : [document.activeElement.closest('.side-1') !== null,"
                " document.activeElement.getBoundingClientRect().y]"
            )
            if place is None:
                break
            if not place[0]:
                heights.append(place[1])
        self.assertGreater(len(heights), 12)
        drops = sum(1 for a, b in zip(heights, heights[1:]) if b < a - 40)
        self.assertLessEqual(drops, 1)  # from the first column of side panels to the second

    def test_provenance_is_told(self):
        opened = self.open("plain")
        opened.page.click("#provenance summary")
        self.assertIn('"model": "strings-rgb"', opened.page.inner_text("#provenance-text"))
        self.assertIn("single precision", opened.page.inner_text("#precision"))
