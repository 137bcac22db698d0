"""Headers on every answer, calls across origins, and requests that other pages forged."""

import re
from typing import Any

import pytest
from litestar import Response

from builders import ORIGIN
from palabre.web.app import create_app
from palabre.web.security import CSP, framed_by, policy

URL = "https://journal.example/politique/budget"
COMMENTS = "/api/v1/comments"
BASE = "https://comments.example"
FOREIGN = "https://evil.example"

# Their addresses hold secrets, or lead to such a page: no other site is told of them.
SECRET_ADDRESSES = ("/my-data", "/report", "/statements/")
# A test's paths are filled with these.
VALUES = {"comment_id": "018f3a2b-0000-7000-8000-000000000000", "name": "none.css"}


def addresses(app: Any) -> list[tuple[str, str]]:
    """Return every method and path that the application knows, and one that it does not."""
    found = [("GET", "/no/such/page")]
    for route in app.routes:
        path = re.sub(r"\{(\w+):\w+\}", lambda m: VALUES.get(m[1], "x"), route.path)
        assert "{" not in path
        found += [(method, path) for method in route.methods]
    return found


def check_headers(answer: Any, where: str) -> None:
    csp = answer.headers.get(CSP)
    assert csp is not None, where
    assert "unsafe-inline" not in csp, where
    assert "unsafe-eval" not in csp, where
    for directive in ("default-src 'none'", "script-src 'self'", "base-uri 'none'"):
        assert directive in csp, where
    assert "frame-ancestors" in csp, where
    assert answer.headers["x-content-type-options"] == "nosniff", where
    path = where.split()[1]
    secret = path.startswith(SECRET_ADDRESSES) and answer.status_code == 200
    expected = "same-origin" if secret else "strict-origin-when-cross-origin"
    assert answer.headers["referrer-policy"] == expected, where
    assert answer.headers["cross-origin-opener-policy"] == "same-origin", where
    assert "camera=()" in answer.headers["permissions-policy"], where
    assert "server" not in answer.headers, where
    assert "x-powered-by" not in answer.headers, where
    assert "set-cookie" not in answer.headers, where
    assert "x-request-id" in answer.headers, where


def test_every_route_of_the_house_is_dressed(client: Any, house: Any):
    app = create_app(house)
    every = addresses(app)
    assert len(every) > 20
    for method, path in every:
        for headers in ({}, {"Accept": "text/html"}):
            answer = client.request(method, path, headers=headers, follow_redirects=False)
            check_headers(answer, f"{method} {path} {answer.status_code}")
            assert answer.status_code != 500, f"{method} {path}"


def test_nobody_frames_a_page_that_does_not_ask_for_it(client: Any):
    answer = client.get("/healthz")
    assert answer.headers[CSP].endswith("frame-ancestors 'none'")
    assert answer.headers["x-frame-options"] == "DENY"


def test_a_page_can_name_who_may_frame_it():
    response: Response[str] = Response("")
    framed_by(response, [ORIGIN, "https://x.example; script-src *", "not an origin", "data:x"])
    assert response.headers[CSP].endswith(f"frame-ancestors 'self' {ORIGIN}")
    assert policy().endswith("frame-ancestors 'none'")


def test_a_registered_page_may_read_and_write(client: Any):
    answer = client.get(COMMENTS, params={"url": URL}, headers={"Origin": ORIGIN})
    assert answer.headers["access-control-allow-origin"] == ORIGIN
    assert "ETag" in answer.headers["access-control-expose-headers"]
    assert "access-control-allow-credentials" not in answer.headers
    posted = client.post(
        COMMENTS, json={"url": URL, "text": "Bonjour."}, headers={"Origin": ORIGIN}
    )
    assert posted.status_code == 201
    assert posted.headers["access-control-allow-origin"] == ORIGIN


def test_a_refusal_can_be_read_by_the_page_that_caused_it(client: Any):
    answer = client.post(COMMENTS, json={}, headers={"Origin": ORIGIN})
    assert answer.status_code == 422
    assert answer.headers["access-control-allow-origin"] == ORIGIN


@pytest.mark.parametrize(
    "origin",
    [FOREIGN, "null", "http://journal.example", f"{ORIGIN}.evil.example", f"{ORIGIN}:444", "", "x"],
)
def test_an_unknown_page_may_do_neither(client: Any, store: Any, origin: str):
    headers = {"Origin": origin}
    read = client.get(COMMENTS, params={"url": URL}, headers=headers)
    assert "access-control-allow-origin" not in read.headers
    for answer in (
        client.post(COMMENTS, json={"url": URL, "text": "Forgé."}, headers=headers),
        client.patch(f"{COMMENTS}/x", json={"text": "Forgé."}, headers=headers),
        client.delete(f"{COMMENTS}/x", headers=headers),
        client.put(f"{COMMENTS}/x/vote", json={"value": 1}, headers=headers),
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, "forged_request")
    with store.reading() as unit:
        assert not unit.threads.all(limit=1)


def test_pages_of_this_server_may_call_its_api(client: Any):
    for headers in (
        {"Origin": BASE},
        {"Origin": "http://localhost:8000", "Host": "localhost:8000"},
    ):
        answer = client.post(COMMENTS, json={"url": URL, "text": "Bonjour."}, headers=headers)
        assert answer.status_code == 201


def test_a_cache_is_told_that_answers_differ_by_origin(client: Any):
    for headers in ({}, {"Origin": ORIGIN}, {"Origin": FOREIGN}):
        answer = client.get(COMMENTS, params={"url": URL}, headers=headers)
        assert "Origin" in answer.headers["vary"]


def test_preflight(client: Any):
    asking = {
        "Origin": ORIGIN,
        "Access-Control-Request-Method": "PUT",
        "Access-Control-Request-Headers": "palabre-voter,content-type",
    }
    answer = client.options(f"{COMMENTS}/x/vote", headers=asking)
    assert answer.status_code == 204
    assert answer.headers["access-control-allow-origin"] == ORIGIN
    assert "PUT" in answer.headers["access-control-allow-methods"]
    for name in ("Content-Type", "Authorization", "Palabre-Voter", "Idempotency-Key"):
        assert name in answer.headers["access-control-allow-headers"]
    assert int(answer.headers["access-control-max-age"]) > 0
    assert "Origin" in answer.headers["vary"]
    foreign = client.options(COMMENTS, headers=asking | {"Origin": FOREIGN})
    assert "access-control-allow-origin" not in foreign.headers


def test_the_desk_is_shared_with_nobody(client: Any):
    answer = client.get("/desk", headers={"Origin": ORIGIN})
    assert "access-control-allow-origin" not in answer.headers


def test_head_is_get_without_a_body(client: Any, say: Any):
    say()
    for path in (f"{COMMENTS}?url={URL}", "/healthz", "/openapi.json"):
        # The client would hide how long the compressed body was.
        plain = {"Accept-Encoding": "identity"}
        got, head = client.get(path, headers=plain), client.head(path, headers=plain)
        assert (head.status_code, head.content) == (200, b"")
        assert head.headers["content-length"] == str(len(got.content))
        assert head.headers.get("etag") == got.headers.get("etag")


def test_no_cookie_before_a_reader_acts(client: Any, say: Any):
    say()
    client.get(COMMENTS, params={"url": URL})
    assert not client.cookies


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        (COMMENTS, "GET, HEAD, OPTIONS, POST"),
        (f"{COMMENTS}/x", "DELETE, GET, HEAD, OPTIONS, PATCH"),
        (f"{COMMENTS}/x/vote", "OPTIONS, PUT"),
        ("/healthz", "GET, HEAD, OPTIONS"),
    ],
)
def test_a_path_names_its_methods(client: Any, path: str, allowed: str):
    answer = client.options(path)
    assert (answer.status_code, answer.headers["allow"]) == (204, allowed)
