"""An author changes or takes back a comment."""

import pytest

from builders import NOON
from palabre.application.moderate import Choice
from palabre.application.tokens import commitment, key_of
from palabre.domain.comment import Status
from palabre.domain.decision import Verdict
from palabre.domain.errors import Code, Refusal
from palabre.domain.events import EventKind
from palabre.domain.person import ANYBODY, Viewer


def author_of(posted) -> Viewer:
    return Viewer(author_key=key_of(posted.token))


def test_an_edit_is_judged_again_and_the_old_words_are_kept(newsroom):
    posted = newsroom.post("Bonjour.")
    comment_id = posted.stored.comment.id
    edited = newsroom.edit(comment_id, "[hold] Bonsoir.", author_of(posted))
    assert edited.stored.comment.status is Status.HELD
    assert edited.record.supersedes == posted.record.id
    body = edited.stored.body
    assert edited.record.commitment == commitment(body.text, body.salt)
    with newsroom.store.reading() as unit:
        assert [b.text for b in unit.comments.bodies(comment_id)] == ["Bonjour.", "[hold] Bonsoir."]
        assert [e.kind for e in unit.outbox.waiting(limit=9)][-1] is EventKind.COMMENT_EDITED


def test_a_held_comment_that_is_mended_is_published(newsroom):
    posted = newsroom.post("[hold]")
    edited = newsroom.edit(posted.stored.comment.id, "Bonjour.", author_of(posted))
    assert edited.stored.comment.status is Status.PUBLISHED


def test_an_edit_does_not_undo_a_moderator(newsroom):
    posted = newsroom.post()
    refuse = Choice(verdict=Verdict.REFUSE, rule="insult")
    newsroom.moderate.decide(posted.stored.comment.id, refuse, newsroom.moderator)
    edited = newsroom.edit(posted.stored.comment.id, "Pardon.", author_of(posted))
    assert edited.stored.comment.status is Status.HELD
    again = newsroom.edit(posted.stored.comment.id, "Vraiment pardon.", author_of(posted))
    assert again.stored.comment.status is Status.HELD


@pytest.mark.parametrize("late", [15 * 60, 3600])
def test_the_window_closes(newsroom, late):
    posted = newsroom.post()
    newsroom.clock.forward(seconds=late)
    with pytest.raises(Refusal) as refused:
        newsroom.edit(posted.stored.comment.id, "x", author_of(posted))
    assert refused.value.code is Code.EDIT_WINDOW_OVER


def test_another_reader_edits_and_deletes_nothing(newsroom):
    posted = newsroom.post()
    for viewer in (ANYBODY, Viewer(author_key=key_of("another"))):
        for attempt in (
            lambda v=viewer: newsroom.edit(posted.stored.comment.id, "x", v),
            lambda v=viewer: newsroom.edit.delete(posted.stored.comment.id, v),
        ):
            with pytest.raises(Refusal) as refused:
                attempt()
            assert refused.value.code is Code.NOT_YOURS


def test_deleting_erases_the_words_and_keeps_the_replies(newsroom):
    posted = newsroom.post("Je regrette déjà.", name="Zoé", email="zoe@example.org")
    comment_id = posted.stored.comment.id
    reply = newsroom.post("Mais non !", parent=comment_id)
    newsroom.edit.delete(comment_id, author_of(posted))
    with newsroom.store.reading() as unit:
        stored = unit.comments.stored(comment_id)
        assert stored.body is None
        assert (stored.author.name, stored.author.email) == (None, None)
        assert unit.decisions.history(comment_id) == [posted.record]
    page = newsroom.read.page(posted.thread.article.url, "newest", limit=5)
    (node,) = page.nodes
    assert node.stored.body is None
    assert [n.stored.comment.id for n in node.replies] == [reply.stored.comment.id]
    with pytest.raises(Refusal):
        newsroom.edit(comment_id, "x", author_of(posted))


def test_an_edit_is_no_flood(newsroom):
    posted = newsroom.post(source="s")
    newsroom.edit(posted.stored.comment.id, "Bonjour !", author_of(posted))
    assert newsroom.judge.facts[-1].recent == ()
    assert newsroom.clock.now > NOON
