"""What readers send by plain forms: a comment, a vote, an edit, a deletion. Each ends on a page."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final
from urllib.parse import parse_qsl

from litestar import Request, Response, post
from litestar.handlers import HTTPRouteHandler
from litestar.response import Redirect

from palabre.application.post_comment import NewComment
from palabre.application.proof import CANNOT
from palabre.domain.errors import Code, Refusal
from palabre.domain.vote import Value
from palabre.web import errors, links, visitors
from palabre.web.comment_page import comment_page
from palabre.web.forms import read_form, require_own_page, seconds_since
from palabre.web.house import House
from palabre.web.languages import catalogue_for
from palabre.web.limits import Limiter
from palabre.web.links import Place
from palabre.web.passages import passage_on
from palabre.web.pseudonyms import checked_keep, keep_with_comment
from palabre.web.subscribing import checked_notify, with_comment
from palabre.web.thread_form import Draft
from palabre.web.thread_pages import asked_of

ThreadPageOf = Callable[..., Response[str]]

_SEE_OTHER: Final = 303
_VALUES: dict[str, Value] = {"1": 1, "0": 0, "-1": -1}


def routes(house: House, thread_page: ThreadPageOf) -> list[HTTPRouteHandler]:
    """Return the handlers of the readers' forms."""
    limiter = Limiter(house)

    @post("/thread", status_code=_SEE_OTHER)
    async def comment(request: Request[Any, Any, Any]) -> Response[Any]:
        # The form's address names the thread, as the page's did; programs may send fields instead.
        fields = {**await fields_of(request), **request.query_params}
        place = links.thread_place(fields)
        return await receive(request, house, place, fields.get("url", ""), thread_page, limiter)

    @post("/comments/{comment_id:str}/vote", status_code=_SEE_OTHER)
    async def vote(request: Request[Any, Any, Any]) -> Response[Any]:
        comment_id = str(request.path_params["comment_id"])
        fields = await read_form(request, house)
        value = _VALUES.get(fields.get("value", ""))
        if value is None:
            raise Refusal(Code.BAD_FIELD, field="value")
        await limiter.hit("vote", request)
        voted = await house.writers(
            lambda: house.vote(
                comment_id,
                value,
                voter=visitors.voter_token(request),
                viewer=visitors.viewer_of(request, house),
            )
        )
        answer = Redirect(links.back(fields.get("back", ""), comment_id), status_code=_SEE_OTHER)
        answer.cookies.append(visitors.voter_cookie(voted.token, house))
        return answer

    @post("/comments/{comment_id:str}/edit", status_code=_SEE_OTHER)
    async def edit(request: Request[Any, Any, Any]) -> Response[Any]:
        comment_id = str(request.path_params["comment_id"])
        fields = await fields_of(request)
        text = fields.get("text", "")
        try:
            await read_form(request, house)
            await limiter.hit("edit", request)
            viewer = visitors.viewer_of(request, house)
            await house.writers(
                house.edit,
                comment_id,
                text,
                viewer,
                visitors.connection_of(request, house),
                trap=bool(fields.get("subject")),
            )
        except Refusal as refusal:
            require_own_page(request, house)
            draft, status = Draft(text=text, refusal=refusal), errors.STATUS[refusal.code]
            return await asyncio.to_thread(
                lambda: comment_page(request, house, comment_id, draft=draft, status=status)
            )
        back = links.back(fields.get("back", ""), comment_id, posted=comment_id)
        return Redirect(back, status_code=_SEE_OTHER)

    @post("/comments/{comment_id:str}/delete", status_code=_SEE_OTHER)
    async def delete(request: Request[Any, Any, Any]) -> Response[Any]:
        comment_id = str(request.path_params["comment_id"])
        fields = await read_form(request, house)
        await limiter.hit("edit", request)
        viewer = visitors.viewer_of(request, house)
        found, _ = await asyncio.to_thread(house.read.comment, comment_id, viewer)
        await house.writers(
            house.edit.delete, comment_id, viewer, visitors.connection_of(request, house)
        )
        back = links.back(fields.get("back", ""), comment_id, done="deleted")
        if back.startswith("/comments/"):
            back = Place(path="/thread", fixed=(("url", found.thread.article.url),)).to(
                done="deleted"
            )
        return Redirect(back.partition("#")[0] + "#palabre", status_code=_SEE_OTHER)

    return [comment, vote, edit, delete]


async def receive(
    request: Request[Any, Any, Any],
    house: House,
    place: Place,
    url: str,
    thread_page: ThreadPageOf,
    limiter: Limiter,
    *,
    title: str | None = None,
    lang: str | None = None,
) -> Response[Any]:
    """Post the comment of a form, and lead to the page that shows what became of it.

    ``title`` and ``lang`` are the article's where the page knows them better than the form.
    """
    fields = await fields_of(request)
    try:
        fields = await read_form(request, house)
        notify = checked_notify(house, fields.get("notify"), fields.get("email"))
        member = visitors.member_of(request)
        keep = checked_keep(
            house, fields.get("keep") == "1", fields.get("name"), fields.get("email"), member
        )
        await limiter.hit("post", request)
        new = NewComment(
            url=url,
            text=fields.get("text", ""),
            title=title or request.query_params.get("title"),
            lang=lang or fields.get("lang") or request.query_params.get("lang"),
            parent=fields.get("parent") or None,
            name=fields.get("name"),
            member=member,
            email=fields.get("email"),
            token=visitors.author_token(request),
            source=visitors.source_of(request, house),
            vouched=visitors.is_vouched(request, house, url),
            connection=visitors.connection_of(request, house),
            passage=None
            if fields.get("parent")
            else await asyncio.to_thread(passage_on, house, url, request.query_params),
            seconds=seconds_since(fields.get("since"), house),
            trap=bool(fields.get("subject")),
            proof=CANNOT,
        )
        posted = await house.writers(house.post, new)
        about = posted.thread.article.lang
        asked_now = await with_comment(
            request,
            house,
            limiter,
            posted,
            notify=notify,
            email=fields.get("email"),
            words=catalogue_for(request, house, about),
        )
        keep_asked = await keep_with_comment(
            request,
            house,
            limiter,
            posted,
            keep=keep,
            email=fields.get("email"),
            lang=catalogue_for(request, house, about).lang,
        )
    except Refusal as refusal:
        # Another site's page gets no copy of its text on a page of ours.
        require_own_page(request, house)
        draft = Draft(
            text=fields.get("text", ""),
            name=fields.get("name", ""),
            email=fields.get("email", ""),
            notify=fields.get("notify", ""),
            keep=fields.get("keep") == "1",
            refusal=refusal,
        )
        asked = replace(
            asked_of(request.query_params), reply=fields.get("parent") or None, draft=draft
        )
        status = errors.STATUS[refusal.code]
        return await asyncio.to_thread(
            lambda: thread_page(request, house, place, url, asked, status)
        )
    comment_id = posted.stored.comment.id
    told = "keep" if keep_asked == "asked" else keep_asked or asked_now
    back = place.to(links.anchor(comment_id), posted=comment_id, done=told)
    answer = Redirect(back, status_code=_SEE_OTHER)
    answer.cookies.append(visitors.author_cookie(posted.token, house))
    return answer


async def fields_of(request: Request[Any, Any, Any]) -> dict[str, str]:
    """Return what a form holds, unchecked: to show it again, never to act on it.

    What cannot be read is left out here and refused where the form is read for good.
    """
    body = (await request.body()).decode("utf-8", "replace")
    try:
        pairs = parse_qsl(body, keep_blank_values=True, max_num_fields=40)
    except ValueError:
        return {}
    return {k: v.replace("\x00", "") for k, v in pairs}
