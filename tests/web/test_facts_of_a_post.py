"""What the judge is told of how a comment came: over HTTP, by forms and by the API."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from litestar.testing import TestClient

from builders import NOON, ORIGIN, StillClock, a_stored, a_thread, an_article, keep
from palabre.application.pace import KnownPace
from palabre.application.ports import Store
from palabre.moderation.rulebook import RuleBook, load
from palabre.web.app import create_app
from palabre.web.forms import stamp
from palabre.web.house import House
from web.conftest import BASE, COMMENTS, RULES, URL, BuildHouse

HERE = {"Origin": BASE}
HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')


SPAM = """
[rules.spam]
hold = 0.5
refuse = 0.9
says = {fr = "Pas de publicité.", en = "No advertising."}
label = {fr = "publicitaire", en = "advertising"}
symbols = {hurried = 1.0, surge = 1.0, trap = 1.0}
"""


@pytest.fixture(scope="module")
def rules() -> RuleBook:
    """Return rules that watch how comments come."""
    return load(RULES + SPAM)


@pytest.fixture
def house(build: BuildHouse, store: Store) -> House:
    """Return a house that watches floods, as houses do outside of tests."""
    made = build(store)
    return replace(made, post=replace(made.post, watch_floods=True, pace=KnownPace(store)))


@pytest.fixture
def reader(house: House) -> Iterator[TestClient[Any]]:
    """Return a reader on the pages of this server, who keeps cookies and follows redirects."""
    with TestClient(create_app(house), base_url=BASE) as opened:
        opened.headers.update(HERE)
        yield opened


def evidence(store: Store, comment_id: str) -> dict[str, float]:
    with store.reading() as unit:
        latest = unit.decisions.latest(comment_id)
    assert latest is not None
    return {e.symbol: e.score for e in latest.decision.evidence}


def form_of(page: str) -> tuple[str, dict[str, str]]:
    form = page.partition('id="palabre-form"')[2].partition("</form>")[0]
    action = re.search(r'action="([^"]+)"', form)
    assert action is not None
    return action[1].replace("&amp;", "&"), dict(HIDDEN.findall(form))


def posted(reader: TestClient[Any], page: str, **fields: str) -> str:
    """Send the form of a page and return the comment's identifier."""
    action, hidden = form_of(page)
    answer = reader.post(action, data=hidden | fields, follow_redirects=False)
    assert answer.status_code == 303, answer.text
    found = re.search(r"posted=([0-9a-f-]{36})", answer.headers["location"])
    assert found is not None
    return found[1]


def page_of(reader: TestClient[Any], **query: str) -> str:
    return reader.get("/thread", params={"url": URL, **query}).text


def test_the_trap_is_met_by_nobody_and_held_against_whoever_fills_it(
    reader: TestClient[Any], store: Store
):
    page = page_of(reader)
    trap = re.search(r'<p class="unseen" aria-hidden="true">.*?</p>', page)
    assert trap is not None
    assert 'tabindex="-1" autocomplete="off"' in trap[0]
    assert "Laissez ce champ vide" in trap[0]
    assert "trap" not in evidence(store, posted(reader, page, text="Bonjour.", subject=""))
    caught = posted(reader, page_of(reader), text="Bonjour encore.", subject="SEO")
    assert evidence(store, caught)["trap"] == 0.8
    # A fact for the judge, never a silent drop: it is there, and held with its reason.
    said = reader.get(f"{COMMENTS}/{caught}").json()
    assert said["comment"]["status"] == "held"
    assert "champ invisible rempli" in said["reasons"][0]


def test_an_edit_falls_into_the_same_trap(reader: TestClient[Any], store: Store):
    first = posted(reader, page_of(reader), text="Bonjour.")
    assert "trap" not in evidence(store, first)
    action, hidden = form_of(page_of(reader, edit=first))
    reader.post(action, data=hidden | {"text": "Voilà.", "subject": "x"})
    assert evidence(store, first)["trap"] == 0.8
    mended = reader.patch(f"{COMMENTS}/{first}", json={"text": "Bien.", "subject": ""})
    assert mended.status_code == 200
    assert "trap" not in evidence(store, first)
    reader.patch(f"{COMMENTS}/{first}", json={"text": "Mal.", "subject": "x"})
    assert evidence(store, first)["trap"] == 0.8


@pytest.mark.parametrize(
    ("seconds", "is_hurried"),
    [(0, True), (1.9, True), (2, False), (700, False), (-1, False), (1e300, False), (None, False)],
)
def test_a_program_says_how_long_its_reader_wrote(
    reader: TestClient[Any], store: Store, seconds: float | None, is_hurried: bool
):
    body = {"url": URL, "text": "Bonjour.", "seconds": seconds, "subject": None}
    answer = reader.post(COMMENTS, json=body, headers={"Origin": ORIGIN})
    assert answer.status_code == 201, answer.text
    assert ("hurried" in evidence(store, answer.json()["id"])) is is_hurried


def test_only_pages_made_for_one_reader_say_when_they_were_made(
    reader: TestClient[Any], store: Store, clock: StillClock, house: House
):
    shared = page_of(reader)
    assert "since" not in form_of(shared)[1]
    tag = reader.get("/thread", params={"url": URL}).headers["etag"]
    clock.forward(seconds=7)
    again = reader.get("/thread", params={"url": URL}, headers={"If-None-Match": tag})
    assert again.status_code == 304
    first = posted(reader, shared, text="Bonjour.")
    assert "hurried" not in evidence(store, first)
    own = page_of(reader)
    clock.forward(seconds=1)
    assert evidence(store, posted(reader, own, text="Déjà."))["hurried"] == 0.35
    own = page_of(reader)
    clock.forward(seconds=2)
    assert "hurried" not in evidence(store, posted(reader, own, text="Pas si vite."))
    future = replace(house, clock=StillClock(clock.now + timedelta(hours=1)))
    for given in (stamp(future), "1772452800", stamp(house)[:-1] + "!", "é"):
        made_up = posted(reader, page_of(reader), text=f"Et {given}.", since=given)
        assert "hurried" not in evidence(store, made_up)
    # What comes back to be mended is sent again at once, by people too.
    action, hidden = form_of(page_of(reader))
    refused = reader.post(action, data=hidden | {"text": " "})
    assert refused.status_code == 422
    assert "since" not in form_of(refused.text)[1]


def test_a_surge_on_one_article_is_counted_without_a_look_for_each_post(
    reader: TestClient[Any], store: Store, clock: StillClock, house: House
):
    with store.writing() as unit:
        thread = unit.threads.add(a_thread(an_article(key="/politique/budget")))
        other = unit.threads.add(a_thread(an_article(key="/sport/match")))
    for minutes in range(58):
        keep(store, a_stored(thread, created_at=NOON + timedelta(minutes=minutes)))
    keep(store, a_stored(other, created_at=NOON))
    clock.forward(minutes=58)
    looks = 0
    memory = house.post.pace
    assert memory is not None
    counting = memory._count

    def count(*args: Any) -> None:
        nonlocal looks
        looks += 1
        counting(*args)

    memory._count = count  # type: ignore[method-assign]

    def sent(text: str, url: str = URL) -> bool:
        answer = reader.post(COMMENTS, json={"url": url, "text": text}, headers={"Origin": ORIGIN})
        reader.cookies.clear()
        return "surge" in evidence(store, answer.json()["id"])

    # The 60th and 61st comment find 58 and 59 before them, the next one 60.
    assert [sent(f"Numéro {n}.") for n in range(3)] == [False, False, True]
    assert not sent("Ailleurs.", f"{ORIGIN}/sport/match")
    assert looks == 1
    clock.forward(minutes=30)  # those of the first half hour are no longer of this hour
    assert not sent("Plus tard.")
    assert looks == 2
