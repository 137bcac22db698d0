"""A thread closes: by a moderator's hand, or by its age."""

from dataclasses import replace
from datetime import timedelta

import pytest

from builders import ORIGIN, a_moderator, an_id
from palabre.application.close_thread import CloseThread
from palabre.application.post_comment import NewComment
from palabre.domain.errors import Code, Refusal

URL = f"{ORIGIN}/politique/budget"


@pytest.fixture
def close(newsroom) -> CloseThread:
    return CloseThread(store=newsroom.store, clock=newsroom.clock)


def test_a_moderator_closes_a_thread_and_opens_it_again(newsroom, close):
    thread = newsroom.post().thread
    assert not close(thread.id, newsroom.moderator, closed=True).is_open(newsroom.clock())
    with pytest.raises(Refusal) as refused:
        newsroom.post()
    assert refused.value.code is Code.THREAD_CLOSED
    assert newsroom.read.counts([URL]) == {URL: 1}
    close(thread.id, newsroom.moderator, closed=False)
    newsroom.post()
    assert newsroom.read.counts([URL]) == {URL: 2}


def test_closing_is_seen_by_readers_at_once(newsroom, close):
    thread = newsroom.post().thread
    before = newsroom.read.page(URL, "newest", limit=1).thread.version
    close(thread.id, newsroom.moderator, closed=True)
    closed = newsroom.read.page(URL, "newest", limit=1).thread
    assert closed.version > before
    close(thread.id, newsroom.moderator, closed=True)
    assert newsroom.read.page(URL, "newest", limit=1).thread.version == closed.version


def test_who_may_not(newsroom, close):
    thread = newsroom.post().thread
    with pytest.raises(Refusal) as refused:
        close(thread.id, a_moderator(site_ids=("autre",)), closed=True)
    assert refused.value.code is Code.NOT_PERMITTED
    for nothing in ("x", an_id()):
        with pytest.raises(Refusal) as refused:
            close(nothing, newsroom.moderator, closed=True)
        assert refused.value.code is Code.NOT_FOUND


def test_a_thread_closes_by_its_age(newsroom):
    post = replace(newsroom.post_comment, close_after=timedelta(days=14))
    post(NewComment(url=URL, text="Bonjour."))
    newsroom.clock.forward(days=13)
    post(NewComment(url=URL, text="Bonjour."))
    newsroom.clock.forward(days=1)
    with pytest.raises(Refusal) as refused:
        post(NewComment(url=URL, text="Bonjour."))
    assert refused.value.code is Code.THREAD_CLOSED
