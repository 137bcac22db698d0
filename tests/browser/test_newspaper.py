"""A newspaper's own article with its thread put in by nginx, or in a frame; and all that a reader
may do there without JavaScript, mails included.
"""

from collections.abc import Callable, Iterator

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from browser.conftest import HELD, REFUSED
from browser.newspaper import Newspaper
from browser.test_without_javascript import send

pytestmark = pytest.mark.browser
Reader = Callable[..., Page]


@pytest.fixture
def reader(browser: Browser) -> Iterator[Reader]:
    """Return a function that opens the browser of one more reader, without JavaScript."""
    contexts = []

    def opened(*, js: bool = False) -> Page:
        context = browser.new_context(java_script_enabled=js, locale="fr-FR")
        context.set_default_timeout(8000)
        contexts.append(context)
        return context.new_page()

    yield opened
    for context in contexts:
        context.close()


def tell_me(page: Page, text: str, kind: str, email: str) -> None:
    """Send a comment, and ask to be told by mail."""
    if not page.locator("details.sign[open]").count():
        page.get_by_text("Signer, s’abonner").click()
    page.get_by_label("Adresse électronique").fill(email)
    page.locator("#palabre-notify").select_option(kind)
    send(page, text)
    expect(page.get_by_role("heading", name="Un courriel vous demande")).to_be_visible()


def test_from_reading_to_appealing(paper: Newspaper, reader: Reader) -> None:
    page = reader()
    page.goto(paper.article("budget"))
    expect(page.get_by_text("Personne n’a encore écrit ici.")).to_be_visible()
    send(page, f"Vous êtes un {REFUSED}.", "Léa")
    expect(page.locator(".notice.refused")).to_contain_text("Les injures ne sont pas admises")
    send(page, "Je ne suis pas de votre avis.", button="Envoyer de nouveau")
    expect(page.get_by_text("Votre commentaire est en ligne.")).to_be_visible()
    send(page, f"Ah, {HELD}, encore.")
    expect(page.get_by_text("Votre commentaire est bien arrivé.")).to_be_visible()
    send(page, f"Et vous un autre {REFUSED} !")
    page.goto(paper.at("/thread", url=paper.article("budget")))
    page.locator("li.waiting", has_text="un autre").get_by_text("Pourquoi").click()
    page.get_by_role("link", name="Contester la décision").click()
    page.get_by_label("Pourquoi la décision est-elle erronée").fill("Ce mot n’insulte personne.")
    page.get_by_role("button", name="Contester").click()
    expect(page.get_by_text("Votre contestation attend une décision.")).to_be_visible()

    other = reader()
    other.goto(paper.article("budget"))
    expect(other.locator("ol.list > li")).to_have_count(1)  # what others sent and nobody read yet
    other.get_by_role("link", name="Répondre à Léa").click()
    send(other, "Moi non plus.", button="Envoyer la réponse")
    lea = other.locator("ol.list > li", has_text="pas de votre avis")
    lea.locator("> article [data-up]").click()
    expect(lea.locator("> article [data-up]")).to_have_attribute("aria-pressed", "true")
    own = lea.locator("ol.replies > li")
    own.get_by_role("link", name="Modifier").click()
    send(other, "Moi si.", button="Enregistrer")
    expect(own.locator(".text")).to_have_text("Moi si.")
    other.goto(paper.article("budget"))
    expect(other.locator("ol.replies > li")).to_contain_text("Moi si.")
    other.get_by_role("link", name="Plus appréciés").click()
    own.get_by_text("Supprimer", exact=True).click()
    own.get_by_role("button", name="Oui, supprimer").click()
    expect(other.get_by_text("Votre commentaire est supprimé.")).to_be_visible()
    expect(other.get_by_text("Moi si.")).to_have_count(0)


def test_reporting_with_name_and_address(paper: Newspaper, reader: Reader) -> None:
    author, page = reader(), reader()
    author.goto(paper.article("rumeur"))
    send(author, "On m’a dit des choses.", "Zoé")
    page.goto(paper.article("rumeur"))
    page.get_by_role("link", name="Signaler le commentaire de Zoé").click()
    expect(page.locator("blockquote")).to_contain_text("On m’a dit des choses.")
    page.get_by_label("Diffamation").check()
    page.get_by_label("Pourquoi, et quel passage").fill("Des choses, mais lesquelles ?")
    page.get_by_label("Nom ou pseudonyme").fill("Rosalie")
    page.get_by_label("Adresse électronique").fill("rosalie@lectrices.example")
    page.get_by_label("Je déclare de bonne foi").check()
    page.get_by_role("button", name="Envoyer le signalement").click()
    expect(page.get_by_text("Un accusé de réception part à votre adresse.")).to_be_visible()
    page.goto(paper.link("rosalie@lectrices.example", "/reports/"))
    expect(page.get_by_text("Votre signalement attend une décision.")).to_be_visible()


def test_subscribing_in_each_kind_and_leaving(paper: Newspaper, reader: Reader) -> None:
    page, other, address = reader(), reader(), paper.article("marche")
    page.goto(address)
    tell_me(page, "Qui vient samedi ?", "comment", "anne@lectrices.example")
    question = page.locator("li.here").get_attribute("id")
    tell_me(page, "Et dimanche ?", "mine", "lea@lectrices.example")
    other.goto(address)
    other.get_by_role("link", name="Être prévenu par courriel").click()
    other.get_by_label("Adresse électronique").fill("zoe@lectrices.example")
    other.get_by_role("button", name="Me prévenir").click()
    expect(other.get_by_role("heading", name="Un courriel vous demande")).to_be_visible()
    readers = [f"{name}@lectrices.example" for name in ("anne", "lea", "zoe")]
    for email in readers:
        other.goto(paper.link(email, "/subscriptions/confirm/"))
        other.get_by_role("button", name="Oui, prévenez-moi").click()
        expect(other.get_by_role("heading", name="C’est entendu.")).to_be_visible()
    other.goto(address)
    other.locator(f"#{question}").get_by_role("link", name="Répondre").click()
    send(other, "Moi, avec des gâteaux.", button="Envoyer la réponse")
    for email in readers:
        other.goto(paper.link(email, "/subscriptions/leave/"))
        other.get_by_role("button", name="Ne plus me prévenir").click()
        expect(other.get_by_role("heading", name="C’est arrêté.")).to_be_visible()


def test_the_element_takes_over_what_was_included(paper: Newspaper, reader: Reader) -> None:
    page, address = reader(js=True), paper.article("gare")
    asked: list[str] = []
    page.on("request", lambda r: asked.append(r.url) if "/thread?" in r.url else None)
    page.goto(address)
    page.wait_for_function("document.querySelector('palabre-comments').shadowRoot")
    expect(page.get_by_text("Personne n’a encore écrit ici.")).to_be_visible()
    assert asked == []  # it came with the article
    send(page, f"Un {HELD} à quai.")
    expect(page.locator("li.here")).to_contain_text("Votre commentaire est bien arrivé.")
    assert page.url == address
    # nginx asks for what all may see: a reader who has written here is shown their own as well.
    page.reload()
    expect(page.locator("li.waiting")).to_contain_text("à quai")
    # Where there is no thread to be had, the article has a link instead.
    served = httpx.get(paper.article("ailleurs", of="https://nowhere.example/a")).text
    assert "Lire les commentaires" in served
    assert "section" not in served


def test_in_a_frame(paper: Newspaper, reader: Reader) -> None:
    page, address = reader(), paper.framing("cadre")
    page.goto(address)
    frame = page.frame_locator("iframe[title=Commentaires]")
    frame.get_by_label("Commentaire", exact=True).fill("Vu par la fenêtre.")
    frame.get_by_role("button", name="Envoyer le commentaire").click()
    expect(frame.get_by_text("Votre commentaire est en ligne.")).to_be_visible()
    # What the thread leads to can be read in the frame, too.
    page.context.clear_cookies()
    for link in ("Toutes les règles", "Comment les données", "il y a", "Signaler", "Être prévenu"):
        page.goto(address)
        frame.get_by_role("link", name=link).first.click()
        expect(frame.locator("main").get_by_role("heading", level=1)).not_to_contain_text("cadre")
    assert page.url == address
