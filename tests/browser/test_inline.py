"""Comments on passages: selected by mouse, keys and finger, on somebody else's hostile page."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Locator, Page, expect

from browser.test_look import AXE
from palabre.application.post_comment import NewComment
from palabre.domain.passage import Passage

if TYPE_CHECKING:
    from browser.conftest import Town

pytestmark = pytest.mark.browser
Visit = Callable[..., Page]

FIRST = "Le conseil municipal a voté hier soir le budget de la commune, à une voix près."
SECOND = (
    "La maire a rappelé que la médiathèque resterait ouverte le dimanche, malgré la hausse du"
    " prix de l’énergie et les travaux de la rue Haute."
)
THIRD = "L’opposition demande un nouveau vote au printemps, quand les comptes seront connus."
STORY = """<article lang="fr"><p>{0}</p><p>{1}</p>
<figure id="depenses" data-palabre-prompt="Que pensez-vous de ces chiffres ?">
<figcaption>Dépenses de la commune par habitant.</figcaption></figure><p>{2}</p></article>"""
SELECT = """([text, words]) => {
  const walker = document.createTreeWalker(document.querySelector("article"), NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const at = walker.currentNode.data.indexOf(words);
    if (at < 0) continue;
    const range = document.createRange();
    range.setStart(walker.currentNode, at);
    range.setEnd(walker.currentNode, at + words.length);
    getSelection().removeAllRanges();
    getSelection().addRange(range);
    return;
  }
}"""
MARKED = """() => [...(CSS.highlights.get("palabre") ?? [])].map(String)"""


def story(*paragraphs: str) -> str:
    return STORY.format(*(paragraphs or (FIRST, SECOND, THIRD)))


def select(page: Page, words: str) -> None:
    page.evaluate(SELECT, ["", words])


def open_article(page: Page, town: "Town", slug: str, *, hostile: bool = True) -> None:
    town.elsewhere.stories.setdefault(slug, story())
    page.goto(town.elsewhere.article(slug, hostile=hostile))


def ask(page: Page) -> Locator:
    return page.get_by_role("button", name="Commenter ce passage")


def write(town: "Town", slug: str, text: str, exact: str, *, hostile: bool = True) -> str:
    whole = f"{FIRST}\n{SECOND}\n{THIRD}"
    at = whole.index(exact)
    passage = Passage(
        exact=exact, prefix=whole[max(0, at - 64) : at], suffix=whole[at + len(exact) :][:64]
    )
    url = f"{town.elsewhere.origin}/{'hostile' if hostile else 'calm'}/{slug}"
    new = NewComment(url=url, text=text, name="Zoé", passage=passage, lang="fr")
    return town.house.post(new).stored.comment.id


def post_in_panel(page: Page, text: str) -> Locator:
    panel = page.get_by_role("dialog")
    panel.get_by_label("Commentaire", exact=True).fill(text)
    panel.get_by_role("button", name="Envoyer le commentaire").click()
    expect(panel.get_by_text(text)).to_be_visible()
    expect(panel.locator(".coming")).to_have_count(0)  # what is on its way is shown there too
    expect(panel.get_by_text(text)).to_be_visible()
    return panel


def test_select_by_mouse_comment_and_find_it_again(visit: Visit, town: "Town", slug: str) -> None:
    page = visit()
    open_article(page, town, slug)
    select(page, "la médiathèque resterait ouverte le dimanche")
    ask(page).click()
    panel = post_in_panel(page, "Une bonne nouvelle.")
    page.keyboard.press("Escape")
    expect(panel).to_have_count(0)
    page.reload()
    mark = page.get_by_role("button", name="Commentaires sur ce passage")
    expect(mark).to_have_text("1")
    assert page.evaluate(MARKED) == ["la médiathèque resterait ouverte le dimanche"]
    mark.click()
    expect(page.get_by_role("dialog").get_by_text("Une bonne nouvelle.")).to_be_visible()
    page.keyboard.press("Escape")
    expect(mark).to_be_focused()
    # In the thread it quotes the passage and leads back.
    quote = page.locator("blockquote.passage a")
    expect(quote).to_contain_text("la médiathèque resterait")
    quote.click()
    expect(mark).to_be_focused()


def test_select_by_keys_alone(visit: Visit, town: "Town", slug: str) -> None:
    page = visit()
    open_article(page, town, slug)
    expect(page.get_by_role("button", name="Que pensez-vous")).to_be_visible()
    page.keyboard.press("Alt+Shift+C")
    expect(ask(page)).to_be_visible()
    page.keyboard.press("Alt+Shift+ArrowDown")
    selected = page.evaluate("getSelection().toString()")
    assert selected.casefold().startswith("la maire a rappelé")  # the page writes in capitals
    expect(ask(page)).to_be_visible()
    page.keyboard.press("Tab")
    expect(ask(page)).to_be_focused()
    page.keyboard.press("Enter")
    text = page.get_by_role("dialog").get_by_label("Commentaire", exact=True)
    expect(text).to_be_focused()
    page.keyboard.type("Écrit sans souris.")
    for _ in range(12):
        if page.evaluate(_FOCUSED) == "Envoyer le commentaire":
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog").get_by_text("Écrit sans souris.")).to_be_visible()


_FOCUSED = """() => { let e = document.activeElement;
  while (e?.shadowRoot?.activeElement) e = e.shadowRoot.activeElement;
  return e?.textContent?.trim() }"""


def test_select_by_touch(visit: Visit, town: "Town", slug: str) -> None:
    page = visit(viewport={"width": 390, "height": 800}, has_touch=True, is_mobile=True)
    open_article(page, town, slug, hostile=False)
    select(page, "à une voix près")
    ask(page).tap()
    panel = page.get_by_role("dialog")
    expect(panel).to_be_visible()
    box = panel.bounding_box()
    assert box is not None
    assert (box["x"], box["width"]) == (0, 390)
    assert box["y"] + box["height"] == pytest.approx(800, abs=1)
    post_in_panel(page, "Serré !")
    page.get_by_role("button", name="Fermer").tap()
    expect(page.get_by_role("button", name="Commentaires sur ce passage")).to_have_text("1")


def test_an_edited_article_and_a_lost_passage(visit: Visit, town: "Town", slug: str) -> None:
    write(town, slug, "Sur l’énergie.", "malgré la hausse du prix de l’énergie")
    write(town, slug, "Sur le vote.", "un nouveau vote au printemps")
    edited = SECOND.replace("’", "'").replace("a rappelé", "a redit").replace("hausse", "flambée")
    town.elsewhere.stories[slug] = story("Un paragraphe tout neuf, placé en tête.", edited, FIRST)
    page = visit()
    open_article(page, town, slug)
    mark = page.get_by_role("button", name="Commentaires sur ce passage")
    expect(mark).to_have_count(1)
    assert page.evaluate(MARKED) == ["malgré la flambée du prix de l'énergie"]
    lost = page.locator("blockquote.passage.lost")
    expect(lost).to_have_count(1)
    expect(lost).to_contain_text("un nouveau vote au printemps")
    expect(lost).to_contain_text("il ne se trouve pas dans l’article")


def test_a_question_of_the_author(visit: Visit, town: "Town", slug: str) -> None:
    page = visit()
    open_article(page, town, slug)
    page.get_by_role("button", name="Que pensez-vous de ces chiffres").click()
    post_in_panel(page, "Élevés.")
    page.reload()
    expect(page.get_by_role("button", name="Que pensez-vous de ces chiffres")).to_have_text(
        "Que pensez-vous de ces chiffres ? (1)"
    )
    expect(page.locator("blockquote.passage.lost")).to_have_count(0)


def test_a_thread_far_below_is_fetched_for_its_passages(
    visit: Visit, town: "Town", slug: str
) -> None:
    write(town, slug, "Bien vu.", "à une voix près", hostile=False)
    town.elsewhere.stories[slug] = f"<article><p>{FIRST}</p></article>{'<br>' * 200}"
    page = visit()
    open_article(page, town, slug, hostile=False)
    expect(page.get_by_role("button", name="Commentaires sur ce passage")).to_have_text("1")
    assert page.evaluate("scrollY") == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(visit: Visit, town: "Town", slug: str, scheme: str) -> None:
    write(town, slug, "Bien vu.", "à une voix près", hostile=False)
    page = visit(color_scheme=scheme, bypass_csp=True)
    open_article(page, town, slug, hostile=False)
    page.get_by_role("button", name="Commentaires sur ce passage").click()
    expect(page.get_by_role("dialog").get_by_text("Bien vu.")).to_be_visible()
    assert violations(page) == []
    page.keyboard.press("Escape")
    select(page, "les comptes seront connus")
    expect(ask(page)).to_be_visible()
    assert violations(page) == []


def violations(page: Page) -> list[Any]:
    page.evaluate(AXE.read_text())
    found = page.evaluate("async () => (await axe.run(document)).violations")
    return [(v["id"], [n["html"][:120] for n in v["nodes"]]) for v in found]
