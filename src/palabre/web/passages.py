"""Comments on passages of the article: the call that names them, and the words of links to them."""

import asyncio
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from litestar import Request, Response, get
from litestar.handlers import HTTPRouteHandler

from palabre.domain.passage import Passage
from palabre.web import answers
from palabre.web.anchors import anchor_out
from palabre.web.basis import rests_on_page
from palabre.web.house import House
from palabre.web.intake import Query
from palabre.web.wire import MarkOut, PassagesOut

PATH = "/api/v1/passages"
ANY = "any"
_KEYS = re.compile(r"[0-9a-f]{32}(,[0-9a-f]{32}){0,19}")
_WHOLE = 120  # code points; longer passages are named by how they begin and end
_ENDS = 40
_NEAR = 30


def routes(house: House) -> list[HTTPRouteHandler]:
    """Return the handler of the call that names an article's passages."""

    @get(PATH)
    async def passages(request: Request[Any, Any, Any]) -> Response[bytes]:
        return await asyncio.to_thread(_passages, request, house)

    return [passages]


def _passages(request: Request[Any, Any, Any], house: House) -> Response[bytes]:
    page, marks = house.read.passages(Query(request.scope["query_string"]).required("url"))
    rests_on_page(request, house, page)
    found = [(anchor_out(mark.passage), mark.count) for mark in marks]
    content = PassagesOut(
        passages=[MarkOut(anchor=anchor, count=n) for anchor, n in found if anchor is not None]
    )
    return answers.public(request, content, vary="Accept-Encoding")


def asked_on(query: Mapping[str, str]) -> str | None:
    """Return what ``on`` asks for: keys of passages, ``any``, or None for the whole thread."""
    given = query.get("on", "")
    return given if given == ANY or _KEYS.fullmatch(given) else None


def keys_in(on: str) -> list[str] | None:
    """Return the keys that ``on`` names; None: all."""
    return None if on == ANY else on.split(",")


def passage_on(house: House, url: str, query: Mapping[str, str]) -> Passage | None:
    """Return the passage that a page with its comments is about: what its form is about, too."""
    on = asked_on(query)
    if on is None or on == ANY:
        return None
    page = house.read.inline(url, keys=keys_in(on), limit=1)
    return page.nodes[0].stored.passage if page.nodes else None


def link_to(url: str, passage: Passage) -> str:
    """Return a link to a passage that a browser finds by itself, without any script.

    A text fragment (WICG Scroll To Text Fragment); where the article has changed too much for it,
    the browser shows its top.
    """
    if len(passage.exact) <= _WHOLE:
        words = _part(passage.exact)
    else:
        begin = passage.exact[:_ENDS].rpartition(" ")[0] or passage.exact[:_ENDS]
        end = passage.exact[-_ENDS:].partition(" ")[2] or passage.exact[-_ENDS:]
        words = f"{_part(begin)},{_part(end)}"
    before = passage.prefix.strip()
    if len(before) > _NEAR:
        before = before[-_NEAR:].partition(" ")[2]
    prefix = f"{_part(before)}-," if before else ""
    return f"{url.partition('#')[0]}#:~:text={prefix}{words}"


def _part(text: str) -> str:
    # A hyphen ends or begins a context, a comma parts, an ampersand begins another.
    return quote(text, safe="").replace("-", "%2D")
