"""The moderators' desk: read what waits, decide, undo, close a thread. All by plain forms."""

import asyncio
from functools import partial
from typing import Any, Final
from urllib.parse import urlencode

from litestar import Request, Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.response import Redirect

from palabre.application.moderate import Choice
from palabre.application.ports import QueueItem
from palabre.domain.comment import Status
from palabre.domain.decision import Verdict
from palabre.domain.errors import Code, Refusal
from palabre.domain.identifier import is_id
from palabre.domain.permission import Task, may_somewhere
from palabre.domain.person import Moderator
from palabre.web import desk_door, desk_list, desk_modes, desk_one, desk_place, desk_search, views
from palabre.web.desk_door import who
from palabre.web.desk_list import FILTERS, PAGE, kept
from palabre.web.desk_modes import suggested
from palabre.web.desk_view import DeskLook
from palabre.web.forms import FIELD, desk_token, read_desk_form
from palabre.web.house import House
from palabre.web.languages import catalogue_for
from palabre.web.visitors import has_been_at_desk, newsroom_cookie

TABS = (Status.HELD, Status.REFUSED, Status.PUBLISHED)

_SEE_OTHER: Final = 303
_VERDICTS = {"approve": Verdict.PUBLISH, "refuse": Verdict.REFUSE, "hold": Verdict.HOLD}
_UNDO = "undo"

Asked = Request[Any, Any, Any]


def routes(house: House) -> list[HTTPRouteHandler]:
    """Return the handlers of the desk."""

    @get("/desk")
    async def queue(request: Asked) -> Response[Any]:
        try:
            moderator, token = await who(request, house)
        except Refusal as refusal:
            if refusal.code is not Code.SIGN_IN_REQUIRED:
                raise
            return Redirect("/desk/sign-in", status_code=_SEE_OTHER)
        answer = await asyncio.to_thread(_queue_page, request, house, moderator, token)
        if not has_been_at_desk(request):
            answer.cookies.append(newsroom_cookie(house))
        return answer

    @post("/desk/comments/{comment_id:str}", status_code=_SEE_OTHER)
    async def decide(request: Asked) -> Response[Any]:
        comment_id = str(request.path_params["comment_id"])
        moderator, token = await who(request, house)
        fields = await read_desk_form(request, house, token)
        done = await house.desk_writers(_decide, house, moderator, comment_id, fields)
        if fields.get("fragment"):
            return await asyncio.to_thread(_item_page, request, house, moderator, token, comment_id)
        if fields.get("from") == "one":
            asked = fields.get("kept", "")
            onward = urlencode({"done": comment_id, "n": done})
            return Redirect(
                f"/desk/one?{asked}&{onward}".replace("?&", "?"), status_code=_SEE_OTHER
            )
        query = urlencode({**_place(fields), "done": comment_id})
        return Redirect(f"/desk?{query}", status_code=_SEE_OTHER)

    @post("/desk/threads/{thread_id:str}", status_code=_SEE_OTHER)
    async def close_thread(request: Asked) -> Response[Any]:
        thread_id = str(request.path_params["thread_id"])
        moderator, token = await who(request, house)
        fields = await read_desk_form(request, house, token)
        if fields.get("do") not in {"close", "open"}:
            raise Refusal(Code.BAD_FIELD, field="do")
        closed = fields["do"] == "close"
        await house.desk_writers(partial(house.close_thread, thread_id, moderator, closed=closed))
        return Redirect(f"/desk?{urlencode(_place(fields))}", status_code=_SEE_OTHER)

    return [
        *(queue, decide, close_thread),
        *desk_one.routes(house),
        *desk_place.routes(house),
        *desk_modes.routes(house),
        *desk_search.routes(house),
        *desk_door.routes(house),
    ]


def _place(fields: dict[str, str]) -> dict[str, str]:
    """Return the query of the list that a form was on: a long queue is worked from there."""
    return {name: fields[name] for name in ("state", "after", *FILTERS) if fields.get(name)}


def _decide(house: House, moderator: Moderator, comment_id: str, fields: dict[str, str]) -> int:
    """Do what the pressed button says: ``approve``, ``hold``, ``undo`` or ``refuse:<rule>``.

    With ``copies`` it holds for all waiting near copies. Returns on how many was decided.
    """
    what, _, rule = fields.get("do", "").partition(":")
    if what == _UNDO:
        house.moderate.undo(comment_id, moderator)
        return 1
    if what not in _VERDICTS:
        raise Refusal(Code.BAD_FIELD, field="do")
    choice = Choice(verdict=_VERDICTS[what], rule=rule or None, note=fields.get("note"))
    group = fields.get("copies")
    if group:
        entry = house.work_desk.dossier(comment_id, moderator).entry
        if entry is not None and entry.group == group:
            house.moderate.decide(comment_id, choice, moderator)
            return 1 + len(house.moderate.decide_all(group, choice, moderator))
    house.moderate.decide(comment_id, choice, moderator)
    return 1


def _queue_page(request: Asked, house: House, moderator: Moderator, token: str) -> Response[str]:
    query = request.query_params
    state = query.get("state")
    status = Status(state) if state in TABS else Status.HELD
    after = query.get("after") or None
    look = DeskLook(house=house, words=catalogue_for(request, house), moderator=moderator)
    asked = {name: query[name] for name in query}
    if status is Status.HELD:
        counts = house.moderate.counts(moderator)
        shown = desk_list.values(look, asked)
    else:
        if after is not None and not is_id(after):
            raise Refusal(Code.BAD_CURSOR, field="after")
        found, counts = house.moderate.queue(moderator, status=status, limit=PAGE + 1, after=after)
        shown = {
            "items": [
                (look.item(item), None) for item in found[:PAGE] if _is_mine(item, moderator)
            ],
            "more": found[PAGE - 1].stored.comment.id if len(found) > PAGE else None,
            "filter": dict.fromkeys(FILTERS, "") | {"view": query.get("view", "")},
            "kept": kept({"view": query.get("view", "")}),
            "newest": "",
        }
    values = {
        **_common(look, token),
        "state": status.value,
        "tabs": [(tab.value, counts.get(tab, 0), look.many(counts.get(tab, 0))) for tab in TABS],
        **shown,
        "after": after,
        "may_see_refusals": may_somewhere(moderator, Task.REFUSALS),
        "may_issue_keys": may_somewhere(moderator, Task.KEYS),
        "may_set_modes": may_somewhere(moderator, Task.SET_MODE),
        "suggestions": suggested(house, moderator, look.words) if after is None else [],
        "done": _done(look, query.get("done")),
    }
    return views.page("desk/queue.html", look.words, values)


def _is_mine(item: QueueItem, moderator: Moderator) -> bool:
    article = item.thread.article
    return moderator.works_in(article.site_id, article.section_id)


def _done(look: DeskLook, comment_id: str | None) -> Any:  # noqa: ANN401 -- an ItemView or None
    """Return the comment that was just decided, so that the decision can be undone at once."""
    if not comment_id:
        return None
    try:
        item, history = look.house.moderate.item(comment_id, look.moderator)
    except Refusal:
        return None
    return look.item(item, history)


def _item_page(
    request: Asked, house: House, moderator: Moderator, token: str, comment_id: str
) -> Response[str]:
    item, history = house.moderate.item(comment_id, moderator)
    look = DeskLook(house=house, words=catalogue_for(request, house), moderator=moderator)
    values = {
        **_common(look, token),
        "item": look.item(item, history),
        "state": "",
        "after": None,
        "urgency": None,
    }
    return views.page("desk/item.html", look.words, values)


def _common(look: DeskLook, token: str) -> dict[str, Any]:
    return {
        "moderator": look.moderator,
        "rules": look.rules(),
        "form_field": FIELD,
        "form_token": desk_token(token, look.house),
    }
