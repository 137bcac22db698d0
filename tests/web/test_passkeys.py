"""Passkeys beside passwords: Chromium's virtual authenticator against the real application."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from litestar.testing import TestClient
from playwright.sync_api import Browser, CDPSession, Page, expect

from builders import StillClock
from palabre.application.passkeys import LASTS, Passkeys
from palabre.application.ports import Store
from palabre.application.stored import Way
from palabre.domain.errors import Code, Refusal
from palabre.domain.person import Moderator
from palabre.passkeys import WebAuthn
from palabre.settings import Settings
from palabre.web.app import create_app
from palabre.web.house import House

with socket.socket() as probe:
    probe.bind(("127.0.0.1", 0))
    PORT = probe.getsockname()[1]
BASE = f"http://desk.localhost:{PORT}"
PASSWORD = "correct horse battery"


@pytest.fixture
def house(build: Callable[..., House], store: Store) -> House:
    made = build(store, base_url=BASE)
    reader = WebAuthn(BASE, "Le Journal")
    cases = Passkeys(sign_in=made.sign_in, reader=reader, secret=made.config.secret)
    return replace(made, passkeys=cases)


@pytest.fixture
def page(browser: Browser, house: House) -> Iterator[Page]:
    """A browser before the application on a socket of this machine."""
    turn = threading.Lock()
    with TestClient(create_app(house), base_url=BASE) as client:

        class Door(BaseHTTPRequestHandler):
            def answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
                with turn:
                    client.cookies.clear()
                    given = client.request(
                        self.command,
                        self.path,
                        content=body,
                        headers=list(self.headers.items()),
                        follow_redirects=False,
                    )
                self.send_response_only(given.status_code)
                for name, value in given.headers.multi_items():
                    if name not in {"content-length", "transfer-encoding", "content-encoding"}:
                        self.send_header(name, value)
                self.send_header("Content-Length", str(len(given.content)))
                self.end_headers()
                self.wfile.write(given.content)

            do_GET = do_POST = answer  # noqa: N815 -- http.server's names

            def log_message(self, *_: object) -> None:
                """Say nothing: pytest shows what matters."""

        with ThreadingHTTPServer(("127.0.0.1", PORT), Door) as server:
            thread = threading.Thread(target=server.serve_forever)
            thread.start()
            context = browser.new_context(locale="fr-FR")
            context.set_default_timeout(8000)
            yield context.new_page()
            context.close()
            server.shutdown()
            thread.join()


@pytest.fixture
def device(page: Page) -> CDPSession:
    """A phone with a finger on it, as far as Chromium can tell."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    return session


def holds_once(sent: str, house: House, moderator: Moderator) -> None:
    """Show that what a browser sent opens nothing again, nor for another challenge or house."""
    fields = {name: values[0] for name, values in parse_qs(sent).items()}
    answered, challenge = fields["credential"], fields["challenge"]
    assert house.passkeys is not None
    elsewhere = replace(house.passkeys, reader=WebAuthn("https://evil.example", "x"))
    for cases, asked in (
        (house.passkeys, challenge),
        (house.passkeys, house.passkeys.offer().challenge),
        (elsewhere, challenge),
    ):
        with pytest.raises(Refusal) as refused:
            cases.enter(answered, asked)
        assert refused.value.code is Code.SIGN_IN_FAILED
    token = house.sign_in(moderator.login, PASSWORD)
    with pytest.raises(Refusal) as refused:
        house.passkeys.add(moderator, token, answered, challenge, name="x")
    assert refused.value.field == "passkey"


@pytest.mark.browser
def test_a_passkey_is_made_shown_and_forgotten(
    page: Page, device: CDPSession, store: Store, moderator: Moderator, house: House
):
    assert device
    page.goto(f"{BASE}/desk/sign-in")
    page.get_by_label("Identifiant").fill(moderator.login)
    page.get_by_label("Mot de passe").fill(PASSWORD)
    page.get_by_role("button", name="Entrer", exact=True).click()
    expect(page.get_by_role("navigation").first).to_be_visible()
    page.goto(f"{BASE}/desk/account")
    page.get_by_label("Nom de la clé").fill("Mon téléphone")
    page.get_by_role("button", name="Ajouter une clé").click()
    expect(page.get_by_role("status")).to_have_text("La clé d’accès est enregistrée.")
    expect(page.get_by_text("Mon téléphone", exact=True).first).to_be_visible()
    with store.reading() as unit:
        (made,) = unit.moderators.passkeys(moderator.id)
    assert made.name == "Mon téléphone"
    # The same device makes no second one for the same account.
    page.get_by_label("Nom de la clé").fill("Encore")
    page.get_by_role("button", name="Ajouter une clé").click()
    expect(page.locator("form[data-passkey] [data-failed]")).to_be_visible()

    page.context.clear_cookies()
    page.goto(f"{BASE}/desk/sign-in")
    sent: list[str] = []
    page.on("request", lambda r: sent.append(r.post_data) if r.method == "POST" else None)
    page.get_by_role("button", name="Entrer avec une clé d’accès").click()
    expect(page.get_by_role("navigation")).to_be_visible()
    with store.reading() as unit:
        (newest, *_) = unit.moderators.sessions(now=house.clock(), moderator_id=moderator.id)
        ways = {s.way for s in unit.moderators.sessions(now=house.clock())}
        (used,) = unit.moderators.passkeys(moderator.id)
    assert Way.PASSKEY in ways
    assert newest
    assert used.used_at is not None
    assert used.sign_count >= made.sign_count

    holds_once(sent[-1], house, moderator)
    page.goto(f"{BASE}/desk/account")
    page.get_by_role("button", name="Oublier Mon téléphone").click()
    expect(page.get_by_role("status")).to_have_text("La clé d’accès est oubliée.")
    page.context.clear_cookies()
    page.goto(f"{BASE}/desk/sign-in")
    page.get_by_role("button", name="Entrer avec une clé d’accès").click()
    expect(page.get_by_role("alert").first).to_be_visible()
    assert urlsplit(page.url).path == "/desk/sign-in"


def test_what_is_no_answer_opens_nothing(house: House, clock: StillClock, moderator: Moderator):
    cases = house.passkeys
    assert cases is not None
    offer = cases.offer()
    options = json.loads(offer.options)
    assert (options["rpId"], options["userVerification"]) == ("desk.localhost", "required")
    for response in ("", "{}", "[]", "null", '{"id": "AAAA"}', '{"id": 1}', "x" * 20_000):
        with pytest.raises(Refusal) as refused:
            cases.enter(response, offer.challenge)
        assert refused.value.code is Code.SIGN_IN_FAILED, response
    text, ends, seal = offer.challenge.split(".")
    for wrong in ("", "a.b.c", f"{text}.9{ends}.{seal}", f"{text}.{ends}.{seal[:-1]}é"):
        with pytest.raises(ValueError, match="challenge"):
            cases._opened(wrong, "door", clock())
    with pytest.raises(ValueError, match="challenge"):
        cases._opened(offer.challenge, "another session", clock())
    assert len(cases._opened(offer.challenge, "door", clock())) == 32
    with pytest.raises(ValueError, match="too old"):
        cases._opened(offer.challenge, "door", clock() + LASTS + timedelta(seconds=1))
    token = house.sign_in(moderator.login, PASSWORD)
    for response in ("", "{}", '{"id": "AAAA", "rawId": "AAAA"}'):
        challenge = cases.offer_new(moderator, token).challenge
        with pytest.raises(Refusal) as refused:
            cases.add(moderator, token, response, challenge, name="x")
        assert refused.value.field == "passkey"


@pytest.mark.parametrize(
    ("address", "offered"),
    [
        ("https://comments.example", True),
        ("http://localhost:8000", True),
        ("http://comments.example", False),
        ("http://127.0.0.1:8000", False),
        ("https://[::1]", False),
    ],
)
def test_passkeys_are_offered_where_browsers_have_them(
    address: str, offered: bool, house: House, tmp_path: Any
):
    from msgspec.structs import replace as changed

    from palabre.wiring_sign_on import passkeys_of

    (tmp_path / "palabre.secret").touch(mode=0o600)
    (tmp_path / "palabre.secret").write_text("s" * 43)
    settings = Settings()
    settings = changed(settings, server=changed(settings.server, base_url=address))
    assert (passkeys_of(settings, tmp_path, house.sign_in) is not None) == offered
