"""What every store promises about posts that are sent again: one of them is stored."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest

from builders import NOON, a_site, an_id
from palabre.application.incoming import Limits
from palabre.application.ports import Repeat, Sort, Store
from palabre.application.post_comment import NewComment, PostComment, Posted
from palabre.domain.decision import Decision, Verdict
from palabre.moderation.facts import Facts
from palabre.rendering.markdown import MarkdownRenderer

DAY = timedelta(hours=24)
HANDS = 6


def a_repeat(key: str = "k" * 64, content: str = "c" * 64, **changes: object) -> Repeat:
    return Repeat(**({"key": key, "content": content, "comment_id": an_id(), "at": NOON} | changes))


def test_the_first_claim_holds_until_it_runs_out(store: Store):
    first, second = a_repeat(), a_repeat(content="d" * 64)
    with store.writing() as unit:
        assert unit.repeats.claim(first, since=NOON - DAY) is None
        assert unit.repeats.claim(second, since=NOON - DAY) == first
    with store.reading() as unit:
        assert unit.repeats.get(first.key, since=NOON - DAY) == first
        assert unit.repeats.get(first.key, since=NOON) is None
        assert unit.repeats.get("x" * 64, since=NOON - DAY) is None
    late = a_repeat(at=NOON + DAY)
    with store.writing() as unit:
        assert unit.repeats.claim(late, since=NOON) is None
        assert unit.repeats.get(first.key, since=NOON) == late


def test_a_claim_that_is_rolled_back_was_none(store: Store):
    with pytest.raises(ZeroDivisionError), store.writing() as unit:  # noqa: PT012
        unit.repeats.claim(a_repeat(), since=NOON - DAY)
        raise ZeroDivisionError
    with store.writing() as unit:
        assert unit.repeats.claim(a_repeat(), since=NOON - DAY) is None


def test_what_has_run_out_is_removed_by_those_who_come(store: Store):
    with store.writing() as unit:
        for n in range(30):
            unit.repeats.claim(a_repeat(f"{n:064}"), since=NOON - DAY)
    with store.writing() as unit:
        for n in range(3):
            unit.repeats.claim(a_repeat(f"a{n:063}", at=NOON + DAY), since=NOON)
    with store.reading() as unit:
        left = [unit.repeats.get(f"{n:064}", since=NOON - DAY) for n in range(30)]
    assert left == [None] * 30


def test_of_many_who_send_the_same_post_at_once_one_is_stored(store: Store):
    with store.writing() as unit:
        unit.sites.register(a_site())
    barrier = Barrier(HANDS)

    def judge(text: str, facts: Facts) -> Decision:
        barrier.wait()  # all have found that nobody was first
        return Decision(verdict=Verdict.PUBLISH, rules=(), rules_version="1")

    post = PostComment(
        store=store,
        judge=judge,
        render=MarkdownRenderer(),
        clock=lambda: NOON,
        limits=Limits(),
    )
    answers: list[Posted] = []

    def send() -> None:
        new = NewComment(url="https://journal.example/a", text="Une fois.")
        answers.append(post(new, idempotency_key="0190a1b2-c3d4-7000-8000-000000000000"))

    hands = [Thread(target=send) for _ in range(HANDS)]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()
    assert len(answers) == HANDS
    assert len({(a.stored.comment.id, a.record.id, a.token) for a in answers}) == 1
    with store.reading() as unit:
        (only,) = unit.comments.roots(answers[0].thread.id, Sort.NEWEST, limit=9, after=None)
        thread = unit.threads.get(answers[0].thread.id)
        assert len(unit.outbox.waiting(limit=9)) == 1
    assert only == answers[0].stored
    assert thread is not None
    assert thread.public_count == 1
