"""What every store promises of "most voted": each root once, whatever is voted meanwhile."""

import itertools
import random
from collections.abc import Callable
from datetime import timedelta
from threading import Event
from threading import Thread as Hand

import pytest

from builders import NOON, StillClock, a_stored, an_article, keep, open_thread
from palabre.application.ports import EPOCH_LIFE, Sort, Store
from palabre.application.read_thread import ReadThread
from palabre.application.tokens import key_of
from palabre.domain.article import Thread
from palabre.domain.comment import Status
from palabre.domain.errors import Code, Refusal

_voters = itertools.count()


def vote(store: Store, comment_id: str, value: int, minutes: float = 0) -> None:
    with store.writing() as unit:
        at = NOON + timedelta(minutes=minutes)
        unit.votes.cast(comment_id, key_of(f"voter {next(_voters)}"), value, at)


def read_all(
    store: Store, thread: Thread, limit: int, meanwhile: Callable[[], None] = lambda: None
) -> list[str]:
    read = ReadThread(store=store, clock=StillClock())
    seen: list[str] = []
    after = None
    while True:
        page = read.page(thread.article.url, Sort.TOP, limit=limit, after=after)
        seen += [node.stored.comment.id for node in page.nodes]
        if page.next is None:
            return seen
        after = page.next
        meanwhile()


def test_the_order_is_that_of_the_first_page(store: Store, thread: Thread):
    made = [keep(store, a_stored(thread)).comment.id for _ in range(6)]
    for n in (0, 0, 0, 2, 2, 4):
        vote(store, made[n], 1)
    first = read_all(store, thread, limit=99)
    assert first == [made[n] for n in (0, 2, 4, 5, 3, 1)]

    def turn() -> None:
        for _ in range(4):
            vote(store, made[1], 1)
        vote(store, made[0], -1)
        vote(store, made[4], -1)

    assert read_all(store, thread, limit=1, meanwhile=turn) == first
    assert read_all(store, thread, limit=99)[0] == made[1]


@pytest.mark.parametrize("limit", [1, 2, 5])
def test_each_root_comes_once_though_every_vote_turns_the_order(
    store: Store, thread: Thread, limit: int
):
    made = [keep(store, a_stored(thread)).comment.id for _ in range(12)]
    chance = random.Random(limit)  # noqa: S311

    def turn() -> None:
        for _ in range(10):
            vote(store, chance.choice(made), chance.choice((1, -1)))

    turn()
    first = read_all(store, thread, limit=99)
    assert read_all(store, thread, limit=limit, meanwhile=turn) == first


def test_what_comes_later_is_seen_once_at_most_and_what_goes_is_gone(store: Store, thread: Thread):
    made = [keep(store, a_stored(thread)).comment.id for _ in range(8)]
    late: list[str] = []

    def change() -> None:
        late.append(keep(store, a_stored(thread)).comment.id)
        vote(store, late[-1], -1)
        if len(late) == 1:
            with store.writing() as unit:
                unit.comments.move(made[0], Status.REFUSED)

    seen = read_all(store, thread, limit=2, meanwhile=change)
    assert len(seen) == len(set(seen))
    assert [c for c in seen if c in made] == made[:0:-1]


def test_other_threads_and_replies_leave_no_trace(store: Store, thread: Thread):
    other = open_thread(store, an_article(key="/other"))
    there = keep(store, a_stored(other)).comment.id
    made = [keep(store, a_stored(thread)) for _ in range(4)]
    reply = keep(store, a_stored(parent=made[0])).comment.id

    def turn() -> None:
        vote(store, there, 1)
        vote(store, reply, 1)

    seen = read_all(store, thread, limit=1, meanwhile=turn)
    assert seen == [s.comment.id for s in made[::-1]]


def test_a_cursor_lives_as_long_as_it_must_and_then_says_so(store: Store, thread: Thread):
    made = [keep(store, a_stored(thread)).comment.id for _ in range(4)]
    read = ReadThread(store=store, clock=StillClock())
    url = thread.article.url
    page = read.page(url, Sort.TOP, limit=2)
    life = EPOCH_LIFE / timedelta(minutes=1)
    for _ in range(20):  # right after the first page
        vote(store, made[0], 1, minutes=0.1)
    for _ in range(20):  # within the cursor's life
        vote(store, made[1], 1, minutes=life)
    rest = read.page(url, Sort.TOP, limit=2, after=page.next)
    assert [n.stored.comment.id for n in (*page.nodes, *rest.nodes)] == made[::-1]
    for _ in range(20):
        vote(store, made[1], 1, minutes=life + 0.2)
    with pytest.raises(Refusal) as refused:
        read.page(url, Sort.TOP, limit=2, after=page.next)
    assert (refused.value.code, refused.value.field) == (Code.CURSOR_EXPIRED, "after")
    newer = read.page(url, Sort.TOP, limit=2)
    assert read.page(url, Sort.TOP, limit=2, after=newer.next).next is None


def test_a_reader_sees_each_root_once_while_many_vote_and_post(store: Store, thread: Thread):
    made = [keep(store, a_stored(thread)).comment.id for _ in range(40)]
    stop = Event()
    votes = itertools.count()

    def hammer(hand: int) -> None:
        chance = random.Random(hand)  # noqa: S311
        while not stop.is_set():
            vote(store, chance.choice(made), chance.choice((1, 1, -1)))
            if next(votes) % 40 == 0:
                keep(store, a_stored(thread))

    hands = [Hand(target=hammer, args=(hand,)) for hand in range(3)]
    for hand in hands:
        hand.start()
    try:
        for limit in (1, 3, 7):
            with store.reading() as unit:
                public = {
                    s.comment.id
                    for s in unit.comments.roots(thread.id, Sort.NEWEST, limit=999, after=None)
                }
            seen = read_all(store, thread, limit=limit)
            assert len(seen) == len(set(seen))
            assert public <= set(seen)
    finally:
        stop.set()
        for hand in hands:
            hand.join()
    assert next(votes) > 20
