"""What is held on a person is found by what they can show, and cut loose for good."""

from datetime import timedelta

from builders import NOON, a_hold, a_stored, an_id, keep
from mail_builders import ZOE, an_address, subscribe
from palabre.application.person import Person, Scope, mailbox_of, of_tokens
from palabre.application.person_ports import DataRequest, Erased, Reading, SealedLine
from palabre.application.ports import Repeat, Store
from palabre.application.tokens import key_of
from palabre.domain.article import Thread
from palabre.domain.comment import Author, Status
from palabre.domain.subscription import Kind

ZOE_MAIL = Person(mailboxes=frozenset({mailbox_of("zoe@example.net")}))
HER_TOKEN = of_tokens(key_of("her token"), key_of("her voter"))


def test_comments_are_found_by_address_in_any_spelling_and_by_token(store: Store, thread: Thread):
    by_mail = keep(store, a_stored(thread, email="Zoe@Example.net"))
    by_token = keep(store, a_stored(thread, author_key=key_of("her token"), status=Status.HELD))
    keep(store, a_stored(thread, email="zoë@example.net"))
    with store.reading() as unit:
        assert unit.people.comments(ZOE_MAIL) == [by_mail.comment.id]
        assert unit.people.comments(HER_TOKEN) == [by_token.comment.id]
        both = unit.people.comments(ZOE_MAIL | HER_TOKEN)
        assert both == [by_mail.comment.id, by_token.comment.id]
        assert unit.people.comments(Person()) == []


def test_votes_and_subscriptions_are_found(store: Store, thread: Thread):
    one, other = (keep(store, a_stored(thread)) for _ in range(2))
    with store.writing() as unit:
        unit.votes.cast(one.comment.id, key_of("her voter"), 1, NOON)
        unit.votes.cast(other.comment.id, key_of("her voter"), -1, NOON)
        unit.votes.cast(other.comment.id, key_of("another"), 1, NOON)
    mine = subscribe(store, Kind.MINE, thread_id=thread.id, author_key=key_of("her token"))
    subscribe(store, email="leo@example.net", thread_id=thread.id)
    with store.reading() as unit:
        votes = unit.people.votes(HER_TOKEN)
        assert [(v.comment_id, v.value, v.at) for v in votes] == [
            (one.comment.id, 1, NOON),
            (other.comment.id, -1, NOON),
        ]
        assert unit.people.subscriptions(HER_TOKEN) == [mine]
        by_address = Person(address_hashes=frozenset({ZOE}))
        assert unit.people.subscriptions(by_address) == [mine]


def test_a_detached_comment_says_nothing_of_its_author(store: Store, thread: Thread):
    stored = keep(store, a_stored(thread, email="zoe@example.net"), source="s" * 64)
    again = Repeat(key="k" * 64, content="c" * 64, comment_id=stored.comment.id, at=NOON)
    with store.writing() as unit:
        unit.repeats.claim(again, since=NOON - timedelta(days=1))
        before = unit.threads.get(thread.id)
    with store.writing() as unit:
        unit.people.detach(stored.comment.id, "n" * 64)
    with store.reading() as unit:
        found = unit.comments.stored(stored.comment.id)
        after = unit.threads.get(thread.id)
        assert found
        assert found.author == Author()
        assert found.comment.author_key == "n" * 64
        assert found.body == stored.body
        assert unit.people.comments(ZOE_MAIL) == []
        assert unit.people.source_times(stored.comment.id) == []
        assert unit.repeats.get(again.key, since=NOON - timedelta(days=1)) is None
        assert before
        assert after
        assert after.version > before.version  # pages that were kept show a name no longer


def test_requests_are_counted_and_forgotten(store: Store):
    request = DataRequest(
        id=an_id(), address="zoe@example.net", address_hash=ZOE, site_id="le-journal",
        lang="fr", asked_at=NOON,
    )  # fmt: skip
    with store.writing() as unit:
        unit.people.ask(request)
    with store.writing() as unit:
        assert unit.people.request(request.id) == request
        assert unit.people.request("no identifier") is None
        assert unit.people.requests_since(NOON - timedelta(hours=1), address_hash=ZOE) == 1
        assert unit.people.requests_since(NOON, address_hash=ZOE) == 0
        unit.people.forget_requests(ZOE)
        assert unit.people.request(request.id) is None


def test_a_hold_counts_until_its_end(store: Store, thread: Thread):
    comment_id = keep(store, a_stored(thread)).comment.id
    hold = a_hold(comment_id)
    with store.writing() as unit:
        unit.people.hold(a_hold(comment_id, reason="first"))
        unit.people.hold(hold)
        unit.people.keep_words(comment_id, "before", NOON)
        unit.people.keep_words(comment_id, "words", NOON)
    with store.writing() as unit:
        assert unit.people.hold_of(comment_id, NOON) == hold
        assert unit.people.hold_of(comment_id, hold.ends_at) is None
        assert unit.people.kept_words(comment_id) == "words"
        unit.people.release(comment_id, NOON + timedelta(days=1))
        assert unit.people.hold_of(comment_id, NOON + timedelta(days=1)) is None
        assert unit.people.hold_of(an_id(), NOON) is None


def test_the_log_of_erasures_is_read_newest_first(store: Store):
    lines = [
        Erased(at=NOON, scope=scope, asked_by="reader", comments=n, votes=1, held=2)
        for n, scope in enumerate(Scope)
    ]
    with store.writing() as unit:
        for line in lines:
            unit.people.record(line)
    with store.reading() as unit:
        assert unit.people.erasures(limit=2) == lines[:0:-1]


def test_the_sealed_store_gives_back_what_it_was_given(store: Store, thread: Thread):
    comment_id = keep(store, a_stored(thread)).comment.id
    line = SealedLine(comment_id=comment_id, at=NOON, sealed=b"\x00sealed\xff")
    reading = Reading(
        comment_id=comment_id, at=NOON, reader="A.", witness="B.", reason="Réquisition", lines=1
    )
    with store.writing() as unit:
        unit.legal.add(line)
        unit.legal.note(reading)
    with store.reading() as unit:
        assert unit.legal.of_comment(comment_id) == [line]
        assert unit.legal.of_comment(an_id()) == []
        assert unit.legal.readings(limit=9) == [reading]


def test_whoever_is_second_gets_the_day_s_key_of_the_first(store: Store):
    with store.writing() as unit:
        assert unit.upkeep.source_key("2026-03-02") is None
        assert unit.upkeep.keep_source_key("2026-03-02", b"1" * 32, NOON) == b"1" * 32
        assert unit.upkeep.keep_source_key("2026-03-02", b"2" * 32, NOON) == b"1" * 32
    with store.reading() as unit:
        assert unit.upkeep.source_key("2026-03-02") == b"1" * 32
        assert unit.subscriptions.address(an_address().hash) is None
