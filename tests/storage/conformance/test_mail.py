"""What every store promises about subscriptions, notices and mails."""

from collections.abc import Sequence
from datetime import timedelta
from threading import Barrier
from threading import Thread as Hand

import pytest

from builders import NOON, a_moderator, a_record, a_stored, an_event, an_id, keep
from mail_builders import (
    MINE,
    OTHER,
    ZOE,
    a_mail,
    a_subscription,
    a_telling,
    an_address,
    subscribe,
)
from palabre.application.mail_ports import ConsentLine, MailKind, MailState, Notice, Telling
from palabre.application.ports import Store
from palabre.domain.article import Thread
from palabre.domain.decision import Decision, Verdict
from palabre.domain.subscription import Act, Kind, Pace, Stop

HOUR = timedelta(hours=1)
DUE = {Pace.IMMEDIATE: NOON, Pace.HOURLY: NOON + HOUR, Pace.DAILY: NOON + 20 * HOUR}


def told(store: Store, telling: Telling, *, limit: int = 100) -> list[str]:
    """Tell of a comment in steps and return the subscriptions by which somebody is told."""
    after: str | None = ""
    while after is not None:
        with store.writing() as unit:
            after = unit.mails.tell(telling, at=NOON, due=DUE, after=after, limit=limit)
    return [n.subscription_id for n in loose(store) if n.comment_id == telling.comment_id]


def loose(store: Store) -> Sequence[Notice]:
    with store.reading() as unit:
        late = NOON + 48 * HOUR
        hashes = unit.mails.due_addresses(late, limit=1000)
        return [n for h in sorted(hashes) for n in unit.mails.due_notices(h, late)]


def test_an_address_and_what_it_asked_for_come_back_as_they_were(store: Store, thread: Thread):
    address = an_address(pace=Pace.DAILY, soft_bounces=2, confirmed_at=None)
    asked = a_subscription(thread_id=thread.id, author_key=MINE, confirmed_at=None)
    with store.writing() as unit:
        unit.subscriptions.keep(address)
        unit.subscriptions.ask(asked)
    with store.reading() as unit:
        assert unit.subscriptions.address(ZOE) == address
        assert unit.subscriptions.address("x" * 64) is None
        assert unit.subscriptions.get(asked.id) == asked
        assert unit.subscriptions.get("no identifier") is None
        assert unit.subscriptions.of_address(ZOE) == [asked]
    with store.writing() as unit:
        unit.subscriptions.confirm(asked.id, NOON + HOUR)
        unit.subscriptions.confirm(asked.id, NOON + 2 * HOUR)
    with store.reading() as unit:
        found, known = unit.subscriptions.get(asked.id), unit.subscriptions.address(ZOE)
        assert found is not None
        assert known is not None
        assert found.confirmed_at == known.confirmed_at == NOON + HOUR


def test_who_is_told_of_what(store: Store, thread: Thread):
    root = keep(store, a_stored(thread, author_key=MINE))
    answer = keep(store, a_stored(parent=root))
    deep = keep(store, a_stored(parent=answer))
    by = {
        kind: subscribe(store, kind, email=f"{kind}@example.net", **about).id
        for kind, about in {
            Kind.THREAD: {"thread_id": thread.id},
            Kind.MINE: {"thread_id": thread.id, "author_key": MINE},
            Kind.EVERYWHERE: {"author_key": MINE},
            Kind.COMMENT: {"thread_id": thread.id, "comment_id": root.comment.id},
        }.items()
    }
    everywhere = {by[Kind.THREAD], by[Kind.MINE], by[Kind.EVERYWHERE]}
    assert set(told(store, a_telling(answer, MINE))) == {*everywhere, by[Kind.COMMENT]}
    # Deeper down only direct answers to the one comment are left out.
    assert set(told(store, a_telling(deep, OTHER, MINE))) == everywhere
    assert set(told(store, a_telling(keep(store, a_stored(thread))))) == {by[Kind.THREAD]}
    # My own comment is told to others only; who is I is known by the token, and by the address.
    mine = a_telling(keep(store, a_stored(parent=root, author_key=MINE)), MINE)
    assert set(told(store, mine)) == {by[Kind.THREAD], by[Kind.COMMENT]}
    other = a_telling(
        keep(store, a_stored(thread)), not_to=(an_address("thread@example.net").hash,)
    )
    assert told(store, other) == []


def test_unconfirmed_stopped_and_foreign_ones_are_not_told(store: Store, thread: Thread):
    subscribe(store, email="open@example.net", thread_id=thread.id, confirmed_at=None)
    subscribe(store, email="gone@example.net", thread_id=thread.id)
    subscribe(store, email="away@example.net", thread_id=an_id())
    subscribe(store, Kind.EVERYWHERE, email="else@example.net", author_key=MINE, site_id="autre")
    with store.writing() as unit:
        unit.mails.stop(an_address("gone@example.net").hash, Stop.BOUNCED, NOON)
    answer = keep(store, a_stored(keep(store, a_stored(thread, author_key=MINE)).comment.thread_id))
    assert told(store, a_telling(answer, MINE)) == []


def test_telling_in_steps_and_twice_tells_each_once(store: Store, thread: Thread):
    for n in range(7):
        subscribe(store, email=f"{n}@example.net", thread_id=thread.id)
    both = subscribe(store, email="0@example.net", thread_id=thread.id)
    telling = a_telling(keep(store, a_stored(thread)))
    first = told(store, telling, limit=3)
    assert len(first) == 7
    assert both.id not in first
    assert told(store, telling, limit=2) == first
    assert {n.due_at for n in loose(store)} == {NOON}


def test_the_pace_says_when_a_notice_is_due(store: Store, thread: Thread):
    subscribe(store, thread_id=thread.id)
    with store.writing() as unit:
        unit.subscriptions.keep(an_address(pace=Pace.DAILY))
    told(store, a_telling(keep(store, a_stored(thread))))
    with store.reading() as unit:
        assert unit.mails.due_addresses(NOON + HOUR, limit=9) == []
        assert unit.mails.due_addresses(NOON + 20 * HOUR, limit=9) == [ZOE]


def test_notices_go_into_one_mail_for_good(store: Store, thread: Thread):
    subscription = subscribe(store, thread_id=thread.id)
    comments = [keep(store, a_stored(thread)) for _ in range(3)]
    for comment in comments:
        told(store, a_telling(comment))
    ids = [c.comment.id for c in comments]
    mail = a_mail(MailKind.DIGEST, subscription_id=subscription.id)
    with store.writing() as unit:
        unit.mails.postpone(ZOE, ids[2:], NOON + HOUR)
        assert [n.comment_id for n in unit.mails.due_notices(ZOE, NOON)] == ids[:2]
        assert unit.mails.add(mail, comment_ids=ids[:2])
    with store.reading() as unit:
        assert unit.mails.get(mail.id) == mail
        assert [n.comment_id for n in unit.mails.notices(mail.id)] == ids[:2]
        assert unit.mails.waiting() == {"events": 0, "notices": 1, "mails": 1}
    for comment in comments:
        told(store, a_telling(comment))
    assert [n.comment_id for n in loose(store)] == ids[2:]
    with store.writing() as unit:
        unit.subscriptions.end([subscription.id])
    with store.reading() as unit:
        assert unit.mails.waiting()["notices"] == 0
        assert len(unit.mails.notices(mail.id)) == 2
        assert unit.subscriptions.address(ZOE) is None


def test_a_mail_that_was_taken_comes_back_unless_it_is_settled(store: Store):
    first, second = a_mail(), a_mail(due_at=NOON + HOUR)
    with store.writing() as unit:
        unit.mails.add(first)
        unit.mails.add(second)
        (taken,) = unit.mails.take(NOON, until=NOON + HOUR, limit=9)
        assert (taken.id, taken.attempts) == (first.id, 1)
        assert unit.mails.take(NOON, until=NOON + HOUR, limit=9) == []
    with store.writing() as unit:
        again = unit.mails.take(NOON + HOUR, until=NOON + 2 * HOUR, limit=9)
        assert [(m.id, m.attempts) for m in again] == [(first.id, 2), (second.id, 1)]
        unit.mails.settle(first.id, MailState.SENT, NOON, None)
        unit.mails.settle(first.id, MailState.FAILED, NOON, "too late to say so")
        unit.mails.retry(second.id, NOON + 3 * HOUR, counts=False)
    with store.writing() as unit:
        (left,) = unit.mails.take(NOON + 3 * HOUR, until=NOON + 4 * HOUR, limit=9)
        assert (left.id, left.attempts) == (second.id, 1)
        unit.mails.retry(second.id, NOON + 3 * HOUR, counts=True)
        (left,) = unit.mails.take(NOON + 3 * HOUR, until=NOON + 4 * HOUR, limit=9)
        assert left.attempts == 2
        sent = unit.mails.get(first.id)
        assert sent is not None
        assert sent.state is MailState.SENT


def test_a_slot_is_taken_once(store: Store):
    with store.writing() as unit:
        assert unit.mails.add(a_mail(MailKind.DESK_WEEK, slot="week 10"))
    with store.writing() as unit:
        assert not unit.mails.add(a_mail(MailKind.DESK_WEEK, slot="week 10"))
        assert unit.mails.add(a_mail(MailKind.DESK_WEEK, slot="week 11"))


def test_what_was_made_is_counted_by_address_and_by_site(store: Store):
    mails = [a_mail(MailKind.CONFIRM, made_at=NOON + n * HOUR) for n in range(3)]
    with store.writing() as unit:
        for mail in (*mails, a_mail(MailKind.CONFIRM, address_hash="b" * 64), a_mail()):
            unit.mails.add(mail)
        unit.mails.settle(mails[2].id, MailState.DROPPED, NOON, "nobody")
    with store.reading() as unit:
        since = NOON - HOUR
        kinds = [MailKind.CONFIRM]
        found = unit.mails.made_since(since, kinds=kinds, address_hash=ZOE)
        assert [m.id for m in found] == [m.id for m in mails[:2]]
        assert unit.mails.made_since(NOON + HOUR, kinds=kinds, address_hash=ZOE) == []
        count = unit.mails.count_since
        assert count(since, kind=MailKind.CONFIRM, site_id="le-journal") == 4
        assert count(NOON, kind=MailKind.CONFIRM, site_id="le-journal") == 2
        assert count(since, kind=MailKind.CONFIRM, site_id="autre") == 0


def test_stopping_an_address_forgets_it_and_drops_what_waits(store: Store, thread: Thread):
    asked = subscribe(store, thread_id=thread.id)
    told(store, a_telling(keep(store, a_stored(thread))))
    mail = a_mail()
    with store.writing() as unit:
        unit.mails.add(mail)
        unit.mails.stop(ZOE, Stop.COMPLAINED, NOON)
    with store.reading() as unit:
        address, found = unit.subscriptions.address(ZOE), unit.mails.get(mail.id)
        assert address is not None
        assert (address.address, address.stopped) == (None, Stop.COMPLAINED)
        assert found is not None
        assert (found.state, found.reason) == (MailState.DROPPED, "complained")
        assert unit.subscriptions.get(asked.id) is None
        assert unit.mails.waiting() == {"events": 0, "notices": 0, "mails": 0}


def test_requests_nobody_confirmed_are_found_by_age(store: Store, thread: Thread):
    subscribe(store, thread_id=thread.id)
    old = subscribe(store, thread_id=thread.id, email="b@example.net", confirmed_at=None)
    subscribe(
        store, thread_id=thread.id, email="c@example.net", confirmed_at=None, asked_at=NOON + HOUR
    )
    with store.reading() as unit:
        assert unit.subscriptions.expired(NOON + HOUR, limit=9) == [old]
        assert unit.subscriptions.expired(NOON, limit=9) == []


def test_consent_is_recorded_and_forgotten_with_its_address(store: Store, thread: Thread):
    asked = subscribe(store, thread_id=thread.id)
    told(store, a_telling(keep(store, a_stored(thread))))
    line = ConsentLine(
        address_hash=ZOE,
        subscription_id=asked.id,
        site_id="le-journal",
        kind=Kind.THREAD,
        act=Act.ASKED,
        text="Prévenez-moi.",
        lang="fr",
        at=NOON,
    )
    with store.writing() as unit:
        unit.subscriptions.record(line)
        unit.subscriptions.record(line)
        unit.mails.add(a_mail())
    with store.reading() as unit:
        assert unit.subscriptions.consents(ZOE) == [line, line]
    with store.writing() as unit:
        unit.subscriptions.forget(ZOE)
    with store.reading() as unit:
        assert unit.subscriptions.consents(ZOE) == []
        assert unit.subscriptions.address(ZOE) is None
        assert unit.subscriptions.of_address(ZOE) == []
        assert unit.mails.waiting() == {"events": 0, "notices": 0, "mails": 0}


def test_handled_events_are_waiting_no_more(store: Store, thread: Thread):
    events = [an_event(a_stored(thread)) for _ in range(3)]
    with store.writing() as unit:
        for event in events:
            unit.outbox.put(event)
        assert unit.outbox.waiting(limit=2) == events[:2]
        unit.outbox.handled([e.id for e in events[:2]], NOON)
    with store.reading() as unit:
        assert unit.outbox.waiting(limit=9) == events[2:]


def test_a_week_counts_decisions_and_those_undone(store: Store, thread: Thread):
    published = keep(store, a_stored(thread))
    refused = keep(store, a_stored(thread))
    moderator = a_moderator()
    with store.writing() as unit:
        for comment, verdict in ((refused, Verdict.REFUSE), (published, Verdict.PUBLISH)):
            before = unit.decisions.latest(comment.comment.id)
            decision = Decision(verdict=verdict, rules=(), rules_version="1")
            assert before is not None
            unit.decisions.add(
                a_record(comment, decision, moderator=moderator, supersedes=before.id)
            )
    with store.reading() as unit:
        week = unit.mails.week("le-journal", NOON - HOUR)
        assert week.by_engine == {"publish": 2}
        assert week.by_moderators == {"refuse": 1, "publish": 1}
        assert week.overturned == 1
        assert unit.mails.week("le-journal", NOON + HOUR).by_engine == {}
        assert unit.mails.week("autre", NOON - HOUR).by_engine == {}


@pytest.mark.parametrize("hands", [4])
def test_many_who_take_mails_at_once_take_different_ones(store: Store, hands: int):
    with store.writing() as unit:
        for _ in range(40):
            unit.mails.add(a_mail())
    barrier, taken = Barrier(hands), list[str]()

    def take() -> None:
        barrier.wait()
        for _ in range(10):
            with store.writing() as unit:
                found = unit.mails.take(NOON, until=NOON + HOUR, limit=3)
                taken.extend(m.id for m in found)

    threads = [Hand(target=take) for _ in range(hands)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == len(set(taken)) == 40
