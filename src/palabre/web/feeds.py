"""Feeds of a thread and of a site: Atom (RFC 4287, with RFC 4685's replies) and JSON Feed 1.1.

They hold what the public pages hold, newest first, and nothing that a reader was not shown there.
"""

import asyncio
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from xml.etree import ElementTree as ET

import msgspec
from litestar import Request, Response, get
from litestar.handlers import HTTPRouteHandler

from palabre.application.ports import Sort, Stored
from palabre.application.read_thread import Node
from palabre.domain.errors import Code, Refusal
from palabre.domain.highlight import Mark
from palabre.web.answers import PUBLIC
from palabre.web.assets import not_modified
from palabre.web.house import Catalogue, House
from palabre.web.languages import catalogue_for

SIZE = 50
_TITLE = 80  # characters of a comment that stand in its title
ATOM, JSON = "application/atom+xml", "application/feed+json"

_NS = "http://www.w3.org/2005/Atom"
_THREADING = "http://purl.org/syndication/thread/1.0"
# What XML 1.0 (section 2.2) has no place for; a comment may hold it.
_UNFIT = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

Asked = Request[Any, Any, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A list of published comments, newest first, with the page they stand on."""

    title: str
    home: str
    link: str
    lang: str
    comments: tuple[tuple[Stored, str], ...]
    since: datetime

    @property
    def updated(self) -> datetime:
        """The last change; of an empty feed the moment it is about."""
        times = (s.comment.edited_at or s.comment.created_at for s, _ in self.comments)
        return max(times, default=self.since)


def routes(house: House) -> list[HTTPRouteHandler]:
    """Return the handlers of the feeds."""

    @get(["/feeds/thread.atom", "/feeds/thread.json"])
    async def thread(request: Asked) -> Response[bytes]:
        """Answer the newest conversations of an article."""
        return await asyncio.to_thread(_answer, request, house, _of_thread)

    @get(["/feeds/site.atom", "/feeds/site.json"])
    async def site(request: Asked) -> Response[bytes]:
        """Answer the newest comments of a whole site (``?site=``; none needed where one is)."""
        return await asyncio.to_thread(_answer, request, house, _of_site)

    return [thread, site]


def _of_thread(request: Asked, house: House, words: Catalogue) -> Feed:
    url = request.query_params.get("url", "")
    page = house.read.page(url, Sort.NEWEST, limit=SIZE)
    thread = page.thread
    title = (thread.article.title if thread else "") or page.address.url
    found = [s for s in _flat(page.nodes) if s.body is not None]
    found.sort(key=lambda stored: stored.comment.id, reverse=True)
    return Feed(
        title=words.say("thread.of", title=title),
        home=page.address.url,
        link=_self(request, house),
        lang=words.lang,
        comments=tuple((stored, page.address.url) for stored in found[:SIZE]),
        since=thread.created_at if thread else house.clock(),
    )


def _of_site(request: Asked, house: House, words: Catalogue) -> Feed:
    sites = {site.id: site for site in house.sites()}
    asked = request.query_params.get("site") or (next(iter(sites)) if len(sites) == 1 else "")
    if asked not in sites:
        raise Refusal(Code.UNKNOWN_SITE, field="site", origin=asked[:100])
    site = sites[asked]
    found = house.read.latest(site.id, limit=SIZE)
    return Feed(
        title=words.say("thread.of", title=site.name),
        home=site.origins[0] if site.origins else house.config.base_url,
        link=_self(request, house),
        lang=words.lang,
        comments=tuple((stored, thread.article.url) for stored, thread in found),
        since=house.clock().replace(minute=0, second=0, microsecond=0),
    )


def _answer(request: Asked, house: House, read: Any) -> Response[bytes]:  # noqa: ANN401
    words = catalogue_for(request, house, house.config.lang)
    feed: Feed = read(request, house, words)
    is_atom = request.scope["path"].endswith(".atom")
    body = as_atom(feed, house, words) if is_atom else as_json(feed, house, words)
    etag = f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
    headers = {"ETag": etag, "Cache-Control": PUBLIC, "Content-Language": words.lang}
    if not_modified(request, etag):
        return Response(b"", status_code=304, headers=headers)
    return Response(body, media_type=ATOM if is_atom else JSON, headers=headers)


def as_atom(feed: Feed, house: House, words: Catalogue) -> bytes:
    """Return the feed as Atom."""
    root = ET.Element("feed", {"xmlns": _NS, "xmlns:thr": _THREADING, "xml:lang": feed.lang})
    _text(root, "title", feed.title)
    _text(root, "id", feed.link)
    _text(root, "updated", feed.updated.isoformat())
    _link(root, "self", feed.link, ATOM)
    _link(root, "alternate", feed.home, "text/html")
    for stored, article in feed.comments:
        comment = stored.comment
        entry = ET.SubElement(root, "entry", {"xml:lang": comment.lang})
        _text(entry, "id", f"urn:uuid:{comment.id}")
        _text(entry, "title", _title(stored, words))
        _text(entry, "published", comment.created_at.isoformat())
        _text(entry, "updated", (comment.edited_at or comment.created_at).isoformat())
        _text(ET.SubElement(entry, "author"), "name", _name(stored, words))
        for mark in _marks(stored):
            ET.SubElement(entry, "category", {"term": mark, "label": words.say(f"comment.{mark}")})
        _link(entry, "alternate", f"{article}#c-{comment.id}", "text/html")
        _link(entry, "related", f"{house.config.base_url}/comments/{comment.id}", "text/html")
        if comment.parent_id:
            ref = {"ref": f"urn:uuid:{comment.parent_id}"}
            ET.SubElement(entry, "thr:in-reply-to", ref)
        content = _text(entry, "content", stored.body.html if stored.body else "")
        content.set("type", "html")
    written: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def as_json(feed: Feed, house: House, words: Catalogue) -> bytes:
    """Return the feed as JSON Feed 1.1."""
    items = [
        {
            "id": stored.comment.id,
            "url": f"{article}#c-{stored.comment.id}",
            "external_url": f"{house.config.base_url}/comments/{stored.comment.id}",
            "title": _title(stored, words),
            "content_html": stored.body.html if stored.body else "",
            "date_published": stored.comment.created_at.isoformat(),
            "date_modified": (stored.comment.edited_at or stored.comment.created_at).isoformat(),
            "authors": [{"name": _name(stored, words)}],
            "language": stored.comment.lang,
            "tags": _marks(stored),
            "_palabre": {"parent": stored.comment.parent_id},
        }
        for stored, article in feed.comments
    ]
    return msgspec.json.encode(
        {
            "version": "https://jsonfeed.org/version/1.1",
            "title": feed.title,
            "home_page_url": feed.home,
            "feed_url": feed.link,
            "language": feed.lang,
            "items": items,
        }
    )


def _text(parent: ET.Element, tag: str, text: str) -> ET.Element:
    element = ET.SubElement(parent, tag)
    element.text = _UNFIT.sub("", text)
    return element


def _link(
    parent: ET.Element, rel: Literal["self", "alternate", "related"], at: str, kind: str
) -> None:
    ET.SubElement(parent, "link", {"rel": rel, "href": _UNFIT.sub("", at), "type": kind})


def _name(stored: Stored, words: Catalogue) -> str:
    return stored.author.name or words.say("comment.guest")


def _marks(stored: Stored) -> list[str]:
    return [mark.value for mark in Mark if stored.highlight.has(mark)]


def _title(stored: Stored, words: Catalogue) -> str:
    text = " ".join(stored.body.text.split()) if stored.body else ""
    if len(text) > _TITLE:
        text = text[:_TITLE].rpartition(" ")[0] + "…"
    return words.say("feed.entry", name=_name(stored, words), text=text)


def _self(request: Asked, house: House) -> str:
    query = request.scope["query_string"].decode("ascii", "ignore")
    return f"{house.config.base_url}{request.scope['path']}{f'?{query}' if query else ''}"


def _flat(nodes: Iterable[Node]) -> list[Stored]:
    return [s for node in nodes for s in (node.stored, *_flat(node.replies))]
