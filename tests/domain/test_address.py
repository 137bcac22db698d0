"""One article, one thread: which addresses are the same, and which are none."""

import pytest

from palabre.domain.address import canonical
from palabre.domain.errors import Code, Refusal


@pytest.mark.parametrize(
    ("given", "url", "key"),
    [
        ("https://example.org", "https://example.org/", "/"),
        ("https://Example.ORG/A", "https://example.org/A", "/A"),
        ("https://example.org:443/a", "https://example.org/a", "/a"),
        ("http://example.org:8080/a", "http://example.org:8080/a", "/a"),
        ("https://example.org/a/", "https://example.org/a/", "/a"),
        ("https://example.org/a#suite", "https://example.org/a", "/a"),
        ("https://example.org/?p=1004", "https://example.org/?p=1004", "/?p=1004"),
        ("https://example.org/a?utm_source=x&p=1", "https://example.org/a?p=1", "/a?p=1"),
        ("https://example.org/a?fbclid=x", "https://example.org/a", "/a"),
        ("https://exämple.org/a", "https://xn--exmple-cua.org/a", "/a"),
        ("https://example.org/é", "https://example.org/é", "/é"),
        ("http://[::1]:80/a", "http://[::1]/a", "/a"),
    ],
)
def test_canonical(given: str, url: str, key: str):
    address = canonical(given)
    assert (address.url, address.key) == (url, key)


def test_http_and_https_are_two_origins():
    assert canonical("http://example.org/a").origin != canonical("https://example.org/a").origin


@pytest.mark.parametrize(
    "given",
    [
        "",
        "example.org/a",
        "//example.org/a",
        "javascript:alert(1)",
        "ftp://example.org/a",
        "https://",
        "https://user@example.org/",
        "https://example.org\\@evil.example/",
        "https://example.org/a b",
        "https://example.org/\n",
        "https://example.org:99999/",
        "https://example.org/" + "a" * 2000,
        "https://[::1",
    ],
)
def test_refused(given: str):
    with pytest.raises(Refusal) as refused:
        canonical(given)
    assert refused.value.code is Code.BAD_ADDRESS
