"""What every store promises about pinned and featured comments."""

from builders import a_stored, keep
from palabre.application.ports import Sort, Store
from palabre.domain.article import Thread
from palabre.domain.comment import Status
from palabre.domain.highlight import PLAIN, Highlight, Mark


def test_marks_are_set_shown_and_taken_off(store: Store, thread: Thread):
    first, second = (keep(store, a_stored(thread)).comment for _ in range(2))
    answer = keep(store, a_stored(thread, parent=keep(store, a_stored(thread)))).comment
    with store.reading() as unit:
        before = unit.threads.get(thread.id)
    with store.writing() as unit:
        unit.highlights.set(second, Highlight(pinned=True, featured=True))
        unit.highlights.set(first, Highlight(pinned=True))
        unit.highlights.set(answer, Highlight(featured=True))
    with store.reading() as unit:
        after = unit.threads.get(thread.id)
        assert before is not None
        assert after is not None
        assert after.version > before.version
        pinned = unit.highlights.of_thread(thread.id, Mark.PINNED)
        assert [s.comment.id for s in pinned] == [first.id, second.id]
        assert [s.author.email for s in pinned] == [None, None]
        featured = unit.highlights.of_thread(thread.id, Mark.FEATURED)
        assert {s.comment.id for s in featured} == {second.id, answer.id}
        roots = unit.comments.roots(thread.id, Sort.OLDEST, limit=9, after=None)
        marks = {s.comment.id: s.highlight for s in roots}
        assert marks[first.id] == Highlight(pinned=True)
        assert marks[second.id] == Highlight(pinned=True, featured=True)
        assert list(marks.values()).count(PLAIN) == 1
    with store.writing() as unit:
        unit.highlights.set(second, PLAIN)
    with store.reading() as unit:
        one = unit.comments.stored(second.id)
        assert one is not None
        assert one.highlight == PLAIN


def test_only_what_is_published_is_lifted_out(store: Store, thread: Thread):
    moved, erased = (keep(store, a_stored(thread)).comment for _ in range(2))
    with store.writing() as unit:
        for comment in (moved, erased):
            unit.highlights.set(comment, Highlight(pinned=True))
        unit.comments.move(moved.id, Status.HELD)
        unit.comments.erase_words(erased.id)
    with store.reading() as unit:
        assert unit.highlights.of_thread(thread.id, Mark.PINNED) == []
        one = unit.comments.stored(erased.id)
        assert one is not None
        assert one.highlight == PLAIN
    with store.writing() as unit:
        unit.comments.move(moved.id, Status.PUBLISHED)
    with store.reading() as unit:
        found = unit.highlights.of_thread(thread.id, Mark.PINNED)
    assert [s.comment.id for s in found] == [moved.id]
