"""Where a proof of work is asked, the element computes it, or the comment waits for a human."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

from browser.test_element import write
from palabre.domain.mode import Mode

if TYPE_CHECKING:
    from browser.conftest import Town

pytestmark = pytest.mark.browser
Visit = Callable[..., Page]
# What the live region says, one after the other.
HEARD = """() => {
  const line = document.querySelector("palabre-comments").shadowRoot.querySelector("[data-says]");
  window.heard = [];
  new MutationObserver(() => line.textContent && window.heard.push(line.textContent))
    .observe(line, { childList: true });
}"""


@pytest.fixture
def asked(town: "Town", slug: str) -> Iterator[str]:
    """Return an article under which guests are asked for a proof, on a site of its own."""
    url = f"{town.elsewhere.origin}/hostile/{slug}"
    thread_id = town.house.post(_comment(url)).thread.id
    mode = Mode(
        site_id="gazette", thread_id=thread_id, proof=True, set_by="lead", set_at=datetime.now(UTC)
    )
    with town.house.post.store.writing() as unit:
        unit.modes.set(mode)
    yield town.elsewhere.article(slug)
    with town.house.post.store.writing() as unit:
        unit.modes.lift(mode.scope)


def _comment(url: str) -> object:
    from palabre.application.post_comment import NewComment

    return NewComment(url=url, text="Qui vient samedi ?", title="Samedi", vouched=True)


def test_the_element_computes_and_what_cannot_waits(visit: Visit, asked: str) -> None:
    page = visit()
    page.goto(asked)
    expect(page.locator("#palabre-mode").locator("..")).to_contain_text("calcule un instant")
    page.evaluate(HEARD)
    with page.expect_response(lambda r: r.request.method == "POST" and r.status == 201) as taken:
        write(page, "Calculé.")
    expect(page.locator("li.here")).to_contain_text("Votre commentaire est en ligne.")
    heard = " ".join(page.evaluate("window.heard"))
    assert "Un instant" in heard
    sent = taken.value.request.post_data_json
    assert len(sent["proof"]) > 500
    # The reader took some time, and met no further field.
    assert 0 <= sent["seconds"] < 60
    assert sent["subject"] == ""
    # Over plain HTTP, for one, browsers have no such cryptography.
    page.evaluate("Object.defineProperty(crypto, 'subtle', { value: undefined })")
    write(page, "Sans calcul.")
    waiting = page.locator("li", has_text="Sans calcul.")
    expect(waiting).to_contain_text("n’a pas fait le calcul demandé ici")
