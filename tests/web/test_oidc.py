"""OpenID Connect against a provider of another make: what is believed, and what never is."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import httpx
import pytest
from joserfc.jwk import ECKey, OctKey, RSAKey
from litestar.testing import TestClient

from oidc_provider import SECRET, Issuer, running
from palabre.domain.errors import Code, Refusal
from palabre.web.app import create_app
from palabre.web.house import House
from palabre.web.oidc import Attempt, Client, Provider
from palabre.web.oidc_attempt import Attempts
from palabre.web.oidc_fetch import fetch_json, is_safe
from palabre.web.sign_on import SignOn
from palabre.web.sign_on_door import Door, house_key
from web.conftest import BASE

BACK = "https://comments.example/sign-on/back"
Answer = tuple[Attempt, dict[str, str]]


@pytest.fixture(scope="module")
def served() -> Iterator[Issuer]:
    with running("palabre", BACK) as issuer:
        yield issuer


@pytest.fixture
def issuer(served: Issuer) -> Issuer:
    served.spoil.clear()
    served.described.clear()
    served.person = {"sub": "4711", "name": "Zoé Lunel"}
    served.algorithm = "RS256"
    return served


def provider_of(issuer: Issuer, **changes: Any) -> Provider:
    made = {"issuer": issuer.url, "client_id": "palabre", "redirect_uri": BACK, "secret": SECRET}
    return Provider(Client(**made | changes), clock=lambda: datetime.now(UTC))


def walk(provider: Provider) -> Answer:
    """Go to the provider as a browser does, and return what it brings back."""
    location, attempt = provider.begin()
    answer = httpx.get(location)
    assert answer.status_code == 302, answer.text
    query = parse_qs(urlsplit(answer.headers["location"]).query)
    return attempt, {name: values[0] for name, values in query.items()}


def refused(provider: Provider, answer: Answer) -> Code:
    with pytest.raises(Refusal) as caught:
        provider.finish(*answer)
    return caught.value.code


@pytest.mark.parametrize("how", ["client_secret_basic", "client_secret_post"])
def test_who_the_provider_says_it_is(issuer: Issuer, how: str) -> None:
    issuer.described["token_endpoint_auth_methods_supported"] = [how]
    provider = provider_of(issuer)
    location, attempt = provider.begin(prompt="login")
    asked = parse_qs(urlsplit(location).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["prompt"] == ["login"]
    assert attempt.verifier not in location
    claims = provider.finish(*walk(provider))
    assert (claims["sub"], claims["name"]) == ("4711", "Zoé Lunel")


def test_a_new_key_is_found_by_itself(issuer: Issuer) -> None:
    moments = [datetime.now(UTC)]
    made = Client(issuer=issuer.url, client_id="palabre", redirect_uri=BACK, secret=SECRET)
    provider = Provider(made, clock=lambda: moments[0])
    assert provider.finish(*walk(provider))["sub"] == "4711"
    issuer.key, issuer.algorithm = ECKey.generate_key("P-256", {"kid": "second"}), "ES256"
    # Whoever names unknown keys does not make this house ask for them at each call.
    asked = issuer.asked.count("/keys")
    assert refused(provider, walk(provider)) is Code.SIGN_ON_INVALID
    assert issuer.asked.count("/keys") == asked
    moments[0] += timedelta(seconds=31)
    assert provider.finish(*walk(provider))["sub"] == "4711"
    issuer.key = RSAKey.generate_key(2048, {"kid": "first"})


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"iss": "https://elsewhere.example"}, Code.SIGN_ON_INVALID),
        ({"aud": "somebody-else"}, Code.SIGN_ON_INVALID),
        ({"aud": ["palabre", "somebody-else"]}, Code.SIGN_ON_INVALID),
        ({"aud": ["palabre", "x"], "azp": "x"}, Code.SIGN_ON_INVALID),
        ({"azp": "x"}, Code.SIGN_ON_INVALID),
        ({"nonce": "of another attempt"}, Code.SIGN_ON_INVALID),
        ({"nonce": None}, Code.SIGN_ON_INVALID),
        ({"sub": ""}, Code.SIGN_ON_INVALID),
        ({"sub": None}, Code.SIGN_ON_INVALID),
        ({"exp": None}, Code.SIGN_ON_INVALID),
        ({"exp": 10**30}, Code.SIGN_ON_INVALID),
        ({"exp": 1_000_000_000}, Code.SIGN_ON_EXPIRED),
        ({"iat": 9_999_999_999}, Code.SIGN_ON_INVALID),
    ],
)
def test_a_token_that_does_not_hold(issuer: Issuer, changes: dict[str, Any], code: Code) -> None:
    issuer.spoil = changes
    provider = provider_of(issuer)
    assert refused(provider, walk(provider)) is code


def test_no_token_is_signed_with_what_everybody_knows(issuer: Issuer) -> None:
    provider = provider_of(issuer)
    key = issuer.key
    issuer.key, issuer.algorithm = OctKey.import_key(SECRET, {"kid": key.kid}), "HS256"
    answer = walk(provider)
    issuer.key, signing = key, issuer.key
    provider.begin()  # the public keys are read
    issuer.key = signing
    code = refused(provider, answer)
    issuer.key = key
    assert code is Code.SIGN_ON_INVALID


def test_a_code_is_worth_nothing_to_others(issuer: Issuer) -> None:
    provider = provider_of(issuer)
    attempt, query = walk(provider)
    other, _ = walk(provider)
    mixed = Attempt(state=attempt.state, nonce=attempt.nonce, verifier=other.verifier)
    assert refused(provider, (mixed, query)) is Code.SIGN_ON_INVALID
    assert refused(provider, (other, query)) is Code.SIGN_ON_INVALID
    assert refused(provider, (attempt, {**query, "code": "x"})) is Code.SIGN_ON_INVALID
    assert refused(provider, (attempt, {"state": attempt.state})) is Code.SIGN_ON_INVALID
    wrong = provider_of(issuer, secret="wrong")
    assert refused(wrong, walk(wrong)) is Code.SIGN_ON_INVALID
    answer = walk(provider)
    provider.finish(*answer)
    assert refused(provider, answer) is Code.SIGN_ON_INVALID  # a second time


def test_answers_name_their_provider_where_it_says_so(issuer: Issuer) -> None:
    issuer.described["authorization_response_iss_parameter_supported"] = True
    provider = provider_of(issuer)
    attempt, query = walk(provider)
    assert refused(provider, (attempt, query)) is Code.SIGN_ON_INVALID
    mixed_up = {**query, "iss": "https://elsewhere.example"}
    assert refused(provider, (attempt, mixed_up)) is Code.SIGN_ON_INVALID
    assert provider.finish(attempt, {**query, "iss": issuer.url})["sub"] == "4711"


def test_whoever_says_no_is_not_signed_in(issuer: Issuer) -> None:
    issuer.person = None
    provider = provider_of(issuer)
    assert refused(provider, walk(provider)) is Code.SIGN_ON_DENIED


@pytest.mark.parametrize(
    "said",
    [
        (404, {}),
        (200, {}),
        (200, {"issuer": "https://elsewhere.example"}),
        (200, {"issuer": "https://id.example", "token_endpoint": 7}),
    ],
)
def test_a_provider_that_does_not_describe_itself(said: tuple[int, dict[str, Any]]) -> None:
    made = Client(issuer="https://id.example", client_id="x", redirect_uri=BACK)

    def fetch(url: str, form: Any, headers: Any) -> tuple[int, Mapping[str, Any]]:
        return said

    with pytest.raises(Refusal) as caught:
        Provider(made, clock=lambda: datetime.now(UTC), fetch=fetch).begin()
    assert caught.value.code is Code.SIGN_ON_UNAVAILABLE


def test_what_is_asked_is_asked_safely(issuer: Issuer) -> None:
    assert is_safe("https://id.example/keys")
    assert is_safe(issuer.url)
    for url in ("http://id.example", "ftp://x", "https://a@b.example", "https:///x", "https://a b"):
        assert not is_safe(url), url
        with pytest.raises(Refusal):
            fetch_json(url, None, {})
    with pytest.raises(Refusal) as caught:
        fetch_json("http://127.0.0.1:9/", None, {})
    assert caught.value.code is Code.SIGN_ON_UNAVAILABLE


def test_an_attempt_is_kept_for_ten_minutes_by_the_browser_that_began_it() -> None:
    moments = [datetime(2026, 11, 1, tzinfo=UTC)]
    clock: Callable[[], datetime] = lambda: moments[0]  # noqa: E731
    begun = Attempt(state="s", nonce="n", verifier="v")
    readers, desk = (Attempts(b"x" * 32, door, clock=clock) for door in ("reader", "desk"))
    sealed = readers.seal(begun, url="https://journal.example/é")
    assert readers.open(sealed) == (begun, {"url": "https://journal.example/é"})
    for door, text, code in (
        (desk, sealed, Code.SIGN_ON_INVALID),
        (readers, sealed[:-1], Code.SIGN_ON_INVALID),
        (readers, "é", Code.SIGN_ON_INVALID),
    ):
        with pytest.raises(Refusal) as caught:
            door.open(text)
        assert caught.value.code is code
    moments[0] += timedelta(minutes=11)
    with pytest.raises(Refusal) as caught:
        readers.open(sealed)
    assert caught.value.code is Code.SIGN_ON_EXPIRED


KEY = house_key("le-journal", b"s" * 32)
THREAD = "https://journal.example/politique/budget"


@pytest.fixture
def reader(house: House, issuer: Issuer) -> Iterator[TestClient[Any]]:
    """Return a reader of a site with a provider."""
    known = Client(issuer=issuer.url, client_id="palabre", redirect_uri=BACK, secret=SECRET)
    door = Door(
        provider=Provider(known, clock=lambda: datetime.now(UTC)),
        key=KEY,
        staff=("groups", "newsroom"),
        badge="plan",
    )
    sign_on = SignOn({KEY.kid: KEY}, secret=b"s" * 32, clock=lambda: datetime.now(UTC))
    clock = lambda: datetime.now(UTC)  # noqa: E731 -- the provider's clock is the real one
    open_to_all = replace(house, sign_on=sign_on, doors={"le-journal": door}, clock=clock)
    app = create_app(open_to_all)
    with TestClient(app, base_url=BASE, raise_server_exceptions=False) as opened:
        yield opened


def sign_in(reader: TestClient[Any]) -> Any:
    page = reader.get("/thread", params={"url": THREAD, "lang": "fr"}).text
    link = re.search(r'href="(/sign-on/go[^"]+)"', page)
    assert link is not None
    out = reader.get(link[1], follow_redirects=False)
    back = httpx.get(out.headers["location"]).headers["location"]
    return reader.get(back.removeprefix(BASE), follow_redirects=False)


def test_a_reader_signs_in_and_comes_back_to_the_form(
    reader: TestClient[Any], issuer: Issuer
) -> None:
    issuer.person = {
        "sub": "4711",
        "preferred_username": "zoe",
        "nickname": "Zoé",
        "email": "zoe@mail.example",
        "email_verified": True,
        "plan": "Abonnée",
        "locale": "de",
    }
    # Nothing is set before somebody asks to sign in.
    assert "set-cookie" not in reader.get("/thread", params={"url": THREAD}).headers
    answer = sign_in(reader)
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/thread?url={quote(THREAD, safe='')}#palabre-form"
    cookies = answer.headers.get_list("set-cookie")
    assert all("HttpOnly" in cookie and "Secure" in cookie for cookie in cookies)
    page = reader.get("/thread", params={"url": THREAD, "lang": "fr"})
    assert "Vous signez « Zoé »." in page.text.replace("\u00a0", " ")
    assert "no-store" in page.headers["cache-control"]
    form = re.search(r'name="form" value="([^"]+)"', page.text)
    assert form is not None
    fields = {"form": form[1], "url": THREAD, "text": "Bonjour."}
    reader.post("/thread", data=fields, headers={"Origin": BASE})
    said = reader.get("/api/v1/comments", params={"url": THREAD}).json()["comments"][0]
    assert (said["name"], said["badge"], said["staff"]) == ("Zoé", "Abonnée", False)
    left = reader.post("/sign-on", data={"url": THREAD}, headers={"Origin": BASE})
    assert "Vous signez" not in left.text


def test_the_newsroom_is_whom_the_provider_says(reader: TestClient[Any], issuer: Issuer) -> None:
    issuer.person = {"sub": "1", "name": "Le Journal", "groups": ["staff", "newsroom"]}
    sign_in(reader)
    post = {"url": THREAD, "text": "Droit de réponse."}
    said = reader.post("/api/v1/comments", json=post, headers={"Origin": BASE}).json()["comment"]
    assert (said["name"], said["staff"]) == ("Le Journal", True)
    reader.cookies.clear()
    issuer.person = {"sub": "2", "name": "Le Journal", "groups": ["readers"]}
    sign_in(reader)
    answer = reader.post("/api/v1/comments", json=post, headers={"Origin": BASE})
    assert answer.json()["code"] == "name_reserved"


def test_who_cannot_be_signed_in(reader: TestClient[Any], issuer: Issuer) -> None:
    issuer.person = {"sub": "3"}
    assert sign_in(reader).json()["code"] == "sign_on_invalid"  # without any name
    issuer.person = None
    assert sign_in(reader).json()["code"] == "sign_on_denied"
    reader.cookies.clear()
    issuer.person = {"sub": "3", "name": "Zoé"}
    # An answer that another browser asked for.
    stolen = provider_of(issuer).begin()[0]
    back = httpx.get(stolen).headers["location"].removeprefix(BASE)
    assert reader.get(back).json()["code"] == "sign_on_invalid"
    elsewhere = {"url": "https://gazette.example/x"}
    assert reader.get("/sign-on/go", params=elsewhere).status_code == 404
    assert reader.get("/sign-on/go", params={"url": "https://a.example"}).status_code == 404
