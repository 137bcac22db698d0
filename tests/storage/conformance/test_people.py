"""What every store promises about votes, accounts and sessions."""

from dataclasses import replace
from datetime import timedelta

import pytest

from builders import (
    NOON,
    a_moderator,
    a_passkey,
    a_session,
    a_snapshot,
    a_stored,
    an_id,
    keep,
)
from palabre.application.ports import Store
from palabre.application.stored import Way
from palabre.application.tokens import key_of
from palabre.domain.article import Thread
from palabre.domain.comment import Status
from palabre.domain.errors import Code, Refusal
from palabre.domain.person import Role
from palabre.domain.vote import Tally, Value

ZOE, ABEL = key_of("zoe"), key_of("abel")


def version(store: Store, thread: Thread) -> int:
    with store.reading() as unit:
        found = unit.threads.get(thread.id)
    assert found is not None
    return found.version


def test_a_vote_is_set_changed_and_taken_back(store: Store, thread: Thread):
    comment_id = keep(store, a_stored(thread)).comment.id
    steps: list[tuple[str, Value, Tally]] = [
        (ZOE, 1, Tally(1, 0, 1)),
        (ZOE, 1, Tally(1, 0, 1)),
        (ABEL, -1, Tally(1, 1, -1)),
        (ZOE, -1, Tally(0, 2, -1)),
        (ABEL, 0, Tally(0, 1, 0)),
        (ABEL, 0, Tally(0, 1, 0)),
        (ZOE, 1, Tally(1, 0, 1)),
    ]
    for voter, value, tally in steps:
        with store.writing() as unit:
            assert unit.votes.cast(comment_id, voter, value, NOON) == tally
    with store.reading() as unit:
        found = unit.comments.get(comment_id)
        assert found is not None
        assert (found.up, found.down, found.score) == (1, 0, 1)
        assert unit.votes.of([comment_id, an_id()], ZOE) == {comment_id: 1}
        assert unit.votes.of([comment_id], ABEL) == {}
        assert unit.votes.of([], ZOE) == {}


def test_only_a_vote_that_changes_something_visible_moves_the_version(store: Store, thread: Thread):
    shown = keep(store, a_stored(thread)).comment.id
    hidden = keep(store, a_stored(thread, status=Status.HELD)).comment.id
    before = version(store, thread)
    with store.writing() as unit:
        unit.votes.cast(shown, ZOE, 1, NOON)
        unit.votes.cast(shown, ZOE, 1, NOON)
        unit.votes.cast(shown, ABEL, 0, NOON)
        unit.votes.cast(hidden, ZOE, 1, NOON)
    assert version(store, thread) == before + 1


@pytest.mark.parametrize("nobody", ["nonsense", "018f0000-0000-7000-8000-000000000000"])
def test_nobody_votes_on_what_is_not_there(store: Store, nobody: str):
    with pytest.raises(Refusal) as refused, store.writing() as unit:
        unit.votes.cast(nobody, ZOE, 1, NOON)
    assert refused.value.code is Code.UNKNOWN_COMMENT


def test_an_account_comes_back_as_it_was_made(store: Store):
    claire = a_moderator(role=Role.ADMINISTRATOR, site_ids=("z", "a"))
    denis = a_moderator("denis")
    with store.writing() as unit:
        unit.moderators.add(claire)
        unit.moderators.add(denis)
    with store.writing() as unit:
        assert unit.moderators.get(claire.id) == claire
        assert unit.moderators.by_login("denis") == denis
        assert unit.moderators.by_login("Denis") is None
        assert unit.moderators.get("nonsense") is None
        assert unit.moderators.get(an_id()) is None
        unit.moderators.set_password(claire.id, "another hash")
        assert unit.moderators.get(claire.id) == replace(claire, password_hash="another hash")


def test_a_login_is_taken_once(store: Store):
    with store.writing() as unit:
        unit.moderators.add(a_moderator())
        with pytest.raises(Refusal) as refused:
            unit.moderators.add(a_moderator())
    assert (refused.value.code, refused.value.field) == (Code.BAD_FIELD, "login")


def test_sessions_open_end_and_run_out(store: Store):
    claire = a_moderator()
    short, long, third = (
        a_session(claire, expires_at=NOON + timedelta(hours=hours)) for hours in (1, 2, 3)
    )
    with store.writing() as unit:
        unit.moderators.add(claire)
        for session in (short, long, third):
            unit.moderators.open_session(session)
    with store.writing() as unit:
        assert unit.moderators.session(short.key) == short
        unit.moderators.end_expired(short.expires_at)
        assert unit.moderators.session(short.key) is None
        assert unit.moderators.session(long.key) == long
        unit.moderators.end_session(long.key)
        unit.moderators.end_session("unknown")
        assert unit.moderators.session(long.key) is None
        assert unit.moderators.session(third.key) == third


def test_the_sessions_of_one_account_end_together(store: Store):
    claire, paul = a_moderator(), a_moderator("paul")
    one, two, other = (a_session(who) for who in (claire, claire, paul))
    with store.writing() as unit:
        for moderator in (claire, paul):
            unit.moderators.add(moderator)
        for session in (one, two, other):
            unit.moderators.open_session(session)
    with store.writing() as unit:
        unit.moderators.end_sessions_of(claire.id)
        unit.moderators.end_sessions_of(an_id())
    with store.reading() as unit:
        kept = [unit.moderators.session(session.key) for session in (one, two, other)]
    assert kept == [None, None, other]


def test_sessions_are_listed_by_account_with_what_is_known_of_them(store: Store):
    claire, denis = a_moderator(), a_moderator("denis")
    old = a_session(claire, device="Firefox, Windows", way=Way.PASSKEY)
    new = a_session(claire, created_at=NOON + timedelta(hours=1), seen_at=None)
    other = a_session(denis, created_at=NOON + timedelta(hours=2))
    over = a_session(denis, expires_at=NOON)
    with store.writing() as unit:
        for account in (claire, denis):
            unit.moderators.add(account)
        for session in (old, new, other, over):
            unit.moderators.open_session(session)
        unit.moderators.see_session(old.key, NOON + timedelta(minutes=20))
        unit.moderators.see_session("nonsense", NOON)
    with store.writing() as unit:
        mine = unit.moderators.sessions(now=NOON, moderator_id=claire.id)
        everybody = unit.moderators.sessions(now=NOON)
        assert [s.key for s in mine] == [new.key, old.key]
        assert [s.key for s in everybody] == [other.key, new.key, old.key]
        assert mine[1] == replace(old, seen_at=NOON + timedelta(minutes=20))
        assert mine[0].seen_at == new.created_at
        unit.moderators.end_session(old.key)
        unit.moderators.end_sessions_of(denis.id)
        assert [s.key for s in unit.moderators.sessions(now=NOON)] == [new.key]


def test_passkeys_belong_to_one_account(store: Store):
    claire, denis = a_moderator(), a_moderator("denis")
    phone, laptop = a_passkey(claire), a_passkey(claire, created_at=NOON + timedelta(days=1))
    with store.writing() as unit:
        for account in (claire, denis):
            unit.moderators.add(account)
        unit.moderators.add_passkey(laptop)
        unit.moderators.add_passkey(phone)
        with pytest.raises(Refusal) as refused:
            unit.moderators.add_passkey(replace(phone, moderator_id=denis.id))
        assert refused.value.field == "passkey"
    with store.writing() as unit:
        assert unit.moderators.passkeys(claire.id) == [phone, laptop]
        assert unit.moderators.passkeys(denis.id) == []
        unit.moderators.use_passkey(phone.key, sign_count=7, at=NOON)
        assert unit.moderators.passkey(phone.key) == replace(phone, sign_count=7, used_at=NOON)
        assert unit.moderators.passkey("nonsense") is None
        assert not unit.moderators.drop_passkey(phone.key, denis.id)
        assert unit.moderators.drop_passkey(phone.key, claire.id)
        assert unit.moderators.passkeys(claire.id) == [laptop]


def test_a_challenge_is_spent_once(store: Store):
    end = NOON + timedelta(minutes=5)
    for expected in (True, False):
        with store.writing() as unit:
            assert unit.moderators.spend("c" * 64, expires_at=end, now=NOON) is expected
    with store.writing() as unit:
        assert unit.moderators.spend("d" * 64, expires_at=end, now=end)
        assert unit.moderators.spend("c" * 64, expires_at=end, now=end)


def test_evidence_comes_back_as_it_was_kept(store: Store, thread: Thread):
    comment_id = keep(store, a_stored(thread)).comment.id
    first, second = a_snapshot(comment_id), a_snapshot(comment_id, sealed=bytes(range(256)))
    with store.writing() as unit:
        unit.legal.keep(second)
        unit.legal.keep(first)
    with store.reading() as unit:
        assert unit.legal.snapshots(comment_id) == [first, second]
        assert unit.legal.snapshot(second.line_id) == second
        assert unit.legal.snapshot(an_id()) is None
        assert unit.legal.snapshot("nonsense") is None
        assert unit.legal.snapshots("nonsense") == []
