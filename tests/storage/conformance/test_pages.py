"""What every store promises about lists: orders, cursors, tombstones."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from builders import NOON, a_stored, an_article, keep, open_thread
from palabre.application.ports import Position, Sort, Store, Stored
from palabre.application.tokens import key_of
from palabre.domain.article import Thread
from palabre.domain.comment import Status


def roots(store: Store, thread: Thread, sort: Sort = Sort.OLDEST, limit: int = 100) -> list[str]:
    with store.reading() as unit:
        found = unit.comments.roots(thread.id, sort, limit=limit, after=None)
    return [stored.comment.id for stored in found]


def below(store: Store, root: Stored, first: int = 100) -> list[str]:
    with store.reading() as unit:
        found = unit.comments.replies([root.comment.id], first=first)
    return [stored.comment.id for stored in found.get(root.comment.id, ())]


def move(store: Store, stored: Stored, to: Status) -> None:
    with store.writing() as unit:
        unit.comments.move(stored.comment.id, to)


def page_through(
    store: Store, thread: Thread, sort: Sort, *, limit: int, meanwhile: Callable[[], None]
) -> list[str]:
    seen: list[str] = []
    after: Position | None = None
    while True:
        with store.reading() as unit:
            page = unit.comments.roots(thread.id, sort, limit=limit, after=after)
        if not page:
            return seen
        seen += [stored.comment.id for stored in page]
        last = page[-1].comment
        after = Position(last.id, last.score)
        meanwhile()


def test_roots_in_their_three_orders(store: Store, thread: Thread):
    made = [keep(store, a_stored(thread)).comment.id for _ in range(4)]
    keep(store, a_stored(open_thread(store, an_article(key="/elsewhere"))))
    with store.writing() as unit:
        for n, voters in ((0, 2), (2, 3), (3, 2)):
            for voter in range(voters):
                unit.votes.cast(made[n], key_of(str(voter)), 1, NOON)
        unit.votes.cast(made[1], key_of("0"), -1, NOON)
    assert roots(store, thread, Sort.OLDEST) == made
    assert roots(store, thread, Sort.NEWEST) == made[::-1]
    assert roots(store, thread, Sort.TOP) == [made[2], made[3], made[0], made[1]]
    assert roots(store, thread, Sort.OLDEST, limit=2) == made[:2]


@pytest.mark.parametrize("sort", Sort)
@pytest.mark.parametrize("limit", [1, 3, 7])
def test_paging_shows_each_root_once(store: Store, thread: Thread, sort: Sort, limit: int):
    made = [keep(store, a_stored(thread)).comment.id for _ in range(7)]
    with store.writing() as unit:
        for n, comment_id in enumerate(made):
            unit.votes.cast(comment_id, key_of("v"), (-1, 0, 1)[n % 3], NOON)
    seen = page_through(store, thread, sort, limit=limit, meanwhile=lambda: None)
    assert sorted(seen) == made


@pytest.mark.parametrize("sort", [Sort.NEWEST, Sort.OLDEST])
def test_paging_neither_repeats_nor_skips_while_others_post_and_vote(
    store: Store, thread: Thread, sort: Sort
):
    made = [keep(store, a_stored(thread)).comment.id for _ in range(12)]
    late: list[str] = []

    def meanwhile() -> None:
        if len(late) < 6:
            late.append(keep(store, a_stored(thread)).comment.id)
        with store.writing() as unit:
            unit.votes.cast(made[len(late) % 12], key_of(str(len(late))), 1, NOON)

    seen = page_through(store, thread, sort, limit=3, meanwhile=meanwhile)
    assert len(seen) == len(set(seen))
    assert [c for c in seen if c in made] == (made if sort is Sort.OLDEST else made[::-1])


def test_lists_for_readers_leave_mail_addresses_out(store: Store, thread: Thread):
    root = keep(store, a_stored(thread, email="zoe@example.org"))
    reply = keep(store, a_stored(parent=root, email="abel@example.org", is_staff=True))
    with store.reading() as unit:
        own = unit.comments.of_author(thread.id, root.comment.author_key, limit=9)
        lists = [
            *unit.comments.roots(thread.id, Sort.TOP, limit=9, after=None),
            *unit.comments.replies([root.comment.id], first=9)[root.comment.id],
            *unit.comments.replies_after(root.comment.id, limit=9, after=None),
            *own,
        ]
    assert len(lists) == 5
    assert {stored.author.email for stored in lists} == {None}
    counted = replace(root.comment, replies=1)
    unmailed = [replace(s, author=replace(s.author, email=None)) for s in (root, reply)]
    assert list(own) == [unmailed[1], replace(unmailed[0], comment=counted)]


@pytest.mark.parametrize("status", [Status.HELD, Status.REFUSED, Status.DELETED])
def test_a_root_that_is_not_public_shows_only_above_public_replies(
    store: Store, thread: Thread, status: Status
):
    root = keep(store, a_stored(thread))
    reply = keep(store, a_stored(parent=root))
    deep = keep(store, a_stored(parent=reply))
    move(store, root, status)
    move(store, reply, Status.REFUSED)
    assert roots(store, thread) == [root.comment.id]
    move(store, deep, Status.HELD)
    assert roots(store, thread) == []
    move(store, deep, Status.PUBLISHED)
    assert roots(store, thread) == [root.comment.id]


def test_replies_keep_what_stands_above_a_public_one_and_nothing_else(store: Store, thread: Thread):
    root = keep(store, a_stored(thread))
    middle = keep(store, a_stored(parent=root))
    spam = [keep(store, a_stored(parent=root, status=Status.REFUSED)) for _ in range(5)]
    leaf = keep(store, a_stored(parent=middle))
    move(store, middle, Status.DELETED)
    assert below(store, root) == [middle.comment.id, leaf.comment.id]
    assert below(store, root, first=2) == [middle.comment.id, leaf.comment.id]
    move(store, spam[0], Status.PUBLISHED)
    assert below(store, root) == [c.comment.id for c in (middle, spam[0], leaf)]
    move(store, leaf, Status.REFUSED)
    assert below(store, root) == [spam[0].comment.id]


def test_the_first_replies_of_many_roots(store: Store, thread: Thread):
    made = {}
    for count in (0, 1, 3, 5):
        root = keep(store, a_stored(thread))
        made[root.comment.id] = [
            keep(store, a_stored(parent=root)).comment.id for _ in range(count)
        ]
    with store.reading() as unit:
        found = unit.comments.replies([*made], first=3)
        assert unit.comments.replies([], first=3) == {}
    shown = {root: [s.comment.id for s in replies] for root, replies in found.items()}
    assert shown == {root: replies[:3] for root, replies in made.items() if replies}


def test_more_roots_than_one_statement_takes(store: Store, thread: Thread):
    with store.writing() as unit:
        made = [a_stored(thread) for _ in range(520)]
        for root in made:
            unit.comments.add(root, source=None)
        last = a_stored(parent=made[-1])
        unit.comments.add(last, source=None)
        found = unit.comments.replies([r.comment.id for r in made], first=1)
    assert [*found] == [made[-1].comment.id]


def test_further_replies_come_strictly_after_a_comment(store: Store, thread: Thread):
    root = keep(store, a_stored(thread))
    made = [keep(store, a_stored(parent=root)).comment.id for _ in range(5)]
    with store.reading() as unit:
        for after, rest in ((None, made[:2]), (made[1], made[2:4]), (made[3], made[4:])):
            page = unit.comments.replies_after(root.comment.id, limit=2, after=after)
            assert [s.comment.id for s in page] == rest
        assert list(unit.comments.replies_after(root.comment.id, limit=2, after=made[4])) == []


def test_an_authors_own_comments_newest_first_without_the_deleted(store: Store, thread: Thread):
    states = (Status.PUBLISHED, Status.HELD, Status.REFUSED, Status.PUBLISHED)
    made = [keep(store, a_stored(thread, status=s, author_key="a" * 64)) for s in states]
    keep(store, a_stored(thread, author_key="b" * 64))
    elsewhere = open_thread(store, an_article(key="/elsewhere"))
    keep(store, a_stored(elsewhere, author_key="a" * 64))
    move(store, made[3], Status.DELETED)
    with store.reading() as unit:
        found = unit.comments.of_author(thread.id, "a" * 64, limit=2)
    assert list(found) == [made[2], made[1]]


def test_editing_shows_the_current_words_in_lists(store: Store, thread: Thread):
    stored = keep(store, a_stored(thread, text="un"))
    assert stored.body is not None
    second = replace(stored.body, revision=2, text="deux")
    with store.writing() as unit:
        unit.comments.revise(stored.comment.id, second, NOON)
        (found,) = unit.comments.roots(thread.id, Sort.TOP, limit=9, after=None)
    assert found.body == second
