"""A moderator decides; each decision is a new line that names the one before."""

import pytest

from builders import ORIGIN, a_moderator
from palabre.application.moderate import Choice
from palabre.domain.comment import Status
from palabre.domain.decision import ActorKind, Verdict
from palabre.domain.errors import Code, Refusal

APPROVE = Choice(verdict=Verdict.PUBLISH)
REFUSE = Choice(verdict=Verdict.REFUSE, rule="insult", note="Vise un autre lecteur.")
URL = f"{ORIGIN}/politique/budget"


def status(newsroom, comment_id: str) -> Status:
    with newsroom.store.reading() as unit:
        return unit.comments.get(comment_id).status


def test_approve_refuse_restore(newsroom):
    posted = newsroom.post("[hold]")
    comment_id = posted.stored.comment.id
    before = posted.record
    for choice, expected in (
        (APPROVE, Status.PUBLISHED),
        (REFUSE, Status.REFUSED),
        (APPROVE, Status.PUBLISHED),
    ):
        record = newsroom.moderate.decide(comment_id, choice, newsroom.moderator)
        assert status(newsroom, comment_id) is expected
        assert record.supersedes == before.id
        assert record.actor.id == newsroom.moderator.id
        assert record.commitment == posted.record.commitment
        assert (record.automated_detection, record.automated_decision) == (
            before.automated_detection and before.decision.verdict is not Verdict.PUBLISH,
            False,
        )
        before = record
    with newsroom.store.reading() as unit:
        assert len(unit.decisions.history(comment_id)) == 4
        assert len(unit.outbox.waiting(limit=9)) == 4


def test_a_refusal_rests_on_a_rule_that_exists(newsroom):
    comment_id = newsroom.post().stored.comment.id
    for rule in (None, "made-up"):
        choice = Choice(verdict=Verdict.REFUSE, rule=rule)
        with pytest.raises(Refusal) as refused:
            newsroom.moderate.decide(comment_id, choice, newsroom.moderator)
        assert refused.value.code is Code.UNKNOWN_RULE
    assert status(newsroom, comment_id) is Status.PUBLISHED


def test_the_same_decision_twice_is_one_line(newsroom):
    comment_id = newsroom.post("[hold]").stored.comment.id
    first = newsroom.moderate.decide(comment_id, REFUSE, newsroom.moderator)
    again = newsroom.moderate.decide(comment_id, REFUSE, newsroom.moderator)
    assert again == first


def test_undo_returns_to_what_was_said_before_and_can_be_undone(newsroom):
    posted = newsroom.post("[hold]")
    comment_id = posted.stored.comment.id
    newsroom.moderate.decide(comment_id, REFUSE, newsroom.moderator)
    undone = newsroom.moderate.undo(comment_id, newsroom.moderator)
    assert status(newsroom, comment_id) is Status.HELD
    assert undone.decision == posted.record.decision
    assert undone.actor.kind is ActorKind.MODERATOR
    newsroom.moderate.undo(comment_id, newsroom.moderator)
    assert status(newsroom, comment_id) is Status.REFUSED


def test_what_the_engine_said_is_not_undone_but_decided(newsroom):
    comment_id = newsroom.post("[hold]").stored.comment.id
    with pytest.raises(Refusal) as refused:
        newsroom.moderate.undo(comment_id, newsroom.moderator)
    assert refused.value.code is Code.NOTHING_TO_UNDO


def test_a_moderator_of_another_site_decides_nothing_and_sees_nothing(newsroom):
    comment_id = newsroom.post("[hold]").stored.comment.id
    stranger = a_moderator("inconnu", site_ids=("autre",))
    for attempt in (
        lambda: newsroom.moderate.decide(comment_id, APPROVE, stranger),
        lambda: newsroom.moderate.undo(comment_id, stranger),
        lambda: newsroom.moderate.item(comment_id, stranger),
    ):
        with pytest.raises(Refusal) as refused:
            attempt()
        assert refused.value.code is Code.NOT_PERMITTED
    items, counts = newsroom.moderate.queue(stranger, status=Status.HELD, limit=9, after=None)
    assert (list(items), sum(counts.values())) == ([], 0)


def test_the_queue_shows_what_waits_longest_first_with_what_it_answers(newsroom):
    root = newsroom.post("racine")
    first = newsroom.post("[hold] un", parent=root.stored.comment.id)
    second = newsroom.post("[hold] deux")
    items, counts = newsroom.moderate.queue(
        newsroom.moderator, status=Status.HELD, limit=9, after=None
    )
    assert [i.stored.comment.id for i in items] == [
        first.stored.comment.id,
        second.stored.comment.id,
    ]
    assert items[0].parent.body.text == "racine"
    assert items[0].record == first.record
    assert items[1].parent is None
    assert (counts[Status.HELD], counts[Status.PUBLISHED]) == (2, 1)


def test_a_deleted_comment_is_beyond_deciding(newsroom):
    posted = newsroom.post("[hold]")
    with newsroom.store.writing() as unit:
        unit.comments.move(posted.stored.comment.id, Status.DELETED)
    with pytest.raises(Refusal) as refused:
        newsroom.moderate.decide(posted.stored.comment.id, APPROVE, newsroom.moderator)
    assert refused.value.code is Code.MOVE_IMPOSSIBLE
