"""Moderators come and go; with the real argon2id."""

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
