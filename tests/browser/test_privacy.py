"""Nothing is kept on a reader's machine before they act, and nobody else hears of them."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

if TYPE_CHECKING:
    from browser.conftest import Town

pytestmark = pytest.mark.browser
Visit = Callable[..., Page]
KEPT = "[...Object.keys(localStorage), ...Object.keys(sessionStorage)]"


def test_reading_leaves_nothing_behind(visit: Visit, town: "Town", slug: str) -> None:
    page = visit()
    own = f"{town.base}/articles/bibliotheque-ouverte-le-dimanche"
    for address in (
        *(f"{town.base}/", own, f"{own}?sort=top", town.thread("the-last-ferry")),
        *(f"{town.base}/house-rules", town.elsewhere.article(slug), f"{town.base}/desk"),
    ):
        page.goto(address, wait_until="networkidle")
        assert page.context.cookies() == [], address
        assert page.evaluate(KEPT) == [], address


def test_a_vote_leaves_one_secret(visit: Visit, town: "Town") -> None:
    page = visit()
    page.goto(f"{town.base}/articles/bibliotheque-ouverte-le-dimanche")
    page.locator("[data-up]").first.click()
    expect(page.locator("[data-up]").first).to_have_attribute("aria-pressed", "true")
    cookies = page.context.cookies()
    assert [(c["name"], c["httpOnly"], c["sameSite"]) for c in cookies] == [
        ("palabre_voter", True, "Lax")
    ]
    assert page.evaluate(KEPT) == ["palabre-acts"]  # that this reader acts: no secret
    page.reload()
    expect(page.locator("[data-up]").first).to_have_attribute("aria-pressed", "true")


def test_elsewhere_the_secret_stays_with_that_site(visit: Visit, town: "Town", slug: str) -> None:
    page = visit()
    page.goto(town.elsewhere.article(slug))
    page.get_by_label("Commentaire", exact=True).fill("Bonjour d’ailleurs.")
    page.get_by_role("button", name="Envoyer le commentaire").click()
    expect(page.locator("li.here")).to_contain_text("Bonjour d’ailleurs.")
    assert sorted(page.evaluate(KEPT)) == ["palabre-acts", "palabre-author"]
    assert page.context.cookies() == []


def test_anonymous_pages_are_the_same_for_everybody(town: "Town") -> None:
    import urllib.request

    def read() -> tuple[bytes, str, str]:
        with urllib.request.urlopen(town.thread("the-last-ferry")) as answer:  # noqa: S310 -- ours
            return answer.read(), answer.headers["ETag"], answer.headers["Cache-Control"]

    assert read() == read()
    assert read()[2] == "public, max-age=0, must-revalidate"
