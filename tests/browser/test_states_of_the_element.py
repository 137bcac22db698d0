"""The states that a reader meets inside the element, left to right and right to left: axe finds
nothing wrong in any, and nothing is lost at 400 %, with wider text, or in the system's own colours.
Several states stand on one page at a time; test_look.py has the plain pages.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

from browser.conftest import REFUSED
from browser.test_element_elsewhere import many
from browser.test_inline import FIRST, THIRD, story, write
from browser.test_look import AXE, picture, violations

if TYPE_CHECKING:
    from browser.conftest import Town

pytestmark = pytest.mark.browser
Visit = Callable[..., Page]

# What a reader may ask for by WCAG 1.4.12; in the shadow tree, as a browser's extension does it.
SPACED = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync("* { line-height: 1.5 !important; letter-spacing: .12em !important;"
    + " word-spacing: .16em !important } p { margin-block-end: 2em !important }");
  const places = [...document.querySelectorAll("*")].map(e => e.shadowRoot).filter(Boolean);
  for (const root of places) root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
}"""
# Whatever is wider than the screen, or holds more than it shows; what is for the ear alone may.
LOST = """() => {
  const lost = [], roots = [document];
  for (const root of roots) for (const e of root.querySelectorAll("*")) {
    if (e.shadowRoot) roots.push(e.shadowRoot);
    if (!e.checkVisibility() || e.closest(".unseen, .trap, svg")) continue;
    const box = e.getBoundingClientRect(), cut = getComputedStyle(e).overflowX !== "visible";
    if (box.left < -1 || box.right > innerWidth + 1 || cut && e.scrollWidth > e.clientWidth + 1)
      lost.push([e.localName, e.className, e.textContent.trim().slice(0, 40), box.left, box.right]);
  }
  return lost;
}"""
# How a control is drawn, but for its colour.
DRAWN = """e => { const s = getComputedStyle(e);
  return [s.borderBlockEndStyle, s.borderBlockEndColor, s.backgroundColor, s.fontWeight].join() }"""


def nothing_is_lost(page: Page, name: str) -> None:
    """Assert it at the width that a screen of 1280 pixels has at 400 % (1.4.10), and beyond."""
    page.set_viewport_size({"width": 320, "height": 640})
    page.evaluate("() => new Promise(go => requestAnimationFrame(() => requestAnimationFrame(go)))")
    assert page.evaluate(LOST) == []
    page.evaluate(SPACED)
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert page.evaluate(LOST) == []
    picture(page, f"{name}-spaced-320")


def nothing_hangs_on_colour(page: Page) -> None:
    """Assert that what is chosen, pressed or focused is drawn otherwise in the system's colours."""
    sorts = page.locator(".sorts a")
    assert sorts.nth(0).evaluate(DRAWN) != sorts.nth(1).evaluate(DRAWN)
    up = page.locator("[data-up]:visible").first
    before = up.evaluate(DRAWN)
    up.click()
    expect(up).to_have_attribute("aria-pressed", "true")
    assert up.evaluate(DRAWN) != before
    for control in (up, sorts.nth(1), page.locator("#palabre-text").first):
        control.focus()
        page.keyboard.press("Shift+Tab")
        page.keyboard.press("Tab")
        assert control.evaluate("e => getComputedStyle(e).outlineStyle") != "none"


@pytest.mark.parametrize("lang", ["fr", "ar"])
def test_axe_finds_nothing(visit: Visit, town: "Town", slug: str, lang: str) -> None:
    axe = AXE.read_text(encoding="utf-8")
    town.elsewhere.stories[slug] = story(FIRST, "Un paragraphe.", "Un autre.")
    write(town, slug, "Bien vu.", "à une voix près", hostile=False)
    write(town, slug, "Perdu.", THIRD[:40], hostile=False)  # no longer in the article
    many(town, slug, 28)
    page = visit(bypass_csp=True, tolerated=("ERR_",), reduced_motion="reduce")
    own = f"{town.elsewhere.origin}/calm/{slug}"
    attributes = f"lang={lang}&url={own}"
    page.goto(town.elsewhere.article(slug, attributes=attributes, hostile=False))
    form = page.locator("#palabre-form")
    form.locator("textarea").fill(f"Vous êtes un {REFUSED}.")
    form.locator(".button").click()
    expect(page.locator(".notice.refused")).to_be_visible()
    assert page.locator("section.palabre").get_attribute("dir") == (
        "rtl" if lang == "ar" else "ltr"
    )
    page.locator("#palabre-find").fill("bien vu")
    expect(page.locator("[data-hits]")).not_to_be_empty()
    expect(page.locator("blockquote.passage.lost")).to_have_count(1)
    page.route("**/api/v1/**", lambda route: route.abort())
    page.locator("[data-up]:visible").first.click()
    expect(page.get_by_role("alert")).to_be_visible()
    picture(page, f"element-{lang}-refused-search-offline")
    assert violations(page, axe) == []
    page.locator("palabre-mark button").first.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    # What was refused on the article as a whole is no comment on this passage.
    expect(page.get_by_role("dialog").locator("ol.list > li")).to_have_count(1)
    picture(page, f"element-{lang}-passage")
    assert violations(page, axe) == []
    page.emulate_media(forced_colors="active", reduced_motion="reduce")
    picture(page, f"element-{lang}-passage-forced")
    page.keyboard.press("Escape")
    if lang == "fr":
        assert violations(page, axe) == []
    page.unroute("**/api/v1/**")
    nothing_hangs_on_colour(page)
    picture(page, f"element-{lang}-forced")
    page.emulate_media(forced_colors="none", reduced_motion="reduce")
    assert page.evaluate("document.getAnimations().length") == 0
    nothing_is_lost(page, f"element-{lang}")
    page.locator("palabre-mark button").first.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    nothing_is_lost(page, f"element-{lang}-passage")
