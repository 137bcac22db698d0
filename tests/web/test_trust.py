"""What moderators set on readers: what it refuses and holds, how they are told and contest it."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from litestar.testing import TestClient

from builders import NOON, ORIGIN, StillClock, a_moderator, a_record, a_stored, keep, open_thread
from mode_builders import a_measure
from palabre.application.appeal import Ruling
from palabre.application.door import Caller
from palabre.application.erase_person import ErasePerson
from palabre.application.export_person import ExportPerson
from palabre.application.person import Scope, of_tokens
from palabre.application.ports import Standing, Store
from palabre.application.statement_export import exported
from palabre.application.tokens import key_of
from palabre.application.transparency import Period
from palabre.domain.comment import Author
from palabre.domain.decision import Decision
from palabre.domain.errors import Code, Refusal
from palabre.domain.ledger import LineKind
from palabre.domain.person import Duty, Moderator, Role
from palabre.domain.report import Finding
from palabre.domain.trust import Trust
from palabre.moderation.engine import judge
from palabre.moderation.facts import Facts
from palabre.moderation.rulebook import RuleBook, load
from palabre.web.app import create_app
from palabre.web.house import House
from web.conftest import BASE, COMMENTS, RULES, URL, PlainHasher

HERE = {"Origin": BASE}
Desk = Callable[..., Any]


def account(role: Role, login: str) -> Moderator:
    return a_moderator(
        login=login,
        name=login.title(),
        duties=(Duty(role=role, site_id="le-journal"),),
        password_hash=PlainHasher().hash("correct horse battery"),
    )


@pytest.fixture
def desk(house: House, store: Store) -> Iterator[Desk]:
    """Return a function that sends the form of the reader's standing, as a moderator or a lead."""
    people = {role: account(role, role.value) for role in (Role.MODERATOR, Role.LEAD)}
    with store.writing() as unit:
        for moderator in people.values():
            unit.moderators.add(moderator)
    with TestClient(create_app(house), base_url=BASE, raise_server_exceptions=False) as client:

        def send(comment_id: str, do: str = "", role: Role = Role.LEAD, **fields: str) -> Any:
            client.cookies.clear()
            form = token_in(client.get("/desk/sign-in").text)
            login = {"login": role.value, "password": "correct horse battery", "form": form}
            client.post("/desk/sign-in", data=login, headers=HERE)
            shown = client.get(f"/desk/comments/{comment_id}")
            if not do:
                return shown
            data = {"form": token_in(shown.text), "do": do, "rule": "insult"} | fields
            path = f"/desk/readers/{comment_id}"
            return client.post(path, data=data, headers=HERE, follow_redirects=False)

        yield send


def token_in(html: str) -> str:
    found = re.search(r'name="form" value="([^"]+)"', html)
    assert found, html[:500]
    return found[1]


def sent(client: TestClient[Any], token: str, text: str = "Bonjour encore.") -> Any:
    headers = {"Origin": ORIGIN, "Authorization": f"Bearer {token}"}
    return client.post(COMMENTS, json={"url": URL, "text": text}, headers=headers)


def test_who_is_suspended_is_refused_until_then_told_why_and_may_contest_it(
    client: TestClient[Any],
    store: Store,
    house: House,
    desk: Desk,
    clock: StillClock,
    say: Callable[..., dict[str, Any]],
):
    mine = say(email="zoe@mail.example")
    begun = clock()
    assert desk(mine["id"], "suspended").status_code == 303
    refused = sent(client, mine["token"])
    assert (refused.status_code, refused.json()["code"]) == (403, "suspended")
    assert refused.headers["retry-after"] == str(7 * 24 * 3600)
    assert (
        "9 mars 2026"
        in client.post(
            "/api/v1/comments",
            json={"url": URL, "text": "Et ?", "lang": "fr"},
            headers={"Authorization": f"Bearer {mine['token']}", "Accept-Language": "fr"},
        ).json()["title"]
    )
    change = client.patch(
        f"{COMMENTS}/{mine['id']}",
        json={"text": "Autre."},
        headers={"Authorization": f"Bearer {mine['token']}"},
    )
    assert change.json()["code"] == "suspended"

    client.cookies.set("palabre_author", mine["token"])
    told = client.get(f"/comments/{mine['id']}", params={"lang": "fr"}).text
    assert 'id="measure"' in told
    assert "Pas d&#39;insultes." in told
    assert "9 mars 2026" in told
    client.cookies.clear()
    assert 'id="measure"' not in client.get(f"/comments/{mine['id']}").text

    assert house.law is not None
    with store.reading() as unit:
        (measure,) = unit.measures.of_keys([key_of(mine["token"])])
        assert measure.until == begun + timedelta(days=7)
        statement = unit.ledger.get(measure.statement_id or "")
        assert statement is not None
        (line,) = unit.ledger.of_comment(mine["id"], LineKind.MEASURE)
    assert line.content["measure"] == "suspended"
    content = exported(statement)
    assert content is not None
    assert content["decision_provision"] == "DECISION_PROVISION_PARTIAL_SUSPENSION"
    assert content["end_date_service_restriction"] == "2026-03-09"
    assert house.law.statement_on(mine["id"]) is None

    appeal = house.law.appeal(statement.id, "Je citais un livre.")
    other, first = account(Role.LEAD, "other"), measure.set_by
    with pytest.raises(Refusal) as same:
        house.law.review(appeal.id, RULING, a_moderator(id=first, role=Role.LEAD))
    assert same.value.code is Code.SAME_MODERATOR
    house.law.review(appeal.id, RULING, other)
    assert sent(client, mine["token"]).status_code == 201
    client.cookies.set("palabre_author", mine["token"])
    assert 'id="measure"' not in client.get(f"/comments/{mine['id']}").text
    with store.reading() as unit:
        stands = unit.comments.get(mine["id"])
    assert stands is not None
    assert stands.status.value == "published"


RULING = Ruling(finding=Finding.REVERSED, reasons="C'était bien une citation.")


def test_a_measure_ends_by_itself_or_is_lifted_and_the_desk_shows_where_a_reader_stands(
    client: TestClient[Any],
    store: Store,
    desk: Desk,
    clock: StillClock,
    say: Callable[..., dict[str, Any]],
):
    mine = say()
    assert "Nouveau" in desk(mine["id"]).text
    assert desk(mine["id"], "watched", Role.MODERATOR, days="2").status_code == 303
    held = sent(client, mine["token"]).json()
    assert held["status"] == "held"
    assert "lus d’abord" in held["reasons"][0]
    assert "Surveillé" in desk(mine["id"]).text
    clock.forward(days=2)
    assert sent(client, mine["token"], "Me revoici.").json()["status"] == "published"
    assert desk(mine["id"], "banned").status_code == 303
    assert sent(client, mine["token"]).json()["code"] == "banned"
    assert desk(mine["id"], "lift", Role.MODERATOR).status_code == 403
    assert desk(mine["id"], "lift").status_code == 303
    assert sent(client, mine["token"], "Merci.").status_code == 201
    with store.reading() as unit:
        lines = unit.ledger.of_comment(mine["id"], LineKind.MEASURE)
    assert [line.content["measure"] for line in lines] == ["watched", "banned", "lifted"]


def test_what_cannot_be_set_is_refused(
    client: TestClient[Any], store: Store, desk: Desk, say: Callable[..., dict[str, Any]]
):
    mine = say()
    assert desk(mine["id"], "banned", Role.MODERATOR).status_code == 403
    for do, fields in (
        ("trusted", {}),
        ("nothing", {}),
        ("suspended", {"days": "91"}),
        ("suspended", {"days": "0"}),
        ("suspended", {"days": "two"}),
        ("suspended", {"rule": "no-such-rule"}),
    ):
        assert desk(mine["id"], do, **fields).status_code == 422, (do, fields)
    with store.reading() as unit:
        assert unit.measures.of_keys([key_of(mine["token"])]) == []
        assert unit.ledger.of_comment(mine["id"], LineKind.MEASURE) == []


def test_a_reader_sees_a_measure_in_their_data_and_erasing_takes_it_along(
    store: Store, clock: StillClock
):
    stored = keep(store, a_stored(open_thread(store)))
    with store.writing() as unit:
        unit.decisions.add(a_record(stored))
        unit.measures.set(a_measure(stored.comment.id))
    person = of_tokens(stored.comment.author_key, None)
    assert ExportPerson(store=store, clock=clock)(person)["measures"] == [
        {
            "site": "le-journal",
            "measure": "suspended",
            "rule": "insult",
            "set_at": NOON.isoformat(),
            "until": (NOON + timedelta(days=7)).isoformat(),
        }
    ]
    ErasePerson(store=store, clock=clock)(person, Scope.EVERYTHING)
    with store.reading() as unit:
        assert unit.measures.of_keys([stored.comment.author_key]) == []


def test_the_yearly_tables_count_a_suspension_as_one_of_the_service(
    store: Store, house: House, desk: Desk, say: Callable[..., dict[str, Any]]
):
    assert desk(say()["id"], "suspended").status_code == 303
    assert house.law is not None
    with store.reading() as unit:
        lines = unit.ledger.between(
            [LineKind.STATEMENT], Period.year(2026).begin, Period.year(2026).end
        )
        assert [line.content["service"] for line in lines] == [
            "DECISION_PROVISION_PARTIAL_SUSPENSION"
        ]


@pytest.fixture(scope="module")
def lenient() -> RuleBook:
    grave = """
[rules.hatred]
gravity = 90
hold = 0.5
score = "hate"
says = {fr = "Pas de haine.", en = "No hatred."}
label = {fr = "haineux", en = "hateful"}
words = {fr = ["farfadet | 0.6"], en = ["farfadet | 0.6"]}
"""
    return load(RULES + grave)


@pytest.mark.parametrize(
    ("text", "stranger", "trusted"),
    [
        ("Bonjour à tous.", "publish", "publish"),
        ("Quel patatras, vraiment.", "hold", "publish"),
        ("Quel zorglub, vraiment.", "refuse", "refuse"),
        ("Quel farfadet, vraiment.", "hold", "hold"),
    ],
)
def test_a_long_good_record_moves_thresholds_to_hold_and_never_those_of_hate(
    lenient: RuleBook, text: str, stranger: str, trusted: str
):
    def verdict(*, known: bool) -> Decision:
        return judge(text, Facts(lang="fr", trusted=known), lenient)

    assert verdict(known=False).verdict.value == stranger
    assert verdict(known=True).verdict.value == trusted


def test_links_of_new_readers_wait_where_the_house_asks_for_it(house: House):
    door = house.post.door
    facts = Facts(lang="fr", own_hosts=frozenset({"journal.example"}))
    plain = judge("Bonjour.", facts, load(RULES))

    def weighed(text: str, trust: Trust) -> str:
        published = 0 if trust is Trust.NEW else 3
        caller = Caller(
            author=Author(),
            author_key="k",
            source=None,
            standing=Standing(published=published),
        )
        strict = replace(door, holds_new_links=True)
        return strict.weigh(plain, text, facts, caller, NOON).verdict.value

    assert weighed("Voir https://ailleurs.example/x", Trust.NEW) == "hold"
    assert weighed("Voir www.ailleurs.example", Trust.NEW) == "hold"
    assert weighed("Voir https://www.journal.example/x", Trust.NEW) == "publish"
    assert weighed("Voir https://ailleurs.example/x", Trust.KNOWN) == "publish"
    assert weighed("Rien à voir.", Trust.NEW) == "publish"
