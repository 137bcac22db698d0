"""Static files: kept for a year under their hash, and nothing outside the folder."""

from typing import Any

import pytest

from builders import ORIGIN
from palabre.web import assets

NAMES = sorted(assets._assets())


def test_there_is_something_to_serve():
    assert NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_file_under_its_hash_may_be_kept_for_a_year(client: Any, name: str):
    answer = client.get(assets.asset_url(name))
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    kind = assets._assets()[name].media_type
    charset = "; charset=utf-8" if kind.startswith("text/") else ""
    assert answer.headers["content-type"] == kind + charset
    assert answer.content == assets._assets()[name].content


@pytest.mark.parametrize("query", ["", "?v=", "?v=0000000000000000", "?x=1"])
def test_without_its_hash_it_is_asked_for_anew(client: Any, query: str):
    answer = client.get(f"/static/{NAMES[0]}{query}")
    assert answer.headers["cache-control"] == "public, max-age=300"
    again = client.get(f"/static/{NAMES[0]}", headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    "path",
    ["none.css", "../house.py", "%2e%2e/house.py", "..%2fhouse.py", "/etc/passwd", "", ".", "a%00"],
)
def test_nothing_else_is_served(client: Any, path: str):
    answer = client.get(f"/static/{path}")
    assert answer.status_code == 404
    assert answer.json()["code"] == "not_found"


def test_the_element_is_shared_with_registered_pages(client: Any):
    answer = client.get("/palabre.js", headers={"Origin": ORIGIN})
    if assets.ELEMENT not in NAMES:
        assert answer.status_code == 404
        return
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["access-control-allow-origin"] == ORIGIN
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    assert answer.headers["cache-control"] == "public, max-age=300"


def test_a_file_that_is_not_there_has_an_address_all_the_same():
    assert assets.asset_url("none.css") == "/static/none.css"
