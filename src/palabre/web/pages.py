"""The pages of readers: a thread, one comment, the rest of a conversation, the house rules."""

import asyncio
from dataclasses import replace
from typing import Any

from litestar import Request, Response, get
from litestar.handlers import HTTPRouteHandler

from palabre.application.ports import Sort
from palabre.application.read_thread import ThreadPage
from palabre.domain.errors import Code, Refusal
from palabre.web import views, writing
from palabre.web.basis import PAGE, rests_on_page
from palabre.web.comment_page import comment_page
from palabre.web.forms import form_token
from palabre.web.house import House
from palabre.web.languages import catalogue_for
from palabre.web.links import Place, thread_place
from palabre.web.mode_view import is_open
from palabre.web.security import framed_by, registered_origins
from palabre.web.thread_pages import Asked, asked_of, is_personal, show
from palabre.web.thread_view import Look, node_view
from palabre.web.visitors import viewer_of

REPLIES_A_PAGE = 50


def routes(house: House) -> list[HTTPRouteHandler]:
    """Return the handlers of the readers' pages."""

    @get("/thread")
    async def thread(request: Request[Any, Any, Any]) -> Response[str]:
        query = request.query_params
        place, asked = thread_place(query), asked_of(query)
        answer = await asyncio.to_thread(
            thread_page, request, house, place, query.get("url", ""), asked
        )
        return views.shared(request, answer, personal=is_personal(request, house))

    @get("/comments/{comment_id:str}")
    async def comment(request: Request[Any, Any, Any]) -> Response[str]:
        comment_id = str(request.path_params["comment_id"])
        answer = await asyncio.to_thread(comment_page, request, house, comment_id)
        return views.shared(request, answer, personal=is_personal(request, house))

    @get(["/comments/{comment_id:str}/replies", "/thread/replies/{comment_id:str}"])
    async def replies(request: Request[Any, Any, Any]) -> Response[str]:
        comment_id = str(request.path_params["comment_id"])
        answer = await asyncio.to_thread(replies_page, request, house, comment_id)
        return views.shared(request, answer, personal=is_personal(request, house))

    @get("/house-rules")
    async def house_rules(request: Request[Any, Any, Any]) -> Response[str]:
        words = catalogue_for(request, house, house.config.lang)
        values = {"rules": house.rules, "site_name": _house_name(house)}
        answer = views.page("house_rules.html", words, values)
        framed_by(answer, registered_origins(house))
        return views.shared(request, answer, personal=False)

    return [thread, comment, replies, house_rules, *writing.routes(house, thread_page)]


def thread_page(
    request: Request[Any, Any, Any],
    house: House,
    place: Place,
    url: str,
    asked: Asked,
    status: int = 200,
) -> Response[str]:
    """Return a thread as a full page, or the part of it that ``?fragment=`` names."""
    query = request.query_params
    part, item = query.get("fragment"), query.get("item")
    if item:
        asked = replace(asked, posted=item)
    shown = show(request, house, url, place, asked)
    rests_on_page(request, house, shown.page, lasting=PAGE)
    if part == "item":
        view = shown.thread.find(item or "") or _elsewhere(shown.look, shown.page, item or "")
        if shown.notice is not None and view.notice is not None:
            # Of the mail that was asked for with the comment, and of what became of that.
            told = f"{view.notice.text} {shown.notice.title}"
            view = replace(view, notice=replace(view.notice, text=told))
        answer = views.page("thread/item.html", shown.words, {**shown.values, "comment": view})
    elif part in {"1", "form"}:
        name = "form" if part == "form" else "section"
        answer = views.page(f"thread/{name}.html", shown.words, shown.values, status=status)
    else:
        answer = views.page("thread_page.html", shown.words, shown.values, status=status)
    framed_by(answer, shown.page.site.origins)
    return answer


def replies_page(request: Request[Any, Any, Any], house: House, comment_id: str) -> Response[str]:
    """Return a further page of the replies below a root."""
    query = request.query_params
    url = query.get("url", "")
    page = house.read.page(url, Sort.NEWEST, limit=1)
    node = house.read.replies(comment_id, limit=REPLIES_A_PAGE, after=query.get("after") or None)
    if page.thread is None or node.stored.comment.thread_id != page.thread.id:
        raise Refusal(Code.UNKNOWN_COMMENT)
    viewer = viewer_of(request, house)
    words = catalogue_for(request, house, page.thread.article.lang)
    fixed = (("url", url), *((("lang", query["lang"]),) if query.get("lang") else ()))
    look = Look(
        house=house,
        words=words,
        viewer=viewer,
        now=house.clock(),
        place=Place(path="/thread", fixed=fixed),
    )
    mine = house.read.mine(page.thread, (node,), viewer) if is_personal(request, house) else None
    root = node_view(node, look, mine, is_open=is_open(house, page.thread), url=url)
    values = {
        "root": root,
        "place": look.place,
        "site": page.site,
        "title": page.thread.article.title,
        "form": None,
        "form_token": form_token(house),
    }
    part = "thread/replies.html" if query.get("fragment") else "replies_page.html"
    answer = views.page(part, words, values)
    framed_by(answer, page.site.origins)
    return answer


def _elsewhere(look: Look, page: ThreadPage, comment_id: str) -> Any:  # noqa: ANN401
    """Return a comment that is not on the page asked for."""
    found, record = look.house.read.comment(comment_id, look.viewer)
    if page.thread is None or found.thread.id != page.thread.id:
        raise Refusal(Code.UNKNOWN_COMMENT)
    return look.comment(found.stored, is_open=is_open(look.house, page.thread), record=record)


def _house_name(house: House) -> str:
    sites = house.sites()
    return sites[0].name if len(sites) == 1 else ""
