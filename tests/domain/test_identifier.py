"""Identifiers: RFC 9562 version 7, in the order of their moments."""

import uuid
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from palabre.domain.identifier import is_id, new_id

START = datetime(2026, 1, 1, tzinfo=UTC)


@given(
    st.lists(
        st.integers(0, 10**12).map(lambda us: START + timedelta(microseconds=us)),
        min_size=2,
        unique=True,
    )
)
def test_order_is_the_order_of_moments(moments: list[datetime]):
    ids = [new_id(at) for at in sorted(moments)]
    assert ids == sorted(ids)


def test_microseconds_are_kept_apart():
    ids = [new_id(START + timedelta(microseconds=us)) for us in range(1000)]
    assert ids == sorted(ids)


def test_version_and_variant():
    value = uuid.UUID(new_id(START))
    assert value.version == 7
    assert value.variant == uuid.RFC_4122


def test_what_is_an_identifier():
    assert is_id(new_id(START))
    for text in ("", "x", new_id(START).upper(), new_id(START).replace("-", ""), "../etc"):
        assert not is_id(text)
