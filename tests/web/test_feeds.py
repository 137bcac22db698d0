"""What the feeds hold: exactly what readers see, in forms that feed readers parse."""

from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from litestar.testing import TestClient

from web.conftest import URL

ATOM = "{http://www.w3.org/2005/Atom}"


def entries(client: TestClient[Any], path: str, **query: str) -> list[ET.Element]:
    answer = client.get(path, params=query)
    assert answer.headers["content-type"].startswith("application/atom+xml")
    return ET.fromstring(answer.content).findall(f"{ATOM}entry")  # noqa: S314 -- our own


def test_a_thread_as_atom(client: TestClient[Any], say: Callable[..., Any]) -> None:
    root = say("Une *bonne* idée & plus <tôt>.", name="Zoé & Cie")
    reply = say("D’accord\x0b !", parent=root["id"])
    say("zorglub")
    newest, oldest = entries(client, "/feeds/thread.atom", url=URL)
    assert oldest.findtext(f"{ATOM}id") == f"urn:uuid:{root['id']}"
    assert oldest.findtext(f"{ATOM}author/{ATOM}name") == "Zoé & Cie"
    assert "<em>bonne</em>" in (oldest.findtext(f"{ATOM}content") or "")
    links = [link.get("href") for link in newest.findall(f"{ATOM}link")]
    assert links[0] == f"{URL}#c-{reply['id']}"
    above = newest.find("{http://purl.org/syndication/thread/1.0}in-reply-to")
    assert above is not None
    assert above.get("ref") == f"urn:uuid:{root['id']}"


def test_the_same_as_json(client: TestClient[Any], say: Callable[..., Any]) -> None:
    root = say("Une bonne idée.")
    feed = client.get("/feeds/thread.json", params={"url": URL}).json()
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert [item["id"] for item in feed["items"]] == [root["id"]]
    assert feed["items"][0]["authors"] == [{"name": "Invité"}]


def test_a_site_feed_follows_removal_and_its_tag(
    client: TestClient[Any], say: Callable[..., Any]
) -> None:
    kept = say("Je reste.")
    gone = say("Je pars.")
    say("Ailleurs.", url="https://journal.example/culture/festival")
    path = "/feeds/site.atom"
    assert len(entries(client, path, site="le-journal")) == 3
    tag = client.get(path, params={"site": "le-journal"}).headers["etag"]
    again = client.get(path, params={"site": "le-journal"}, headers={"If-None-Match": tag})
    assert again.status_code == 304
    bearer = {"Authorization": f"Bearer {gone['token']}"}
    client.delete(f"/api/v1/comments/{gone['id']}", headers=bearer)
    left = [e.findtext(f"{ATOM}id") for e in entries(client, path, site="le-journal")]
    assert left[1:] == [f"urn:uuid:{kept['id']}"]


@pytest.mark.parametrize(
    ("path", "query", "code"),
    [
        ("/feeds/site.json", {"site": "personne"}, "unknown_site"),
        ("/feeds/thread.json", {"url": "https://ailleurs.example/x"}, "unknown_site"),
        ("/feeds/thread.json", {}, "bad_address"),
    ],
)
def test_what_is_not_ours(
    client: TestClient[Any], path: str, query: dict[str, str], code: str
) -> None:
    assert client.get(path, params=query).json()["code"] == code
