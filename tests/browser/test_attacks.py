"""The table of attacks in Chromium: in each field, on each page, nothing runs and nothing is added.

Many vectors stand on one page, and each page reports what it saw: scripts that ran, what the
Content-Security-Policy had to stop, elements and attributes that no template of ours writes.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

import pytest
from playwright.sync_api import Page, Route, expect

from attacks.vectors import READABLE, one_of_each_kind, packed
from attacks.watch import LISTEN, LOOK
from browser.conftest import HELD, LOGIN, PASSWORD
from browser.desk_steps import sign_in
from palabre.application.moderate import Choice
from palabre.application.post_comment import NewComment
from palabre.domain.decision import Verdict

if TYPE_CHECKING:
    from browser.conftest import Town

pytestmark = pytest.mark.browser
Visit = Callable[..., Page]
SLUG = "campagne"
FORM_KINDS = {"attribute_breaks", "forms", "mutation", "other_readers"}


@dataclass(frozen=True, slots=True)
class Field:
    """What was written before the browser comes: addresses and numbers to find again."""

    elsewhere: str
    root: str
    packed: tuple[str, ...]
    titled: tuple[str, ...]


@pytest.fixture(scope="module")
def field(town: "Town") -> Field:
    """Write each vector as text, name, reply, title, address and moderator's note."""
    moderator = town.house.sign_in.who(town.house.sign_in(LOGIN, PASSWORD))

    def write(url: str, text: str, **more: Any) -> str:
        posted = town.house.post(NewComment(url=url, text=text, vouched=True, **more))
        comment = posted.stored.comment
        if comment.status.value != "published" and HELD not in text:
            town.house.moderate.decide(comment.id, Choice(verdict=Verdict.PUBLISH), moderator)
        return comment.id

    here = f"{town.base}/articles/{SLUG}"
    there = f"{town.elsewhere.origin}/calm/{SLUG}"
    root = write(f"{here}-replies", "Racine")
    titled = []
    for n, vector in enumerate(READABLE):
        name = vector.line[:60]
        write(here, vector.text, name=name, lang=vector.text)
        write(there, vector.text, name=name)
        write(f"{here}-replies", vector.text, name=name, parent=root)
        url = f"{here}/{n}/{quote(vector.text)[:400]}?q={quote(vector.text)[:400]}"
        above = write(url, vector.text, name=name, title=vector.line)
        titled.append(url)
        below = write(url, f"{vector.text} {HELD}", name=name, parent=above)
        choice = Choice(verdict=Verdict.REFUSE, rule="insult", note=vector.text)
        town.house.moderate.decide(below, choice, moderator)
    many = tuple(write(f"{here}-packed", text, name=text[:60].strip()) for text in packed())
    return Field(there, root, many, tuple(titled))


@pytest.fixture
def watched(visit: Visit) -> Callable[..., Page]:
    """Return a function that opens a browser in which each frame listens from its beginning."""

    def opened(**options: Any) -> Page:
        page = visit(**options)
        page.context.add_init_script(LISTEN)
        return page

    return opened


def clean(page: Page) -> None:
    """Look at every frame: what is there, what ran, what was stopped."""
    for frame in page.frames:
        assert frame.evaluate(LOOK) == [], frame.url


def one_by_one(page: Page, addresses: list[str]) -> None:
    """Go to each page and look at it."""
    for address in addresses:
        page.goto(address)
        expect(page.locator("section.palabre")).to_be_visible()
        clean(page)


UNSAFE = (
    ("<img src=x onerror=window.__x=1>", "it ran"),
    ("<script>window.__x=1</script>", "it ran"),
    ("<svg onload=window.__x=1>", "it ran"),
    ("<p style='color:red'>x", "attribute style"),
    ("<a href=javascript:x>x</a>", "address"),
    ("<base href='/x/'>", "element"),
    ("<form action='https://tiers.example'></form>", "address"),
    ("<div class=text><h1>x</h1></div>", "in a reader's words"),
    ("<div class=text><a href='//tiers.example'>x</a></div>", "address"),
)


def test_the_detector_finds_what_it_is_there_for(browser: Any, town: "Town") -> None:
    context = browser.new_context()
    context.add_init_script(LISTEN)
    page = context.new_page()

    def fulfilled(body: str) -> Callable[[Route], None]:
        return lambda route: route.fulfill(body=body, content_type="text/html")

    for body, complaint in UNSAFE:
        page.route("**/unsafe", fulfilled(body))
        page.goto(f"{town.base}/unsafe", wait_until="load")
        assert any(complaint in found for found in page.evaluate(LOOK)), body
        page.unroute_all()
    policy = {"content-security-policy": "default-src 'none'"}
    page.route(
        "**/unsafe",
        lambda route: route.fulfill(
            body="<img src=https://tiers.example/x><script>1</script>",
            content_type="text/html",
            headers=policy,
        ),
    )
    page.goto(f"{town.base}/unsafe", wait_until="load")
    found = page.evaluate(LOOK)
    assert any("csp img-src https://tiers.example" in f for f in found), found
    assert any("csp script-src-elem inline" in f for f in found), found
    context.close()


def test_texts_and_names_in_a_thread(watched: Visit, town: "Town", field: Field) -> None:
    page = watched()
    page.goto(town.thread(SLUG, all="1"))
    expect(page.locator("ol.list > li")).to_have_count(len(READABLE))
    clean(page)


def test_texts_and_names_in_the_element(watched: Visit, town: "Town", field: Field) -> None:
    page = watched()
    page.goto(town.elsewhere.article(SLUG, hostile=False))
    page.get_by_role("link", name="Tout afficher").click()
    expect(page.locator("[data-go=more]")).to_have_count(0, timeout=20_000)
    # What is far away is kept as text: each stretch is drawn by going there.
    stretches, seen = page.locator("section.palabre > ol.list"), set()
    for n in range(stretches.count()):
        stretch = stretches.nth(n)
        stretch.scroll_into_view_if_needed()
        expect(stretch.locator("> li").first).to_be_attached()
        clean(page)
        seen |= set(stretch.locator("> li").evaluate_all("all => all.map(e => e.id)"))
    assert len(seen) == len(READABLE)


def test_replies_and_their_pages(watched: Visit, town: "Town", field: Field) -> None:
    page = watched(js=True)
    url = f"{town.base}/articles/{SLUG}-replies"
    page.goto(f"{town.base}/thread/replies/{field.root}?{urlencode({'url': url})}")
    seen = 0
    while True:
        clean(page)
        seen += page.locator("ol.replies > li").count()
        rest = page.locator("p.rest a[data-go=replies]")
        if not rest.count():
            break
        page.goto(f"{town.base}{rest.get_attribute('href')}")
    assert seen == len(READABLE)


def test_all_in_a_few_comments_of_their_own_page(
    watched: Visit, town: "Town", field: Field
) -> None:
    page = watched()
    for comment_id in field.packed:
        page.goto(f"{town.base}/comments/{comment_id}")
        expect(page.locator(".text")).to_be_visible()
        clean(page)


def test_titles_and_addresses(watched: Visit, town: "Town", field: Field) -> None:
    addresses = [f"{town.base}/thread?{urlencode({'url': url})}" for url in field.titled[::16]]
    one_by_one(watched(), addresses)


def test_parameters(watched: Visit, town: "Town", field: Field) -> None:
    url = f"{town.base}/articles/{SLUG}-packed"
    addresses = []
    for vector in one_of_each_kind():
        names = ("title", "lang", "sort", "reply", "edit", "posted", "done", "all")
        asked = {"url": url} | dict.fromkeys(names, vector.text)
        addresses.append(f"{town.base}/thread?{urlencode(asked)}")
    one_by_one(watched(), addresses)


def test_pages_of_errors_and_rules(watched: Visit, town: "Town") -> None:
    page = watched(tolerated=("status of 4",))
    for vector in one_of_each_kind():
        value = quote(vector.text, safe="")
        for path in (f"/{value}", f"/thread?url={value}", f"/house-rules?lang={value}"):
            page.goto(f"{town.base}{path}")
            expect(page.locator("h1")).to_be_visible()
            clean(page)


def test_refused_forms(watched: Visit, town: "Town", slug: str) -> None:
    page = watched()
    texts = [*packed(), *(v.line for v in one_of_each_kind() if v.kind in FORM_KINDS)]
    page.goto(town.thread(slug))
    for text in texts:
        page.locator("details.sign").evaluate("e => e.open = true")
        page.locator("form.form").evaluate("e => e.noValidate = true")
        page.locator("#palabre-email").evaluate("e => e.type = 'text'")
        for name in ("text", "name", "email"):
            field = page.locator(f"#palabre-{name}")
            field.evaluate("e => e.removeAttribute('maxlength')")
            field.fill(text)
        page.get_by_role("button", name="Envoyer le commentaire").click()
        expect(page.locator("[data-errors]")).to_be_visible()
        expect(page.locator("#palabre-text")).not_to_be_empty()
        clean(page)
    for text in texts[:3]:
        page.goto(f"{town.base}/desk/sign-in")
        page.get_by_label("Identifiant").fill(text)
        page.get_by_label("Mot de passe").fill(text)
        page.get_by_role("button", name="Entrer").click()
        expect(page.get_by_role("alert")).to_be_visible()
        clean(page)


def test_the_desk_with_notes_and_histories(watched: Visit, town: "Town", field: Field) -> None:
    page = watched()
    sign_in(page, town)
    page.goto(f"{town.base}/desk?state=refused")
    seen = 0
    while True:
        clean(page)
        seen += page.locator("[data-item]").count()
        following = page.get_by_role("link", name="Page suivante")
        if not following.count():
            break
        page.goto(f"{town.base}{following.get_attribute('href')}")
    assert seen >= len(READABLE)
    # The script of the desk puts an answered piece of page in, with the whole history.
    for text in packed(1900)[:4]:
        item = page.locator("[data-item][data-status=refused]").first
        known = f"[data-item='{item.get_attribute('data-item')}']"
        item.get_by_label("Note").fill(text)
        item.locator("button[value=hold]").click()
        expect(page.locator(known)).to_have_attribute("data-status", "held")
        expect(page.locator(f"{known} .why details")).to_have_count(1)
        clean(page)
