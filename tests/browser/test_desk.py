"""A moderator's day: by keyboard with the script, by forms without."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

from browser.conftest import EDITOR, HELD, LOGIN, PASSWORD
from browser.desk_steps import sign_in
from palabre.domain.comment import Status
from palabre.domain.decision import ActorKind
from palabre.domain.person import Viewer

if TYPE_CHECKING:
    from browser.conftest import Town

pytestmark = pytest.mark.browser
Visit = Callable[..., Page]


def status(town: "Town", comment_id: str) -> Status:
    moderator = town.house.sign_in.who(town.house.sign_in(LOGIN, PASSWORD))
    found, _ = town.house.read.comment(comment_id, Viewer(moderator=moderator))
    return found.comment.status


def history(town: "Town", comment_id: str) -> list[tuple[str, str]]:
    moderator = town.house.sign_in.who(town.house.sign_in(LOGIN, PASSWORD))
    _, records = town.house.moderate.item(comment_id, moderator)
    return [(r.actor.kind.value, r.decision.verdict.value) for r in records]


def enter(page: Page, town: "Town", first: str) -> None:
    """Go to where ``first`` stands in the queue: other tests leave comments there as well."""
    sign_in(page, town)
    with town.house.moderate.store.reading() as unit:
        entry = unit.work.entry(first)
    page.goto(f"{town.base}/desk?after={entry.priority + 1e-9!r}_{first}")


def focused(page: Page) -> str:
    return page.evaluate("document.activeElement.dataset.item ?? ''")


def test_by_keyboard(visit: Visit, town: "Town", slug: str) -> None:
    ids = [town.write(slug, f"{HELD} {n}", name=f"Lecteur {n}") for n in range(4)]
    page = visit()
    enter(page, town, ids[0])
    waiting = int(page.locator("[data-count=held]").text_content() or "0")
    published = int(page.locator("[data-count=published]").text_content() or "0")
    assert focused(page) == ids[0]
    page.keyboard.press("j")
    assert focused(page) == ids[1]
    page.keyboard.press("k")
    assert focused(page) == ids[0]

    page.keyboard.press("a")
    expect(page.locator(f"#i-{ids[0]} .state")).to_have_text("Publié")
    assert focused(page) == ids[1]
    expect(page.locator("[data-says]")).to_have_text("Publié")
    expect(page.locator("[data-count=held]")).to_have_text(str(waiting - 1))
    expect(page.locator("[data-count=published]")).to_have_text(str(published + 1))

    page.keyboard.press("n")
    page.keyboard.type("Ce n’est pas le ton.")
    page.keyboard.press("Escape")
    assert focused(page) == ids[1]
    page.keyboard.press("r")
    insult = page.locator(f"#i-{ids[1]} button[value='refuse:insult']")
    expect(insult).to_be_visible()
    page.keyboard.press(insult.get_attribute("data-rule-key"))
    expect(page.locator(f"#i-{ids[1]} .state")).to_have_text("Non publié")
    expect(page.locator(f"#i-{ids[1]}")).to_contain_text("Ce n’est pas le ton.")
    expect(page.locator(f"#i-{ids[1]}")).to_contain_text(EDITOR)
    assert focused(page) == ids[2]

    page.keyboard.press("u")
    expect(page.locator(f"#i-{ids[1]} .state")).to_have_text("En attente de lecture")
    assert focused(page) == ids[1]

    page.keyboard.press("Shift+?")
    expect(page.get_by_role("heading", name="Au clavier")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("heading", name="Au clavier")).to_be_hidden()

    assert [status(town, i) for i in ids] == [
        *(Status.PUBLISHED, Status.HELD, Status.HELD, Status.HELD)
    ]
    engine, person = ActorKind.ENGINE.value, ActorKind.MODERATOR.value
    assert history(town, ids[1]) == [(engine, "hold"), (person, "refuse"), (person, "hold")]


def test_without_javascript(visit: Visit, town: "Town", slug: str) -> None:
    comment = town.write(slug, f"Sans script, {HELD}.", name="Rose")
    page = visit(js=False)
    enter(page, town, comment)

    def item() -> object:
        return page.locator(f"#i-{comment}")

    expect(item().locator("mark")).to_contain_text(HELD)
    item().get_by_text("Refuser").click()
    item().locator("button[value='refuse:insult']").click()
    expect(page.locator("#done")).to_contain_text("le commentaire signé Rose")
    assert status(town, comment) is Status.REFUSED
    page.locator("#done").get_by_role("button", name="Annuler la décision").click()
    assert status(town, comment) is Status.HELD
    item().get_by_role("button", name="Publier").click()
    assert status(town, comment) is Status.PUBLISHED
    page.locator("a[href$=published]").click()
    item().get_by_role("button", name="Mettre en attente").click()
    assert status(town, comment) is Status.HELD
    page.get_by_role("button", name="Sortir").click()
    page.goto(f"{town.base}/desk")
    expect(page.get_by_label("Mot de passe")).to_be_visible()


def test_the_evidence_is_marked_in_the_very_text(visit: Visit, town: "Town", slug: str) -> None:
    comment = town.write(slug, f"Avant 🙂 é, **{HELD}** <b>après</b>.", name="Rose")
    page = visit()
    enter(page, town, comment)
    item = page.locator(f"#i-{comment}")
    own = item.locator("mark").evaluate("e => e.firstChild.textContent")
    assert own == HELD
    shown = item.locator(".words").evaluate(
        "e => { const c = e.cloneNode(true);"
        " c.querySelectorAll('.unseen').forEach(u => u.remove()); return c.textContent }"
    )
    assert shown == f"Avant 🙂 é, **{HELD}** <b>après</b>."
    expect(item.locator("mark .unseen")).to_contain_text("relevé")


def test_a_wrong_password(visit: Visit, town: "Town") -> None:
    page = visit(js=False)
    page.goto(f"{town.base}/desk")
    page.get_by_label("Identifiant").fill(LOGIN)
    page.get_by_label("Mot de passe").fill("pas le bon du tout")
    page.get_by_role("button", name="Entrer").click()
    expect(page.get_by_role("alert")).to_contain_text("ne convient pas")
    expect(page.get_by_label("Identifiant")).to_have_value(LOGIN)
    assert page.context.cookies() == []


def test_a_refused_decision_says_so(visit: Visit, town: "Town", slug: str) -> None:
    comment = town.write(slug, f"{HELD}, encore.")
    page = visit(tolerated=("ERR_",))
    enter(page, town, comment)
    page.route("**/desk/comments/**", lambda route: route.abort())
    page.locator(f"#i-{comment}").get_by_role("button", name="Publier").click()
    expect(page.locator(f"#i-{comment} [data-warning]")).to_contain_text("pas été enregistrée")
    assert status(town, comment) is Status.HELD


def test_in_english_for_an_english_browser(visit: Visit, town: "Town") -> None:
    page = visit(js=False, locale="en-GB")
    page.goto(f"{town.base}/desk")
    expect(page.get_by_role("heading", name="Moderators’ desk")).to_be_visible()


@pytest.mark.parametrize("javascript", [True, False])
def test_a_thread_is_closed_and_opened_from_the_desk(
    visit: Visit, town: "Town", slug: str, *, javascript: bool
) -> None:
    comment = town.write(slug, f"{HELD} à fermer", name="Lectrice")
    page = visit(js=javascript)
    enter(page, town, comment)
    page.get_by_role("button", name="Fermer ce fil").click()
    expect(page.get_by_text("Fil fermé")).to_be_visible()
    reader = visit(js=javascript)
    reader.goto(town.thread(slug))
    expect(reader.get_by_role("button", name="Envoyer")).to_have_count(0)
    page.get_by_role("button", name="Rouvrir ce fil").click()
    expect(page.get_by_text("Fil fermé")).to_have_count(0)
    reader.reload()
    expect(reader.get_by_role("button", name="Envoyer")).to_be_visible()
