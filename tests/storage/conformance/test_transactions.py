"""What every store promises about transactions: all or nothing, snapshots, many threads at once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from builders import NOON, a_record, a_stored, a_thread, an_article, an_event, an_id, keep
from palabre.application.ports import Sort, Store
from palabre.application.tokens import key_of
from palabre.domain.article import Thread
from palabre.domain.comment import Status
from palabre.domain.errors import Refusal

HANDS = 8


def at_once(work: Callable[[int], None]) -> None:
    """Run ``work`` in many threads that begin together."""
    barrier = Barrier(HANDS)

    def begin(hand: int) -> None:
        barrier.wait()
        work(hand)

    with ThreadPoolExecutor(HANDS) as pool:
        for done in [pool.submit(begin, hand) for hand in range(HANDS)]:
            done.result()


def test_a_block_that_raises_leaves_no_trace(store: Store, thread: Thread):
    kept = keep(store, a_stored(thread), source="a" * 64)
    lost = a_stored(parent=kept)
    with pytest.raises(ZeroDivisionError), store.writing() as unit:  # noqa: PT012 -- the point
        unit.comments.add(lost, source="a" * 64)
        unit.decisions.add(a_record(lost))
        unit.outbox.put(an_event(lost))
        unit.votes.cast(kept.comment.id, key_of("v"), 1, NOON)
        unit.comments.move(kept.comment.id, Status.DELETED)
        unit.comments.erase_words(kept.comment.id)
        unit.threads.add(a_thread(an_article(key="/lost")))
        raise ZeroDivisionError
    with store.reading() as unit:
        assert unit.comments.stored(kept.comment.id) == kept
        assert unit.comments.get(lost.comment.id) is None
        assert unit.decisions.latest(lost.comment.id) is None
        assert list(unit.outbox.waiting(limit=9)) == []
        assert unit.votes.of([kept.comment.id], key_of("v")) == {}
        (found,) = unit.threads.all(limit=9)
        assert (found.version, found.public_count) == (1, 1)
        assert len(unit.comments.recent("a" * 64, since=NOON)) == 1


def test_the_store_goes_on_after_a_failure(store: Store, thread: Thread):
    for _ in range(20):
        with pytest.raises(ZeroDivisionError), store.writing():
            raise ZeroDivisionError
        with pytest.raises(ZeroDivisionError), store.reading():
            raise ZeroDivisionError
    keep(store, a_stored(thread))


def test_a_writer_sees_its_own_changes_and_others_see_them_after_the_end(
    store: Store, thread: Thread
):
    with store.writing() as unit:
        unit.comments.add(a_stored(thread), source=None)
        assert len(unit.comments.roots(thread.id, Sort.TOP, limit=9, after=None)) == 1
        with store.reading() as other:
            assert list(other.comments.roots(thread.id, Sort.TOP, limit=9, after=None)) == []
    with store.reading() as other:
        assert len(other.comments.roots(thread.id, Sort.TOP, limit=9, after=None)) == 1


def test_a_reader_sees_one_moment_to_the_end(store: Store, thread: Thread):
    first = keep(store, a_stored(thread))
    with store.reading() as unit:
        before = unit.threads.get(thread.id)
        keep(store, a_stored(thread))
        with store.writing() as other:
            other.comments.move(first.comment.id, Status.REFUSED)
        assert unit.threads.get(thread.id) == before
        assert len(unit.comments.roots(thread.id, Sort.TOP, limit=9, after=None)) == 1
        assert unit.comments.stored(first.comment.id) == first


def test_a_reader_cannot_write(store: Store, thread: Thread):
    with pytest.raises((Refusal, RuntimeError)), store.reading() as unit:
        unit.comments.add(a_stored(thread), source=None)
    with store.reading() as unit:
        assert list(unit.comments.roots(thread.id, Sort.TOP, limit=9, after=None)) == []


def test_threads_that_post_at_once_are_counted_exactly(store: Store, thread: Thread):
    root = keep(store, a_stored(thread))
    each = 15

    def post(hand: int) -> None:
        for n in range(each):
            keep(store, a_stored(thread) if (hand + n) % 2 else a_stored(parent=root))

    at_once(post)
    with store.reading() as unit:
        found = unit.threads.get(thread.id)
        assert found is not None
        total = HANDS * each + 1
        assert (found.public_count, found.version) == (total, total)
        top = unit.comments.roots(thread.id, Sort.OLDEST, limit=999, after=None)
        below = unit.comments.replies([root.comment.id], first=999)[root.comment.id]
    assert len(top) + len(below) == total
    assert top[0].comment.replies == len(below)


def test_threads_that_vote_at_once_are_counted_exactly(store: Store, thread: Thread):
    comment_id = keep(store, a_stored(thread)).comment.id

    def vote(hand: int) -> None:
        for n in range(12):
            with store.writing() as unit:
                # Voter 0 is fought over by all hands; the others change their own minds.
                unit.votes.cast(comment_id, key_of("0"), (-1, 0, 1)[(hand + n) % 3], NOON)
                unit.votes.cast(comment_id, key_of(f"{hand + 1}"), (1, -1)[n % 2], NOON)

    at_once(vote)
    with store.reading() as unit:
        found = unit.comments.get(comment_id)
        last = [
            unit.votes.of([comment_id], key_of(str(v))).get(comment_id, 0) for v in range(HANDS + 1)
        ]
    assert found is not None
    assert (found.up, found.down) == (last.count(1), last.count(-1))
    assert last[1:] == [-1] * HANDS


def test_many_who_open_one_thread_get_the_same(store: Store, thread: Thread):
    opened: list[str] = []
    article = an_article(key="/new")

    def begin(hand: int) -> None:
        with store.writing() as unit:
            opened.append(unit.threads.add(a_thread(article)).id)

    at_once(begin)
    assert len(opened) == HANDS
    assert len(set(opened)) == 1


def test_check_and_close(store: Store):
    store.check()
    store.close()
    store.check()
    with store.reading() as unit:
        assert unit.comments.get(an_id()) is None
