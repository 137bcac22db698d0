"""Whatever hypothesis thinks of sending: an answer with a code, never a fault of ours."""

import json
from typing import Any
from urllib.parse import quote_from_bytes

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

URL = "https://journal.example/politique/budget"
COMMENTS = "/api/v1/comments"

# One application serves all examples: what one leaves behind is part of the trial.
trial = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)

texts = st.one_of(
    st.text(max_size=60),
    st.text(alphabet="<>&\"'`{}[]()*_~#\\/\n\r\t\u200b\u202e\ufeff", max_size=60),
    st.sampled_from([URL, "https://gazette.example/", "javascript:alert(1)", "zorglub", ""]),
)
values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), texts),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
fields = st.sampled_from(["url", "text", "title", "lang", "parent", "name", "email", "value", "x"])
bodies = st.dictionaries(fields, st.one_of(texts, values), max_size=8)


def check(answer: Any) -> None:
    assert answer.status_code < 500, answer.text
    if answer.status_code >= 400:
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["code"] != "internal"


@trial
@given(body=bodies, valid=st.booleans())
def test_any_json(client: Any, body: dict[str, Any], valid: bool):
    sent = body | ({"url": URL, "text": str(body.get("text", "a"))} if valid else {})
    raw = json.dumps(sent)
    headers = {"Content-Type": "application/json"}
    check(client.post(COMMENTS, content=raw, headers=headers))
    check(client.patch(f"{COMMENTS}/x", content=raw, headers=headers))
    check(client.put(f"{COMMENTS}/x/vote", content=raw, headers=headers))
    check(client.get(COMMENTS, params={"url": URL}))


@trial
@given(raw=st.binary(max_size=200))
def test_any_bytes(client: Any, raw: bytes):
    check(client.post(COMMENTS, content=raw, headers={"Content-Type": "application/json"}))


@trial
@given(
    pairs=st.lists(
        st.tuples(
            st.sampled_from(["url", "sort", "limit", "after", "lang", "x"]),
            st.one_of(st.binary(max_size=40), texts.map(lambda t: t.encode("utf-8", "replace"))),
        ),
        max_size=5,
    )
)
def test_any_query(client: Any, pairs: list[tuple[str, bytes]]):
    query = "&".join(f"{name}={quote_from_bytes(value)}" for name, value in pairs)
    for path in (COMMENTS, f"{COMMENTS}/mine", "/api/v1/counts", f"{COMMENTS}/x/replies"):
        check(client.get(f"{path}?{query}"))


@trial
@given(
    name=st.sampled_from(
        (
            *("authorization", "palabre-voter", "cookie", "accept", "accept-language", "origin"),
            *("referer", "if-none-match", "x-forwarded-for", "content-type", "sec-fetch-site"),
        )
    ),
    value=st.text(alphabet=st.characters(min_codepoint=32, max_codepoint=255), max_size=80),
)
def test_any_header(client: Any, name: str, value: str):
    headers = {name: value.strip().encode("latin-1")}
    check(client.get(COMMENTS, params={"url": URL}, headers=headers))
    check(client.post(COMMENTS, content=b'{"url": "", "text": ""}', headers=headers))
