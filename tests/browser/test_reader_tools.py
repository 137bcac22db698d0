"""What the element adds for readers: counts, drafts, links, folding, search, what is new."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

from browser.test_element_elsewhere import many

if TYPE_CHECKING:
    from browser.conftest import Town

pytestmark = pytest.mark.browser
Visit = Callable[..., Page]

TEXT = "Commentaire"
SEND = "Envoyer le commentaire"


def open_thread(page: Page, town: "Town", slug: str, anchor: str = "") -> None:
    page.goto(town.elsewhere.article(slug, hostile=False) + anchor)
    expect(page.get_by_label(TEXT, exact=True)).to_be_visible()


def test_counts_of_many_articles_in_one_request(visit: Visit, town: "Town", slug: str) -> None:
    many(town, slug, 3)
    page = visit()
    asked: list[str] = []
    page.on("request", lambda r: asked.append(r.url) if "/counts" in r.url else None)
    open_thread(page, town, slug)
    url = f"{town.elsewhere.origin}/calm/{slug}"
    page.evaluate(
        """url => { for (const at of [url, url + '-empty', url]) {
          const count = document.createElement('palabre-count');
          count.setAttribute('url', at);
          count.setAttribute('none', 'rien');
          count.setAttribute('many', '{n} avis');
          document.body.append(count); } }""",
        url,
    )
    expect(page.locator("palabre-count")).to_have_text(["3 avis", "rien", "3 avis"])
    assert len(asked) == 1


def test_a_draft_survives_a_reload_and_ends_when_sent(
    visit: Visit, town: "Town", slug: str
) -> None:
    page = visit()
    open_thread(page, town, slug)
    assert page.evaluate("localStorage.length") == 0  # nothing before the reader acts
    page.get_by_label(TEXT, exact=True).fill("À moitié écr")
    page.reload()
    expect(page.get_by_label(TEXT, exact=True)).to_have_value("À moitié écr")
    page.get_by_label(TEXT, exact=True).fill("À moitié écrit, puis fini.")
    page.get_by_role("button", name=SEND).click()
    expect(page.locator("li.here")).to_contain_text("puis fini")
    page.reload()
    expect(page.get_by_label(TEXT, exact=True)).to_have_value("")


def test_an_answer_that_is_lost_makes_no_second_comment(
    visit: Visit, town: "Town", slug: str
) -> None:
    page = visit(tolerated=("ERR_",))
    open_thread(page, town, slug)

    def lose(route: object) -> None:
        route.fetch()
        route.abort()

    page.route("**/api/v1/comments?*", lose)
    page.get_by_label(TEXT, exact=True).fill("Une seule fois.")
    page.get_by_role("button", name=SEND).click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.unroute("**/api/v1/comments?*")
    page.get_by_role("button", name=SEND).click()
    expect(page.locator("li.here")).to_contain_text("Une seule fois.")
    expect(page.locator("#palabre-h")).to_have_text("1 commentaire")


def test_a_link_to_a_comment_on_another_page(visit: Visit, town: "Town", slug: str) -> None:
    written = many(town, slug, 30)
    page = visit()
    open_thread(page, town, slug, f"#c-{written[0]}")
    linked = page.locator(f"#c-{written[0]}")
    expect(linked).to_be_focused()
    expect(linked).to_contain_text("Avis 0.")


def test_copy_a_link_and_fold_a_conversation(visit: Visit, town: "Town", slug: str) -> None:
    root = many(town, slug, 1)[0]
    many(town, slug, 2, parent=root)
    page = visit()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    open_thread(page, town, slug)
    page.locator(f"#c-{root} > article [data-go=share]").click()
    expect(page.locator(f"#c-{root} > article [data-go=share]")).to_have_text("Lien copié")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == f"{town.elsewhere.origin}/calm/{slug}#c-{root}"
    fold = page.locator(f"#c-{root} > article [data-go=fold]")
    fold.click()
    expect(fold).to_have_attribute("aria-expanded", "false")
    expect(page.locator("ol.replies")).to_be_hidden()
    fold.click()
    expect(page.locator("ol.replies")).to_be_visible()


def test_search_the_whole_of_a_long_thread(visit: Visit, town: "Town", slug: str) -> None:
    many(town, slug, 60)
    page = visit()
    open_thread(page, town, slug)
    page.get_by_label("Chercher dans les commentaires").fill("LECTEUR 59")
    shown = page.locator("ol.list > li:visible")
    expect(shown).to_have_count(1)
    expect(shown).to_contain_text("Avis 59.")
    page.get_by_label("Chercher dans les commentaires").fill("")
    expect(shown).to_have_count(60)


def test_what_is_new_since_the_last_visit(visit: Visit, town: "Town", slug: str) -> None:
    many(town, slug, 1)
    page = visit()
    open_thread(page, town, slug)
    page.locator("[data-up]").first.click()
    expect(page.locator("[data-up]").first).to_have_attribute("aria-pressed", "true")
    page.reload()
    expect(page.locator("ol.list > li")).to_have_count(1)
    many(town, slug, 1)
    page.reload()
    expect(page.locator("li.new")).to_have_count(1)
    page.locator("#palabre-h").evaluate("e => { e.tabIndex = -1; e.focus(); }")
    page.keyboard.press("n")
    expect(page.locator("li.new")).to_be_focused()
