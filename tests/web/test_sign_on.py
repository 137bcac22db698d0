"""A site's own sign-on: whom a token speaks for, and every token that speaks for nobody."""

import base64
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from litestar.testing import TestClient

from builders import ORIGIN, StillClock
from palabre.application.ports import Sort
from palabre.web.app import create_app
from palabre.web.house import House
from palabre.web.sign_on import SignOn, SignOnKey
from web.conftest import BASE, COMMENTS, URL

PRIVATE = Ed25519PrivateKey.generate()
PUBLIC = PRIVATE.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
SHARED = b"a secret of thirty-two bytes or more"
KEYS = {
    "old": SignOnKey(site_id="le-journal", kid="old", algorithm="HS256", key=SHARED),
    "new": SignOnKey(site_id="le-journal", kid="new", algorithm="EdDSA", key=PUBLIC),
    "other": SignOnKey(site_id="la-gazette", kid="other", algorithm="HS256", key=SHARED),
}
Sign = Callable[..., str]


@pytest.fixture
def house(house: House, clock: StillClock) -> House:
    return replace(house, sign_on=SignOn(KEYS, secret=b"s" * 32, clock=clock))


@pytest.fixture
def client(house: House) -> Iterator[TestClient[Any]]:
    with TestClient(create_app(house), base_url=BASE, raise_server_exceptions=False) as opened:
        yield opened


@pytest.fixture
def sign(clock: StillClock) -> Sign:
    def made(kid: str = "new", **changes: Any) -> str:
        claims = {
            "aud": "le-journal",
            "sub": "4711",
            "name": "Zoé Lunel",
            "exp": int((clock() + timedelta(hours=1)).timestamp()),
            **changes,
        }
        claims = {name: value for name, value in claims.items() if value is not None}
        key: Any = PRIVATE if kid == "new" else SHARED
        algorithm = "EdDSA" if kid == "new" else "HS256"
        return jwt.encode(claims, key, algorithm=algorithm, headers={"kid": kid})

    return made


def post(client: TestClient[Any], token: str, **fields: Any) -> Any:
    body = {"url": URL, "text": "Bonjour.", **fields}
    return client.post(COMMENTS, json=body, headers={"Origin": ORIGIN, "Palabre-Member": token})


@pytest.mark.parametrize("kid", ["new", "old"])
def test_a_member_signs_as_their_site_says(client: TestClient[Any], sign: Sign, kid: str) -> None:
    said = post(client, sign(kid), name="Quelqu’un d’autre").json()
    assert said["comment"]["name"] == "Zoé Lunel"
    assert said["comment"]["staff"] is False


def test_their_comments_are_theirs_on_every_device(client: TestClient[Any], sign: Sign) -> None:
    said = post(client, sign(), text="patatras").json()
    assert said["status"] == "held"
    headers = {"Palabre-Member": sign("old")}
    mine = client.get(f"{COMMENTS}/mine", params={"url": URL}, headers=headers).json()
    assert [own["comment"]["id"] for own in mine["comments"]] == [said["id"]]
    other = {"Palabre-Member": sign(sub="4712")}
    mine = client.get(f"{COMMENTS}/mine", params={"url": URL}, headers=other).json()
    assert mine["comments"] == []


def test_staff_sign_with_protected_names_and_are_marked(
    client: TestClient[Any], sign: Sign
) -> None:
    refused = post(client, sign(name="Le Journal"))
    assert refused.json()["code"] == "name_reserved"
    said = post(client, sign(name="Le Journal", staff=True)).json()
    assert (said["comment"]["name"], said["comment"]["staff"]) == ("Le Journal", True)


def test_a_badge_stands_beside_the_name_and_passes_for_nobody(
    client: TestClient[Any], sign: Sign
) -> None:
    said = post(client, sign(badge="Abonnée  fidèle", lang="de")).json()
    assert said["comment"]["badge"] == "Abonnée fidèle"
    page = client.get("/thread", params={"url": URL}).text
    assert '<span class="badge" dir="auto">Abonnée fidèle</span>' in page
    # A page in the language that the site tells of, where none is asked for.
    headers = {"Palabre-Member": sign(lang="de")}
    assert '<html lang="de"' in client.get("/thread", params={"url": URL}, headers=headers).text
    asked = {"url": URL, "lang": "fr"}
    assert '<html lang="fr"' in client.get("/thread", params=asked, headers=headers).text
    assert post(client, sign(badge="LE JOURNAL")).json()["code"] == "name_reserved"
    for wrong in ("x" * 31, "a\u202eb", 7):
        assert post(client, sign(badge=wrong)).json()["code"] == "sign_on_invalid"


def test_the_newsroom_answers_in_a_closed_thread(
    client: TestClient[Any], sign: Sign, house: House, moderator: Any
) -> None:
    said = post(client, sign(sub="1", name="Un lecteur")).json()
    thread = house.read.page(URL, Sort.NEWEST, limit=1).thread
    assert thread is not None
    house.close_thread(thread.id, moderator, closed=True)
    assert post(client, sign()).json()["code"] == "thread_closed"
    assert (
        post(client, sign("other", aud="la-gazette", staff=True)).json()["code"] == "thread_closed"
    )
    staff = sign(sub="7", name="La rédaction", staff=True)
    page = client.get("/thread", params={"url": URL}, headers={"Palabre-Member": staff}).text
    assert 'id="palabre-form"' in page
    answer = post(client, staff, parent=said["id"], text="Droit de réponse.").json()
    assert (answer["status"], answer["comment"]["staff"]) == ("published", True)
    public = client.get("/thread", params={"url": URL}).text
    assert "Droit de réponse." in public
    assert 'id="palabre-form"' not in public


def test_a_member_of_another_site_is_a_guest(client: TestClient[Any], sign: Sign) -> None:
    token = sign("other", aud="la-gazette", name="Invitée d’à côté", staff=True)
    assert post(client, token, name="Anne").json()["comment"]["name"] == "Anne"


@pytest.mark.parametrize(
    ("kid", "changes", "code"),
    [
        ("new", {"exp": 1_000_000_000}, "sign_on_expired"),
        ("new", {"exp": 9_999_999_999}, "sign_on_invalid"),
        ("new", {"exp": "soon"}, "sign_on_invalid"),
        ("new", {"exp": None}, "sign_on_invalid"),
        ("new", {"aud": "la-gazette"}, "sign_on_invalid"),
        ("new", {"aud": None}, "sign_on_invalid"),
        ("new", {"nbf": 9_999_999_999}, "sign_on_invalid"),
        ("new", {"sub": ""}, "sign_on_invalid"),
        ("new", {"sub": "x" * 201}, "sign_on_invalid"),
        ("new", {"name": "  "}, "sign_on_invalid"),
        ("new", {"name": "A\u202eB"}, "sign_on_invalid"),
        ("new", {"name": 7}, "sign_on_invalid"),
        ("nobody", {}, "sign_on_invalid"),
    ],
)
def test_a_token_that_does_not_hold(
    client: TestClient[Any], sign: Sign, kid: str, changes: dict[str, Any], code: str
) -> None:
    answer = post(client, sign(kid, **changes))
    assert (answer.status_code, answer.json()["code"]) == (401, code)
    # Whoever only reads is not sent away.
    headers = {"Palabre-Member": sign(kid, **changes), "Accept": "text/html"}
    assert client.get("/thread", params={"url": URL}, headers=headers).status_code == 200


def test_no_token_chooses_its_algorithm(client: TestClient[Any], sign: Sign) -> None:
    head, body, _ = sign().split(".")

    def part(value: dict[str, str]) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    unsigned = f"{part({'alg': 'none', 'kid': 'new'})}.{body}."
    claims = jwt.decode(sign(), options={"verify_signature": False})
    # The public key taken for a shared secret: the classic confusion.
    confused = jwt.PyJWS().encode(
        json.dumps(claims).encode(), b"x" * 32, algorithm="HS256", headers={"kid": "new"}
    )
    for token in (unsigned, confused, f"{head}.{body}.", "x", "é" * 10, "a.b.c", "x" * 9000):
        try:
            answer = post(client, token)
        except UnicodeEncodeError:
            continue
        assert answer.json()["code"] == "sign_on_invalid", token


def test_without_javascript_a_form_of_the_site_opens_the_door(
    client: TestClient[Any], sign: Sign
) -> None:
    fields = {"token": sign(), "url": URL}
    answer = client.post("/sign-on", data=fields, headers={"Origin": ORIGIN})
    page = client.get("/thread", params={"url": URL, "lang": "fr"})
    assert answer.status_code == 200  # followed to the thread
    assert "Vous signez « Zoé Lunel »." in page.text.replace("\u00a0", " ")
    assert "no-store" in page.headers["cache-control"]
