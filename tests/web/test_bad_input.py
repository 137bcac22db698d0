"""Whatever comes in, the answer is a problem document with a stable code, and nothing half-kept."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from palabre.application.ports import Store
from palabre.domain.errors import Code
from palabre.web.errors import STATUS

URL = "https://journal.example/politique/budget"
COMMENTS = "/api/v1/comments"
NOBODY = "018f3a2b-0000-7000-8000-000000000000"


def problem_of(answer: Any, code: Code, field: str | None = None) -> dict[str, Any]:
    """Check that an answer is the whole problem document of this code, and return it."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    problem = answer.json()
    assert problem["code"] == code.value, problem
    assert answer.status_code == problem["status"] == STATUS[code]
    assert problem["type"] == f"https://comments.example/problems#{code}"
    assert problem.get("field") == field
    assert not problem["title"].startswith("error.")
    assert not problem["detail"].startswith("error.")
    assert answer.headers["cache-control"] == "no-store"
    return dict(problem)


def nothing_kept(store: Store) -> bool:
    """Tell whether the store has no thread, hence no comment."""
    with store.reading() as unit:
        return not unit.threads.all(limit=1)


def send(client: Any, raw: bytes, **headers: str) -> Any:
    return client.post(
        COMMENTS, content=raw, headers={"Content-Type": "application/json"} | headers
    )


@pytest.mark.parametrize(
    ("raw", "code", "field"),
    [
        (b"", Code.BAD_JSON, None),
        (b"{", Code.BAD_JSON, None),
        (b'{"url": "a", "text": "a"} trailing', Code.BAD_JSON, None),
        (b'{"url": NaN, "text": "a"}', Code.BAD_JSON, None),
        (b"{'url': 'a'}", Code.BAD_JSON, None),
        (b"\xef\xbb\xbf{}", Code.BAD_JSON, None),
        (b"[" * 60_000, Code.BAD_FIELD, "body"),
        (b"[]", Code.BAD_FIELD, "body"),
        (b"null", Code.BAD_FIELD, "body"),
        (b"{}", Code.BAD_FIELD, "url"),
        (b'{"url": 1, "text": "a"}', Code.BAD_FIELD, "url"),
        (b'{"url": "a", "text": ["a"]}', Code.BAD_FIELD, "text"),
        (b'{"url": "a", "text": "a", "name": 7}', Code.BAD_FIELD, "name"),
        (b'{"url": "a", "txet": "a"}', Code.UNKNOWN_FIELD, "txet"),
        (b'{"url": "a", "text": "a", "status": "published"}', Code.UNKNOWN_FIELD, "status"),
        (b'{"url": "a", "text": "a", "anchors": []}', Code.UNKNOWN_FIELD, "anchors"),
        (b'{"url": "a", "text": "\xff"}', Code.UNREADABLE_TEXT, None),
        (b'{"url": "a", "text": "\xed\xa0\x80"}', Code.UNREADABLE_TEXT, None),
        (b'{"url": "a", "text": "\\ud800"}', Code.UNREADABLE_TEXT, None),
        (b'{"url": "a", "text": "x\\udc00y"}', Code.UNREADABLE_TEXT, None),
        (b'{"url": "a", "text": "a\\u0000b"}', Code.UNREADABLE_TEXT, "text"),
        (b'{"url": "a\\u0000", "text": "a"}', Code.UNREADABLE_TEXT, "url"),
        (b'{"url": "a", "text": "a", "parent": "\\u0000"}', Code.UNREADABLE_TEXT, "parent"),
        (b'{"url": "a", "text": "a", "n": ' + b"[" * 60_000, Code.UNKNOWN_FIELD, "n"),
        (b'{"url": "a", "text": ' + b"[" * 60_000, Code.BAD_FIELD, "text"),
    ],
)
def test_broken_bodies(client: Any, store: Store, raw: bytes, code: Code, field: str | None):
    problem_of(send(client, raw), code, field)
    assert nothing_kept(store)


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"text": ""}, Code.TEXT_EMPTY, "text"),
        ({"text": " \n\u200b\u202e "}, Code.TEXT_EMPTY, "text"),
        ({"text": "a" * 10_001}, Code.TEXT_TOO_LONG, "text"),
        ({"url": ""}, Code.BAD_ADDRESS, "url"),
        ({"url": "javascript:alert(1)"}, Code.BAD_ADDRESS, "url"),
        ({"url": "https://user@journal.example/"}, Code.BAD_ADDRESS, "url"),
        ({"url": "https://[journal.example/"}, Code.BAD_ADDRESS, "url"),
        ({"url": "https://journal.example:99999/"}, Code.BAD_ADDRESS, "url"),
        ({"url": "https://nobody.example/"}, Code.UNKNOWN_SITE, "url"),
        ({"url": "http://journal.example/politique/budget"}, Code.UNKNOWN_SITE, "url"),
        ({"parent": "no id"}, Code.PARENT_UNKNOWN, "parent"),
        ({"parent": NOBODY}, Code.PARENT_UNKNOWN, "parent"),
        ({"name": "n" * 61}, Code.NAME_TOO_LONG, "name"),
        ({"name": "Lе Jоurnаl"}, Code.NAME_RESERVED, "name"),
        ({"email": "not a mail"}, Code.EMAIL_INVALID, "email"),
        ({"email": "a@b.example\r\nBcc: c@d.example"}, Code.EMAIL_INVALID, "email"),
    ],
)
def test_bad_values(client: Any, store: Store, changes: dict[str, Any], code: Code, field: str):
    answer = client.post(COMMENTS, json={"url": URL, "text": "Bonjour."} | changes)
    problem_of(answer, code, field)
    assert nothing_kept(store)


def test_a_misspelt_field_names_the_nearest_known_one(client: Any):
    answer = send(client, b'{"url": "a", "text": "a", "nmae": "Zoe"}')
    assert problem_of(answer, Code.UNKNOWN_FIELD, "nmae")["values"]["nearest"] == "name"


def test_a_wrong_type_says_what_was_expected(client: Any):
    values = problem_of(send(client, b'{"url": 1}'), Code.BAD_FIELD, "url")["values"]
    assert values["expected"] == "Expected str, got int"


def test_only_json_is_read(client: Any, store: Store):
    raw = json.dumps({"url": URL, "text": "Bonjour."}).encode()
    for media_type in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data"):
        answer = client.post(COMMENTS, content=raw, headers={"Content-Type": media_type})
        problem_of(answer, Code.UNSUPPORTED_MEDIA_TYPE)
    problem_of(client.post(COMMENTS, content=raw), Code.UNSUPPORTED_MEDIA_TYPE)
    assert nothing_kept(store)
    answer = send(client, raw, **{"Content-Type": "application/json; charset=utf-8"})
    assert answer.status_code == 201


def test_a_body_that_announces_too_much_is_refused(client: Any, store: Store):
    raw = json.dumps({"url": URL, "text": "a" * 140_000}).encode()
    problem_of(send(client, raw), Code.BODY_TOO_LARGE)
    assert nothing_kept(store)


def test_a_chunked_body_is_refused_as_soon_as_it_is_too_large(client: Any, store: Store):
    sent = 0

    def chunks() -> Iterator[bytes]:
        nonlocal sent
        yield b'{"url": "a", "text": "'
        for _ in range(200):
            sent += 1
            yield b"a" * 1000

    answer = client.post(COMMENTS, content=chunks(), headers={"Content-Type": "application/json"})
    problem_of(answer, Code.BODY_TOO_LARGE)
    assert nothing_kept(store)


@pytest.mark.parametrize(
    ("query", "code", "field"),
    [
        ("", Code.BAD_FIELD, "url"),
        ("url=", Code.BAD_ADDRESS, "url"),
        (f"url={URL}&url={URL}", Code.BAD_FIELD, "url"),
        ("url=https://nobody.example/", Code.UNKNOWN_SITE, "url"),
        (f"url={URL}&sort=best", Code.BAD_FIELD, "sort"),
        (f"url={URL}&limit=0", Code.BAD_FIELD, "limit"),
        (f"url={URL}&limit=501", Code.BAD_FIELD, "limit"),
        (f"url={URL}&limit=-1", Code.BAD_FIELD, "limit"),
        (f"url={URL}&limit=ten", Code.BAD_FIELD, "limit"),
        (f"url={URL}&limit=%D9%A3", Code.BAD_FIELD, "limit"),
        (f"url={URL}&limit=1e2", Code.BAD_FIELD, "limit"),
        (f"url={URL}&limit={'9' * 5000}", Code.BAD_FIELD, "limit"),
        (f"url={URL}&after=", Code.BAD_CURSOR, "after"),
        (f"url={URL}&after=garbage", Code.BAD_CURSOR, "after"),
        (f"url={URL}&after={'A' * 401}", Code.BAD_CURSOR, "after"),
        (f"url={URL}&after=%C3%A9", Code.BAD_CURSOR, "after"),
        (f"url={URL}%00", Code.UNREADABLE_TEXT, "url"),
        ("url=%FF", Code.UNREADABLE_TEXT, None),
        ("&".join(f"p{n}=1" for n in range(201)), Code.BAD_FIELD, "query"),
    ],
)
def test_bad_queries(client: Any, query: str, code: Code, field: str | None):
    for path in (COMMENTS, f"{COMMENTS}/mine"):
        problem_of(client.get(f"{path}?{query}"), code, field)


def test_a_cursor_of_another_sort_is_none(client: Any, say: Any):
    for n in range(3):
        say(f"Numéro {n}.")
    page = client.get(COMMENTS, params={"url": URL, "limit": 1}).json()
    answer = client.get(COMMENTS, params={"url": URL, "sort": "top", "after": page["next"]})
    problem_of(answer, Code.BAD_CURSOR, "after")


@pytest.mark.parametrize("comment_id", ["nothing", NOBODY, NOBODY.upper(), "1", "%00", "%FF"])
def test_comments_that_do_not_exist(client: Any, comment_id: str):
    address = f"{COMMENTS}/{comment_id}"
    for answer in (
        client.get(address),
        client.get(f"{address}/replies"),
        client.patch(address, json={"text": "Bonjour."}),
        client.delete(address),
        client.put(f"{address}/vote", json={"value": 1}),
    ):
        problem_of(answer, Code.UNKNOWN_COMMENT)


@pytest.mark.parametrize("value", ["2", "-2", "1.0", "true", '"1"', "null", "1e0", "9" * 400])
def test_votes_that_are_none(client: Any, say: Any, value: str):
    answer = client.put(
        f"{COMMENTS}/{say()['id']}/vote",
        content=f'{{"value": {value}}}',
        headers={"Content-Type": "application/json"},
    )
    problem_of(answer, Code.BAD_FIELD, "value")


def test_counts_want_one_to_a_hundred_addresses(client: Any):
    problem_of(client.get("/api/v1/counts"), Code.BAD_FIELD, "url")
    many = {"url": [f"https://journal.example/{n}" for n in range(101)]}
    problem_of(client.get("/api/v1/counts", params=many), Code.BAD_FIELD, "url")
    assert client.get("/api/v1/counts", params={"url": many["url"][:100]}).status_code == 200


def test_a_reply_elsewhere_and_a_reply_too_deep(client: Any, say: Any):
    parent = say("Racine.")
    elsewhere = client.post(
        COMMENTS,
        json={"url": "https://gazette.example/", "text": "Ici.", "parent": parent["id"]},
    )
    problem_of(elsewhere, Code.PARENT_ELSEWHERE, "parent")
    for n in range(40):
        parent = say(f"Niveau {n}.", parent=parent["id"])
    deeper = client.post(COMMENTS, json={"url": URL, "text": "Trop.", "parent": parent["id"]})
    problem_of(deeper, Code.REPLY_TOO_DEEP, "parent")
    page = client.get(COMMENTS, params={"url": URL, "limit": 500})
    assert page.status_code == 200


def test_a_reply_to_what_is_not_public(client: Any, say: Any):
    held = say("Quel patatras !")
    answer = client.post(COMMENTS, json={"url": URL, "text": "Oui.", "parent": held["id"]})
    problem_of(answer, Code.PARENT_UNKNOWN, "parent")


def test_unknown_paths_and_methods(client: Any):
    problem_of(client.get("/api/v1/nothing"), Code.NOT_FOUND)
    problem_of(client.get("/nothing"), Code.NOT_FOUND)
    answer = client.put(COMMENTS, json={})
    problem_of(answer, Code.METHOD_NOT_ALLOWED)
    assert set(answer.headers["allow"].split(", ")) >= {"GET", "POST"}


def test_a_person_gets_a_page_where_a_program_gets_a_document(client: Any):
    answer = client.get("/nothing", headers={"Accept": "text/html,*/*;q=0.8"})
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.headers["cache-control"] == "no-store"
    api = client.get("/api/v1/nothing", headers={"Accept": "text/html"})
    problem_of(api, Code.NOT_FOUND)


@pytest.mark.parametrize("accept", ["", "*/*", "text/html;q=inf", "text/html;q=nan", ",;=/"])
def test_odd_accept_headers_break_nothing(client: Any, accept: str):
    assert client.get("/nothing", headers={"Accept": accept}).status_code == 404


def test_a_problem_speaks_the_readers_language(client: Any):
    def ask(**kwargs: Any) -> Any:
        return client.get(COMMENTS, **kwargs)

    french = ask(headers={"Accept-Language": "fr-CA,en;q=0.5"})
    english = ask(headers={"Accept-Language": "sv, en;q=0.4, fr;q=0.2"})
    assert french.headers["content-language"] == "fr"
    assert english.headers["content-language"] == "en"
    assert french.json()["title"] != english.json()["title"]
    assert ask(params={"lang": "en"}).headers["content-language"] == "en"
    assert ask(headers={"Accept-Language": "q=x;;,"}).headers["content-language"] == "fr"
    assert ask(params={"lang": "xx"}).headers["content-language"] == "fr"
    assert "Accept-Language" in french.headers["vary"]


def test_a_problem_tells_nothing_of_the_inside(client: Any, house: Any, monkeypatch: Any):
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("SELECT secret FROM inside")

    monkeypatch.setattr(type(house.read), "page", fail)
    answer = client.get(COMMENTS, params={"url": URL})
    problem_of(answer, Code.INTERNAL)
    assert "secret" not in answer.text


def test_every_code_has_a_status_and_words(catalogues: dict[str, Any]):
    assert set(STATUS) == set(Code)
    for catalogue in catalogues.values():
        for code in Code:
            assert catalogue.has(f"error.{code}.title")
            assert catalogue.has(f"error.{code}.remedy")


def test_the_replies_of_what_is_no_root(client: Any, say: Any):
    root = say("Racine.")
    child = say("Réponse.", parent=root["id"])
    say("Encore une.", parent=root["id"])
    answer = client.get(f"{COMMENTS}/{child['id']}/replies")
    assert answer.status_code in {200, 404}
