"""Day by day for 400 days: each class of data leaves on its day, neither before nor after."""

from dataclasses import replace
from datetime import timedelta

import pytest

from builders import (
    NOON,
    StillClock,
    a_body,
    a_hold,
    a_moderator,
    a_record,
    a_session,
    a_snapshot,
    a_stored,
    an_event,
    an_id,
    keep,
)
from client_builders import an_api_key, an_example
from mail_builders import ZOE, a_mail, a_telling, an_address, subscribe
from palabre.application.mail_ports import ConsentLine, MailState
from palabre.application.person import Scope
from palabre.application.person_ports import DataRequest, Erased, Reading, Run, SealedLine
from palabre.application.ports import Repeat, Store
from palabre.application.retention import ALL, Retention
from palabre.application.tokens import key_of
from palabre.application.trace_ports import Mark
from palabre.domain.article import Thread
from palabre.domain.comment import Status
from palabre.domain.retention import Leaves
from palabre.domain.subscription import Act, Kind, Pace, Stop
from pseudonym_builders import a_link, a_pseudonym

DAYS = {
    Leaves.SOURCES: 7,
    Leaves.SOURCE_KEYS: 8,
    Leaves.NAMES: 370,
    Leaves.EMAILS: 365,
    Leaves.REVISIONS: 100,
    Leaves.UNPUBLISHED: 366,
    Leaves.PUBLISHED: 400,
    Leaves.VOTES: 200,
    Leaves.NOTES: 180,
    Leaves.CONSENTS: 395,
    Leaves.STOPPED: 390,
    Leaves.NOTICES: 30,
    Leaves.MAILS: 31,
    Leaves.EVENTS: 32,
    Leaves.REPEATS: 1,
    Leaves.SESSIONS: 0,  # by its own end
    Leaves.REQUESTS: 6,
    Leaves.HELD_WORDS: 0,  # by the end of the hold
    Leaves.HOLDS: 0,
    Leaves.SNAPSHOTS: 0,
    Leaves.CONNECTIONS: 364,
    Leaves.READINGS: 398,
    Leaves.ERASURES: 397,
    Leaves.TRACES: 300,
    Leaves.LABELS: 300,
    Leaves.PSEUDONYMS: 350,
    Leaves.PSEUDONYM_LINKS: 1,
    Leaves.RUNS: 396,
}
# What ends by itself after so many days.
OWN_END = {Leaves.SESSIONS: 12, Leaves.HELD_WORDS: 90, Leaves.HOLDS: 90, Leaves.SNAPSHOTS: 92}


def a_line(**changes: object) -> ConsentLine:
    line = ConsentLine(
        address_hash=ZOE, subscription_id=an_id(), site_id="le-journal", kind=Kind.THREAD,
        act=Act.LEFT, text="Non.", lang="fr", at=NOON,
    )  # fmt: skip
    return replace(line, **changes)


def fill(store: Store, thread: Thread) -> str:
    """Put one thing of each class into the store at noon; return the comment that stays longest."""
    root = keep(store, a_stored(thread, email="zoe@example.net"), source="s" * 64)
    held = keep(store, a_stored(parent=root, status=Status.HELD, name=None))
    claire = a_moderator()
    with store.writing() as unit:
        unit.comments.revise(root.comment.id, a_body("Corrigé.", revision=2), NOON)
        unit.decisions.add(a_record(root, moderator=claire, note="Vu."))
        unit.votes.cast(root.comment.id, key_of("voter"), 1, NOON)
        unit.moderators.add(claire)
        unit.moderators.open_session(a_session(claire, expires_at=NOON + timedelta(days=12)))
        unit.repeats.claim(
            Repeat(key="k" * 64, content="c" * 64, comment_id=root.comment.id, at=NOON),
            since=NOON - timedelta(days=1),
        )
        event = an_event(root)
        unit.outbox.put(event)
        unit.outbox.handled([event.id], NOON)
        unit.people.hold(a_hold(held.comment.id))
        unit.people.keep_words(held.comment.id, "{}", NOON)
        unit.people.record(Erased(at=NOON, scope=Scope.COMMENT, asked_by="reader", comments=1))
        unit.people.ask(
            DataRequest(
                id=an_id(), address="zoe@example.net", address_hash=ZOE, site_id="le-journal",
                lang="fr", asked_at=NOON,
            )
        )  # fmt: skip
        unit.legal.add(SealedLine(comment_id=root.comment.id, at=NOON, sealed=b"x"))
        unit.legal.keep(a_snapshot(root.comment.id))
        unit.legal.note(
            Reading(
                comment_id=root.comment.id, at=NOON, reader="A", witness="B", reason="R", lines=1
            )
        )
        unit.upkeep.keep_source_key("2026-03-02", b"k" * 32, NOON)
        unit.upkeep.note(Run(at=NOON, kind=ALL, removed=0))
        unit.pseudonyms.keep(a_pseudonym())
        unit.pseudonyms.ask(a_link())
        unit.traces.add([Mark(key="t" * 32, site_id="le-journal", seen=1.0)], NOON)
        key = an_api_key()
        unit.clients.add(key)
        unit.labels.keep(an_example(key))
        unit.subscriptions.record(a_line())
        gone = an_address("gone@example.net")
        unit.subscriptions.keep(replace(gone, address=None, stopped=Stop.BOUNCED, stopped_at=NOON))
    subscribe(store, thread_id=thread.id)
    mail = a_mail()
    with store.writing() as unit:
        told = a_telling(root)
        unit.mails.tell(told, at=NOON, due=dict.fromkeys(Pace, NOON), after="", limit=9)
        unit.mails.add(mail, comment_ids=[root.comment.id])
        unit.mails.settle(mail.id, MailState.SENT, NOON, None)
    return root.comment.id


def test_each_class_leaves_on_its_day(store: Store, thread: Thread):
    clock = StillClock()
    comment_id = fill(store, thread)
    periods = {kind: timedelta(days=n) for kind, n in DAYS.items()}
    job = Retention(store=store, clock=clock, periods=periods)
    left: dict[Leaves, int] = {}
    for day in range(401):
        announced = job.due()
        done = job()
        assert announced == done or day > 396  # what leaves may leave a line that is due as well
        # The job's own daily lines leave from then on, one class among the others.
        for kind in done:
            left.setdefault(kind, day)
        clock.forward(days=1)
    expected = {k: OWN_END.get(k, n) for k, n in DAYS.items()}
    assert left == expected
    with store.reading() as unit:
        assert unit.comments.stored(comment_id).body is None
        assert unit.comments.get(comment_id).up == 1  # the vote counts, nobody has cast it
        assert len(unit.upkeep.runs(limit=1000)) >= 396


@pytest.mark.parametrize("kind", [Leaves.NAMES, Leaves.PUBLISHED, Leaves.CONNECTIONS])
def test_a_class_without_a_period_stays(store: Store, thread: Thread, kind: Leaves):
    clock = StillClock(NOON + timedelta(days=4000))
    comment_id = fill(store, thread)
    periods = {k: timedelta(days=n) for k, n in DAYS.items() if k is not kind}
    done = Retention(store=store, clock=clock, periods={**periods, Leaves.PUBLISHED: None})()
    assert kind not in done
    with store.reading() as unit:
        assert unit.comments.stored(comment_id).body is not None


def test_what_still_serves_stays(store: Store, thread: Thread):
    """A subscription's consent, a mail that waits, a hold that goes on: not before their end."""
    root = keep(store, a_stored(thread))
    asked = subscribe(store, thread_id=thread.id)
    mail = a_mail()
    with store.writing() as unit:
        unit.subscriptions.record(a_line(subscription_id=asked.id, act=Act.CONFIRMED))
        unit.mails.add(mail)
        unit.people.hold(a_hold(root.comment.id, ends_at=NOON + timedelta(days=10)))
        unit.people.keep_words(root.comment.id, "{}", NOON)
        unit.legal.keep(a_snapshot(root.comment.id, ends_at=NOON + timedelta(days=3)))
        unit.outbox.put(an_event(root))
    clock = StillClock(NOON + timedelta(days=9))
    periods = dict.fromkeys(Leaves, timedelta(0)) | {Leaves.PUBLISHED: None, Leaves.NAMES: None}
    job = Retention(store=store, clock=clock, periods=periods)
    assert job() == {}
    clock.forward(days=1)
    assert set(job()) == {Leaves.HELD_WORDS, Leaves.HOLDS, Leaves.SNAPSHOTS, Leaves.RUNS}


def test_it_is_due_once_a_day(store: Store):
    clock = StillClock()
    job = Retention(store=store, clock=clock, periods={})
    assert job.is_due()
    job()
    clock.forward(hours=23)
    assert not job.is_due()
    clock.forward(hours=1)
    assert job.is_due()


def test_a_badge_comes_back_and_leaves_with_the_name(store: Store, thread: Thread):
    stored = a_stored(thread, name="Zoé")
    signed = replace(stored, author=replace(stored.author, badge="Abonnée"))
    comment_id = keep(store, signed).comment.id
    with store.reading() as unit:
        assert unit.comments.stored(comment_id).author.badge == "Abonnée"
    clock = StillClock(NOON + timedelta(days=2))
    Retention(store=store, clock=clock, periods={Leaves.NAMES: timedelta(days=1)})()
    with store.reading() as unit:
        author = unit.comments.stored(comment_id).author
    assert (author.name, author.badge) == (None, None)
