"""Every reader's state in ten languages, on phone and desktop, by day and by night, in pictures.

They lie in out/screenshots/languages to be looked at; what can be asserted is: the direction of
writing, nothing wider than the screen, no key of the catalogue where its words belong.
"""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

from browser.conftest import HELD, REFUSED
from browser.states import ARTICLE
from browser.test_look import DEVICES, picture

if TYPE_CHECKING:
    from browser.conftest import Town

pytestmark = [pytest.mark.browser, pytest.mark.long]
Visit = Callable[..., Page]

LANGUAGES = ["fr", "en", "de", "es", "it", "pt", "nl", "pl", "ar", "he"]
_KEY = re.compile(r"\b[a-z]+(?:_[a-z]+)*\.[a-z_]+\.[a-z_]+\b")


def thread(page: Page, town: "Town", lang: str) -> None:
    page.goto(town.thread(ARTICLE["fr"], lang=lang))


def empty(page: Page, town: "Town", lang: str) -> None:
    page.goto(town.thread("personne", lang=lang))


def mistake(page: Page, town: "Town", lang: str) -> None:
    thread(page, town, lang)
    page.locator(".sign summary").click()
    page.locator("#palabre-name").fill("La Gazette de Valbonne")
    _write(page, "J’y étais, et je peux raconter.")
    expect(page.locator("#palabre-name-error")).to_be_visible()


def held(page: Page, town: "Town", lang: str) -> None:
    thread(page, town, lang)
    _write(page, f"Un {HELD}.")
    expect(page.locator(".notice.held")).to_be_visible()


def refused(page: Page, town: "Town", lang: str) -> None:
    thread(page, town, lang)
    _write(page, f"Un {REFUSED}.")
    expect(page.locator(".notice.refused")).to_be_visible()


def answering(page: Page, town: "Town", lang: str) -> None:
    thread(page, town, lang)
    page.locator("[data-go=reply]").first.click()
    expect(page.locator("li #palabre-form")).to_be_visible()


def rules(page: Page, town: "Town", lang: str) -> None:
    page.goto(f"{town.base}/house-rules?lang={lang}")


def nowhere(page: Page, town: "Town", lang: str) -> None:
    page.goto(f"{town.base}/nulle-part?lang={lang}")


def element(page: Page, town: "Town", lang: str) -> None:
    attributes = f"lang={lang}"
    page.goto(town.elsewhere.article("dix-langues", attributes=attributes, hostile=False))
    expect(page.locator("section.palabre")).to_be_visible()


STATES = [thread, empty, mistake, held, refused, answering, rules, nowhere, element]


def _write(page: Page, text: str) -> None:
    page.locator("#palabre-form textarea").fill(text)
    page.locator("#palabre-form .button").first.click()


@pytest.mark.parametrize("device", list(DEVICES))
@pytest.mark.parametrize("lang", LANGUAGES)
def test_all_states(visit: Visit, town: "Town", lang: str, device: str) -> None:
    for state in STATES:
        page = visit(color_scheme="light", locale=lang, **DEVICES[device])
        state(page, town, lang)
        section = page.locator("section.palabre")
        shown = section.first if section.count() else page.locator("main")
        direction = shown.evaluate("element => getComputedStyle(element).direction")
        assert direction == ("rtl" if lang in {"ar", "he"} else "ltr"), state.__name__
        assert not _KEY.search(shown.inner_text()), state.__name__
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            picture(page, f"languages/{lang}-{state.__name__}-{device}-{scheme}")
            wider = page.evaluate("document.documentElement.scrollWidth - innerWidth")
            assert wider <= 0, (state.__name__, scheme)
