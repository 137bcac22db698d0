"""What the element does when answers are slow moves nothing that the reader sees.

Layout Instability (WICG): what shifts within 500 ms of an input counts as the reader's own, so
here every answer comes later than that. A processor slowed down four times is for the campaign: on
a busy machine its frames come so late that the reader's own shifts count as the page's.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from browser.conftest import HELD, REFUSED
from browser.test_element_elsewhere import many
from browser.test_live import say

if TYPE_CHECKING:
    from browser.conftest import Town

pytestmark = pytest.mark.browser
Visit = Callable[..., Page]

LATE = 600  # milliseconds
PHONE = {"viewport": {"width": 390, "height": 844}}
WATCH = """
globalThis.shifts = [];
new PerformanceObserver((list) => list.getEntries().forEach((e) => e.hadRecentInput ||
  shifts.push([e.value, ...e.sources.map((s) => [s.previousRect.y, s.currentRect.y])])))
  .observe({type: "layout-shift", buffered: true});
"""
WORDS = "Une phrase.\n\nUne autre, plus longue, qui tient sur deux lignes au moins."
SEND, REPLY = "Envoyer le commentaire", "Envoyer la réponse"


class Reader:
    """A reader of a thread whose server takes its time."""

    def __init__(self, page: Page, where: str, slower: int = 1) -> None:
        self.page = page
        self.text = page.get_by_label("Commentaire", exact=True)
        page.add_init_script(WATCH)
        page.goto(where)
        slow = page.context.new_cdp_session(page)
        slow.send("Emulation.setCPUThrottlingRate", {"rate": slower})
        expect(self.text).to_be_visible()
        page.route("**/api/v1/comments**", self._late)
        page.route("**/thread?**", self._late)

    def write(self, words: str, button: str) -> None:
        self.text.click()
        self.text.fill(words)
        self.page.get_by_role("button", name=button).click()

    def open(self, form: str, item: Locator) -> None:
        item.locator(f"[data-go={form}]").first.click()
        expect(item.get_by_label("Commentaire", exact=True)).to_be_focused()

    def lose(self) -> None:
        self.page.route("**/api/v1/comments**", lambda route: route.abort())

    def saw_nothing_move(self, what: str) -> None:
        self.page.wait_for_timeout(200)
        assert self.page.evaluate("shifts.splice(0)") == [], what

    def _late(self, route: Route) -> None:
        self.page.wait_for_timeout(LATE)
        route.continue_()


def test_nothing_moves(visit: Visit, town: "Town", slug: str) -> None:
    ids = many(town, slug, 28)
    page = visit(tolerated=("ERR_",), **PHONE)
    reader = Reader(page, town.elsewhere.article(slug, hostile=False))
    usual = page.get_by_role("button", name=SEND)
    reader.write(WORDS, SEND)
    expect(page.locator("li.here")).to_contain_text("en ligne")
    reader.saw_nothing_move("post")
    reader.write(f"Vous êtes un {REFUSED}.", SEND)
    expect(page.locator(".notice.refused")).to_be_visible()
    reader.saw_nothing_move("refused")
    reader.write("Vous êtes un monsieur.", "Envoyer de nouveau")
    expect(usual).to_be_visible()
    reader.saw_nothing_move("sent again")
    item = page.locator(f"#c-{ids[-1]}")
    up = item.locator("[data-up]")
    up.click()
    expect(up).to_have_attribute("aria-pressed", "true")
    expect(page.locator("[data-says]")).to_have_text("Vote enregistré")
    reader.saw_nothing_move("vote")
    reader.open("reply", item)
    reader.saw_nothing_move("open a form")
    reader.write(WORDS, REPLY)
    expect(item.locator("li.here")).to_contain_text("en ligne")
    reader.saw_nothing_move("reply")
    own = item.locator(".replies > li")
    reader.open("edit", own)
    reader.write(f"{WORDS}\n\nEt encore.", "Enregistrer")
    expect(own.locator("article .text")).to_contain_text("Et encore")
    reader.saw_nothing_move("edit")
    own.get_by_text("Supprimer", exact=True).click()
    own.get_by_role("button", name="Oui, supprimer").click()
    expect(page.locator("li.gone")).to_be_focused()
    reader.saw_nothing_move("delete")
    page.get_by_role("link", name="Commentaires suivants").click()
    expect(page.locator(f"#c-{ids[0]}")).to_be_visible()
    reader.saw_nothing_move("more")
    reader.lose()
    page.locator("[data-up]").nth(-2).click()
    expect(page.get_by_role("alert")).to_contain_text("Le vote n’a pas été enregistré")
    expect(page.locator("[data-up]").nth(-2)).to_have_attribute("aria-pressed", "false")
    reader.saw_nothing_move("a vote that fails")
    reader.write(WORDS, SEND)
    expect(page.get_by_role("alert")).to_contain_text("Votre texte est toujours là")
    expect(reader.text).to_have_value(WORDS)
    reader.saw_nothing_move("a comment that fails")


@pytest.mark.long
def test_nothing_moves_in_a_conversation(visit: Visit, town: "Town", slug: str) -> None:
    ids = many(town, slug, 8)
    many(town, slug, 24, parent=ids[-3])
    page = visit(tolerated=("ERR_",))
    reader = Reader(page, town.elsewhere.article(slug, hostile=False), slower=4)
    reader.write(f"Ah, {HELD}, encore.", SEND)
    expect(page.locator("li.waiting.here")).to_be_visible()
    reader.saw_nothing_move("held")
    item = page.locator(f"#c-{ids[-3]}")
    reader.open("reply", item)
    reader.write(f"Vous êtes un {REFUSED}.", REPLY)
    expect(page.locator(".notice.refused")).to_be_visible()
    reader.saw_nothing_move("a reply that is refused")
    page.get_by_role("link", name="Annuler").click()
    reader.open("reply", item)
    reader.write(WORDS, REPLY)
    expect(item.locator("li.here")).to_contain_text("en ligne")
    reader.saw_nothing_move("a reply below twenty")
    page.get_by_role("link", name="Autres réponses").click()
    expect(page.get_by_role("link", name="Autres réponses")).to_have_count(0)
    reader.saw_nothing_move("the rest of a conversation")
    page.evaluate("scrollTo(0, 0)")
    page.get_by_role("link", name="Plus anciens").click()
    expect(page.locator(".sorts [aria-current]")).to_have_text("Plus anciens")
    reader.saw_nothing_move("sort")
    say(town, slug, "Une nouvelle.")
    page.get_by_role("button", name="1 nouveau commentaire").click()
    expect(page.get_by_text("Une nouvelle.")).to_be_visible()
    reader.saw_nothing_move("live")
    reader.lose()
    reader.open("reply", page.locator(f"#c-{ids[1]}"))
    reader.write(WORDS, REPLY)
    expect(page.get_by_role("alert")).to_contain_text("Votre texte est toujours là")
    reader.saw_nothing_move("a reply that fails")
