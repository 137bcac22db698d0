"""The states that a reader meets inside the element, left to right and right to left: axe finds
nothing wrong in any. Several states stand on one page at a time; test_look.py has the plain pages.
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
    picture(page, f"element-{lang}-passage")
    assert violations(page, axe) == []
