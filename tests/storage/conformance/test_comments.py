"""What every store promises about single comments and the counters that move with them."""

from dataclasses import replace
from datetime import timedelta, timezone

import pytest

from builders import (
    NOON,
    a_body,
    a_moderator,
    a_record,
    a_stored,
    an_article,
    an_id,
    keep,
    open_thread,
)
from palabre.application.ports import Sort, Standing, Store
from palabre.domain.article import Thread
from palabre.domain.comment import MOVES, Author, Status
from palabre.domain.errors import Code, Refusal


def thread_now(store: Store, thread: Thread) -> Thread:
    with store.reading() as unit:
        found = unit.threads.get(thread.id)
    assert found is not None
    return found


def replies_of(store: Store, comment_id: str) -> int:
    with store.reading() as unit:
        found = unit.comments.get(comment_id)
    assert found is not None
    return found.replies


def move(store: Store, comment_id: str, to: Status) -> None:
    with store.writing() as unit:
        assert unit.comments.move(comment_id, to).status is to


def test_a_comment_comes_back_as_it_was_stored(store: Store, thread: Thread):
    stored = keep(
        store,
        a_stored(thread, name="Zoé", email="zoe@example.org", is_staff=True, text="👍🏽 l’été"),
    )
    with store.reading() as unit:
        assert unit.comments.get(stored.comment.id) == stored.comment
        assert unit.comments.stored(stored.comment.id) == stored
        assert unit.comments.bodies(stored.comment.id) == [stored.body]


def test_a_guest_without_a_name_has_an_empty_signature(store: Store, thread: Thread):
    stored = keep(store, a_stored(thread, name=None))
    with store.reading() as unit:
        found = unit.comments.stored(stored.comment.id)
    assert found is not None
    assert found.author == Author()


@pytest.mark.parametrize("nobody", ["nonsense", "", "018f0000-0000-7000-8000-000000000000"])
def test_what_is_not_there_is_none_and_cannot_be_changed(store: Store, nobody: str):
    with store.writing() as unit:
        assert unit.comments.get(nobody) is None
        assert unit.comments.stored(nobody) is None
        assert list(unit.comments.bodies(nobody)) == []
        for change in (
            lambda: unit.comments.move(nobody, Status.HELD),
            lambda: unit.comments.revise(nobody, a_body(), NOON),
            lambda: unit.comments.erase_words(nobody),
        ):
            with pytest.raises(Refusal) as refused:
                change()
            assert refused.value.code is Code.UNKNOWN_COMMENT


def test_a_moment_keeps_its_microseconds_and_comes_back_in_utc(store: Store, thread: Thread):
    paris = NOON.astimezone(timezone(timedelta(hours=2))).replace(microsecond=1)
    stored = keep(store, a_stored(thread, created_at=paris))
    with store.reading() as unit:
        found = unit.comments.get(stored.comment.id)
    assert found is not None
    assert found.created_at == paris


def test_a_new_public_comment_moves_version_and_count(store: Store, thread: Thread):
    root = keep(store, a_stored(thread))
    assert (thread_now(store, thread).public_count, thread_now(store, thread).version) == (1, 1)
    reply = keep(store, a_stored(parent=root))
    keep(store, a_stored(parent=reply))
    assert (thread_now(store, thread).public_count, thread_now(store, thread).version) == (3, 3)
    assert replies_of(store, root.comment.id) == 2
    assert replies_of(store, reply.comment.id) == 0


@pytest.mark.parametrize("status", [Status.HELD, Status.REFUSED])
def test_a_comment_that_is_not_public_moves_nothing(store: Store, thread: Thread, status: Status):
    root = keep(store, a_stored(thread))
    keep(store, a_stored(thread, status=status))
    keep(store, a_stored(parent=root, status=status))
    assert (thread_now(store, thread).public_count, thread_now(store, thread).version) == (1, 1)
    assert replies_of(store, root.comment.id) == 0


@pytest.mark.parametrize("begin", [s for s in Status if s is not Status.DELETED])
@pytest.mark.parametrize("to", Status)
def test_moves_follow_the_table(store: Store, thread: Thread, begin: Status, to: Status):
    stored = keep(store, a_stored(thread, status=begin))
    before = thread_now(store, thread)
    if to not in MOVES[begin]:
        with pytest.raises(Refusal) as refused, store.writing() as unit:
            unit.comments.move(stored.comment.id, to)
        assert refused.value.code is Code.MOVE_IMPOSSIBLE
        assert thread_now(store, thread) == before
        return
    move(store, stored.comment.id, to)
    after = thread_now(store, thread)
    assert after.public_count == (1 if to is Status.PUBLISHED else 0)
    seen = Status.PUBLISHED in {begin, to}
    assert after.version == before.version + seen


def test_moves_of_a_reply_count_at_its_root(store: Store, thread: Thread):
    root = keep(store, a_stored(thread))
    middle = keep(store, a_stored(parent=root))
    leaf = keep(store, a_stored(parent=middle))
    for comment_id, to, count in [
        (leaf.comment.id, Status.REFUSED, 1),
        (middle.comment.id, Status.HELD, 0),
        (leaf.comment.id, Status.PUBLISHED, 1),
        (middle.comment.id, Status.DELETED, 1),
        (leaf.comment.id, Status.DELETED, 0),
    ]:
        move(store, comment_id, to)
        assert replies_of(store, root.comment.id) == count
        assert thread_now(store, thread).public_count == count + 1


def test_an_edit_keeps_the_earlier_words(store: Store, thread: Thread):
    stored = keep(store, a_stored(thread, text="un"))
    second = a_body("deux", revision=2, salt=b"t" * 32)
    at = NOON + timedelta(minutes=1)
    with store.writing() as unit:
        unit.comments.revise(stored.comment.id, second, at)
    with store.reading() as unit:
        assert unit.comments.bodies(stored.comment.id) == [stored.body, second]
        changed = unit.comments.stored(stored.comment.id)
    assert changed == replace(
        stored, body=second, comment=replace(stored.comment, revision=2, edited_at=at)
    )
    assert thread_now(store, thread).version == 2


def test_an_edit_that_nobody_sees_leaves_the_version(store: Store, thread: Thread):
    stored = keep(store, a_stored(thread, status=Status.HELD))
    with store.writing() as unit:
        unit.comments.revise(stored.comment.id, a_body("deux", revision=2), NOON)
    assert thread_now(store, thread).version == 0


def test_erasing_leaves_the_place_and_the_decisions(store: Store, thread: Thread):
    stored = keep(store, a_stored(thread, email="zoe@example.org"), source="a" * 64)
    reply = keep(store, a_stored(parent=stored))
    claire = a_moderator()
    noted = a_record(stored, moderator=claire, note="Elle parle de son voisin.")
    with store.writing() as unit:
        unit.comments.revise(stored.comment.id, a_body("deux", revision=2), NOON)
        unit.decisions.add(noted)
    with store.writing() as unit:
        deleted = unit.comments.move(stored.comment.id, Status.DELETED)
        unit.comments.erase_words(stored.comment.id)
    with store.reading() as unit:
        found = unit.comments.stored(stored.comment.id)
        assert found is not None
        assert found == replace(found, comment=deleted, author=Author(), body=None)
        assert list(unit.comments.bodies(stored.comment.id)) == []
        assert list(unit.comments.recent("a" * 64, since=NOON)) == []
        first, second = unit.decisions.history(stored.comment.id)
        assert (first.note, second) == (None, replace(noted, note=None))
        (root,) = unit.comments.roots(thread.id, Sort.NEWEST, limit=9, after=None)
        assert root == found
        assert unit.comments.stored(reply.comment.id) == reply


def test_recent_posts_of_a_source_come_newest_first(store: Store, thread: Thread):
    source, other = "a" * 64, "b" * 64
    for minute in range(55):
        at = NOON + timedelta(minutes=minute)
        keep(store, a_stored(thread, text=f"n° {minute}", created_at=at), source=source)
    keep(store, a_stored(thread, text="un autre"), source=other)
    keep(store, a_stored(thread, text="sans source"))
    with store.writing() as unit:
        since = NOON + timedelta(minutes=52)
        latest = [(f"n° {n}", NOON + timedelta(minutes=n)) for n in (54, 53, 52)]
        assert unit.comments.recent(source, since=since) == latest
        assert len(unit.comments.recent(source, since=NOON)) == 50


def test_recent_posts_show_the_current_words(store: Store, thread: Thread):
    stored = keep(store, a_stored(thread), source="a" * 64)
    with store.writing() as unit:
        unit.comments.revise(stored.comment.id, a_body("deux", revision=2), NOON)
        assert unit.comments.recent("a" * 64, since=NOON) == [("deux", NOON)]


def test_an_authors_standing_counts_present_states_everywhere(store: Store, thread: Thread):
    elsewhere = open_thread(store, an_article(key="/sport/match"))
    for status in (Status.PUBLISHED, Status.PUBLISHED, Status.HELD, Status.REFUSED):
        keep(store, a_stored(thread, status=status, author_key="a" * 64))
    gone = keep(store, a_stored(elsewhere, author_key="a" * 64))
    keep(store, a_stored(elsewhere, author_key="a" * 64, status=Status.REFUSED))
    keep(store, a_stored(thread, author_key="b" * 64))
    move(store, gone.comment.id, Status.DELETED)
    with store.reading() as unit:
        found = unit.comments.standing("a" * 64)
        assert found == Standing(published=2, held=1, refused=2, first=found.first)
        assert found.first is not None
        assert abs(found.first - NOON) < timedelta(seconds=1)
        assert unit.comments.standing(an_id()) == Standing()
