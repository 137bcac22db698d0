"""A reader without a mouse: the order of stops, and a comment posted, voted on and taken back; and
what a screen reader says of it, by Chromium's own accessibility tree.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

from browser.conftest import REFUSED
from browser.test_element_elsewhere import many

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
    for _ in range(15):
        page.keyboard.press("Tab")
        stops.append(page.evaluate(NAME))
    assert [name for name, _ in stops] == [
        *("Aller au", slug, "Plus récents", "Plus anciens", "Plus appréciés", "Commentaire"),
        *("Signer (facultatif)", "Envoyer le", "Toutes les", "Comment les"),
        *("Suivre par", "il y", "▲Voter pour", "▼Voter contre", "Répondre à"),
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
    expect(page.locator("li.gone")).to_be_focused()
    expect(page.locator("[data-says]")).to_have_text("Votre commentaire est supprimé.")


# Roles, names and states: what is for the eye alone is not among them.
SAID = """
- region "2 commentaires":
  - heading "2 commentaires" [level=2]
  - navigation "Trier les commentaires":
    - list:
      - listitem:
        - link "Plus récents"
  - status
  - form "Votre commentaire":
    - heading "Votre commentaire" [level=3]
    - textbox "Commentaire"
    - button "Envoyer le commentaire"
  - list "Liste des commentaires":
    - listitem:
      - article "Lecteur 0":
        - heading "Lecteur 0" [level=3]
        - link /il y a/
        - paragraph: Avis 0.
        - group "Votes sur le commentaire signé Lecteur 0":
          - 'button "Voter pour : 0"'
          - 'button "Voter contre : 0"'
        - link "Répondre à Lecteur 0"
        - button "Réponses à Lecteur 0, à replier ou déplier" [expanded]
        - link "Lien vers le commentaire signé Lecteur 0"
        - link "Signaler le commentaire de Lecteur 0"
      - list "Réponses à Lecteur 0":
        - listitem:
          - article "Lecteur 0"
"""


def test_what_a_screen_reader_says(visit: Visit, town: "Town", slug: str) -> None:
    root = many(town, slug, 1)[0]
    many(town, slug, 1, parent=root)
    page = visit()
    page.goto(town.elsewhere.article(slug, hostile=False))
    region = page.get_by_role("region")
    expect(region).to_match_aria_snapshot(SAID)
    live = page.locator("[data-says]")
    assert live.evaluate("e => [e.role ?? e.getAttribute('role'), e.ariaLive]") == ["status", None]
    up = page.get_by_role("button", name="Voter pour : 0").first
    up.focus()
    page.keyboard.press("Space")
    expect(live).to_have_text("Vote enregistré")
    expect(page.get_by_role("button", name="Voter pour : 1", pressed=True)).to_be_focused()
    text = page.get_by_label("Commentaire", exact=True)
    text.fill(f"Un {REFUSED}.")
    page.get_by_role("button", name="Envoyer le commentaire").press("Enter")
    # The form with the reasons has the focus, and the live region says what the matter is.
    form = page.get_by_role("form", name="Revoir votre commentaire")
    expect(form).to_be_focused()
    expect(live).to_have_text("Votre commentaire enfreint une règle de la maison.")
    expect(form).to_match_aria_snapshot("""
      - heading "Votre commentaire enfreint une règle de la maison." [level=3]
      - textbox "Commentaire": Un zorglub.
      - button "Envoyer de nouveau"
    """)
    text.fill("Un autre mot.")
    page.get_by_role("button", name="Envoyer de nouveau").press("Enter")
    expect(page.locator("ol.list > li", has_text="Un autre mot.")).to_be_focused()
