"""Links in mails: what is signed opens what it was made for, and nothing else."""

import pytest

from builders import an_id
from palabre.application.mail_tokens import (
    Purpose,
    address_hash,
    address_in,
    address_token,
    bounce_token,
    mail_in,
    message_tag,
    subscription_in,
    subscription_token,
)

SECRET, OTHER = b"s" * 32, b"t" * 32


def test_an_address_has_one_hash_however_it_is_capitalised():
    assert address_hash("Zoe@Example.net ", SECRET) == address_hash("zoe@example.net", SECRET)
    assert address_hash("zoe@example.net", SECRET) != address_hash("zoe@example.net", OTHER)


def test_a_token_opens_what_it_was_made_for():
    subject, hashed = an_id(), address_hash("zoe@example.net", SECRET)
    for purpose in (Purpose.CONFIRM, Purpose.LEAVE):
        token = subscription_token(purpose, subject, SECRET)
        assert subscription_in(purpose, token, SECRET) == subject
        assert len(token) == 43
    assert address_in(address_token(hashed, SECRET), SECRET) == hashed
    assert mail_in(bounce_token(subject, SECRET).upper(), SECRET) == subject
    assert len(f"bounces+{bounce_token(subject, SECRET)}") <= 64


def test_no_token_opens_anything_else():
    token = subscription_token(Purpose.LEAVE, an_id(), SECRET)
    assert subscription_in(Purpose.CONFIRM, token, SECRET) is None
    assert subscription_in(Purpose.LEAVE, token, OTHER) is None
    assert address_in(token, SECRET) is None
    assert mail_in(bounce_token(an_id(), SECRET), OTHER) is None
    manage = address_token(address_hash("a@b.example", SECRET), SECRET)
    assert subscription_in(Purpose.MANAGE, manage, SECRET) is None


@pytest.mark.parametrize("text", ["", "x", "é", "a" * 43, "=" * 43, "A" * 64, "../..", "a b"])
def test_what_is_no_token_is_none(text: str):
    assert subscription_in(Purpose.LEAVE, text, SECRET) is None
    assert address_in(text, SECRET) is None
    assert mail_in(text, SECRET) is None


def test_a_tag_is_the_same_each_time_and_tells_no_address():
    assert message_tag("a" * 64, "c", SECRET) == message_tag("a" * 64, "c", SECRET)
    assert message_tag("a" * 64, "c", SECRET) != message_tag("b" * 64, "c", SECRET)
