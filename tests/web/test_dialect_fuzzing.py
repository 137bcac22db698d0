"""Anything at all, sent to both dialects: no 5xx, nobody else's data, no request sent from here."""

import json
import socket
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import quote_from_bytes

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from litestar.testing import TestClient

from builders import StillClock
from client_builders import an_api_key
from palabre.application.check_comment import CheckComment
from palabre.application.count_use import CountUse
from palabre.application.issue_key import Keys
from palabre.application.ports import Store
from palabre.application.read_long import ReadLong
from palabre.application.submit_label import SubmitLabel
from palabre.domain.client import Counts
from palabre.domain.decision import SCORES, Decision
from palabre.moderation.engine import judge
from palabre.moderation.facts import Facts
from palabre.moderation.rulebook import RuleBook
from palabre.storage.memory import MemoryStore
from palabre.web.app import create_app
from palabre.web.dialects import Dialects
from palabre.web.house import House

BASE = "https://comments.example"
MINE, THEIRS = "m1nem1nem1ne", "th31rth31rth"
SECRET = "only-the-other-key-knows-this"
CALLS = (
    *("verify-key", "comment-check", "submit-spam", "submit-ham", "usage-limit", "key-sites"),
    *("get-stats", "get-key-stats", "get-subscription", "deactivate"),
)
NAMES = (
    *("api_key", "key", "blog", "user_ip", "comment_content", "comment_author", "blog_lang"),
    *("blog_charset", "callback", "honeypot_field_name", "user_role", "is_test", "month", "from"),
    *("filter", "format", "order", "limit", "offset", "extended", "guid", "comment_author_email"),
)
CHARSETS = ("UTF-8", "ISO-8859-1", "windows-1252", "utf-7", "utf-16", "zlib", "rot13", "idna", "")


@pytest.fixture(scope="module")
def anything() -> dict[str, int]:
    """Count what was seen, so that a run that never got in shows."""
    return {"answered": 0, "true or false": 0, "scored": 0}


@pytest.fixture
def furnished(
    build: Callable[..., House], settle: Callable[[Store], None], rules: RuleBook, clock: StillClock
) -> House:
    store = MemoryStore()
    settle(store)
    with store.writing() as unit:
        mine = an_api_key(MINE, site_id="le-journal")
        theirs = an_api_key(THEIRS, site_id="la-gazette", label=SECRET)
        unit.clients.add(mine)
        unit.clients.add(theirs)
        unit.clients.count({(theirs.id, "2026-03", f"https://{SECRET}.example"): Counts(calls=77)})
    house = build(store)

    def scored(text: str, facts: Facts) -> Decision:
        found = judge(text, facts, rules)
        return replace(found, scores={name: found.scores[name] or 0.0 for name in SCORES})

    check = CheckComment(
        store=store,
        judge=ReadLong(judge=scored, by_rules=scored, whole=200),
        rules=rules,
        site=lambda site_id: next((s for s in house.sites() if s.id == site_id), None),
        clock=clock,
    )
    dialects = Dialects(
        store=store,
        check=check,
        submit=SubmitLabel(store=store, clock=clock),
        use=CountUse(store=store, clock=clock),
        keys=Keys(store=store, clock=clock),
        attributes=lambda lang: frozenset(SCORES) if lang in {"fr", "en"} else frozenset(),
        clock=clock,
    )
    return replace(house, dialects=dialects)


@pytest.fixture
def open_client(furnished: House, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient[Any]]:
    """Return a client of a house that may connect nowhere."""
    with TestClient(create_app(furnished), base_url=BASE, raise_server_exceptions=False) as opened:

        def refuse(*args: Any) -> None:
            raise AssertionError(f"a request was about to leave for {args[1:]}")

        monkeypatch.setattr(socket.socket, "connect", refuse)
        monkeypatch.setattr(socket.socket, "connect_ex", refuse)
        monkeypatch.setattr(socket, "getaddrinfo", refuse)
        yield opened


def check_answer(answer: Any) -> None:
    assert answer.status_code < 500, answer.text
    assert SECRET not in answer.text
    assert SECRET not in str(answer.headers)
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert not answer.headers["content-type"].startswith("text/html")
    for value in answer.headers.values():
        assert "\n" not in value


WORDS = st.one_of(
    st.sampled_from((MINE, "https://journal.example", "patatras", "fr", "1", "csv", "2026-03")),
    st.sampled_from(CHARSETS),
    st.sampled_from(("http://127.0.0.1:22/", "http://169.254.169.254/", "file:///etc/passwd")),
    st.binary(max_size=60),
    st.text(max_size=60),
    st.integers(-(10**20), 10**20).map(str),
)
FORM = st.lists(st.tuples(st.sampled_from(NAMES) | st.text(max_size=12), WORDS), max_size=12)
ROUGHLY = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def encoded(form: list[tuple[str, Any]]) -> bytes:
    def part(value: Any) -> str:
        raw = value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")
        return quote_from_bytes(raw)

    return "&".join(f"{part(name)}={part(value)}" for name, value in form).encode()


def test_akismet_answers_anything(open_client: TestClient[Any], anything: dict[str, int]):
    @ROUGHLY
    @given(
        call=st.sampled_from(CALLS),
        form=FORM,
        start=st.sampled_from(("/1.1", "/1.2", "/akismet/1.1", f"/akismet/{MINE}/1.1")),
        right=st.booleans(),
        kind=st.sampled_from(("application/x-www-form-urlencoded", "multipart/form-data", "", "é")),
        raw=st.none() | st.binary(max_size=200),
    )
    @example(call="comment-check", form=[], start="/1.1", right=True, kind="", raw=None)
    def send(
        call: str, form: list[tuple[str, Any]], start: str, right: Any, kind: str, raw: Any
    ) -> None:
        if right:
            known = [("api_key", MINE), ("blog", "https://journal.example"), ("user_ip", "")]
            form, kind, raw = [*form, *known], "application/x-www-form-urlencoded", None
        body = encoded(form) if raw is None else raw
        headers = {"Content-Type": kind.encode("latin-1")}
        answer = open_client.post(f"{start}/{call}", content=body, headers=headers)
        check_answer(answer)
        anything["answered"] += 1
        if right and call == "comment-check":
            assert answer.status_code == 200
            assert answer.text in {"true", "false"}
            anything["true or false"] += 1

    send()
    assert anything["true or false"] > 0


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=20) | st.integers(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)
FIELDS = {
    "comment": st.fixed_dictionaries({"text": st.text(max_size=80)}) | JSON,
    "requestedAttributes": st.dictionaries(
        st.sampled_from(("TOXICITY", "INSULT@6", "SEVERE_TOXICITY", "NO_SUCH")), st.just({}) | JSON
    )
    | JSON,
    "attributeScores": st.just({"THREAT": {"summaryScore": {"value": 1}}}) | JSON,
    "languages": st.lists(st.sampled_from(("fr", "en", "de", "", "x" * 50, "é"))) | JSON,
    "context": JSON,
    "spanAnnotations": st.booleans() | JSON,
    "doNotStore": st.booleans(),
    "clientToken": st.text(max_size=8) | JSON,
}


def test_perspective_answers_anything(open_client: TestClient[Any], anything: dict[str, int]):
    @ROUGHLY
    @given(
        call=st.sampled_from(("analyze", "suggestscore")),
        body=st.fixed_dictionaries({}, optional=FIELDS) | JSON,
        key=st.sampled_from((MINE, "zzzzzzzzzzzz", "", "é", "' OR 1=1")),
        raw=st.none() | st.binary(max_size=100),
    )
    def send(call: str, body: Any, key: str, raw: bytes | None) -> None:
        content = json.dumps(body).encode("utf-8", "surrogatepass") if raw is None else raw
        answer = open_client.post(
            f"/v1alpha1/comments:{call}", params={"key": key}, content=content
        )
        check_answer(answer)
        if answer.status_code != 200:
            assert answer.json()["error"]["code"] == answer.status_code
        elif call == "analyze":
            anything["scored"] += 1

    send()
    plain = {"comment": {"text": "Ça 🎉 patatras"}, "requestedAttributes": {"INSULT": {}}}
    said = open_client.post(f"/v1alpha1/comments:analyze?key={MINE}", json=plain).json()
    assert said["attributeScores"]["INSULT"]["spanScores"][0]["end"] == 14  # UTF-16 units


@pytest.mark.parametrize("call", ["usage-limit", "key-sites", "get-stats", "get-key-stats"])
def test_a_key_sees_its_own_figures_alone(open_client: TestClient[Any], call: str):
    asked = {"blog": f"https://{SECRET}.example", "from": "all", "filter": SECRET}
    mine = open_client.post(f"/1.2/{call}", data=asked | {"api_key": MINE})
    theirs = open_client.post(f"/1.2/{call}", data=asked | {"api_key": THEIRS, "month": "2026-03"})
    nobody = open_client.post(f"/1.2/{call}", data=asked)
    assert mine.status_code == theirs.status_code == 200
    assert "77" not in mine.text
    assert SECRET not in mine.text
    assert "77" in theirs.text or call.startswith("get")
    assert nobody.text == "invalid"
