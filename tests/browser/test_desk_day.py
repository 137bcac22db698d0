"""A moderator decides a hundred real comments by keyboard alone, and the books agree with it."""

import gzip
import json
from collections import Counter
from collections.abc import Callable, Mapping
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page

from browser.conftest import LOGIN, PASSWORD, ROOT
from browser.desk_steps import sign_in
from palabre.application.statements import REMOVED
from palabre.application.work_ports import Wanted
from palabre.domain.comment import Status
from palabre.domain.decision import ActorKind, Verdict
from palabre.domain.ledger import LineKind
from palabre.domain.waiting import Level
from palabre.moderation.facts import Facts

if TYPE_CHECKING:
    from browser.conftest import Town

pytestmark = [pytest.mark.browser, pytest.mark.long]
Visit = Callable[..., Page]

# Beside the checkout, as its README says; the words are real abuse, and no picture is kept.
DATA = Path(ROOT.parent, "shared", "data", "train")
MANY = 100
# No other test writes on pages in this language: the filter leaves their comments out.
LANG = "fr-BE"
PLAN = "aararauarsaaruaraaae"


def held_texts(town: "Town") -> list[str]:
    """Return real French comments that the house rules hold."""
    found: list[str] = []
    for path in (*sorted(DATA.glob("open-fr-*")), *sorted(DATA.glob("sa-fr-*"))):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                text = json.loads(line)["text"].strip()
                if 12 < len(text) < 600 and "\x00" not in text:
                    decision = town.house.post.judge(text, Facts(lang=LANG))
                    if decision.verdict is Verdict.HOLD:
                        found.append(text)
                if len(found) == MANY:
                    return found
    return found


def current(page: Page) -> str | None:
    """Return the comment on the page; None when nothing waits any more."""
    title = page.locator("[data-single]")
    return title.get_attribute("aria-labelledby")[2:] if title.count() else None


def press(page: Page, *keys: str) -> None:
    """Press keys; the last one leads to the next page."""
    for key in keys[:-1]:
        page.keyboard.press(key)
    with page.expect_navigation():
        page.keyboard.press(keys[-1])


@pytest.mark.skipif(not DATA.exists(), reason="the labelled comments lie beside the checkout")
def test_a_hundred_real_comments_by_keyboard_alone(visit: Visit, town: "Town") -> None:
    texts = held_texts(town)
    assert len(texts) == MANY
    ids = {town.write("velo", text, name="Lecteur", lang=LANG) for text in texts}
    moderator = town.house.sign_in.who(town.house.sign_in(LOGIN, PASSWORD))
    before = town.house.moderate.counts(moderator)
    page = visit()
    sign_in(page, town)
    page.goto(f"{town.base}/desk/one?lang={LANG}")
    insult = page.locator("button[value='refuse:insult']").get_attribute("data-rule-key")
    done: dict[str, list[Verdict]] = {comment_id: [] for comment_id in ids}
    skipped: set[str] = set()
    legal: set[str] = set()
    last = ""
    for step in cycle(PLAN):
        here = current(page)
        if here is None:
            if legal and "level" not in page.url:
                page.goto(f"{town.base}/desk/one?lang={LANG}&level=legal")
                continue
            break
        assert here in ids
        at_legal = here in legal
        if step == "u" and last and done[last][-1:] == [Verdict.PUBLISH]:
            press(page, "u")
            done[last].append(Verdict.HOLD)
            last = ""
        elif step == "s" and here not in skipped:
            press(page, "s")
            skipped.add(here)
            assert current(page) != here
        elif step == "e" and not at_legal:
            press(page, "e")
            legal.add(here)
        elif step == "r":
            press(page, "r", insult)
            done[here].append(Verdict.REFUSE)
            last = here
        else:
            press(page, "a")
            done[here].append(Verdict.PUBLISH)
            last = here
    ended = Counter(verdicts[-1] for verdicts in done.values())
    assert sum(ended.values()) == MANY
    assert skipped
    assert legal
    assert any(Verdict.HOLD in verdicts for verdicts in done.values())
    books_agree(town, done, before)


def books_agree(town: "Town", done: dict[str, list[Verdict]], before: Mapping[Status, int]) -> None:
    """Compare the log, the queue, the counts and the statements with what was done."""
    moderator = town.house.sign_in.who(town.house.sign_in(LOGIN, PASSWORD))
    ended = Counter(verdicts[-1] for verdicts in done.values())
    for comment_id, verdicts in done.items():
        item, history = town.house.moderate.item(comment_id, moderator)
        assert history[0].actor.kind is ActorKind.ENGINE
        assert [r.decision.verdict for r in history[1:]] == verdicts
        assert {r.actor.id for r in history[1:]} == {moderator.id}
        assert item.stored.comment.status is verdicts[-1].status
        refused = [r for r in history[1:] if r.decision.verdict is Verdict.REFUSE]
        assert all(r.decision.rules == ("insult",) for r in refused)
    after = town.house.moderate.counts(moderator)
    assert after[Status.HELD] == before[Status.HELD] - MANY
    assert after[Status.REFUSED] == before[Status.REFUSED] + ended[Verdict.REFUSE]
    assert after[Status.PUBLISHED] == before[Status.PUBLISHED] + ended[Verdict.PUBLISH]
    for level in Level:
        left, _, _ = town.house.work_desk.page(
            moderator, Wanted(places=(), level=level, lang=LANG), limit=1, after=None
        )
        assert not left
    assert town.house.law is not None
    town.house.law.keep(everywhere=True)
    with town.house.moderate.store.reading() as unit:
        statements = {i: unit.ledger.of_comment(i, LineKind.STATEMENT) for i in done}
    # A refusal takes away; so does holding again what was public.
    for comment_id, verdicts in done.items():
        pairs = zip([Verdict.HOLD, *verdicts], verdicts, strict=False)
        expected = [
            "DISABLED" if now is Verdict.HOLD else "REMOVED"
            for before, now in pairs
            if now is Verdict.REFUSE or (before, now) == (Verdict.PUBLISH, Verdict.HOLD)
        ]
        made = [str(line.content["visibility"]) for line in statements[comment_id]]
        assert [kind.rpartition("_")[2] for kind in made] == expected
    refusals = [
        line.content["rule"]
        for lines in statements.values()
        for line in lines
        if line.content["visibility"] == REMOVED
    ]
    assert refusals == ["insult"] * sum(v.count(Verdict.REFUSE) for v in done.values())
