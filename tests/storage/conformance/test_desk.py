"""What every store promises about decisions, the queue and the outbox."""

from dataclasses import replace

import pytest

from builders import (
    a_decision,
    a_moderator,
    a_record,
    a_site,
    a_stored,
    an_article,
    an_event,
    an_id,
    keep,
    open_thread,
)
from palabre.application.ports import Store
from palabre.domain.article import Thread
from palabre.domain.comment import Status
from palabre.domain.decision import Evidence, Ground, GroundKind, Span, Verdict
from palabre.domain.errors import Code, Refusal
from palabre.domain.events import EventKind

SITE = ["le-journal"]


def test_a_decision_comes_back_as_it_was_made(store: Store, thread: Thread):
    stored = keep(store, a_stored(thread))
    decision = a_decision(
        Verdict.REFUSE,
        rules=("racism", "insult"),
        evidence=(
            Evidence(symbol="RACISM_WORD", score=0.123, detector="words", version="3"),
            Evidence(
                symbol="LINK",
                score=1.0,
                detector="links",
                version="1",
                spans=(Span(0, 3), Span(7, 9)),
            ),
        ),
        scores={"toxicity": 0.1 + 0.2, "insult": None, "a": 0.0},
        ground=Ground(kind=GroundKind.LAW, rule="racism", reference="loi de 1881, art. 24"),
        not_checked=("model",),
        not_needed=(),
        versions={"words": "3", "links": "1"},
    )
    record = a_record(stored, decision, moderator=a_moderator(), note="Voir l’article 24.")
    with store.writing() as unit:
        unit.decisions.add(record)
    with store.reading() as unit:
        found = unit.decisions.latest(stored.comment.id)
    assert found == record
    assert [*found.decision.scores] == ["toxicity", "insult", "a"]


def test_the_history_keeps_the_order_of_arrival_within_one_moment(store: Store, thread: Thread):
    stored = a_stored(thread)
    records = [a_record(stored)]
    for _ in range(5):
        # All at the same moment, with identifiers that sort the other way round.
        records.append(a_record(stored, supersedes=records[-1].id))
    records = [replace(r, id=i) for r, i in zip(records, [an_id() for _ in range(6)], strict=True)]
    with store.writing() as unit:
        unit.comments.add(stored, source=None)
        for record in [replace(r, supersedes=None) for r in reversed(records)]:
            unit.decisions.add(record)
    with store.reading() as unit:
        ids = [r.id for r in unit.decisions.history(stored.comment.id)]
        latest = unit.decisions.latest(stored.comment.id)
    assert ids == [r.id for r in reversed(records)]
    assert latest is not None
    assert latest.id == records[0].id


@pytest.mark.parametrize("nobody", ["nonsense", "018f0000-0000-7000-8000-000000000000"])
def test_nothing_was_decided_on_what_is_not_there(store: Store, nobody: str):
    with store.reading() as unit:
        assert unit.decisions.latest(nobody) is None
        assert list(unit.decisions.history(nobody)) == []
        assert unit.queue.item(nobody) is None


def test_what_waits_comes_oldest_first_and_what_was_decided_newest_first(
    store: Store, thread: Thread
):
    for status in (Status.HELD, Status.REFUSED, Status.PUBLISHED):
        made = [keep(store, a_stored(thread, status=status)).comment.id for _ in range(5)]
        expected = made if status is Status.HELD else made[::-1]
        seen: list[str] = []
        after = None
        with store.reading() as unit:
            while page := unit.queue.page(site_ids=SITE, status=status, limit=2, after=after):
                seen += [item.stored.comment.id for item in page]
                after = seen[-1]
        assert seen == expected


def test_a_cursor_that_is_no_identifier_is_refused(store: Store):
    with pytest.raises(Refusal) as refused, store.reading() as unit:
        unit.queue.page(site_ids=SITE, status=Status.HELD, limit=2, after="nonsense")
    assert refused.value.code is Code.BAD_CURSOR


def test_a_queue_item_carries_all_that_the_desk_shows(store: Store, thread: Thread):
    root = keep(store, a_stored(thread, email="zoe@example.org"))
    reply = keep(store, a_stored(parent=root, status=Status.HELD, email="abel@example.org"))
    second = a_record(reply, a_decision(Verdict.HOLD), moderator=a_moderator(), note="À voir.")
    with store.writing() as unit:
        unit.decisions.add(second)
    with store.reading() as unit:
        (item,) = unit.queue.page(site_ids=SITE, status=Status.HELD, limit=9, after=None)
        assert unit.queue.item(reply.comment.id) == item
        assert item.thread == unit.threads.get(thread.id)
        above = unit.queue.item(root.comment.id)
    assert (item.stored, item.parent, item.record) == (reply, root, second)
    assert above is not None
    assert (above.stored, above.parent) == (root, None)


def test_the_queue_shows_the_sites_asked_for_and_merges_them_in_order(store: Store):
    made: list[str] = []
    threads = {
        name: open_thread(
            store,
            an_article(site_id=name, origin=f"https://{name}.example"),
            site=a_site(name, origins=(f"https://{name}.example",)),
        )
        for name in ("un", "deux", "trois")
    }
    for name in ("un", "deux", "un", "trois", "deux", "un"):
        held = keep(store, a_stored(threads[name], status=Status.HELD))
        made.append(held.comment.id)
    with store.reading() as unit:

        def page(*site_ids: str, limit: int = 9) -> list[str]:
            found = unit.queue.page(site_ids=site_ids, status=Status.HELD, limit=limit, after=None)
            return [item.stored.comment.id for item in found]

        assert page("un", "deux", "trois") == made
        assert page("un", "deux", "trois", limit=4) == made[:4]
        assert page("deux") == [made[1], made[4]]
        assert page() == []
        assert unit.queue.counts(site_ids=["un", "trois"])[Status.HELD] == 4


def test_the_desk_counts_each_state(store: Store, thread: Thread):
    root = keep(store, a_stored(thread))
    for status in (Status.PUBLISHED, Status.HELD, Status.HELD, Status.REFUSED):
        keep(store, a_stored(parent=root, status=status))
    with store.writing() as unit:
        unit.comments.move(root.comment.id, Status.DELETED)
    with store.reading() as unit:
        assert unit.queue.counts(site_ids=SITE) == {
            Status.PUBLISHED: 1,
            Status.HELD: 2,
            Status.REFUSED: 1,
            Status.DELETED: 1,
        }
        assert set(unit.queue.counts(site_ids=[]).values()) == {0}


def test_events_wait_in_the_order_in_which_they_came(store: Store, thread: Thread):
    stored = keep(store, a_stored(thread))
    events = [an_event(stored, kind=kind) for kind in EventKind]
    with store.writing() as unit:
        for event in reversed(events):
            unit.outbox.put(event)
    with store.reading() as unit:
        assert list(unit.outbox.waiting(limit=99)) == events[::-1]
        assert list(unit.outbox.waiting(limit=2)) == events[:-3:-1]
