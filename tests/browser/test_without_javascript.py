"""Everything a reader does works by plain pages and forms."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

from browser.conftest import EDITOR, HELD, REFUSED
from palabre.domain.person import ANYBODY

if TYPE_CHECKING:
    from browser.conftest import Town

pytestmark = pytest.mark.browser
Visit = Callable[..., Page]
SEND = "Envoyer le commentaire"


def send(page: Page, text: str, name: str = "", button: str = SEND) -> None:
    page.get_by_label("Commentaire", exact=True).fill(text)
    if name:
        if not page.locator("details.sign[open]").count():
            page.get_by_text("Signer").click()
        page.get_by_label("Nom ou pseudonyme").fill(name)
    page.get_by_role("button", name=button).click()


def test_the_article_itself_reads_and_posts(visit: Visit, town: "Town") -> None:
    page = visit(js=False)
    page.goto(f"{town.base}/articles/valbonne-remonte-la-pente")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Valbonne gagne à la sirène")
    expect(page.get_by_text("retenez ce nom")).to_be_visible()
    send(page, "Quel match, *vraiment* !", "Élodie")
    assert page.url.startswith(f"{town.base}/articles/valbonne-remonte-la-pente?posted=")
    expect(page.get_by_text("Votre commentaire est en ligne.")).to_be_visible()
    expect(page.locator("li.here em")).to_have_text("vraiment")


def test_a_guest_without_a_name(visit: Visit, town: "Town", slug: str) -> None:
    page = visit(js=False)
    page.goto(town.thread(slug))
    expect(page.get_by_text("Personne n’a encore écrit ici.")).to_be_visible()
    send(page, "Bonjour à tous.")
    expect(page.get_by_role("heading", name="1 commentaire")).to_be_visible()
    expect(page.locator("li.here .name").last).to_have_text("Invité")


def test_sorting(visit: Visit, town: "Town", slug: str) -> None:
    first, second = town.write(slug, "Le premier."), town.write(slug, "Le second.")
    town.house.vote(first, 1, voter=None, viewer=ANYBODY)
    page = visit(js=False)
    page.goto(town.thread(slug))
    items = page.locator("ol.list > li")
    assert [items.nth(i).get_attribute("id") for i in (0, 1)] == [f"c-{second}", f"c-{first}"]
    for order, top in (
        ("Plus anciens", first),
        ("Plus appréciés", first),
        ("Plus récents", second),
    ):
        page.get_by_role("link", name=order).click()
        expect(page.get_by_role("link", name=order)).to_have_attribute("aria-current", "true")
        assert items.first.get_attribute("id") == f"c-{top}"


def test_paging_and_view_all(visit: Visit, town: "Town", slug: str) -> None:
    written = [town.write(slug, f"Commentaire {n}.") for n in range(30)]
    page = visit(js=False)
    page.goto(town.thread(slug))
    seen = page.locator("ol.list > li").evaluate_all("all => all.map(e => e.id)")
    page.get_by_role("link", name="Commentaires suivants").click()
    seen += page.locator("ol.list > li").evaluate_all("all => all.map(e => e.id)")
    assert seen == [f"c-{i}" for i in reversed(written)]
    page.get_by_role("link", name="Revenir au début").click()
    page.get_by_role("link", name="Tout afficher").click()
    expect(page.locator("ol.list > li")).to_have_count(30)


def test_the_rest_of_a_conversation(visit: Visit, town: "Town", slug: str) -> None:
    root = town.write(slug, "Une question.")
    for n in range(25):
        town.write(slug, f"Réponse {n}.", parent=root)
    page = visit(js=False)
    page.goto(town.thread(slug))
    expect(page.locator("ol.replies > li")).to_have_count(20)
    page.get_by_role("link", name="Autres réponses").click()
    expect(page.locator("ol.replies > li")).to_have_count(5)
    page.get_by_role("link", name="Revenir aux commentaires").click()
    expect(page.locator(f"#c-{root}")).to_be_visible()


def test_a_held_comment_is_seen_by_its_author_alone(visit: Visit, town: "Town", slug: str) -> None:
    page, other = visit(js=False), visit(js=False)
    page.goto(town.thread(slug))
    send(page, f"Ah, {HELD}, encore.")
    expect(page.get_by_text("Votre commentaire est bien arrivé.")).to_be_visible()
    page.goto(town.thread(slug))
    expect(page.locator("li.waiting")).to_contain_text("En attente de lecture")
    page.get_by_role("link", name="Visible de vous seul. Pourquoi ?").click()
    expect(page.get_by_text("Il est en attente")).to_be_visible()
    expect(page.locator(".notice dd")).to_have_count(1)
    address = page.url
    other.goto(town.thread(slug))
    expect(other.get_by_text(HELD)).to_have_count(0)
    assert other.goto(address).status in {401, 403, 404}


def test_a_refusal_keeps_the_text_and_names_the_rule(visit: Visit, town: "Town", slug: str) -> None:
    page = visit(js=False)
    page.goto(town.thread(slug))
    send(page, f"Vous êtes un {REFUSED}, monsieur.", "Léa")
    notice = page.locator(".notice.refused")
    expect(notice).to_contain_text("Les injures ne sont pas admises")
    expect(notice).to_contain_text("Décision prise automatiquement")
    expect(page.get_by_label("Commentaire", exact=True)).to_have_value(
        f"Vous êtes un {REFUSED}, monsieur."
    )
    send(page, "Je ne suis pas d’accord, monsieur.", button="Envoyer de nouveau")
    expect(page.get_by_text("Votre commentaire est en ligne.")).to_be_visible()
    expect(page.locator("li.here .name").last).to_have_text("Léa")


@pytest.mark.parametrize(
    ("text", "name", "email", "field", "told"),
    [
        ("   ", "", "", "text", "Le commentaire est vide."),
        ("Bien.", EDITOR, "", "name", "Ce nom est celui du journal"),
        ("Bien.", "Zoé", "zoe@exemple", "email", "n’en est pas une"),
    ],
)
def test_a_mistake_is_tied_to_its_field(
    visit: Visit, town: "Town", text: str, name: str, email: str, field: str, told: str
) -> None:
    page = visit(js=False)
    page.goto(town.thread("erreurs"))
    page.get_by_text("Signer").click()
    page.get_by_label("Commentaire", exact=True).fill(text)
    page.get_by_label("Nom ou pseudonyme").fill(name)
    page.get_by_label("Adresse électronique").fill(email)
    page.get_by_role("button", name=SEND).click()
    control = page.locator(f"#palabre-{field}")
    expect(control).to_have_attribute("aria-invalid", "true")
    described = (control.get_attribute("aria-describedby") or "").split()[0]
    expect(page.locator(f"#{described}")).to_contain_text(told)
    assert page.title().startswith("Erreur")
    expect(page.locator("[data-errors]")).to_be_focused()
    expect(page.get_by_label("Commentaire", exact=True)).to_have_value(text)
    expect(page.get_by_label("Nom ou pseudonyme")).to_have_value(name)


def test_reply_vote_edit_delete(visit: Visit, town: "Town", slug: str) -> None:
    root = town.write(slug, "Qui vient samedi ?", name="Anne")
    page = visit(js=False)
    page.goto(town.thread(slug))
    page.get_by_role("link", name="Répondre à Anne").click()
    expect(page.locator(f"#c-{root} form#palabre-form")).to_be_visible()
    send(page, "Moi, avec des gâteaux.", button="Envoyer la réponse")
    own = page.locator(f"#c-{root} > ol > li")
    expect(own).to_contain_text("avec des gâteaux")

    up = page.locator(f"#c-{root} > article [data-up]")
    expect(up).to_have_attribute("aria-pressed", "false")
    up.click()
    expect(up).to_have_attribute("aria-pressed", "true")
    expect(up.locator("b")).to_have_text("1")
    up.click()
    expect(up).to_have_attribute("aria-pressed", "false")
    expect(up.locator("b")).to_have_text("0")

    own.get_by_role("link", name="Modifier").click()
    send(page, "Moi, avec une tarte.", button="Enregistrer")
    expect(own.locator(".text")).to_have_text("Moi, avec une tarte.")
    expect(own).to_contain_text("modifié")

    own.get_by_text("Supprimer", exact=True).click()
    own.get_by_role("button", name="Oui, supprimer").click()
    expect(page.get_by_text("Votre commentaire est supprimé.")).to_be_visible()
    expect(page.get_by_text("avec une tarte")).to_have_count(0)


def test_a_deleted_comment_keeps_its_replies(visit: Visit, town: "Town", slug: str) -> None:
    page = visit(js=False)
    page.goto(town.thread(slug))
    send(page, "Je regrette déjà.")
    parent = page.locator("li.here").get_attribute("id").removeprefix("c-")
    town.write(slug, "Trop tard !", parent=parent)
    page.goto(town.thread(slug))
    page.locator(f"#c-{parent}").get_by_text("Supprimer", exact=True).click()
    page.get_by_role("button", name="Oui, supprimer").click()
    stone = page.locator(f"#c-{parent}")
    expect(stone).to_contain_text("a été supprimé par la personne qui l’avait écrit")
    expect(stone).to_contain_text("Trop tard !")
