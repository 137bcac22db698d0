"""Moderating in place: a thread as readers see it, with what can be done under each comment.

It lies under ``/desk``, where alone the session's cookie is sent: no page that readers or caches
see has anything of it. All by plain forms, with the desk's own token.
"""

import asyncio
from collections.abc import Mapping
from functools import partial
from typing import Any, Final
from urllib.parse import urlencode

from litestar import Request, Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.response import Redirect

from palabre.application.moderate import Choice
from palabre.application.ports import QueueItem
from palabre.domain.article import Thread
from palabre.domain.comment import Status
from palabre.domain.decision import Verdict
from palabre.domain.errors import Code, Refusal
from palabre.domain.highlight import Mark
from palabre.domain.permission import Task, may_do, require_task
from palabre.domain.person import Moderator
from palabre.web import views
from palabre.web.desk_door import who
from palabre.web.desk_view import DeskLook
from palabre.web.forms import FIELD, desk_token, read_desk_form
from palabre.web.house import House
from palabre.web.languages import catalogue_for
from palabre.web.links import Place, anchor, sort_of
from palabre.web.thread_shapes import flat
from palabre.web.thread_view import Look, thread_view
from palabre.web.visitors import viewer_of

_SEE_OTHER: Final = 303
# Of all that waits, so much is looked through for what waits under this article.
_LOOKED_THROUGH: Final = 200
_VERDICTS: Final = {"approve": Verdict.PUBLISH, "refuse": Verdict.REFUSE, "hold": Verdict.HOLD}
_MARKS: Final = {
    "pin": (Mark.PINNED, True),
    "unpin": (Mark.PINNED, False),
    "feature": (Mark.FEATURED, True),
    "unfeature": (Mark.FEATURED, False),
}

Asked = Request[Any, Any, Any]


def routes(house: House) -> list[HTTPRouteHandler]:
    """Return the handlers."""

    @get("/desk/thread")
    async def thread(request: Asked) -> Response[Any]:
        try:
            moderator, token = await who(request, house)
        except Refusal as refusal:
            if refusal.code is not Code.SIGN_IN_REQUIRED:
                raise
            return Redirect("/desk/sign-in", status_code=_SEE_OTHER)
        return await asyncio.to_thread(_page, request, house, moderator, token)

    @post("/desk/thread", status_code=_SEE_OTHER)
    async def close(request: Asked) -> Response[Any]:
        moderator, token = await who(request, house)
        fields = await read_desk_form(request, house, token)
        if fields.get("do") not in {"close", "open"}:
            raise Refusal(Code.BAD_FIELD, field="do")
        closed = fields["do"] == "close"
        act = partial(house.close_thread, fields.get("thread", ""), moderator, closed=closed)
        await house.desk_writers(act)
        return Redirect(_back(fields), status_code=_SEE_OTHER)

    @post("/desk/thread/{comment_id:str}", status_code=_SEE_OTHER)
    async def act(request: Asked) -> Response[Any]:
        comment_id = str(request.path_params["comment_id"])
        moderator, token = await who(request, house)
        fields = await read_desk_form(request, house, token)
        await house.desk_writers(_act, house, moderator, comment_id, fields)
        if fields.get("from") == "one":
            return Redirect(f"/desk/comments/{comment_id}", status_code=_SEE_OTHER)
        # After a mark the comment is still there to be seen; a decision is told at the top.
        if fields.get("do", "") in _MARKS:
            return Redirect(f"{_back(fields)}#{anchor(comment_id)}", status_code=_SEE_OTHER)
        return Redirect(_back(fields, done=comment_id), status_code=_SEE_OTHER)

    return [thread, close, act]


def _act(house: House, moderator: Moderator, comment_id: str, fields: Mapping[str, str]) -> None:
    """Do what the pressed button says."""
    what, _, rule = fields.get("do", "").partition(":")
    if what in _MARKS:
        mark, on = _MARKS[what]
        house.highlight(comment_id, mark, moderator, on=on)
    elif what in _VERDICTS:
        choice = Choice(verdict=_VERDICTS[what], rule=rule or None, note=fields.get("note"))
        house.moderate.decide(comment_id, choice, moderator)
    elif what == "undo":
        house.moderate.undo(comment_id, moderator)
    else:
        raise Refusal(Code.BAD_FIELD, field="do")


def _back(fields: Mapping[str, str], **more: str) -> str:
    kept = {name: fields[name] for name in ("url", "sort", "after") if fields.get(name)}
    return f"/desk/thread?{urlencode({**kept, **more})}"


def _page(request: Asked, house: House, moderator: Moderator, token: str) -> Response[str]:
    query = request.query_params
    url, after = query.get("url", ""), query.get("after") or None
    sort = sort_of(query.get("sort", ""))
    page = house.read.page(url, sort, limit=house.config.page_size, after=after)
    if page.thread is None:
        raise Refusal(Code.NOT_FOUND)
    article = page.thread.article
    require_task(moderator, Task.READ, article.site_id, article.section_id)
    words = catalogue_for(request, house)
    desk = DeskLook(house=house, words=words, moderator=moderator)
    look = Look(
        house=house,
        words=words,
        viewer=viewer_of(request, house),
        now=house.clock(),
        place=Place(path="/desk/thread", fixed=(("url", url),), sort=sort, after=after),
    )
    view = thread_view(page, None, look)
    if house.law is not None and house.law.views is not None:
        for shown in flat(view.comments):
            if shown.html is not None:
                house.law.views.note(shown.id, article.site_id, moderator.id)
    values = {
        "moderator": moderator,
        "thread": view,
        "thread_id": page.thread.id,
        "place": look.place,
        "sort": query.get("sort", ""),
        "after": after or "",
        "waiting": [desk.item(item) for item in _waiting(house, moderator, page.thread)],
        "done": _done(desk, query.get("done")),
        "may": {
            task.value: may_do(moderator, task, article.site_id, article.section_id)
            for task in Task
        },
        "rules": desk.rules(),
        "form_field": FIELD,
        "form_token": desk_token(token, house),
        "form": None,
    }
    return views.page("desk/thread.html", words, values)


def _waiting(house: House, moderator: Moderator, thread: Thread) -> list[QueueItem]:
    found, _ = house.moderate.queue(
        moderator, status=Status.HELD, limit=_LOOKED_THROUGH, after=None
    )
    return [item for item in found if item.thread.id == thread.id]


def _done(desk: DeskLook, comment_id: str | None) -> Any:  # noqa: ANN401 -- an ItemView or None
    if not comment_id:
        return None
    try:
        item, history = desk.house.moderate.item(comment_id, desk.moderator)
    except Refusal:
        return None
    return desk.item(item, history)
