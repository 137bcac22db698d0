"""The states in which a reader or a moderator sees this product, each one step away."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from playwright.sync_api import Page, expect

from browser.conftest import HELD
from browser.desk_steps import at_desk

if TYPE_CHECKING:
    from browser.conftest import Town

ARTICLE = {"fr": "bibliotheque-ouverte-le-dimanche", "en": "the-last-ferry"}
ACCUSATION = {
    "fr": "Tout le monde sait que Bertrand Lacaze a détourné l’argent de la médiathèque.",
    "en": "Everybody knows that Alan Moir embezzled the money of the company.",
}
TEXT = {"fr": "Commentaire", "en": "Comment"}
SEND = {"fr": "Envoyer le commentaire", "en": "Send the comment"}
State = Callable[[Page, "Town", str], None]


def _write(page: Page, lang: str, text: str) -> None:
    page.get_by_label(TEXT[lang], exact=True).fill(text)
    page.get_by_role("button", name=SEND[lang]).click()


def front(page: Page, town: "Town", lang: str) -> None:
    """Show the demonstration's front page."""
    page.goto(f"{town.base}/?lang={lang}")


def article(page: Page, town: "Town", lang: str) -> None:
    """Show an article with its thread in the element."""
    page.goto(f"{town.base}/articles/{ARTICLE[lang]}?lang={lang}")
    page.wait_for_function("document.querySelector('palabre-comments').shadowRoot")


def thread(page: Page, town: "Town", lang: str) -> None:
    """Show the plain thread page."""
    page.goto(town.thread(ARTICLE[lang], lang=lang))


def empty(page: Page, town: "Town", lang: str) -> None:
    """Show a thread nobody has written in."""
    page.goto(town.thread("personne", lang=lang))


def mistake(page: Page, town: "Town", lang: str) -> None:
    """Show a form that came back with a mistake in it."""
    page.goto(town.thread(ARTICLE[lang], lang=lang))
    page.locator(".sign summary").click()
    page.locator("#palabre-name").fill("La Gazette de Valbonne")
    _write(page, lang, "J’y étais, et je peux raconter." if lang == "fr" else "I was there.")
    expect(page.locator("#palabre-name-error")).to_be_visible()


def held(page: Page, town: "Town", lang: str) -> None:
    """Show a comment that waits, to its author."""
    page.goto(town.thread(ARTICLE[lang], lang=lang))
    _write(page, lang, ACCUSATION[lang])
    expect(page.locator(".notice.held")).to_be_visible()


def refused(page: Page, town: "Town", lang: str) -> None:
    """Show a refusal with its rule and the text to rework."""
    page.goto(town.thread(ARTICLE[lang], lang=lang))
    _write(page, lang, "Zorglub !")
    expect(page.locator(".notice.refused")).to_be_visible()


def reply(page: Page, town: "Town", lang: str) -> None:
    """Show the form below the comment that is answered."""
    page.goto(town.thread(ARTICLE[lang], lang=lang))
    page.locator("[data-go=reply]").first.click()
    expect(page.locator("li #palabre-form")).to_be_visible()


def own(page: Page, town: "Town", lang: str) -> None:
    """Show the page of a waiting comment to its author."""
    held(page, town, lang)
    page.locator("li.here .when").first.click()
    expect(page.locator(".notice.held")).to_be_visible()


def rules(page: Page, town: "Town", lang: str) -> None:
    """Show the house rules."""
    page.goto(f"{town.base}/house-rules?lang={lang}")


def error(page: Page, town: "Town", lang: str) -> None:
    """Show an error page."""
    page.goto(f"{town.base}/nulle-part?lang={lang}")


def door(page: Page, town: "Town", lang: str) -> None:
    """Show the desk's sign-in."""
    page.goto(f"{town.base}/desk")


def queue(page: Page, town: "Town", lang: str) -> None:
    """Show what waits at the desk, with the rules of a refusal open."""
    at_desk(page, town, lang)
    page.locator("[data-refuse] summary").first.click()


def published(page: Page, town: "Town", lang: str) -> None:
    """Show the desk's list of published comments."""
    at_desk(page, town, lang)
    page.goto(f"{town.base}/desk?state=published")


def one_by_one(page: Page, town: "Town", lang: str) -> None:
    """Show a waiting comment alone, with its near copies, its author's past and notes."""
    token = None
    for text in ("Merci pour cet article.", f"Encore un maire {HELD}, désabonnez-vous tous !"):
        token = town.token_of("velo", text, name="Rosalie", token=token)
    town.write("velo", f"encore un maire {HELD}... desabonnez vous TOUS", name="Firmin")
    at_desk(page, town, lang)
    page.goto(f"{town.base}/desk/one")
    page.locator("[name=note]").last.fill("Même texte que sous l’article d’hier ?")
    page.locator("button[value=note]").click()


def table(page: Page, town: "Town", lang: str) -> None:
    """Show what waits as a table, narrowed by a filter."""
    at_desk(page, town, lang)
    page.goto(f"{town.base}/desk?view=table")


def search(page: Page, town: "Town", lang: str) -> None:
    """Show what the search finds."""
    town.write("velo", f"Les pistes cyclables {HELD}, encore.", name="Odile")
    at_desk(page, town, lang)
    page.goto(f"{town.base}/desk/search?q=piste+cyclable")


def keys(page: Page, town: "Town", lang: str) -> None:
    """Show the desk's page of keys, with one that was just issued."""
    at_desk(page, town, lang)
    page.goto(f"{town.base}/desk/keys")
    page.locator("[name=label]").fill("Le blog des sports")
    page.locator("button[value=issue]").click()
    page.locator("code.key").wait_for()


STATES: tuple[State, ...] = (
    *(front, article, thread, empty, mistake, held, refused, reply, own, rules, error),
    *(door, queue, published, one_by_one, table, search, keys),
)
