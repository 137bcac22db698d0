"""News of a thread arrive by themselves, quietly; a broken stream is made good by asking."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

from browser.test_element_elsewhere import many
from palabre.application.post_comment import NewComment
from palabre.domain.person import ANYBODY, Viewer

if TYPE_CHECKING:
    from browser.conftest import Town

pytestmark = pytest.mark.browser
Visit = Callable[..., Page]

NOTED = """window.EventSource = class extends EventSource {
  constructor(...given) {
    super(...given);
    this.addEventListener("error", () => { window.streamBroke = true; });
  }
};"""


def say(town: "Town", slug: str, text: str, parent: str | None = None) -> str:
    url = f"{town.elsewhere.origin}/calm/{slug}"
    new = NewComment(url=url, text=text, parent=parent, name="Zoé")
    return town.house.post(new).stored.comment.id


def edit(town: "Town", comment_id: str, text: str) -> None:
    found, _ = town.house.read.comment(comment_id, ANYBODY)
    town.house.edit(comment_id, text, Viewer(author_key=found.comment.author_key))


def test_news_come_without_moving_what_is_read(visit: Visit, town: "Town", slug: str) -> None:
    first, *_, read = reversed(many(town, slug, 8))
    page = visit()
    with page.expect_request("**/api/v1/events?*"):
        page.goto(town.elsewhere.article(slug, hostile=False))
    item = page.locator(f"#c-{read}")
    item.scroll_into_view_if_needed()
    before = item.bounding_box()
    say(town, slug, "Une nouvelle.")
    say(town, slug, "Une réponse nouvelle.", parent=first)
    news = page.get_by_role("button", name="2 nouveaux commentaires")
    expect(news).to_be_visible()
    assert item.bounding_box() == before
    town.house.vote(read, 1, voter=None, viewer=ANYBODY)
    expect(item.locator("[data-up] b")).to_have_text("1")
    assert item.bounding_box() == before
    expect(page.get_by_role("heading", name="10 commentaires")).to_be_attached()
    # What is edited is put in; where it needs more room, not while it is in the window.
    edit(town, read, "Bref.")
    expect(item.get_by_text("Bref.")).to_be_visible()
    assert item.bounding_box() == before
    long = " ".join(["Une phrase de plus."] * 40)
    edit(town, read, long)
    edit(town, first, long)
    expect(page.locator(f"#c-{first} .text", has_text="Une phrase de plus.").first).to_be_attached()
    # A browser scrolls by whole pixels.
    assert item.bounding_box() == pytest.approx(before, abs=1)
    expect(item.get_by_text("Bref.")).to_be_visible()
    page.evaluate("scrollTo(0, 0)")
    expect(item.get_by_text("Une phrase de plus.")).to_be_attached()
    expect(item.get_by_text("modifié")).to_be_attached()
    page.locator(f"#c-{first}").evaluate("e => e.classList.add('pinned')")
    news.click()
    expect(page.get_by_text("Une nouvelle.")).to_be_visible()
    expect(page.locator("ol.list > li").nth(1)).to_contain_text("Une nouvelle.")
    expect(page.locator(f"#c-{first} > .replies").get_by_text("Une réponse")).to_be_attached()
    expect(news).to_have_count(0)


def test_a_broken_stream_is_made_good_by_asking(visit: Visit, town: "Town", slug: str) -> None:
    many(town, slug, 2)
    page = visit(tolerated=("503", "EventSource"))
    page.clock.install()
    page.add_init_script(NOTED)
    page.route("**/api/v1/events?*", lambda route: route.fulfill(status=503))
    page.goto(town.elsewhere.article(slug, hostile=False))
    expect(page.locator("ol.list > li")).to_have_count(2)
    say(town, slug, "Sans flux.")
    news = page.get_by_role("button", name="1 nouveau commentaire")
    expect(news).to_have_count(0)
    # The stream's end is told when it pleases the browser: only then does the wait begin.
    while not page.evaluate("window.streamBroke"):
        page.wait_for_timeout(50)
    page.clock.run_for(31_000)
    expect(news).to_be_visible()
