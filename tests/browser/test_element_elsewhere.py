"""The element as a guest on somebody else's page."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

from palabre.application.post_comment import NewComment

if TYPE_CHECKING:
    from browser.conftest import Town

pytestmark = pytest.mark.browser
Visit = Callable[..., Page]


def many(town: "Town", slug: str, number: int, parent: str | None = None) -> list[str]:
    url = f"{town.elsewhere.origin}/calm/{slug}"
    return [
        town.house.post(
            NewComment(url=url, text=f"Avis {n}.", parent=parent, name=f"Lecteur {n}")
        ).stored.comment.id
        for n in range(number)
    ]


def test_a_hostile_style_sheet_does_not_reach_in(visit: Visit, town: "Town", slug: str) -> None:
    page = visit()
    page.goto(town.elsewhere.article(slug))
    text = page.get_by_label("Commentaire", exact=True)
    expect(text).to_be_visible()
    seen = text.evaluate(
        "e => { const s = getComputedStyle(e);"
        " return [s.fontSize, s.letterSpacing, s.direction, s.textTransform] }"
    )
    assert seen == ["16px", "normal", "ltr", "none"]


def test_sort_and_page_in_place(visit: Visit, town: "Town", slug: str) -> None:
    written = many(town, slug, 30)
    page = visit()
    page.goto(town.elsewhere.article(slug, hostile=False))
    items = page.locator("ol.list > li")
    expect(items).to_have_count(25)
    page.get_by_role("link", name="Commentaires suivants").click()
    expect(items).to_have_count(30)
    assert items.evaluate_all("all => all.map(e => e.id)") == [f"c-{i}" for i in reversed(written)]
    expect(items.nth(25)).to_be_focused()
    page.get_by_role("link", name="Plus anciens").click()
    expect(items.first).to_have_id(f"c-{written[0]}")
    expect(page.get_by_role("link", name="Plus anciens")).to_be_focused()
    assert page.url == town.elsewhere.article(slug, hostile=False)


def test_the_rest_of_a_conversation(visit: Visit, town: "Town", slug: str) -> None:
    root = many(town, slug, 1)[0]
    many(town, slug, 25, parent=root)
    page = visit()
    page.goto(town.elsewhere.article(slug, hostile=False))
    replies = page.locator("ol.replies > li")
    expect(replies).to_have_count(20)
    page.get_by_role("link", name="Autres réponses").click()
    expect(replies).to_have_count(25)
    expect(page.get_by_role("link", name="Autres réponses")).to_have_count(0)


def test_what_stood_inside_stays_when_the_server_is_away(
    visit: Visit, town: "Town", slug: str
) -> None:
    page = visit(tolerated=("ERR_",))
    page.route("**/thread?**", lambda route: route.abort())
    page.goto(town.elsewhere.article(slug, hostile=False))
    expect(page.get_by_text("Les commentaires se chargent.")).to_be_visible()


def test_lazy(visit: Visit, town: "Town", slug: str) -> None:
    page = visit()
    asked: list[str] = []
    page.on("request", lambda r: asked.append(r.url) if "/thread?" in r.url else None)
    page.add_init_script(
        "addEventListener('DOMContentLoaded', () => {"
        " const far = document.createElement('div'); far.id = 'far';"
        " document.querySelector('h1').after(far);"
        " far.attributeStyleMap.set('height', CSS.px(5000)); })"
    )
    page.goto(town.elsewhere.article(slug, attributes="loading=lazy", hostile=False))
    page.wait_for_timeout(500)
    assert asked == []
    page.mouse.wheel(0, 4500)
    expect(page.get_by_label("Commentaire", exact=True)).to_be_attached()


def test_events_can_stop_it(visit: Visit, town: "Town", slug: str) -> None:
    page = visit()
    page.add_init_script("addEventListener('palabre-submit', (e) => e.preventDefault())")
    page.goto(town.elsewhere.article(slug, hostile=False))
    page.get_by_label("Commentaire", exact=True).fill("Ne partira pas.")
    page.get_by_role("button", name="Envoyer le commentaire").click()
    page.wait_for_timeout(300)
    expect(page.locator("li.here")).to_have_count(0)


def test_what_it_weighs(visit: Visit, town: "Town", slug: str) -> None:
    many(town, slug, 25)
    page = visit()
    page.goto(town.elsewhere.article(slug, hostile=False))
    expect(page.locator("ol.list > li")).to_have_count(25)
    names = page.evaluate("performance.getEntriesByType('resource').map(e => e.name)")
    assert sorted(n.partition("?")[0].removeprefix(town.base) for n in names) == [
        "/palabre.js",
        "/thread",
    ]
