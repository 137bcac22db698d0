"""Moderators come and go; with the real argon2id."""

from dataclasses import replace
from datetime import timedelta

import pytest

from palabre.application.sign_in import SignIn
from palabre.application.tokens import key_of
from palabre.domain.errors import Code, Refusal
from palabre.domain.person import Role

PASSWORD = "une phrase assez longue"


@pytest.fixture
def sign_in(newsroom) -> SignIn:
    from palabre.passwords import Argon2Hasher

    sign_in = SignIn(
        store=newsroom.store,
        clock=newsroom.clock,
        hasher=Argon2Hasher(),
        session_length=timedelta(hours=12),
    )
    sign_in.add_moderator(login="Marie", name="Marie D.", password=PASSWORD, role=Role.MODERATOR)
    return sign_in


def test_sign_in_and_out(sign_in):
    token = sign_in(" MARIE ", PASSWORD)
    assert sign_in.who(token).name == "Marie D."
    sign_in.out(token)
    with pytest.raises(Refusal) as refused:
        sign_in.who(token)
    assert refused.value.code is Code.SIGN_IN_REQUIRED


@pytest.mark.parametrize(("login", "password"), [("marie", "faux"), ("personne", PASSWORD)])
def test_a_wrong_login_and_a_wrong_password_look_the_same(sign_in, login, password):
    with pytest.raises(Refusal) as refused:
        sign_in(login, password)
    assert (refused.value.code, refused.value.values) == (Code.SIGN_IN_FAILED, {})


def test_a_session_ends(sign_in, newsroom):
    token = sign_in("marie", PASSWORD)
    newsroom.clock.forward(hours=12)
    with pytest.raises(Refusal):
        sign_in.who(token)


def test_the_store_keeps_neither_password_nor_token(sign_in, newsroom):
    token = sign_in("marie", PASSWORD)
    with newsroom.store.reading() as unit:
        moderator = unit.moderators.by_login("marie")
        assert unit.moderators.session(key_of(token)).key != token
    assert moderator.password_hash.startswith("$argon2id$")


def test_a_short_password_is_refused(sign_in):
    with pytest.raises(Refusal) as refused:
        sign_in.add_moderator(login="x", name="x", password="court", role=Role.MODERATOR)
    assert refused.value.field == "password"


def test_a_known_login_gets_a_new_password(sign_in):
    sign_in.add_moderator(
        login="marie", name="", password="une autre phrase longue", role=Role.MODERATOR
    )
    assert sign_in.who(sign_in("marie", "une autre phrase longue")).name == "Marie D."
    with pytest.raises(Refusal) as refused:
        sign_in("marie", PASSWORD)
    assert refused.value.code is Code.SIGN_IN_FAILED


def test_a_new_password_ends_the_sessions_of_this_account_alone(sign_in):
    sign_in.add_moderator(login="paul", name="Paul", password=PASSWORD, role=Role.MODERATOR)
    old = [sign_in("marie", PASSWORD) for _ in range(2)]
    other = sign_in("paul", PASSWORD)
    sign_in.add_moderator(
        login="marie", name="", password="une autre phrase longue", role=Role.MODERATOR
    )
    for token in old:
        with pytest.raises(Refusal) as refused:
            sign_in.who(token)
        assert refused.value.code is Code.SIGN_IN_REQUIRED
    assert sign_in.who(other).login == "paul"
    assert sign_in.who(sign_in("marie", "une autre phrase longue")).login == "marie"


def test_an_old_password_that_was_right_a_moment_ago_opens_nothing(sign_in):
    """The password is replaced after it was compared, and before the session is stored."""

    class Slow:
        def verify(self, password_hash: str, password: str) -> bool:
            fits = sign_in.hasher.verify(password_hash, password)
            sign_in.add_moderator(
                login="marie", name="", password="une autre phrase longue", role=Role.MODERATOR
            )
            return fits

    with pytest.raises(Refusal) as refused:
        replace(sign_in, hasher=Slow())("marie", PASSWORD)
    assert refused.value.code is Code.SIGN_IN_FAILED
