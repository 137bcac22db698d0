"""Modes from outside: what they refuse and hold, how readers are told, who sets them."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from litestar.testing import TestClient

from builders import NOON, ORIGIN, StillClock, a_moderator, a_stored, keep, open_thread
from mode_builders import a_mode
from palabre.application.known_modes import KnownModes
from palabre.application.ports import Store, UnitOfWork
from palabre.application.post_comment import NewComment
from palabre.domain.comment import Status
from palabre.domain.ledger import LineKind
from palabre.domain.member import Member
from palabre.domain.mode import Mode, Why
from palabre.domain.person import Duty, Moderator, Role
from palabre.web.app import create_app
from palabre.web.house import House
from web.conftest import BASE, COMMENTS, URL, PlainHasher

HERE = {"Origin": BASE}
LANGUAGES = ("fr", "en", "de", "es", "it", "nl", "pt", "pl", "ar", "he")


def put(store: Store, mode: Mode) -> None:
    with store.writing() as unit:
        unit.modes.set(mode)


def sent(client: TestClient[Any], text: str = "Bonjour.", token: str | None = None) -> Any:
    headers = {"Origin": ORIGIN} | ({"Authorization": f"Bearer {token}"} if token else {})
    return client.post(COMMENTS, json={"url": URL, "text": text}, headers=headers)


def page(client: TestClient[Any], lang: str = "fr") -> str:
    client.cookies.clear()
    return client.get("/thread", params={"url": URL, "lang": lang}).text


def test_what_is_read_first_waits_and_says_why_also_after_an_edit(
    client: TestClient[Any], store: Store, say: Callable[..., dict[str, Any]]
):
    before = say()
    assert before["status"] == "published"
    put(store, a_mode(why=Why.SUBJECT))
    held = sent(client).json()
    assert held["status"] == "held"
    assert "lit en ce moment chaque commentaire" in held["reasons"][0]
    head = {"Authorization": f"Bearer {before['token']}", "Origin": ORIGIN}
    edited = client.patch(f"{COMMENTS}/{before['id']}", json={"text": "Autre."}, headers=head)
    assert edited.json()["status"] == "held"
    with store.writing() as unit:
        unit.modes.lift("site:le-journal")
    assert sent(client).json()["status"] == "published"


def test_one_comment_in_so_many_minutes_by_token_and_by_whoever_drops_it(
    client: TestClient[Any], store: Store, clock: StillClock
):
    put(store, a_mode(holds_all=False, slow_minutes=5))
    first = sent(client)
    assert first.status_code == 201
    clock.forward(minutes=2)
    for token in (first.json()["token"], None, "x" * 43):
        again = sent(client, "Encore.", token)
        assert (again.status_code, again.json()["code"]) == (429, "slow_mode")
        assert again.headers["retry-after"] == "180"
    clock.forward(minutes=3)
    assert sent(client, "Encore.", first.json()["token"]).status_code == 201


def test_only_known_readers(client: TestClient[Any], store: Store):
    known = sent(client).json()["token"]
    for n in range(2):
        assert sent(client, f"Encore {n}.", known).status_code == 201
    put(store, a_mode(holds_all=False, known_only=True))
    refused = sent(client)
    assert (refused.status_code, refused.json()["code"]) == (403, "known_readers_only")
    assert sent(client, "Moi aussi.", known).status_code == 201


def test_opening_hours_refuse_until_they_open(
    client: TestClient[Any], store: Store, clock: StillClock
):
    vote = f"{COMMENTS}/{sent(client).json()['id']}/vote"
    client.cookies.clear()  # somebody else's comment
    put(store, a_mode(holds_all=False, opens=8 * 60, shuts=11 * 60, why=Why.ABSENT))
    assert client.put(vote, json={"value": 1}).json()["code"] == "closed_now"
    shut = sent(client)
    assert (shut.status_code, shut.json()["code"]) == (403, "closed_now")
    assert shut.headers["retry-after"] == str(20 * 3600)
    told = page(client)
    assert "Les commentaires sont fermés pour l’instant." in told
    assert "personne n’est là" in told
    assert "palabre-text" not in told
    api = client.get(COMMENTS, params={"url": URL}).json()
    assert api["open"] is False
    assert api["mode"]["opens_at"].startswith("2026-03-03T08:00:00")
    # Nothing is written, and the kept page is right again by the clock alone.
    clock.forward(hours=20)
    assert "palabre-text" in page(client)
    assert sent(client).status_code == 201
    client.cookies.clear()
    assert client.put(vote, json={"value": 1}).json()["up"] == 1


def test_what_closes_at_a_time_closes(client: TestClient[Any], store: Store, clock: StillClock):
    put(store, a_mode(holds_all=False, closes_at=NOON + timedelta(hours=1)))
    assert sent(client).status_code == 201
    assert "Fermeture des commentaires" in page(client)
    clock.forward(hours=2)
    assert sent(client).json()["code"] == "thread_closed"


@pytest.mark.parametrize("written", [False, True], ids=["nobody has written", "a thread"])
def test_a_kept_page_tells_of_a_mode_at_once_and_then_no_more(
    client: TestClient[Any], store: Store, written: bool
):
    if written:
        sent(client)
    assert "palabre-mode" not in page(client)
    put(store, a_mode(section_id="politique", slow_minutes=10))
    told = page(client)
    assert 'id="palabre-mode"' in told
    assert "toutes les 10 min" in told
    assert client.get(COMMENTS, params={"url": URL}).json()["mode"] == {
        "held": True,
        "known_readers": False,
        "minutes": 10,
        "proof": False,
        "opens_at": None,
        "shuts_at": None,
        "why": ["surge"],
    }
    with store.writing() as unit:
        unit.modes.lift("section:le-journal/politique")
    assert "palabre-mode" not in page(client)


def test_each_language_of_readers_tells_of_modes(client: TestClient[Any], store: Store):
    put(store, a_mode(known_only=True, slow_minutes=7))
    told = {lang: page(client, lang).partition('id="palabre-mode"')[2][:600] for lang in LANGUAGES}
    assert all("7" in text for text in told.values())
    assert len(set(told.values())) == len(LANGUAGES)


def test_modes_cost_a_post_no_look_at_the_store_until_they_change(store: Store):
    looks = []

    class Counting:
        watch = staticmethod(store.watch)

        @contextmanager
        def reading(self) -> Iterator[UnitOfWork]:
            looks.append(1)
            with store.reading() as unit:
                yield unit

    known = KnownModes(Counting())  # type: ignore[arg-type]
    for _ in range(3):
        assert known.all() == ()
    assert len(looks) == 1
    keep(store, a_stored(open_thread(store)))
    put(store, a_mode())
    assert known.all() == (a_mode(),)
    assert known.all() == (a_mode(),)
    assert len(looks) == 2


@pytest.fixture
def lead() -> Moderator:
    return a_moderator(
        login="lead",
        duties=(Duty(role=Role.LEAD, site_id="le-journal"),),
        password_hash=PlainHasher().hash("correct horse battery"),
    )


Desk = Callable[..., Any]


@pytest.fixture
def desk(house: House, store: Store, lead: Moderator) -> Iterator[Desk]:
    """Return a function that sends a form of the page of modes as a lead."""
    with store.writing() as unit:
        unit.moderators.add(lead)
    with TestClient(create_app(house), base_url=BASE, raise_server_exceptions=False) as client:
        token = token_in(client.get("/desk/sign-in").text)
        fields = {"login": "lead", "password": "correct horse battery", "form": token}
        client.post("/desk/sign-in", data=fields, headers=HERE)
        token = token_in(client.get("/desk/modes").text)

        def send(path: str | None = None, **fields: str) -> Any:
            if path is not None:
                return client.get(path)
            data = {"form": token, "why": "surge", "do": "set"} | fields
            return client.post("/desk/modes", data=data, headers=HERE, follow_redirects=False)

        yield send


def token_in(html: str) -> str:
    found = re.search(r'name="form" value="([^"]+)"', html)
    assert found, html[:500]
    return found[1]


def test_a_lead_sets_a_mode_and_lifts_it_and_both_stand_in_the_ledger(
    desk: Desk, store: Store, lead: Moderator
):
    hours = {"opens": "08:00", "shuts": "23:00", "hours": "24", "slow": "5", "proof": "1"}
    assert desk(place="section:le-journal/sport", **hours).status_code == 303
    with store.reading() as unit:
        (mode,) = unit.modes.all()
    assert mode == a_mode(
        section_id="sport",
        holds_all=False,
        slow_minutes=5,
        proof=True,
        opens=480,
        shuts=1380,
        until=NOON + timedelta(hours=24),
        set_by=lead.id,
    )
    shown = desk("/desk/modes").text
    assert "Le Journal — Sport" in shown
    assert "08:00" in shown
    assert "(preuve de travail)" in shown.partition('<section class="item"')[0]
    assert desk(place="section:le-journal/sport", do="lift").status_code == 303
    with store.reading() as unit:
        assert unit.modes.all() == []
        lines = list(
            unit.ledger.of_kind([LineKind.MODE], site_ids=["le-journal"], before=None, limit=9)
        )
    assert [line.content["proof"] for line in lines] == [False, True]
    assert [(line.content["lifted"], line.content["by"]) for line in lines] == [
        (True, lead.id),
        (False, lead.id),
    ]


NONSENSE: tuple[tuple[dict[str, str], str], ...] = (
    ({"place": "site:le-journal"}, "mode"),
    ({"place": "site:nowhere", "holds_all": "1"}, "place"),
    ({"place": "", "holds_all": "1"}, "place"),
    ({"place": "section:le-journal/none", "holds_all": "1"}, "place"),
    ({"place": "site:le-journal", "slow": "1441"}, "slow"),
    ({"place": "site:le-journal", "slow": "-1"}, "slow"),
    ({"place": "site:le-journal", "opens": "25:00", "shuts": "08:00"}, "opens"),
    ({"place": "site:le-journal", "opens": "08:00"}, "shuts"),
    ({"place": "site:le-journal", "opens": "08:00", "shuts": "08:00"}, "shuts"),
    ({"place": "site:le-journal", "closes_at": "demain"}, "closes_at"),
    ({"place": "site:le-journal", "holds_all": "1", "why": "because"}, "why"),
    ({"place": "site:le-journal", "holds_all": "1", "hours": "x"}, "hours"),
)


def test_what_makes_no_sense_is_refused_by_its_field(desk: Desk, store: Store):
    for fields, at_fault in NONSENSE:
        answer = desk(**fields)
        assert answer.status_code == 422, fields
        assert at_fault in answer.text, fields
    with store.reading() as unit:
        assert unit.modes.all() == []


def test_a_lead_of_one_site_sets_nothing_on_another(desk: Desk, store: Store):
    assert desk(place="site:la-gazette", holds_all="1").status_code == 403
    assert desk(place="thread:no-such-thread", holds_all="1").status_code == 404
    with store.reading() as unit:
        assert unit.modes.all() == []
    assert "La Gazette" not in desk("/desk/modes").text


def test_a_burst_of_holds_is_a_suggestion_and_becomes_a_mode_by_a_click_alone(
    desk: Desk, store: Store
):
    thread = open_thread(store)
    for _ in range(9):
        keep(store, a_stored(thread, status=Status.HELD))
    assert "desk.modes" not in desk("/desk").text
    assert 'value="accept"' not in desk("/desk").text
    keep(store, a_stored(thread, status=Status.HELD))
    for path in ("/desk", "/desk/modes"):
        assert f'value="thread:{thread.id}"' in desk(path).text
    with store.reading() as unit:
        assert unit.modes.all() == []
    assert desk(place=f"thread:{thread.id}", do="accept").status_code == 303
    with store.reading() as unit:
        (mode,) = unit.modes.all()
    assert (mode.thread_id, mode.holds_all) == (thread.id, True)
    assert mode.until == NOON + timedelta(hours=3)
    assert 'value="accept"' not in desk("/desk").text


def test_the_newsroom_is_bound_by_no_mode(house: House, store: Store):
    put(store, a_mode(known_only=True, opens=60, shuts=120))
    claire = Member(
        site_id="le-journal", subject="1", token="t" * 43, name="Claire Martin", is_staff=True
    )
    posted = house.post(NewComment(url=URL, text="Nous lisons.", member=claire, token="t" * 43))
    assert posted.stored.comment.status is Status.PUBLISHED
