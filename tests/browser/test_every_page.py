"""Pages that readers and moderators seldom see: axe finds nothing wrong in any, by day or by night,
left to right or right to left, and nothing is wider than 320 pixels (WCAG 1.4.10).

One browser page walks through all of them, and day and night take turns. The campaign looks at each
in both, walks through Arabic, the mails and the desk as well, and takes the pictures.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import cycle

import httpx
import pytest
from playwright.sync_api import Browser, Page

from browser.conftest import HELD, REFUSED
from browser.newspaper import LOGIN, Newspaper
from browser.test_look import AXE, OF_COLOUR, picture, violations

pytestmark = pytest.mark.browser
WHY = "Des choses, mais lesquelles ?"
NARROW = {"width": 320, "height": 640}
SEND = "form.form .button"
# What a reader may ask for by WCAG 1.4.12.
SPACED = """* { line-height: 1.5 !important; letter-spacing: .12em !important;
word-spacing: .16em !important } p { margin-block-end: 2em !important }"""


@dataclass(frozen=True)
class Walk:
    """A reader on a phone. ``seen`` checks the page they are on; ``kept`` takes its picture."""

    page: Page
    paper: Newspaper
    lang: str
    kept: bool
    turns: Iterator[str] = field(default_factory=lambda: cycle(("light", "dark")))

    def at(self, path: str, seen: str = "", **query: str) -> None:
        """Go to a page of Palabre's."""
        self.page.goto(self.paper.at(path, **query, lang=self.lang))
        self.seen(seen)

    def press(self, seen: str = "", button: str = SEND, which: int = -1) -> None:
        """Press a button or follow a link of the page, and wait for what comes."""
        with self.page.expect_navigation():
            self.page.locator(button).nth(which).click()
        self.seen(seen)

    def fill(self, field: str, text: str) -> None:
        """Write into a field; the browser's own checks stand aside for the server's."""
        self.page.evaluate("[...document.forms].forEach(form => { form.noValidate = true })")
        self.page.locator(field).fill(text)

    def seen(self, name: str) -> None:
        """Assert that nothing is wrong with the page, whatever the hour."""
        if not name:
            return
        page, axe = self.page, AXE.read_text(encoding="utf-8")
        page.emulate_media(color_scheme=next(self.turns))
        assert violations(page, axe) == [], name
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, name
        if self.kept:
            page.emulate_media(color_scheme=next(self.turns))
            assert violations(page, axe, OF_COLOUR) == [], name
            picture(page, f"every/{self.lang}-{name}-phone")
            page.add_style_tag(content=SPACED)
            assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, name


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport=NARROW, locale="fr-FR", bypass_csp=True)
    context.set_default_timeout(8000)
    yield context.new_page()
    context.close()


def say(paper: Newspaper, slug: str, text: str, **more: str) -> str:
    """Post a comment, and return its id."""
    body = {"url": f"{paper.home}/{slug}.html", "text": text, "title": slug, "lang": "fr", **more}
    answer = httpx.post(f"{paper.bare}/api/v1/comments", json=body)
    assert answer.status_code == httpx.codes.CREATED, answer.text
    return str(answer.json()["id"])


def refused(walk: Walk, slug: str, seen: str = "") -> None:
    """Write what is refused, and go to the reasons."""
    walk.at("/thread", url=f"{walk.paper.home}/{slug}.html")
    walk.fill("#palabre-text", f"Un {REFUSED}.")
    walk.press(seen and "refused", which=0)
    walk.at("/thread", url=f"{walk.paper.home}/{slug}.html")
    walk.press(seen and "own", "li.waiting .rest a")
    walk.press(seen, "a[href*='#appeal']")


@pytest.mark.long
@pytest.mark.parametrize("lang", ["fr", "ar"])
def test_of_threads_and_mails(phone: Page, paper: Newspaper, pictures: bool, lang: str) -> None:
    slug, email = f"lettres-{lang}", f"{lang}@lectrices.example"
    url = f"{paper.home}/{slug}.html"
    first = say(paper, slug, "On m’a dit des choses.", name="Zoé")
    say(paper, slug, "À moi aussi.", parent=first)
    walk = Walk(phone, paper, lang, pictures)
    walk.at("/thread", "thread", url=url)
    walk.at(f"/comments/{first}", "permalink")
    walk.at(f"/thread/replies/{first}", "replies", url=url)
    walk.at("/house-rules", "rules")
    walk.at("/thread", "error", url="https://nowhere.example/a")
    walk.at("/subscribe", "subscribe", url=url)
    walk.fill("#palabre-email", "a@b")
    walk.press("subscribe-error")
    walk.fill("#palabre-email", email)
    walk.press("subscribed")
    phone.goto(paper.link(email, "/subscriptions/confirm/"))
    walk.seen("confirm")
    walk.press("confirmed")
    walk.press("subscriptions", "main .rest a")
    phone.locator("[name=pace]").nth(1).check()
    walk.press("subscriptions-saved", which=1)


def test_of_the_law_and_of_data(phone: Page, paper: Newspaper, pictures: bool) -> None:
    first = say(paper, "loi", "On m’a dit des choses.", name="Zoé")
    walk = Walk(phone, paper, "fr", pictures)
    walk.at("/transparency", "transparency")
    walk.at("/privacy", "privacy")
    walk.at("/report", "report-of-none")
    walk.at("/report", "report", comment=first)
    phone.locator("[name=category]").first.check()
    walk.fill("#law-why", "  ")
    walk.fill("#law-email", "rose@lectrices.example")
    phone.locator("[name=good_faith]").check()
    walk.press("report-error")
    walk.fill("#law-why", WHY)
    walk.press("reported")
    phone.goto(paper.link("rose@lectrices.example", "/reports/"))
    walk.seen("report-waits")
    refused(walk, "loi", "statement")
    walk.fill("#law-why", " ")
    walk.press("appeal-error")
    walk.fill("#law-why", WHY)
    walk.press("appeal-waits")
    walk.at("/my-data", "my-data")
    walk.fill("#email", "rose@lectrices.example")
    walk.press("my-data-asked")
    walk.press("my-data-found", ".rest a")
    phone.locator("[name=scope]").first.check()
    phone.locator("[name=sure]").check()
    walk.press("my-data-erased")


@pytest.mark.long
def test_of_the_desk(phone: Page, paper: Newspaper, pictures: bool) -> None:
    say(paper, "salle", f"Un {HELD}.", name="Zoé")
    public = say(paper, "salle", "Bien.", name="Anne")
    url = f"{paper.home}/salle.html"
    walk = Walk(phone, paper, "fr", pictures)
    walk.at("/report", comment=public)
    phone.locator("[name=category]").first.check()
    walk.fill("#law-why", WHY)
    phone.locator("[name=good_faith]").check()
    walk.press()
    refused(walk, "salle")
    walk.fill("#law-why", WHY)
    walk.press()
    walk.at("/desk")
    for password, seen in (("pas le bon du tout", "desk-door-error"), (paper.password, "desk")):
        walk.fill("#login", LOGIN)
        walk.fill("#password", password)
        walk.press(seen, ".door button:not([type=button])", which=0)
    walk.at("/desk/modes")
    phone.locator("[name=holds_all]").check()
    walk.press("desk-modes", "button[value=set]")
    walk.at("/thread", "mode", url=url)
    for path in ("audit", "rules", "reports", "appeals", "figures", "account", "sessions"):
        walk.at(f"/desk/{path}", f"desk-{path}")
    walk.at("/desk/search", "desk-search-none", q="rien")
    walk.at(f"/desk/comments/{public}", "desk-comment")
    walk.at(f"/desk/evidence/{public}", "desk-evidence")
    walk.at("/desk/thread", "desk-thread", url=url)
    walk.at("/desk/keys")
    walk.fill("[name=label]", "Sport")
    walk.press("", "button[value=issue]")
    phone.locator("details summary").first.click()
    walk.press("desk-key-ended", "button.grave")
    walk.at("/desk/reports")
    walk.press("desk-report-answered", "button[value=keep]")
    walk.at("/desk/appeals")
    walk.fill("textarea >> nth=0", "Le mot est une injure, voyez la règle.")
    walk.press("desk-appeal-answered", "button[value=upheld]", which=0)
    walk.at("/desk/thread", url=url)
    walk.press("", "button[value=close]", which=0)
    walk.at("/thread", "closed", url=url)
