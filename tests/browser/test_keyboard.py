"""A reader without a mouse: the order of stops, and a comment posted, voted on and taken back."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

if TYPE_CHECKING:
    from browser.conftest import Town

pytestmark = pytest.mark.browser
Visit = Callable[..., Page]

NAME = """() => {
  let at = document.activeElement;
  while (at.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
  const label = at.labels?.[0]?.textContent ?? at.getAttribute('aria-label') ?? at.textContent;
  const seen = getComputedStyle(at).outlineStyle !== 'none';
  return [label.trim().split(/\\s+/).slice(0, 2).join(' '), seen];
}"""


@pytest.mark.parametrize("js", [True, False])
def test_the_stops_from_the_heading_to_the_first_comment(
    visit: Visit, town: "Town", slug: str, js: bool
) -> None:
    town.write(slug, "Bonjour.", name="Anne")
    page = visit(js=js)
    page.goto(town.thread(slug))
    stops = []
    for _ in range(14):
        page.keyboard.press("Tab")
        stops.append(page.evaluate(NAME))
    assert [name for name, _ in stops] == [
        *("Aller au", slug, "Plus récents", "Plus anciens", "Plus appréciés", "Commentaire"),
        *("Signer (facultatif)", "Envoyer le", "Toutes les", "Comment les", "il y"),
        *("▲Voter pour", "▼Voter contre", "Répondre à"),
    ]
    assert all(visible for _, visible in stops)


def test_post_vote_and_delete_in_the_element(visit: Visit, town: "Town", slug: str) -> None:
    page = visit()
    page.goto(town.elsewhere.article(slug))
    page.get_by_label("Commentaire", exact=True).focus()
    page.keyboard.type("Écrit sans souris.")
    for _ in range(2):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    own = page.locator("li.here")
    expect(own).to_be_focused()
    while page.evaluate(NAME)[0] != "Supprimer":
        page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    assert page.evaluate(NAME)[0] == "Oui, supprimer"
    page.keyboard.press("Enter")
    expect(page.get_by_text("Écrit sans souris.")).to_have_count(0)
    expect(page.locator("#palabre-h")).to_be_focused()
    expect(page.locator("[data-says]")).to_have_text("Votre commentaire est supprimé.")
