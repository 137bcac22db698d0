"""Tokens from headers and cookies, addresses behind proxies, pages that vouch."""

from typing import Any

import pytest
from litestar.testing import RequestFactory

from builders import ORIGIN
from palabre.application.tokens import key_of
from palabre.domain.person import ANYBODY
from palabre.web import visitors

TOKEN = "Rt-" + "a" * 40
OTHER = "Ot_" + "b" * 40


def asked(client: tuple[str, int] | None = ("203.0.113.9", 4711), **headers: str | None) -> Any:
    """Return a request; underscores in header names stand for hyphens."""
    given = {k.replace("_", "-"): v for k, v in headers.items() if v is not None}
    request = RequestFactory().get("/", headers=given)
    request.scope["client"] = client
    return request


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, None),
        ({"authorization": f"Bearer {TOKEN}"}, TOKEN),
        ({"authorization": f"bearer  {TOKEN} "}, TOKEN),
        ({"authorization": f"Basic {TOKEN}"}, None),
        ({"authorization": "Bearer short"}, None),
        ({"authorization": f"Bearer {'a' * 129}"}, None),
        ({"authorization": f"Bearer {TOKEN};x"}, None),
        ({"cookie": f"palabre_author={TOKEN}"}, TOKEN),
        ({"cookie": "palabre_author=<script>alert(1)</script>aaaaaaaaaa"}, None),
        ({"cookie": f"palabre_author={TOKEN}", "authorization": f"Bearer {OTHER}"}, OTHER),
        ({"cookie": f"palabre_author={TOKEN}", "authorization": "Bearer no"}, None),
    ],
)
def test_the_authors_token(headers: dict[str, str], expected: str | None, house: Any):
    request = asked(**headers)
    assert visitors.author_token(request) == expected
    viewer = visitors.viewer_of(request, house)
    assert viewer.author_key == (key_of(expected) if expected else None)


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"palabre_voter": TOKEN}, TOKEN),
        ({"palabre_voter": "é" * 40}, None),
        ({"cookie": f"palabre_voter={TOKEN}"}, TOKEN),
        ({"cookie": f"palabre_voter={TOKEN}", "palabre_voter": OTHER}, OTHER),
    ],
)
def test_the_voters_token(headers: dict[str, str], expected: str | None):
    given = {k: v.encode().decode("latin-1") for k, v in headers.items()}
    assert visitors.voter_token(asked(**given)) == expected


def test_nobody_in_particular(house: Any):
    assert visitors.viewer_of(asked(), house) == ANYBODY


def test_cookies_over_https_can_live_in_a_frame(house: Any):
    header = visitors.author_cookie(TOKEN, house).to_encoded_header()[1].decode()
    assert header.startswith(f"palabre_author={TOKEN}; ")
    parts = {p.strip().lower() for p in header.split(";")}
    assert {"httponly", "secure", "samesite=none", "partitioned", "path=/"} <= parts
    assert "max-age=31536000" in parts
    assert "palabre_voter" in visitors.voter_cookie(TOKEN, house).to_header()


def test_cookies_over_http_stay_at_home(build: Any, store: Any):
    plain = build(store, base_url="http://127.0.0.1:8000")
    header = visitors.voter_cookie(TOKEN, plain).to_encoded_header()[1].decode().lower()
    assert "samesite=lax" in header
    assert "httponly" in header
    assert "secure" not in header
    assert "partitioned" not in header


@pytest.mark.parametrize(
    ("client", "forwarded", "trusted", "expected"),
    [
        ("203.0.113.9", None, (), "203.0.113.9"),
        ("203.0.113.9", "198.51.100.1", (), "203.0.113.9"),
        ("10.0.0.1", "198.51.100.1", ("10.0.0.0/8",), "198.51.100.1"),
        ("10.0.0.1", "1.1.1.1, 198.51.100.1, 10.0.0.2", ("10.0.0.0/8",), "198.51.100.1"),
        ("10.0.0.1", "1.1.1.1, 198.51.100.1", ("10.0.0.0/8",), "198.51.100.1"),
        ("10.0.0.1", "198.51.100.1:5060", ("10.0.0.0/8",), "198.51.100.1"),
        ("10.0.0.1", "nonsense", ("10.0.0.0/8",), "10.0.0.1"),
        ("10.0.0.1", "198.51.100.1, nonsense", ("10.0.0.0/8",), "10.0.0.1"),
        ("10.0.0.1", "10.0.0.3, 10.0.0.2", ("10.0.0.0/8",), "10.0.0.3"),
        ("10.0.0.1", None, ("10.0.0.0/8",), "10.0.0.1"),
        ("2001:db8:1:2:3:4:5:6", None, (), "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.9", None, (), "203.0.113.9"),
        ("::1", "[2001:db8::7]:443", ("::1/128",), "2001:db8::/64"),
        ("fe80::1%eth0", None, (), "fe80::/64"),
    ],
)
def test_the_address_behind_proxies(
    build: Any,
    store: Any,
    client: str,
    forwarded: str | None,
    trusted: tuple[str, ...],
    expected: str,
):
    house = build(store, trusted_proxies=trusted)
    request = asked(client=(client, 1), x_forwarded_for=forwarded)
    assert visitors.client_address(request, house) == expected


def test_an_address_counts_under_a_keyed_hash_that_changes_with_the_day(
    build: Any, store: Any, clock: Any
):
    house = build(store)
    today = visitors.source_of(asked(), house)
    assert today is not None
    assert "203" not in today
    assert visitors.source_of(asked(client=("203.0.113.9", 1)), house) == today
    assert visitors.source_of(asked(client=("203.0.113.8", 1)), house) != today
    clock.forward(days=1)
    assert visitors.source_of(asked(), house) != today
    assert visitors.source_of(asked(client=None), house) is None


@pytest.mark.parametrize(
    ("origin", "url", "expected"),
    [
        (ORIGIN, "https://journal.example/a", True),
        (ORIGIN, "HTTPS://JOURNAL.example:443/a", True),
        (ORIGIN, "https://gazette.example/a", False),
        ("https://gazette.example", "https://journal.example/a", False),
        ("https://comments.example", "https://journal.example/a", False),
        ("null", "https://journal.example/a", False),
        (None, "https://journal.example/a", False),
        (ORIGIN, "not a url", False),
    ],
)
def test_only_the_sites_own_page_vouches(house: Any, origin: str | None, url: str, expected: bool):
    assert visitors.is_vouched(asked(origin=origin), house, url) is expected
