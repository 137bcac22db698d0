"""Readers read, post, edit, delete, vote and count through the JSON API."""

from datetime import datetime
from typing import Any

import pytest

from builders import ORIGIN

URL = "https://journal.example/politique/budget"
COMMENTS = "/api/v1/comments"


def test_a_thread_nobody_wrote_in_is_empty_and_open(client: Any):
    page = client.get(COMMENTS, params={"url": URL}).json()
    assert page == {
        "url": URL,
        "title": "",
        "count": 0,
        "sort": "newest",
        "comments": [],
        "next": None,
        "open": True,
        "mode": None,
        "pinned": [],
    }


def test_a_guest_posts_and_everybody_reads(client: Any, say: Any):
    posted = say("**Bonjour** à tous.", title="Le budget", name="Zoé")
    assert posted["status"] == "published"
    assert posted["reasons"] == []
    assert len(posted["token"]) == 43
    page = client.get(COMMENTS, params={"url": URL + "?utm_source=x#top"}).json()
    assert (page["title"], page["count"], page["url"]) == ("Le budget", 1, URL)
    comment = page["comments"][0]
    assert comment["name"] == "Zoé"
    assert comment["html"] == "<p><strong>Bonjour</strong> à tous.</p>"
    assert comment["text"] == "**Bonjour** à tous."
    assert comment["permalink"] == f"https://comments.example/comments/{comment['id']}"
    assert comment["created_at"].endswith("Z")
    assert datetime.fromisoformat(comment["created_at"]).tzinfo is not None
    assert posted["token"] not in str(page)


def test_the_answer_to_a_post_says_where_the_comment_is(client: Any):
    answer = client.post(COMMENTS, json={"url": URL, "text": "Bonjour."})
    assert answer.headers["location"] == f"{COMMENTS}/{answer.json()['id']}"
    assert answer.headers["cache-control"] == "private, no-store"
    assert client.get(answer.headers["location"]).json()["comment"]["text"] == "Bonjour."


def test_the_same_post_sent_again_with_its_key_is_one_comment(client: Any):
    key = {"Idempotency-Key": "0f8fad5b-d9cb-469f-a165-70867728950e"}
    body = {"url": URL, "text": "Une seule fois."}
    first, again = (client.post(COMMENTS, json=body, headers=key) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    for same in ("id", "token", "status", "permalink"):
        assert first.json()[same] == again.json()[same]
    other = client.post(COMMENTS, json=body | {"text": "Autre chose."}, headers=key)
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_conflict")
    short = client.post(COMMENTS, json=body, headers={"Idempotency-Key": "court"})
    assert (short.status_code, short.json()["field"]) == (422, "Idempotency-Key")
    assert client.get("/api/v1/counts", params={"url": URL}).json()["counts"] == {URL: 1}


def test_title_and_language_are_believed_from_a_registered_page_only(client: Any):
    body = {"url": URL, "text": "Bonjour.", "title": "Faux titre"}
    client.post(COMMENTS, json=body)
    assert client.get(COMMENTS, params={"url": URL}).json()["title"] == ""
    client.post(COMMENTS, json=body, headers={"Origin": "https://gazette.example"})
    assert client.get(COMMENTS, params={"url": URL}).json()["title"] == ""
    client.post(COMMENTS, json=body | {"title": "Le vrai"}, headers={"Origin": ORIGIN})
    assert client.get(COMMENTS, params={"url": URL}).json()["title"] == "Le vrai"


@pytest.mark.parametrize(
    ("text", "status"), [("Quel patatras !", "held"), ("Quel zorglub !", "refused")]
)
def test_what_the_rules_stop_is_stored_and_seen_by_its_author_alone(
    client: Any, say: Any, text: str, status: str
):
    posted = say(text)
    assert posted["status"] == status
    assert posted["rules"] == ["insult"]
    assert posted["reasons"]
    assert posted["comment"]["text"] == text
    address = f"{COMMENTS}/{posted['id']}"
    assert client.get(address).json()["code"] == "unknown_comment"
    own = client.get(address, headers={"Authorization": f"Bearer {posted['token']}"})
    assert own.json()["comment"]["status"] == status
    assert own.json()["reasons"] == posted["reasons"]
    assert own.headers["cache-control"] == "private, no-store"
    page = client.get(COMMENTS, params={"url": URL}).json()
    assert (page["count"], page["comments"]) == (0, [])


def test_reasons_come_in_the_language_of_the_page(say: Any):
    french = say("Quel zorglub !", lang="fr")["reasons"]
    english = say("Quel zorglub !", lang="en")["reasons"]
    assert french != english


def test_replies_are_nested_and_a_removed_parent_keeps_its_place(client: Any, say: Any):
    root = say("Racine.")
    child = say("Réponse.", parent=root["id"])
    say("Réponse à la réponse.", parent=child["id"])
    client.delete(f"{COMMENTS}/{root['id']}", headers={"Authorization": f"Bearer {root['token']}"})
    page = client.get(COMMENTS, params={"url": URL}).json()
    stone = page["comments"][0]
    assert (stone["status"], stone["text"], stone["html"], stone["name"]) == (
        "removed",
        None,
        None,
        None,
    )
    assert stone["replies_count"] == 2
    assert stone["replies"][0]["replies"][0]["text"] == "Réponse à la réponse."
    assert stone["replies"][0]["replies_count"] == 1
    assert page["count"] == 2


def test_pages_follow_one_another_without_gap_or_double(client: Any, say: Any):
    expected = [say(f"Numéro {n}.")["id"] for n in range(7)]
    for sort, order in (("oldest", expected), ("newest", expected[::-1])):
        seen: list[str] = []
        query = {"url": URL, "sort": sort, "limit": 3}
        while True:
            page = client.get(COMMENTS, params=query).json()
            seen += [c["id"] for c in page["comments"]]
            if page["next"] is None:
                break
            query["after"] = page["next"]
        assert seen == order


def test_the_rest_of_a_conversation_comes_by_cursor(client: Any, say: Any):
    root = say("Racine.")["id"]
    replies = [say(f"Réponse {n}.", parent=root)["id"] for n in range(25)]
    first = client.get(COMMENTS, params={"url": URL}).json()["comments"][0]
    assert first["replies_count"] == 25
    seen, after = [c["id"] for c in first["replies"]], first["replies_next"]
    while after:
        page = client.get(f"{COMMENTS}/{root}/replies", params={"after": after, "limit": 2}).json()
        assert page["root"] == root
        assert page["count"] == 25
        seen += [c["id"] for c in page["replies"]]
        after = page["next"]
    assert seen == replies


def test_an_author_edits_by_token_and_is_judged_again(client: Any, say: Any):
    posted = say("Bonjour.")
    address = f"{COMMENTS}/{posted['id']}"
    stranger = client.patch(address, json={"text": "Pirate."})
    assert (stranger.status_code, stranger.json()["code"]) == (403, "not_yours")
    mine = {"Authorization": f"Bearer {posted['token']}"}
    edited = client.patch(address, json={"text": "Bonsoir."}, headers=mine).json()
    assert edited["comment"]["text"] == "Bonsoir."
    assert edited["comment"]["edited_at"] is not None
    refused = client.patch(address, json={"text": "Zorglub."}, headers=mine).json()
    assert (refused["status"], refused["rules"]) == ("refused", ["insult"])
    assert "token" not in refused


def test_the_edit_window_ends(client: Any, say: Any, clock: Any):
    posted = say("Bonjour.")
    clock.forward(minutes=16)
    answer = client.patch(
        f"{COMMENTS}/{posted['id']}",
        json={"text": "Trop tard."},
        headers={"Authorization": f"Bearer {posted['token']}"},
    )
    assert (answer.status_code, answer.json()["code"]) == (403, "edit_window_over")


def test_an_author_deletes_and_nobody_else(client: Any, say: Any):
    posted = say("Bonjour.")
    address = f"{COMMENTS}/{posted['id']}"
    assert client.delete(address).json()["code"] == "not_yours"
    answer = client.delete(address, headers={"Authorization": f"Bearer {posted['token']}"})
    assert (answer.status_code, answer.content) == (204, b"")
    assert client.get(address).json()["code"] == "unknown_comment"


def test_one_vote_per_voter_and_it_can_be_taken_back(client: Any, say: Any):
    address = f"{COMMENTS}/{say()['id']}/vote"
    first = client.put(address, json={"value": 1}).json()
    voter = {"Palabre-Voter": first["voter"]}
    assert first | {"voter": ""} == {"up": 1, "down": 0, "score": 1, "value": 1, "voter": ""}
    again = client.put(address, json={"value": 1}, headers=voter).json()
    assert (again["up"], again["voter"]) == (1, first["voter"])
    other = client.put(address, json={"value": 1}).json()
    assert (other["up"], other["voter"] != first["voter"]) == (2, True)
    turned = client.put(address, json={"value": -1}, headers=voter).json()
    assert (turned["up"], turned["down"], turned["score"], turned["value"]) == (1, 1, 0, -1)
    back = client.put(address, json={"value": 0}, headers=voter).json()
    assert (back["up"], back["down"], back["value"]) == (1, 0, 0)


def test_nobody_votes_on_their_own_comment(client: Any, say: Any):
    posted = say()
    answer = client.put(
        f"{COMMENTS}/{posted['id']}/vote",
        json={"value": 1},
        headers={"Authorization": f"Bearer {posted['token']}"},
    )
    assert (answer.status_code, answer.json()["code"]) == (403, "own_comment")


def test_most_voted_comes_first(client: Any, say: Any):
    low, high = say("Un.")["id"], say("Deux.")["id"]
    say("Trois.")
    client.put(f"{COMMENTS}/{high}/vote", json={"value": 1})
    client.put(f"{COMMENTS}/{low}/vote", json={"value": -1})
    page = client.get(COMMENTS, params={"url": URL, "sort": "top"}).json()
    assert page["comments"][0]["id"] == high
    assert page["comments"][-1]["id"] == low


def test_what_is_mine_comes_apart_and_is_never_cached(client: Any, say: Any):
    shown = say("Visible.")
    waiting = say("Quel patatras !", token=shown["token"])
    voter = client.put(f"{COMMENTS}/{say()['id']}/vote", json={"value": 1}).json()["voter"]
    headers = {"Authorization": f"Bearer {shown['token']}", "Palabre-Voter": voter}
    answer = client.get(f"{COMMENTS}/mine", params={"url": URL}, headers=headers)
    mine = answer.json()
    assert answer.headers["cache-control"] == "private, no-store"
    assert [(c["comment"]["id"], c["comment"]["status"]) for c in mine["comments"]] == [
        (waiting["id"], "held"),
        (shown["id"], "published"),
    ]
    assert mine["comments"][0]["reasons"]
    assert mine["comments"][0]["rules"] == ["insult"]
    assert list(mine["votes"].values()) == [1]
    assert client.get(f"{COMMENTS}/mine", params={"url": URL}).json() == {
        "comments": [],
        "votes": {},
    }


def test_mine_in_a_thread_nobody_wrote_in(client: Any):
    answer = client.get(f"{COMMENTS}/mine", params={"url": URL})
    assert answer.json() == {"comments": [], "votes": {}}


def test_counts_of_many_articles_as_they_were_asked(client: Any, say: Any):
    say()
    other = "https://gazette.example/"
    urls = [URL, URL + "#x", other]
    counts = client.get("/api/v1/counts", params={"url": urls}).json()["counts"]
    assert counts == {URL: 1, URL + "#x": 1, other: 0}


def test_a_comments_place_in_its_thread(client: Any, say: Any):
    posted = say(title="Le budget")
    thread = client.get(f"{COMMENTS}/{posted['id']}").json()["thread"]
    assert thread == {"url": URL, "title": "Le budget", "count": 1, "open": True}


def test_a_closed_thread_is_read_only(client: Any, say: Any, store: Any, clock: Any):
    posted = say()
    with store.writing() as unit:
        thread = unit.threads.find("https://journal.example", "/politique/budget")
        unit.threads.close(thread.id, clock())
    assert client.get(COMMENTS, params={"url": URL}).json()["open"] is False
    answer = client.post(COMMENTS, json={"url": URL, "text": "Encore."})
    assert (answer.status_code, answer.json()["code"]) == (403, "thread_closed")
    vote = client.put(f"{COMMENTS}/{posted['id']}/vote", json={"value": 1})
    assert vote.json()["code"] == "thread_closed"
