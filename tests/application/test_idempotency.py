"""The same post sent again with its key: one comment, one answer, and nobody else's secret."""

from dataclasses import replace

import pytest

from builders import ORIGIN, a_site
from palabre.application.moderate import Choice
from palabre.application.post_comment import NewComment
from palabre.application.tokens import key_of, new_token
from palabre.domain.comment import Status
from palabre.domain.decision import Verdict
from palabre.domain.errors import Code, Refusal
from palabre.domain.person import Viewer

URL = f"{ORIGIN}/politique/budget"
KEY = "3d1f4c4e-6f0b-4c9e-9a53-0d5f6c2e9b11"
POST = NewComment(url=URL, text="Bonjour.", name="Zoé")


def refused(newsroom, new: NewComment, key: str = KEY) -> Refusal:
    with pytest.raises(Refusal) as caught:
        newsroom.post_comment(new, idempotency_key=key)
    return caught.value


def test_the_second_answer_is_the_first(newsroom):
    first = newsroom.post_comment(POST, idempotency_key=KEY)
    judged = len(newsroom.judge.facts)
    newsroom.clock.forward(hours=23)
    # What surrounds a request differs from one attempt to the next; what the reader said does not.
    again = replace(POST, source="b" * 64, title="Titre", vouched=True, text="Bonjour. \r\n")
    second = newsroom.post_comment(again, idempotency_key=KEY)
    assert (second.stored, second.record, second.token) == (
        first.stored,
        first.record,
        first.token,
    )
    assert newsroom.read.counts([URL]) == {URL: 1}
    assert len(newsroom.judge.facts) == judged
    assert first.stored.comment.author_key == key_of(first.token)


@pytest.mark.parametrize(
    "change",
    [
        {"text": "Bonsoir."},
        {"name": "Abel"},
        {"email": "zoe@example.org"},
        {"url": URL + "/suite"},
        {"parent": "018f0000-0000-7000-8000-000000000000"},
    ],
)
def test_another_post_with_the_key_is_refused(newsroom, change):
    newsroom.post_comment(POST, idempotency_key=KEY)
    refusal = refused(newsroom, replace(POST, **change))
    assert (refusal.code, refusal.field) == (Code.IDEMPOTENCY_CONFLICT, "Idempotency-Key")


def test_the_key_is_free_again_after_a_day_and_on_another_site(newsroom):
    first = newsroom.post_comment(POST, idempotency_key=KEY)
    with newsroom.store.writing() as unit:
        unit.sites.register(a_site("autre", name="Autre", origins=("https://autre.example",)))
    there = replace(POST, url="https://autre.example/a")
    elsewhere = newsroom.post_comment(there, idempotency_key=KEY)
    newsroom.clock.forward(hours=24)
    later = newsroom.post_comment(POST, idempotency_key=KEY)
    assert len({p.stored.comment.id for p in (first, elsewhere, later)}) == 3
    assert elsewhere.token != first.token


def test_a_post_that_was_refused_leaves_the_key_free(newsroom):
    parent = "018f0000-0000-7000-8000-000000000000"
    assert refused(newsroom, replace(POST, parent=parent)).code is Code.PARENT_UNKNOWN
    assert newsroom.post_comment(POST, idempotency_key=KEY).stored.comment.parent_id is None


def test_an_author_who_had_a_token_keeps_it(newsroom):
    own = replace(POST, token=new_token())
    first = newsroom.post_comment(own, idempotency_key=KEY)
    assert first.token == own.token == newsroom.post_comment(own, idempotency_key=KEY).token
    # Whoever comes without it is not given it.
    for other in (POST, replace(POST, token=new_token())):
        assert refused(newsroom, other).code is Code.IDEMPOTENCY_CONFLICT


def test_a_browser_that_got_the_cookie_but_not_the_page_may_ask_again(newsroom):
    first = newsroom.post_comment(POST, idempotency_key=KEY)
    again = newsroom.post_comment(replace(POST, token=first.token), idempotency_key=KEY)
    assert again.token == first.token
    # Another reader's token is on the machine meanwhile: the comment is still its key's.
    other = newsroom.post_comment(replace(POST, token=new_token()), idempotency_key=KEY)
    assert other.token == first.token


def test_another_process_answers_the_same_with_the_houses_secret_only(newsroom):
    house = replace(newsroom.post_comment, secret=b"the house's secret")
    first = house(POST, idempotency_key=KEY)
    assert replace(house)(POST, idempotency_key=KEY).token == first.token
    stranger = replace(house, secret=b"another")
    with pytest.raises(Refusal) as caught:
        stranger(POST, idempotency_key=KEY)
    assert caught.value.code is Code.IDEMPOTENCY_CONFLICT
    assert "secret" not in repr(house)


def test_the_answer_tells_the_present_state_and_the_first_decision(newsroom):
    first = newsroom.post_comment(POST, idempotency_key=KEY)
    choice = Choice(verdict=Verdict.REFUSE, rule="insult")
    newsroom.moderate.decide(first.stored.comment.id, choice, newsroom.moderator)
    again = newsroom.post_comment(POST, idempotency_key=KEY)
    assert (again.stored.comment.status, again.record) == (Status.REFUSED, first.record)


def test_a_comment_that_is_gone_does_not_come_back(newsroom):
    first = newsroom.post_comment(POST, idempotency_key=KEY)
    newsroom.edit.delete(first.stored.comment.id, Viewer(author_key=key_of(first.token)))
    assert refused(newsroom, POST).code is Code.IDEMPOTENCY_CONFLICT


@pytest.mark.parametrize("key", ["", "short", "x" * 15, "x" * 201, "é" * 20, "with space in it ."])
def test_a_key_that_is_no_secret_is_refused(newsroom, key):
    refusal = refused(newsroom, POST, key)
    assert (refusal.code, refusal.field) == (Code.BAD_FIELD, "Idempotency-Key")
    assert newsroom.read.counts([URL]) == {URL: 0}


def test_what_is_kept_tells_neither_key_nor_words(newsroom):
    newsroom.post_comment(POST, idempotency_key=KEY)
    kept = repr([*newsroom.store._state.repeats.values()])
    assert KEY not in kept
    assert "Bonjour" not in kept
