"""What every store promises about transactions: all or nothing, snapshots, many threads at once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from builders import (
    NOON,
    a_body,
    a_moderator,
    a_record,
    a_site,
    a_stored,
    a_thread,
    an_article,
    an_event,
    an_id,
    keep,
)
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


def test_what_a_writer_has_read_of_a_comment_stays_true_until_it_ends(store: Store, thread: Thread):
    comment_id = keep(store, a_stored(thread)).comment.id

    def revise(hand: int) -> None:
        for _ in range(5):
            with store.writing() as unit:
                found = unit.comments.stored(comment_id)
                latest = unit.decisions.latest(comment_id)
                assert found is not None
                assert found.body is not None
                assert latest is not None
                revision = found.comment.revision + 1
                unit.comments.revise(comment_id, a_body(revision=revision), NOON)
                unit.decisions.add(a_record(found, revision=revision, supersedes=latest.id))

    at_once(revise)
    with store.reading() as unit:
        total = HANDS * 5 + 1
        assert [b.revision for b in unit.comments.bodies(comment_id)] == [*range(1, total + 1)]
        history = unit.decisions.history(comment_id)
    assert [r.supersedes for r in history] == [None, *(r.id for r in history[:-1])]


def test_answers_and_moves_in_one_thread_meet_without_harm(store: Store, thread: Thread):
    root = keep(store, a_stored(thread))
    made = [keep(store, a_stored(parent=root)) for _ in range(HANDS)]

    def act(hand: int) -> None:
        for n in range(6):
            if hand % 2:
                keep(store, a_stored(parent=made[(hand + n) % HANDS]))
            else:
                with store.writing() as unit:
                    comment = unit.comments.get(made[hand].comment.id)
                    assert comment is not None
                    published = comment.status is Status.PUBLISHED
                    unit.comments.move(comment.id, Status.HELD if published else Status.PUBLISHED)

    at_once(act)
    with store.reading() as unit:
        now = unit.threads.get(thread.id)
        found = unit.comments.get(root.comment.id)
        below = unit.comments.replies([root.comment.id], first=999)[root.comment.id]
    assert now is not None
    assert found is not None
    public = [s for s in below if s.comment.status is Status.PUBLISHED]
    assert now.public_count == len(public) + 1 == HANDS + HANDS // 2 * 6 + 1
    assert found.replies == len(public)


def test_many_who_register_and_sign_up_at_once(store: Store):
    refused: list[str] = []

    def start(hand: int) -> None:
        with store.writing() as unit:
            unit.sites.register(a_site("ici", origins=("https://ici.example",)))
        try:
            with store.writing() as unit:
                unit.moderators.add(a_moderator("claire"))
        except Refusal as refusal:
            refused.append(refusal.code)

    at_once(start)
    with store.reading() as unit:
        assert [site.id for site in unit.sites.all()] == ["ici"]
        assert unit.moderators.by_login("claire") is not None
    assert refused == ["bad_field"] * (HANDS - 1)


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
