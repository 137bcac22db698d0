"""Forms: only from this server's own pages, only with a fresh token, only readable text."""

from collections.abc import Iterator
from typing import Any

import pytest
from litestar import Litestar, Request, post
from litestar.testing import TestClient

from palabre.application.tokens import new_token
from palabre.domain.errors import Code
from palabre.web import forms
from palabre.web.app import create_app

BASE = "https://comments.example"
OWN = {"Origin": BASE}
SESSION = new_token()


@pytest.fixture
def sender(house: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient[Litestar]]:
    """Serve two forms of the test's own inside the real application."""

    @post("/test-form")
    async def public(request: Request[Any, Any, Any]) -> dict[str, str]:
        return await forms.read_form(request, house)

    @post("/test-desk")
    async def desk(request: Request[Any, Any, Any]) -> dict[str, str]:
        return await forms.read_desk_form(request, house, SESSION)

    app = create_app(house)
    app.register(public)
    app.register(desk)
    with TestClient(app, base_url=BASE, raise_server_exceptions=False) as opened:
        yield opened


def code_of(answer: Any) -> str:
    return str(answer.json().get("code", "none"))


def test_a_form_of_our_own_page_is_read(sender: Any, house: Any):
    fields = {"form": forms.form_token(house), "text": "Été\r\nœuf", "name": ""}
    for kwargs in ({"data": fields}, {"files": {k: (None, v) for k, v in fields.items()}}):
        answer = sender.post("/test-form", headers=OWN, **kwargs)
        assert answer.json() == {"text": "Été\r\nœuf", "name": ""}


def test_the_last_of_doubles_wins(sender: Any, house: Any):
    body = f"a=1&form={forms.form_token(house)}&a=2"
    headers = OWN | {"Content-Type": "application/x-www-form-urlencoded"}
    assert sender.post("/test-form", content=body, headers=headers).json() == {"a": "2"}


@pytest.mark.parametrize(
    ("headers", "accepted"),
    [
        ({"Origin": BASE}, True),
        ({"Origin": BASE, "Sec-Fetch-Site": "same-origin"}, True),
        ({"Origin": "http://127.0.0.1:8000", "Host": "127.0.0.1:8000"}, True),
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({"Sec-Fetch-Site": "none"}, True),
        ({"Referer": f"{BASE}/thread?url=x"}, True),
        ({}, False),
        ({"Origin": "null"}, False),
        ({"Origin": "null", "Referer": f"{BASE}/thread"}, False),
        ({"Origin": ""}, False),
        ({"Origin": "http://["}, False),
        ({"Origin": "https://journal.example"}, False),
        ({"Origin": "https://evil.example", "Referer": f"{BASE}/thread"}, False),
        ({"Origin": f"{BASE}.evil.example"}, False),
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Sec-Fetch-Site": "same-site"}, False),
        ({"Sec-Fetch-Site": "cross-site", "Referer": f"{BASE}/thread"}, False),
        ({"Referer": "https://evil.example/?https://comments.example"}, False),
        ({"Referer": "http://["}, False),
    ],
)
def test_only_our_own_pages_send_forms(
    sender: Any, house: Any, headers: dict[str, str], accepted: bool
):
    token = forms.form_token(house)
    answer = sender.post("/test-form", data={"form": token}, headers=headers)
    assert (answer.status_code == 201) is accepted
    assert accepted or code_of(answer) == "forged_request"


def test_a_token_lives_a_day_and_is_the_same_within_an_hour(sender: Any, house: Any, clock: Any):
    token = forms.form_token(house)
    clock.forward(minutes=30)
    assert forms.form_token(house) == token
    clock.forward(hours=23)
    assert forms.form_token(house) != token
    assert sender.post("/test-form", data={"form": token}, headers=OWN).status_code == 201
    clock.forward(hours=2)
    answer = sender.post("/test-form", data={"form": token}, headers=OWN)
    assert code_of(answer) == "forged_request"


@pytest.mark.parametrize("token", [None, "", "1", "é", "491234.AAAA", "\ud7ff" * 9])
def test_made_up_tokens(sender: Any, token: str | None):
    data = {} if token is None else {"form": token}
    answer = sender.post("/test-form", data=data | {"text": "x"}, headers=OWN)
    assert code_of(answer) == "forged_request"


def test_tokens_of_another_house_or_hour_to_come(sender: Any, build: Any, store: Any, clock: Any):
    foreign = build(store, secret=b"another secret")
    answer = sender.post("/test-form", data={"form": forms.form_token(foreign)}, headers=OWN)
    assert code_of(answer) == "forged_request"
    clock.forward(hours=5)
    early = forms.form_token(build(store))
    clock.forward(hours=-5)
    answer = sender.post("/test-form", data={"form": early}, headers=OWN)
    assert code_of(answer) == "forged_request"


def test_the_desks_token_is_bound_to_its_session(sender: Any, house: Any):
    own, other = forms.desk_token(SESSION, house), forms.desk_token(new_token(), house)
    accepted = sender.post("/test-desk", data={"form": own, "verdict": "publish"}, headers=OWN)
    assert accepted.json() == {"verdict": "publish"}
    for token in (other, forms.form_token(house), "", "é"):
        answer = sender.post("/test-desk", data={"form": token}, headers=OWN)
        assert code_of(answer) == "forged_request"
    cross = sender.post("/test-desk", data={"form": own}, headers={"Origin": "https://e.example"})
    assert code_of(cross) == "forged_request"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"text=a%00b", Code.UNREADABLE_TEXT),
        (b"text=%FF", Code.UNREADABLE_TEXT),
        (b"text=\xff", Code.UNREADABLE_TEXT),
        (b"te%00xt=a", Code.UNREADABLE_TEXT),
        (b"text=%ED%A0%80", Code.UNREADABLE_TEXT),
        (b"&".join(b"f%d=1" % n for n in range(41)), Code.BAD_FIELD),
        (b"text=" + b"a" * 140_000, Code.BODY_TOO_LARGE),
    ],
)
def test_unreadable_forms(sender: Any, body: bytes, code: Code):
    headers = OWN | {"Content-Type": "application/x-www-form-urlencoded"}
    answer = sender.post("/test-form", content=body, headers=headers)
    assert code_of(answer) == code.value


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ({"text": ("x.txt", b"a file")}, Code.BAD_FIELD),
        ({"text": (None, b"\xff")}, Code.UNREADABLE_TEXT),
        ({"text": (None, b"a", "text/plain; charset=klingon")}, Code.UNREADABLE_TEXT),
        ({f"f{n}": (None, b"1") for n in range(41)}, Code.BAD_FIELD),
        ({"text": (None, b"a" * 140_000)}, Code.BODY_TOO_LARGE),
    ],
)
def test_unreadable_multipart(sender: Any, parts: dict[str, Any], code: Code):
    assert code_of(sender.post("/test-form", files=parts, headers=OWN)) == code.value


@pytest.mark.parametrize(
    "media_type", ["text/plain", "application/json", "multipart/form-data", ""]
)
def test_other_bodies(sender: Any, media_type: str):
    headers = OWN | {"Content-Type": media_type}
    answer = sender.post("/test-form", content=b"{}", headers=headers)
    assert code_of(answer) in {"unsupported_media_type", "bad_field", "forged_request"}
    assert answer.status_code < 500
