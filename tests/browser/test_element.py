"""<palabre-comments> does in place what the plain pages do."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

from browser.conftest import HELD, REFUSED

if TYPE_CHECKING:
    from browser.conftest import Town

pytestmark = pytest.mark.browser
Visit = Callable[..., Page]
Open = Callable[..., Page]

SEND = "Envoyer le commentaire"


@pytest.fixture(params=["same origin", "elsewhere"])
def thread(request: pytest.FixtureRequest, visit: Visit, town: "Town", slug: str) -> Open:
    """Return a function that opens a page with the element, on our site or on another.

    Its thread has a conversation of Anne's.
    """

    def opened(**options: object) -> Page:
        page = visit(**options)
        page.left = []
        page.on("framenavigated", lambda frame: page.left.append(frame.url))
        if request.param == "elsewhere":
            town.house.post(_comment(f"{town.elsewhere.origin}/hostile/{slug}"))
            page.goto(town.elsewhere.article(slug))
        else:
            town.house.post(_comment(f"{town.base}/articles/the-last-ferry"))
            page.goto(f"{town.base}/articles/the-last-ferry?lang=fr")
        expect(page.get_by_role("heading", name="commentaire").first).to_be_visible()
        page.wait_for_function("document.querySelector('palabre-comments').shadowRoot")
        page.left.clear()
        return page

    return opened


def _comment(url: str) -> object:
    from palabre.application.post_comment import NewComment

    return NewComment(url=url, text="Qui vient samedi ?", name="Anne", title="Samedi", vouched=True)


def write(page: Page, text: str, button: str = SEND) -> None:
    page.get_by_label("Commentaire", exact=True).fill(text)
    page.get_by_role("button", name=button).click()


def test_post_reply_vote_edit_delete(thread: Open) -> None:
    page = thread()
    heading = page.locator("#palabre-h")
    before = int((heading.text_content() or "0").split()[0])
    write(page, "J’en suis, *bien sûr*.")
    own = page.locator("li.here")
    expect(own).to_contain_text("Votre commentaire est en ligne.")
    expect(own.locator("em")).to_have_text("bien sûr")
    expect(own).to_be_focused()
    expect(heading).to_have_text(f"{before + 1} commentaires")
    expect(page.get_by_label("Commentaire", exact=True)).to_have_value("")

    anne = page.locator("ol.list > li", has_text="Qui vient samedi").first
    anne.get_by_role("link", name="Répondre à Anne").click()
    expect(anne.get_by_label("Commentaire", exact=True)).to_be_focused()
    write(page, "Moi aussi.", "Envoyer la réponse")
    reply = anne.locator("ol.replies > li")
    expect(reply).to_contain_text("Moi aussi.")
    expect(page.get_by_role("button", name=SEND)).to_be_visible()

    up = anne.locator("> article [data-up]")
    up.click()
    expect(up).to_have_attribute("aria-pressed", "true")
    expect(up.locator("b")).to_have_text("1")
    up.click()
    expect(up).to_have_attribute("aria-pressed", "false")
    expect(up.locator("b")).to_have_text("0")

    reply.get_by_role("link", name="Modifier").click()
    expect(page.get_by_label("Commentaire", exact=True)).to_have_value("Moi aussi.")
    write(page, "Moi non plus.", "Enregistrer")
    expect(reply.locator(".text")).to_have_text("Moi non plus.")
    expect(page.get_by_role("button", name=SEND)).to_be_visible()

    reply.get_by_text("Supprimer", exact=True).click()
    reply.get_by_role("button", name="Oui, supprimer").click()
    expect(page.get_by_text("Moi non plus.")).to_have_count(0)
    assert page.left == []


def test_held_and_found_again_after_a_reload(thread: Open) -> None:
    page = thread()
    write(page, f"Ah, {HELD}, encore.")
    expect(page.locator("li.here")).to_contain_text("Votre commentaire est bien arrivé.")
    page.reload()
    expect(page.locator("li.waiting")).to_contain_text("En attente de lecture")


def test_refused_then_reworked(thread: Open) -> None:
    page = thread()
    write(page, f"Vous êtes un {REFUSED}.")
    expect(page.locator(".notice.refused")).to_contain_text("Les injures ne sont pas admises")
    expect(page.get_by_label("Commentaire", exact=True)).to_have_value(f"Vous êtes un {REFUSED}.")
    write(page, "Je ne suis pas de votre avis.", "Envoyer de nouveau")
    expect(page.get_by_text("Je ne suis pas de votre avis.")).to_be_visible()
    expect(page.get_by_role("button", name=SEND)).to_be_visible()
    assert page.left == []


def test_a_mistake_keeps_the_text_and_names_the_field(thread: Open) -> None:
    page = thread()
    page.get_by_text("Signer").click()
    page.get_by_label("Nom ou pseudonyme").fill("La Gazette de Valbonne")
    write(page, "Un texte auquel je tiens.")
    expect(page.get_by_role("alert")).to_contain_text("Ce nom est celui du journal")
    expect(page.get_by_label("Nom ou pseudonyme")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label("Nom ou pseudonyme")).to_be_focused()
    expect(page.get_by_label("Commentaire", exact=True)).to_have_value("Un texte auquel je tiens.")


def test_the_network_fails(thread: Open) -> None:
    page = thread(tolerated=("ERR_",))
    page.route("**/api/v1/**", lambda route: route.abort())
    write(page, "Un texte auquel je tiens.")
    expect(page.get_by_role("alert")).to_contain_text("Votre texte est toujours là")
    expect(page.get_by_label("Commentaire", exact=True)).to_have_value("Un texte auquel je tiens.")
    page.unroute("**/api/v1/**")
    page.get_by_role("button", name=SEND).click()
    expect(page.locator("li.here")).to_contain_text("Votre commentaire est en ligne.")


def test_cancelling_a_reply_gives_the_form_and_the_focus_back(thread: Open) -> None:
    page = thread()
    link = page.get_by_role("link", name="Répondre à Anne").first
    link.click()
    page.get_by_role("link", name="Annuler").click()
    expect(link).to_be_focused()
    expect(page.get_by_role("button", name=SEND)).to_be_visible()
