"""Comments on a passage: by the API in the W3C's words, and on pages without a script."""

from collections.abc import Callable
from typing import Any

import pytest
from litestar.testing import TestClient

from builders import ORIGIN

URL = "https://journal.example/politique/budget"
COMMENTS = "/api/v1/comments"
PASSAGES = "/api/v1/passages"
QUOTE = {
    "type": "TextQuoteSelector",
    "exact": "le budget est voté",
    "prefix": "Hier, ",
    "suffix": ", à une voix près.",
}
PLACE = {"type": "TextPositionSelector", "start": 6, "end": 24}
ANCHOR = {"selector": [QUOTE, PLACE]}
FRAGMENT = {
    "type": "FragmentSelector",
    "value": "figure-2",
    "conformsTo": "http://tools.ietf.org/rfc/rfc3236",
}
Client = TestClient[Any]
Say = Callable[..., dict[str, Any]]


def refused(client: Client, **fields: Any) -> tuple[int, str, str | None]:
    body = {"url": URL, "text": "Bonjour.", **fields}
    answer = client.post(COMMENTS, json=body, headers={"Origin": ORIGIN})
    problem = answer.json()
    return answer.status_code, problem["code"], problem.get("field")


def test_it_comes_back_as_it_was_sent(client: Client, say: Say):
    said = say(anchor={"selector": [*ANCHOR["selector"], FRAGMENT]})
    anchor = said["comment"]["anchor"]
    assert anchor["selector"] == [QUOTE, PLACE, FRAGMENT]
    assert len(anchor["id"]) == 32
    listed = client.get(COMMENTS, params={"url": URL}).json()["comments"]
    assert listed[0]["anchor"] == anchor
    assert client.get(f"{COMMENTS}/{said['id']}").json()["comment"]["anchor"] == anchor


def test_passages_are_counted_with_their_answers(client: Client, say: Say):
    assert client.get(PASSAGES, params={"url": URL}).json() == {"passages": []}
    first = say(anchor=ANCHOR)
    say(anchor=ANCHOR)
    say("Autre chose encore.")
    say("Une réponse.", parent=first["id"])
    answer = client.get(PASSAGES, params={"url": URL})
    found = answer.json()["passages"]
    assert [(m["count"], m["anchor"]["id"]) for m in found] == [
        (3, first["comment"]["anchor"]["id"])
    ]
    again = client.get(
        PASSAGES, params={"url": URL}, headers={"If-None-Match": answer.headers["etag"]}
    )
    assert again.status_code == 304


@pytest.mark.parametrize(
    "anchor",
    [
        {"selector": []},
        {"selector": [PLACE]},
        {"selector": [QUOTE, QUOTE]},
        {"selector": [{"type": "XPathSelector", "value": "/p[1]"}]},
        {"selector": [{**QUOTE, "exact": ""}]},
        {"selector": [{**QUOTE, "exact": "x" * 2001}]},
        {"selector": [{**QUOTE, "prefix": "x" * 301}]},
        {"selector": [QUOTE, {**PLACE, "start": 30}]},
        {"selector": [QUOTE, {**PLACE, "end": 2**40}]},
        {"selector": [QUOTE, {**PLACE, "start": "6"}]},
        "le budget",
        [],
    ],
)
def test_a_bad_anchor_is_refused_by_its_name(client: Client, anchor: Any):
    assert refused(client, anchor=anchor) == (422, "bad_field", "anchor")


def test_what_no_field_is_named_is_told(client: Client):
    status, code, _ = refused(client, anchor={**ANCHOR, "source": URL})
    assert (status, code) == (422, "unknown_field")


def test_an_answer_has_the_passage_of_its_root(client: Client, say: Say):
    root = say(anchor=ANCHOR)
    found = refused(client, parent=root["id"], anchor=ANCHOR)
    assert found == (422, "bad_field", "anchor")


def test_words_that_the_rules_refuse_cannot_hide_in_a_quote(client: Client, say: Say):
    said = say("D'accord avec cela.", anchor={"selector": [{**QUOTE, "exact": "Quel zorglub !"}]})
    assert said["status"] == "held"
    assert client.get(PASSAGES, params={"url": URL}).json() == {"passages": []}


def test_the_same_post_on_another_passage_is_another_post(client: Client):
    headers = {"Origin": ORIGIN, "Idempotency-Key": "a-secret-of-the-sender"}
    body = {"url": URL, "text": "Bonjour.", "anchor": ANCHOR}
    first = client.post(COMMENTS, json=body, headers=headers)
    again = client.post(COMMENTS, json=body, headers=headers)
    assert again.json()["id"] == first.json()["id"]
    other = {**body, "anchor": {"selector": [{**QUOTE, "exact": "une voix"}]}}
    assert client.post(COMMENTS, json=other, headers=headers).status_code == 409


def test_the_page_quotes_the_passage_and_links_back(client: Client, say: Say):
    say(anchor=ANCHOR)
    page = client.get("/thread", params={"url": URL}).text
    assert "le budget est voté</a></blockquote>" in page
    assert "#:~:text=Hier%2C-,le%20budget%20est%20vot%C3%A9" in page
    assert "data-anchor" in page.partition("<h2")[0]


def test_a_quote_is_text_and_never_markup(client: Client, say: Say):
    say(anchor={"selector": [{**QUOTE, "exact": '<img src=x onerror="alert(1)">'}]})
    page = client.get("/thread", params={"url": URL}).text
    assert "<img" not in page


def test_a_page_of_one_passage_reads_and_writes_without_a_script(client: Client, say: Say):
    key = say("Sur le passage.", anchor=ANCHOR)["comment"]["anchor"]["id"]
    say("Autre chose encore.")
    page = client.get("/thread", params={"url": URL, "on": key}).text
    assert "Sur le passage." in page
    assert "Autre chose encore." not in page
    assert "Autre chose encore." in client.get("/thread", params={"url": URL}).text
    form = page.partition('name="form" value="')[2].partition('"')[0]
    posted = client.post(
        "/thread",
        params={"url": URL, "on": key},
        data={"form": form, "text": "Sans script, sur le même passage."},
        headers={"Origin": "https://comments.example"},
        follow_redirects=True,
    )
    assert posted.status_code == 200
    assert client.get(PASSAGES, params={"url": URL}).json()["passages"][0]["count"] == 2
    inline = client.get("/thread", params={"url": URL, "on": "any"}).text
    assert "Sans script, sur le même passage." in inline
    assert "Autre chose encore." not in inline


def test_erased_words_leave_no_quote(client: Client, say: Say):
    said = say("Bonjour.", anchor=ANCHOR)
    gone = client.delete(
        f"{COMMENTS}/{said['id']}",
        headers={"Authorization": f"Bearer {said['token']}", "Origin": ORIGIN},
    )
    assert gone.status_code == 204
    assert client.get(PASSAGES, params={"url": URL}).json() == {"passages": []}
    assert "le budget est voté" not in client.get("/thread", params={"url": URL}).text
