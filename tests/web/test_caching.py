"""What everybody sees alike may be kept by caches and asked for again by its tag."""

import re
from typing import Any

import pytest

from builders import ORIGIN
from palabre.application.tokens import new_token

URL = "https://journal.example/politique/budget"
COMMENTS = "/api/v1/comments"
PLAIN = {"Accept-Encoding": "identity"}


def tag_of(client: Any, **query: Any) -> str:
    return str(client.get(COMMENTS, params={"url": URL} | query, headers=PLAIN).headers["etag"])


def test_the_same_page_is_not_sent_twice(client: Any, say: Any):
    say()
    etag = tag_of(client)
    for known in (etag, f"W/{etag}", f'"other", {etag}', "*"):
        answer = client.get(COMMENTS, params={"url": URL}, headers=PLAIN | {"If-None-Match": known})
        assert (answer.status_code, answer.content) == (304, b"")
        assert answer.headers["etag"] == etag
        assert answer.headers["cache-control"] == "public, max-age=0, must-revalidate"
    other = client.get(COMMENTS, params={"url": URL}, headers={"If-None-Match": '"other"'})
    assert other.status_code == 200


def test_a_tag_changes_with_all_that_changes_the_page(client: Any, say: Any, clock: Any):
    tags = [tag_of(client)]

    def changed() -> bool:
        tags.append(tag_of(client))
        return tags[-1] not in tags[:-1]

    posted = say("Bonjour.")
    assert changed()
    mine = {"Authorization": f"Bearer {posted['token']}"}
    address = f"{COMMENTS}/{posted['id']}"
    client.patch(address, json={"text": "Bonsoir."}, headers=mine)
    assert changed()
    client.put(f"{address}/vote", json={"value": 1})
    assert changed()
    reply = say("Réponse.", parent=posted["id"])
    assert changed()
    say("Avec un titre.", title="Le budget", parent=reply["id"])
    assert changed()
    client.delete(address, headers=mine)
    assert changed()
    assert tag_of(client, sort="oldest") != tags[-1]


def test_what_is_held_moves_nothing(client: Any, say: Any):
    say()
    before = tag_of(client)
    say("Quel patatras !")
    assert tag_of(client) == before


@pytest.mark.parametrize("path", ["", "/{id}/replies"])
def test_everybody_gets_the_same_bytes(client: Any, say: Any, path: str):
    posted = say()
    address = COMMENTS + path.format(id=posted["id"])
    query = {} if path else {"url": URL}
    plain = client.get(address, params=query)
    for headers in (
        {"Authorization": f"Bearer {posted['token']}"},
        {"Palabre-Voter": new_token()},
        {"Cookie": f"palabre_author={posted['token']}"},
        {"Accept-Language": "en"},
        {"Origin": ORIGIN},
    ):
        answer = client.get(address, params=query, headers=headers)
        assert answer.content == plain.content
        assert answer.headers["etag"] == plain.headers["etag"]


def test_one_comment_is_public_only_without_a_token(client: Any, say: Any):
    posted = say()
    address = f"{COMMENTS}/{posted['id']}"
    anonymous = client.get(address)
    assert anonymous.headers["cache-control"].startswith("public")
    assert {"Authorization", "Cookie"} <= set(re.split(r"\s*,\s*", anonymous.headers["vary"]))
    author = client.get(address, headers={"Authorization": f"Bearer {posted['token']}"})
    assert author.headers["cache-control"] == "private, no-store"
    assert "etag" not in author.headers


def test_counts_have_a_tag(client: Any, say: Any):
    first = client.get("/api/v1/counts", params={"url": URL}).headers["etag"]
    say()
    assert client.get("/api/v1/counts", params={"url": URL}).headers["etag"] != first
