"""Moderators come by the publisher's own sign-on; a real provider of another make says who."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from litestar.testing import TestClient

from builders import a_moderator
from oidc_provider import SECRET, Issuer, running
from palabre.application.ports import Store
from palabre.application.stored import Way
from palabre.settings import Settings, SettingsError
from palabre.web.app import create_app
from palabre.web.desk_sign_on import BACK, COOKIE, DeskDoor
from palabre.web.house import House
from palabre.web.oidc import Client, Provider
from palabre.web.oidc_attempt import Attempts
from palabre.wiring_desk import desk_door_of
from web.conftest import BASE

LOGIN = "claire@journal.example"


@pytest.fixture(scope="module")
def served() -> Iterator[Issuer]:
    with running("palabre", f"{BASE}{BACK}") as issuer:
        yield issuer


@pytest.fixture
def issuer(served: Issuer) -> Issuer:
    served.spoil.clear()
    served.person = {"sub": "4711", "email": "Claire@Journal.example", "email_verified": True}
    return served


@pytest.fixture
def client(house: House, issuer: Issuer, store: Store) -> Iterator[TestClient[Any]]:
    with store.writing() as unit:
        unit.moderators.add(a_moderator(LOGIN))
        unit.moderators.add(a_moderator("4711"))

    def now() -> datetime:
        return datetime.now(UTC)

    registered = Client(
        issuer=issuer.url, client_id="palabre", redirect_uri=f"{BASE}{BACK}", secret=SECRET
    )
    door = DeskDoor(
        provider=Provider(registered, clock=now),
        attempts=Attempts(house.config.secret, "desk", clock=now),
        claim="email",
    )
    app = create_app(replace(house, desk_door=door))
    with TestClient(app, base_url=BASE, raise_server_exceptions=False) as opened:
        opened.headers["Accept"] = "text/html"
        yield opened


def come_back(client: TestClient[Any]) -> Any:
    """Go to the provider as a browser does, and follow its way back."""
    leaving = client.get("/desk/sign-on", follow_redirects=False)
    assert leaving.status_code == 302, leaving.text
    answer = httpx.get(leaving.headers["location"])
    back = urlsplit(answer.headers["location"])
    assert f"{back.scheme}://{back.netloc}{back.path}" == f"{BASE}{BACK}"
    return client.get(f"{back.path}?{back.query}", follow_redirects=False)


def test_whom_the_provider_names_comes_in(client: TestClient[Any], store: Store, house: House):
    assert 'href="/desk/sign-on"' in client.get("/desk/sign-in").text
    page = come_back(client)
    assert page.status_code == 200, page.text
    # Not a redirect: a Strict cookie would not be sent along.
    assert 'content="0;url=/desk"' in page.text
    cookie = page.headers["set-cookie"]
    assert "palabre_desk=" in cookie
    assert "SameSite=strict" in cookie
    assert client.get("/desk", follow_redirects=False).status_code == 200
    with store.reading() as unit:
        account = unit.moderators.by_login(LOGIN)
        (session,) = unit.moderators.sessions(now=house.clock())
    assert (session.moderator_id, session.way) == (account.id, Way.SIGN_ON)
    assert COOKIE not in client.cookies


@pytest.mark.parametrize(
    ("person", "status"),
    [
        ({"sub": "1", "email": "nobody@journal.example", "email_verified": True}, 401),
        ({"sub": "1", "email": LOGIN, "email_verified": False}, 401),
        ({"sub": "1", "email": LOGIN}, 401),
        ({"sub": "4711"}, 401),
        (None, 401),
    ],
    ids=["no account", "not verified", "not said", "no claim", "denied"],
)
def test_nobody_else_does(
    client: TestClient[Any], issuer: Issuer, store: Store, house: House, person: Any, status: int
):
    issuer.person = person
    answer = come_back(client)
    assert answer.status_code in {status, 403}
    assert 'role="alert"' in answer.text
    with store.reading() as unit:
        assert unit.moderators.sessions(now=house.clock()) == []
        assert len(unit.moderators.all()) == 3


def test_an_answer_without_the_browser_that_asked_opens_nothing(
    client: TestClient[Any], store: Store, house: House
):
    leaving = client.get("/desk/sign-on", follow_redirects=False)
    back = urlsplit(httpx.get(leaving.headers["location"]).headers["location"])
    kept = client.cookies.get(COOKIE)
    client.cookies.clear()
    path = f"{back.path}?{back.query}"
    assert client.get(path, follow_redirects=False).status_code == 401
    # An attempt of the readers' door is none of the desk's.
    reader = Attempts(house.config.secret, "reader", clock=lambda: datetime.now(UTC))
    desk = Attempts(house.config.secret, "desk", clock=lambda: datetime.now(UTC))
    attempt, _ = desk.open(SimpleCookie(f"{COOKIE}={kept}")[COOKIE].value)
    client.cookies.set(COOKIE, reader.seal(attempt), path="/desk/sign-on")
    assert client.get(path, follow_redirects=False).status_code == 401
    with store.reading() as unit:
        assert unit.moderators.sessions(now=house.clock()) == []


def test_the_settings_say_what_is_missing(tmp_path: Any):
    from msgspec.structs import replace as changed

    (tmp_path / "palabre.secret").touch(mode=0o600)
    (tmp_path / "palabre.secret").write_text("s" * 43)

    def door(**desk: str) -> DeskDoor | None:
        settings = Settings()
        settings = changed(settings, desk=changed(settings.desk, **desk))
        return desk_door_of(settings, tmp_path, lambda: datetime.now(UTC))

    assert door() is None
    safe = {"sign_on_issuer": "https://id.example", "sign_on_client": "desk"}
    assert door(**safe).claim == "email"
    for wrong, said in (
        ({"sign_on_issuer": "http://id.example", "sign_on_client": "desk"}, "https"),
        ({"sign_on_issuer": "https://id.example"}, "sign_on_client"),
        (safe | {"sign_on_claim": ""}, "sign_on_claim"),
        (safe | {"sign_on_secret_file": "none"}, "no such file"),
    ):
        with pytest.raises(SettingsError, match=said):
            door(**wrong)
