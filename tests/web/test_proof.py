"""Proof of work over HTTP: who is asked, what a solution serves for, and what comes without."""

import base64
import json
import secrets
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import altcha
import pytest
from litestar.testing import TestClient

from builders import NOON, ORIGIN, StillClock, a_stored, a_thread, an_article, keep
from mode_builders import a_mode
from palabre.application.door import Door
from palabre.application.moderate import Choice
from palabre.application.ports import Store
from palabre.application.post_comment import NewComment
from palabre.application.proof import ITERATIONS, Proof, derive
from palabre.application.tokens import key_of, new_token
from palabre.domain.comment import Status
from palabre.domain.decision import Verdict
from palabre.domain.member import Member
from palabre.domain.person import Moderator
from palabre.web.app import create_app
from palabre.web.house import House
from web.conftest import BASE, COMMENTS, URL, BuildHouse

HERE = {"Origin": ORIGIN}
KEY = "0123456789abcdef-of-one-comment"


@pytest.fixture
def house(build: BuildHouse, store: Store) -> House:
    """Return a house that asks where a mode says so, for very little work."""
    made = build(store)
    door = replace(made.post.door, proof=Proof(secret=secrets.token_bytes(32), tries=3))
    return replace(made, post=replace(made.post, door=door), edit=replace(made.edit, door=door))


@pytest.fixture
def asks(store: Store) -> None:
    with store.writing() as unit:
        unit.modes.set(a_mode(holds_all=False, proof=True))


@pytest.fixture
def client(house: House) -> Iterator[TestClient[Any]]:
    with TestClient(create_app(house), base_url=BASE, raise_server_exceptions=False) as opened:
        yield opened


Send = Callable[..., Any]


@pytest.fixture
def send(client: TestClient[Any]) -> Send:
    """Return a function that posts a comment under a key, with a proof."""

    def post(
        proof: str | None = None,
        *,
        key: str | None = KEY,
        text: str = "Bonjour.",
        token: str | None = None,
        url: str = URL,
    ) -> Any:
        headers = HERE | ({"Idempotency-Key": key} if key else {})
        headers |= {"Authorization": f"Bearer {token}"} if token else {}
        body = {"url": url, "text": text} | ({"proof": proof} if proof is not None else {})
        return client.post(COMMENTS, json=body, headers=headers)

    return post


def solved(challenge: dict[str, Any]) -> str:
    """Return what the library of the protocol's authors makes of a challenge."""
    asked = altcha.Challenge.from_dict(challenge)
    solution = altcha.solve_challenge(asked)
    assert solution is not None
    return altcha.Payload(asked, solution).to_base64()


def code_of(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json().get("code", "")


def count(store: Store) -> int:
    with store.reading() as unit:
        counts = unit.queue.counts(site_ids=["le-journal"])
    return sum(counts.values())


def tampered(payload: str, **changes: Any) -> str:
    said = json.loads(base64.b64decode(payload))
    said["challenge"]["parameters"] |= changes
    return base64.b64encode(json.dumps(said).encode()).decode()


@pytest.mark.usefixtures("asks")
def test_a_guest_computes_once_for_one_comment(send: Send, store: Store):
    wanted = send()
    assert code_of(wanted) == (403, "proof_wanted")
    assert (wanted.json()["field"], wanted.json()["values"]) == ("proof", {"idempotency_key": KEY})
    assert count(store) == 0
    proof = solved(wanted.json()["challenge"])
    taken = send(proof)
    assert (taken.status_code, taken.json()["status"]) == (201, "published")
    # The same again is the same comment; the proof is good for no other one.
    assert send(proof).json()["id"] == taken.json()["id"]
    assert send().json()["id"] == taken.json()["id"]
    assert code_of(send(proof, text="Un autre.")) == (409, "idempotency_conflict")
    assert code_of(send(proof, key=KEY + "2")) == (409, "proof_used")
    assert code_of(send(proof, key=None)) == (409, "proof_used")
    assert count(store) == 1


@pytest.mark.usefixtures("asks")
def test_who_sends_no_key_is_given_one(send: Send):
    first, second = send(key=None).json(), send(key=None).json()
    key = first["values"]["idempotency_key"]
    assert key != second["values"]["idempotency_key"]
    assert send(solved(first["challenge"]), key=key).status_code == 201


@pytest.mark.usefixtures("asks")
def test_wrong_proofs_are_refused_and_store_nothing(
    send: Send, store: Store, clock: StillClock, house: House
):
    good = solved(send().json()["challenge"])
    late = int((NOON + timedelta(days=1)).timestamp())
    short = json.loads(base64.b64decode(good))
    short["solution"]["derivedKey"] = "00" * 32
    other = Proof(secret=b"another house", tries=2).challenge(ORIGIN, KEY, clock())
    wrong = [
        *("", "é", "none ", "null", "e30=", base64.b64encode(b"[" * 9_000).decode(), good[:-8]),
        *(tampered(good, cost=1), tampered(good, expiresAt=late), tampered(good, data=None)),
        base64.b64encode(json.dumps(short).encode()).decode(),
        solved(other),
    ]
    for proof in wrong:
        assert code_of(send(proof)) == (422, "proof_wrong"), proof
    there = solved(house.post.door.proof.challenge("https://gazette.example", KEY, clock()))  # type: ignore[union-attr]
    assert code_of(send(there)) == (409, "proof_used")
    clock.forward(minutes=9, seconds=59)
    assert send(good).status_code == 201
    assert count(store) == 1


@pytest.mark.usefixtures("asks")
def test_a_late_proof_is_answered_with_a_new_challenge(send: Send, store: Store, clock: StillClock):
    good = solved(send().json()["challenge"])
    clock.forward(minutes=10, seconds=1)
    late = send(good)
    assert code_of(late) == (422, "proof_expired")
    assert count(store) == 0
    assert send(solved(late.json()["challenge"])).status_code == 201


@pytest.mark.usefixtures("asks")
def test_what_cannot_be_computed_waits_for_a_human_and_no_edit_frees_it(
    send: Send, client: TestClient[Any], house: House, moderator: Moderator
):
    held = send("none").json()
    assert held["status"] == "held"
    assert "calcul demandé ici" in held["reasons"][0]
    refused = send("none", text="zorglub", key=KEY + "2").json()
    assert refused["status"] == "refused"
    assert "calcul" not in " ".join(refused["reasons"])
    for said in (held, refused):
        head = HERE | {"Authorization": f"Bearer {said['token']}"}
        for text, status in (("zorglub", "refused"), ("Bien.", "held"), ("Mieux.", "held")):
            edited = client.patch(f"{COMMENTS}/{said['id']}", json={"text": text}, headers=head)
            assert edited.json()["status"] == status
    # Whoever has read it may let it pass, and then it is a comment like all others.
    house.moderate.decide(held["id"], Choice(verdict=Verdict.PUBLISH), moderator)
    head = HERE | {"Authorization": f"Bearer {held['token']}"}
    edited = client.patch(f"{COMMENTS}/{held['id']}", json={"text": "Encore."}, headers=head)
    assert edited.json()["status"] == "published"


@pytest.mark.usefixtures("asks")
def test_a_plain_form_is_told_before_and_its_comment_waits(client: TestClient[Any], store: Store):
    page = client.get("/thread", params={"url": URL}).text
    assert "le navigateur calcule un instant" in page.partition('id="palabre-mode"')[2]
    token = page.partition('name="form" value="')[2].partition('"')[0]
    sent = client.post(
        f"/thread?url={URL}",
        data={"form": token, "text": "Sans script."},
        headers={"Origin": BASE},
        follow_redirects=True,
    )
    assert "n’a pas fait le calcul" in sent.text
    assert count(store) == 1


@pytest.mark.usefixtures("asks")
def test_members_the_newsroom_and_trusted_readers_are_not_asked(
    house: House, store: Store, send: Send, clock: StillClock
):
    said = {"site_id": "le-journal", "subject": "1", "token": "t" * 43, "name": "Zoé"}
    for member in (Member(**said), Member(**said | {"name": "Claire Martin"}, is_staff=True)):
        posted = house.post(NewComment(url=URL, text="Oui.", member=member, token="t" * 43))
        assert posted.stored.comment.status is Status.PUBLISHED
    token = new_token()
    with store.writing() as unit:
        thread = unit.threads.add(a_thread(an_article(key="/sport/match")))
    for _ in range(20):
        keep(store, a_stored(thread, author_key=key_of(token)))
    assert code_of(send(token=token)) == (403, "proof_wanted")
    clock.forward(days=15)
    assert send(token=token).json()["status"] == "published"


@pytest.mark.parametrize(
    ("place", "asked"),
    [
        ({"section_id": "politique"}, (True, False)),
        ({"section_id": "sport"}, (False, True)),
        ({}, (True, True)),
    ],
)
def test_a_mode_asks_where_it_holds(
    send: Send, store: Store, place: dict[str, str], asked: tuple[bool, bool]
):
    with store.writing() as unit:
        unit.modes.set(a_mode(holds_all=False, proof=True, **place))
    for written in (False, True):
        for url, is_asked in zip((URL, f"{ORIGIN}/sport/match"), asked, strict=True):
            got = code_of(send(url=url, key=secrets.token_hex(9)))
            assert got == ((403, "proof_wanted") if is_asked else (201, "")), (written, url)


def test_a_mode_of_one_thread_asks_there_alone(send: Send, store: Store):
    said = send().json()
    with store.reading() as unit:
        thread = unit.comments.get(said["id"])
    assert thread is not None
    with store.writing() as unit:
        unit.modes.set(a_mode(holds_all=False, proof=True, thread_id=thread.thread_id))
    assert code_of(send(key=KEY + "2")) == (403, "proof_wanted")
    assert send(key=KEY + "3", url=f"{ORIGIN}/sport/match").status_code == 201


def test_a_house_may_always_ask_and_says_so_under_the_form(
    house: House, client: TestClient[Any], store: Store
):
    assert "calcule un instant" not in client.get("/thread", params={"url": URL}).text
    door = replace(house.post.door, modes=None, always=True)
    always = replace(house, post=replace(house.post, door=door))
    with TestClient(create_app(always), base_url=BASE) as opened:
        page = opened.get("/thread", params={"url": URL}).text
        assert "calcule un instant" in page.partition('id="palabre-form"')[2]
        answer = opened.post(COMMENTS, json={"url": URL, "text": "Oui."}, headers=HERE)
    assert code_of(answer) == (403, "proof_wanted")
    assert count(store) == 0


def test_solving_is_not_counted_as_a_second_comment(build: BuildHouse, store: Store):
    made = build(store, limits_enabled=True)
    door = Door(proof=Proof(secret=b"s" * 32, tries=2), always=True)
    strict = replace(made, post=replace(made.post, door=door))
    with TestClient(create_app(strict), base_url=BASE) as client:
        done = 0
        for n in range(7):
            head = HERE | {"Idempotency-Key": f"{KEY}{n}"}
            body = {"url": URL, "text": f"Numéro {n}."}
            wanted = client.post(COMMENTS, json=body, headers=head)
            if wanted.status_code == 429:
                break
            last = solved(wanted.json()["challenge"])
            sent = client.post(COMMENTS, json=body | {"proof": last}, headers=head)
            assert sent.status_code == 201
            done += 1
        # Six a minute; a proof that is none, or of another comment, opens no second count.
        assert done == 6
        for proof in ("none", "x", last):
            again = client.post(COMMENTS, json=body | {"proof": proof}, headers=head)
            assert again.status_code == 429


def test_challenges_are_altchas_and_the_counter_is_drawn_evenly():
    proof = Proof(secret=b"s" * 32, tries=4)
    seen = set()
    for _ in range(60):
        challenge = proof.challenge(ORIGIN, KEY, NOON)
        parameters = challenge["parameters"]
        assert isinstance(parameters, dict)
        assert parameters["cost"] == ITERATIONS
        assert parameters["expiresAt"] == int((NOON + timedelta(minutes=10)).timestamp())
        nonce, salt = bytes.fromhex(parameters["nonce"]), bytes.fromhex(parameters["salt"])
        counter = next(
            n for n in range(9) if derive(nonce, salt, n).hex().startswith(parameters["keyPrefix"])
        )
        seen.add(counter)
    assert seen == set(range(8))
    # Both sides agree on the work itself: the authors' library solves what is checked here.
    payload = solved(challenge)
    assert proof.holds(payload, ORIGIN, KEY, NOON)
    assert not proof.holds(payload, ORIGIN, KEY, NOON + timedelta(minutes=11))
    assert not proof.holds(None, ORIGIN, KEY, NOON)
