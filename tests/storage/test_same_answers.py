"""Memory and SQLite answer alike to whatever is done to them, in any order (hypothesis)."""

import itertools
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from builders import NOON, a_body, a_stored, an_article, keep, open_thread
from databases import Postgresql, sqlite_database
from palabre.application.ports import Position, Sort, Store, Stored, UnitOfWork
from palabre.application.tokens import key_of
from palabre.domain.comment import Status
from palabre.domain.errors import Refusal
from palabre.storage.memory import MemoryStore
from palabre.storage.store import SqlStore

LAST = "ffffffff-ffff-ffff-ffff-ffffffffffff"
WHICH = st.integers(min_value=0, max_value=30)
STEPS = st.one_of(
    st.tuples(st.just("post"), st.sampled_from(list(Status)[:3]), st.integers(0, 2)),
    st.tuples(st.just("reply"), WHICH, st.sampled_from(list(Status)[:3])),
    st.tuples(st.just("move"), WHICH, st.sampled_from(Status)),
    st.tuples(st.just("vote"), WHICH, st.sampled_from((-1, 0, 1))),
    st.tuples(st.just("revise"), WHICH, st.text(max_size=5)),
    st.tuples(st.just("erase"), WHICH, st.none()),
)


def outcome(call: Callable[[], Any]) -> object:
    try:
        return call()
    except Refusal as refusal:
        return refusal.code


def picture(unit: UnitOfWork, thread_id: str, made: list[Stored]) -> object:
    """Return all that can be seen of a thread."""
    ids = [stored.comment.id for stored in made]
    return (
        unit.threads.get(thread_id),
        [list(unit.comments.roots(thread_id, sort, limit=9, after=None)) for sort in Sort],
        {r: list(found) for r, found in unit.comments.replies(ids, first=3).items()},
        [
            unit.comments.top(thread_id, limit=9, epoch=epoch, after=Position(LAST, 99))
            for epoch in range(12)
        ],
        [unit.comments.stored(i) for i in ids],
        [unit.comments.standing(key_of(str(author))) for author in range(3)],
        [list(unit.comments.of_author(thread_id, key_of(str(a)), limit=5)) for a in range(3)],
        list(unit.comments.recent("a" * 64, since=NOON)),
        unit.queue.counts(site_ids=["le-journal"]),
        [
            [
                item.stored.comment.id
                for item in unit.queue.page(
                    site_ids=["le-journal"], status=status, limit=4, after=None
                )
            ]
            for status in Status
        ],
        unit.votes.of(ids, key_of("voter")),
    )


def play(stores: list[Store], step: tuple[str, Any, Any], thread: Any, made: list[Stored]) -> None:
    kind, first, second = step
    if kind == "post" or (kind == "reply" and not made):
        status = first if kind == "post" else second
        new = a_stored(thread, status=status, author_key=key_of(str(second)))
        made.append(new)
        for store in stores:
            keep(store, new, source="a" * 64)
        return
    if not made:
        return
    target = made[first % len(made)].comment
    if kind == "reply":
        new = a_stored(parent=target, status=second)
        made.append(new)
        for store in stores:
            keep(store, new)
        return

    def act(store: Store) -> object:
        with store.writing() as unit:
            if kind == "move":
                return unit.comments.move(target.id, second)
            if kind == "vote":
                return unit.votes.cast(target.id, key_of("voter"), second, NOON)
            if kind == "erase":
                return unit.comments.erase_words(target.id)
            now = unit.comments.get(target.id)
            assert now is not None
            return unit.comments.revise(target.id, a_body(second, revision=now.revision + 1), NOON)

    answers = [outcome(lambda store=store: act(store)) for store in stores]
    assert answers[0] == answers[1] == answers[2]


_numbers = itertools.count()


@given(steps=st.lists(STEPS, max_size=25))
@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
def test_all_stores_tell_the_same(postgresql: Postgresql, steps: list[tuple[str, Any, Any]]):
    with tempfile.TemporaryDirectory() as folder:
        urls = [sqlite_database(Path(folder) / "palabre.db"), postgresql.database()]
        stores: list[Store] = [MemoryStore(), *(SqlStore(u, durability="process") for u in urls)]
        thread = open_thread(stores[0], an_article(key=f"/{next(_numbers)}"))
        for store in stores[1:]:
            with store.writing() as unit:
                unit.sites.register(next(iter(_sites(stores[0]))))
                unit.threads.add(thread)
        made: list[Stored] = []
        for step in steps:
            play(stores, step, thread, made)
        pictures = []
        for store in stores:
            with store.reading() as unit:
                pictures.append(picture(unit, thread.id, made))
            store.close()
        postgresql.drop(urls[1])
    assert pictures[0] == pictures[1] == pictures[2]


def _sites(store: Store) -> list[Any]:
    with store.reading() as unit:
        return list(unit.sites.all())
