"""What readers write is shown and never run: in the thread, the element, one comment, the desk."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

from browser.conftest import HELD
from browser.desk_steps import sign_in
from palabre.application.post_comment import NewComment

if TYPE_CHECKING:
    from browser.conftest import Town

pytestmark = pytest.mark.browser
Visit = Callable[..., Page]

ATTACKS = (
    "<script>window.__x=1;alert(1)</script>",
    "<img src=x onerror='window.__x=1'>",
    "<svg onload=window.__x=1><script>alert(1)</script></svg>",
    "<svg><animate onbegin=window.__x=1 attributeName=x dur=1s>",
    "[clic](javascript:window.__x=1)",
    "[clic](JaVaScRiPt&colon;window.__x=1)",
    "[clic](java\tscript:window.__x=1)",
    "[clic](data:text/html,<script>window.__x=1</script>)",
    "[clic](vbscript:window.__x=1)",
    "<javascript:window.__x=1>",
    "![x](x onerror=window.__x=1)",
    '[x](https://example.org/"onmouseover="window.__x=1)',
    "</textarea><script>window.__x=1</script>",
    "</template></section><script>window.__x=1</script>",
    "<iframe srcdoc='<script>parent.__x=1</script>'></iframe>",
    "<a href=javascript:window.__x=1>clic</a><style>*{display:none}</style>",
    "<math><mtext></form><form><mglyph><style></math><img src onerror=window.__x=1>",
    "{{ 7 * 7 }}{% raw %}<b>{{ config }}</b>",
    "\u202e<script>window.__x=1</script>\u2066 \uff1cscript\uff1ewindow.__x=1\uff1c/script\uff1e",
    "&lt;script&gt;window.__x=1&lt;/script&gt; &#60;img src=x onerror=window.__x=1&#62;",
    "```\n<script>window.__x=1</script>\n```",
    "> <b onclick=window.__x=1>cite</b>\n\n- <u>x</u>",
)
MARK = "<script>window.__x=1</script><img src=x onerror=window.__x=1>"


@pytest.fixture(scope="module")
def attacked(town: "Town") -> list[str]:
    """Return the addresses of threads in which every field carries an attack."""
    urls = [f"{town.base}/articles/attaques", f"{town.elsewhere.origin}/calm/attaques"]
    # First what is let through: nearly the same words again, once held, would be held as well. A
    # name with a web address would be held too, so its attack goes without one.
    for words in (*ATTACKS, *(f"{text} {HELD}" for text in ATTACKS)):
        for url in urls:
            town.house.post(
                NewComment(
                    url=url,
                    text=words,
                    title=f"Titre {MARK} \"' onload=window.__x=1",
                    name=words.replace("\n", " ").replace("https://example.org", "//x")[:60],
                    vouched=True,
                )
            )
    return urls


# Pictures that cannot be had have said so when a page is loaded; what begins with the first frame
# or with a timer has begun two frames later.
SETTLED = """() => new Promise((go) => requestAnimationFrame(
  () => requestAnimationFrame(() => setTimeout(go, 20))))"""
LINKS = "all => all.map(e => e.getAttribute('href') ?? '')"


def inert(page: Page) -> None:
    """Look for the trace of every attack: what ran, what became an element or an address."""
    page.evaluate(SETTLED)
    for link in page.locator(".text a, .words a").evaluate_all(LINKS):
        assert link.startswith(("https://", "http://"))
    held = "section.palabre, .queue, .palabre"
    expect(page.locator(held).first).to_be_visible()
    scripts = page.evaluate(
        """() => {
          const all = (root) => [...root.querySelectorAll('*')].flatMap(
            (e) => [e, ...(e.shadowRoot ? all(e.shadowRoot) : [])]);
          return all(document).filter((e) =>
            (e.localName === 'script' && !e.src) || ['iframe', 'img'].includes(e.localName)
            || [...e.attributes].some((a) => a.name.startsWith('on') || a.name === 'style')
          ).map((e) => e.outerHTML);
        }"""
    )
    assert scripts == []
    assert page.evaluate("window.__x") is None


def test_in_the_plain_page(visit: Visit, attacked: list[str], town: "Town") -> None:
    page = visit()
    page.goto(town.thread("attaques", all="1"))
    expect(page.locator("ol.list > li")).to_have_count(len(ATTACKS))
    inert(page)


def test_in_the_element(visit: Visit, attacked: list[str], town: "Town") -> None:
    page = visit()
    page.goto(town.elsewhere.article("attaques", hostile=False))
    expect(page.locator("ol.list > li").first).to_be_visible()
    page.wait_for_timeout(300)  # what came after the page was loaded may load in its turn
    inert(page)


def test_on_the_page_of_each_comment(visit: Visit, attacked: list[str], town: "Town") -> None:
    page = visit()
    page.goto(town.thread("attaques", all="1"))
    links = page.locator("a.when[href^='/comments/']").evaluate_all("all => all.map(e => e.href)")
    assert len(links) == len(ATTACKS)
    for link in links:
        page.goto(link)
        inert(page)


def test_at_the_desk(visit: Visit, attacked: list[str], town: "Town") -> None:
    page = visit()
    sign_in(page, town)
    seen = 0
    while True:
        inert(page)
        seen += page.locator("[data-item]").count()
        following = page.get_by_role("link", name="Page suivante")
        if not following.count():
            break
        following.click()
    assert seen >= 2 * len(ATTACKS)


def test_by_the_form_and_the_address(visit: Visit, town: "Town", slug: str) -> None:
    page = visit(js=False)
    for parameters in ({"title": MARK, "lang": MARK}, {"sort": MARK, "reply": MARK, "edit": MARK}):
        page.goto(town.thread(slug, **parameters))
        inert_without_js(page)
    page.goto(town.thread(slug))
    page.get_by_text("Signer").click()
    page.get_by_label("Nom ou pseudonyme").fill("x" * 50 + MARK[:10])
    page.get_by_label("Adresse électronique").fill("a@b")
    for first in range(0, len(ATTACKS), 4):
        text = "\n".join(ATTACKS[first : first + 4])
        page.get_by_label("Commentaire", exact=True).fill(text)
        page.get_by_role("button", name="Envoyer le commentaire").click()
        # The refused form carries all of it back, and can be sent again.
        expect(page.get_by_label("Commentaire", exact=True)).to_have_value(text)
        expect(page.locator("[data-errors]")).to_be_visible()
        inert_without_js(page)


def inert_without_js(page: Page) -> None:
    markup = page.content()
    assert "<script>window" not in markup
    assert "<img" not in markup


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "data:text/html,x", 'https://x" onload="x']
)
def test_addresses_of_articles(visit: Visit, town: "Town", address: str) -> None:
    from urllib.parse import urlencode

    page = visit()
    answer = page.goto(f"{town.base}/thread?{urlencode({'url': address})}")
    assert answer.status in {404, 422}
    assert "javascript:" not in page.content()
