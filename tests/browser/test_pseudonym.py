"""One pseudonym on two devices: on a page of another origin, and by plain pages alone."""

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, Page, expect

from browser.elsewhere import Elsewhere
from mail_server import MailServer, controller
from serving import free_port, palabre, serving

pytestmark = pytest.mark.browser
Device = Callable[..., Page]
NAME, SEND = "Zoé du Faubourg", "Envoyer le commentaire"
VERIFIED = "pseudonyme vérifié par courriel"
RULES = '[rules.courtesy]\nwords = {fr = ["patatras | 0.7"]}\n'


@dataclass(frozen=True)
class Village:
    """A server that sends mail, and a site on another origin that shows its threads."""

    base: str
    elsewhere: Elsewhere
    mail: MailServer

    def link(self, to: str, number: int) -> str:
        """Wait for so many mails to an address, and return the link in the last one."""
        end = time.monotonic() + 60
        while len(mine := [t for t in self.mail.taken if t.to == to]) < number:
            assert time.monotonic() < end
            time.sleep(0.05)
        text = mine[-1].message.get_body(("plain",)).get_content()
        found = re.search(rf"{self.base}/pseudonym/\S+", text)
        assert found
        return found[0]


@pytest.fixture(scope="module")
def village(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Village]:
    folder = tmp_path_factory.mktemp("village")
    mail = MailServer()
    running = controller(mail)
    running.start()
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    with Elsewhere(base) as elsewhere:
        where = ("--origin", elsewhere.origin, "--base-url", base)
        palabre(folder, "init", "--name", "La Gazette", *where)
        (folder / "house-rules.toml").write_text(RULES, encoding="utf-8")
        variables = {
            "PALABRE_SMTP_HOST": "127.0.0.1",
            "PALABRE_SMTP_PORT": str(mail.port),
            "PALABRE_SMTP_SECURITY": "none",
            "PALABRE_DATABASE_DURABILITY": "process",
        }
        with serving(folder, port=port, **variables):
            yield Village(base, elsewhere, mail)
    running.stop()


@pytest.fixture
def device(browser: Browser) -> Iterator[Device]:
    """Return a function that opens one more device."""
    contexts = []

    def opened(*, js: bool = True) -> Page:
        context = browser.new_context(java_script_enabled=js, locale="fr-FR")
        context.set_default_timeout(8000)
        contexts.append(context)
        return context.new_page()

    yield opened
    for context in contexts:
        context.close()


def write(page: Page, text: str, *, name: str = "", email: str = "") -> None:
    page.get_by_label("Commentaire", exact=True).fill(text)
    if name:
        if not page.locator("details.sign[open]").count():
            page.get_by_text("Signer, s’abonner").click()
        page.get_by_label("Nom ou pseudonyme").fill(name)
    if email:
        page.get_by_label("Adresse électronique").fill(email)
        page.get_by_label("Garder ce pseudonyme").check()
    page.get_by_role("button", name=SEND).click()


def test_on_a_page_of_another_origin(village: Village, device: Device) -> None:
    email, slug = "zoe@lectrices.example", "ailleurs"
    article = village.elsewhere.article(slug, hostile=False)
    first = device()
    first.goto(article)
    write(first, "Ah, patatras.", name=NAME, email=email)
    expect(first.locator("li.waiting .name")).to_have_text(NAME)
    expect(first.locator("[data-says]")).to_contain_text("Un courriel vous demande de confirmer.")
    mailbox = device()  # where her mail is read matters to nobody
    mailbox.goto(village.link(email, 1))
    mailbox.get_by_role("button", name="Oui, garder ce pseudonyme").click()
    expect(mailbox.get_by_role("heading", level=1)).to_have_text("Le pseudonyme est à vous")

    second = device()
    second.goto(article)
    expect(second.locator("ol.list > li")).to_have_count(0)
    write(second, "Je suis une autre.", name="zoé du FAUBOURG")
    expect(second.get_by_role("alert")).to_contain_text("gardé par quelqu’un d’autre")
    expect(second.get_by_label("Nom ou pseudonyme")).to_be_focused()
    expect(second.get_by_label("Commentaire", exact=True)).to_have_value("Je suis une autre.")
    second.get_by_role("link", name="Retrouver mon pseudonyme").click()
    second.get_by_label("Adresse électronique").first.fill(email)
    second.get_by_role("button", name="Recevoir le lien").click()
    expect(second.get_by_role("status")).to_contain_text("Regardez votre courrier")
    second.goto(village.link(email, 2))
    second.get_by_role("button", name="Oui, sur cet appareil").click()
    second.get_by_role("link", name="Revenir à l’article").click()
    expect(second.get_by_text(f"Vous écrivez maintenant sous le nom « {NAME} ».")).to_be_focused()
    assert second.url == f"{article.rstrip('?')}#palabre"
    waiting = second.locator("li.waiting")
    expect(waiting).to_contain_text("patatras")
    waiting.get_by_role("link", name="Modifier").click()
    second.locator("li.waiting textarea").fill("Ah, tant pis.")
    second.get_by_role("button", name="Enregistrer").click()
    here = second.locator("ol.list > li:not(.waiting)")
    expect(here.locator(".text")).to_have_text("Ah, tant pis.")
    expect(here.locator(".kept")).to_contain_text(VERIFIED)
    # By another page: the same one with another fragment is not loaded again.
    second.goto("about:blank")
    second.goto(f"{article}#palabre=spent")
    expect(second.locator("p.notice")).to_be_focused()


def test_without_javascript(village: Village, device: Device) -> None:
    email, name = "lea@lectrices.example", "Léa d’en haut"
    url = f"{village.elsewhere.origin}/calm/pages"
    thread = f"{village.base}/thread?{urlencode({'url': url})}"
    first, second = device(js=False), device(js=False)
    first.goto(thread)
    write(first, "Un mot.", name=name, email=email)
    expect(first.get_by_text("Regardez votre courrier")).to_be_visible()
    first.goto(village.link(email, 1))
    first.get_by_role("button", name="Oui, garder ce pseudonyme").click()
    second.goto(thread)
    expect(second.locator(".kept")).to_contain_text(VERIFIED)
    write(second, "Un autre mot.", name=name)
    expect(second.get_by_text("gardé par quelqu’un d’autre").first).to_be_visible()
    second.get_by_role("link", name="Retrouver mon pseudonyme").click()
    second.get_by_label("Adresse électronique").first.fill(email)
    second.get_by_role("button", name="Recevoir le lien").click()
    second.goto(village.link(email, 2))
    second.get_by_role("button", name="Oui, sur cet appareil").click()
    second.get_by_role("link", name="Commentaires", exact=True).click()
    write(second, "Le mien.")
    expect(second.locator("li.here .kept")).to_contain_text(VERIFIED)
    second.goto(village.base + "/pseudonym?" + urlencode({"url": url}))
    second.get_by_role("button", name="Rendre ce pseudonyme").click()
    expect(second.get_by_text("Le pseudonyme est rendu")).to_be_visible()
    second.goto(thread)
    expect(second.locator(".kept")).to_have_count(0)
