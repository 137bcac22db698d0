"""The desk's search over everything, saved filters, second opinions, and what was refused."""

import asyncio
from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.response import Redirect

from palabre.domain.comment import Status
from palabre.domain.errors import Code, Refusal
from palabre.domain.person import Moderator
from palabre.web import views
from palabre.web.desk_door import who
from palabre.web.desk_view import DeskLook
from palabre.web.forms import FIELD, desk_token, read_desk_form
from palabre.web.house import House
from palabre.web.languages import catalogue_for

PAGE = 20
REFUSALS = 200
_SEE_OTHER: Final = 303
_HIGHEST = 2**53

Asked = Request[Any, Any, Any]


def routes(house: House) -> list[HTTPRouteHandler]:
    """Return the handlers."""

    @get("/desk/search")
    async def search(request: Asked) -> Response[Any]:
        moderator, token = await who(request, house)
        return await asyncio.to_thread(_found, request, house, moderator, token)

    @get("/desk/opinions")
    async def opinions(request: Asked) -> Response[Any]:
        moderator, token = await who(request, house)
        return await asyncio.to_thread(_opinions, request, house, moderator, token)

    @get("/desk/refusals")
    async def refusals(request: Asked) -> Response[Any]:
        moderator, token = await who(request, house)
        return await asyncio.to_thread(_refusals, request, house, moderator, token)

    @get("/desk/live")
    async def live(request: Asked) -> dict[str, Any]:
        moderator, _ = await who(request, house)
        return await asyncio.to_thread(_live, request, house, moderator)

    @post("/desk/filters", status_code=_SEE_OTHER)
    async def filters(request: Asked) -> Response[Any]:
        moderator, token = await who(request, house)
        fields = await read_desk_form(request, house, token)
        await house.desk_writers(_filter, house, moderator, fields)
        query = fields.get("kept", "")
        return Redirect(f"/desk?{query}" if query else "/desk", status_code=_SEE_OTHER)

    return [search, opinions, refusals, live, filters]


def _filter(house: House, moderator: Moderator, fields: dict[str, str]) -> None:
    what = fields.get("do")
    if what == "save":
        house.work_desk.save_filter(moderator, fields.get("name", ""), fields.get("kept", ""))
    elif what == "drop":
        house.work_desk.drop_filter(moderator, fields.get("filter", ""))
    else:
        raise Refusal(Code.BAD_FIELD, field="do")


def _found(request: Asked, house: House, moderator: Moderator, token: str) -> Response[str]:
    query = request.query_params
    asked = query.get("q", "").strip()
    state = query.get("state", "")
    status = Status(state) if state in set(Status) else None
    after = query.get("after")
    if after and not (after.isdecimal() and int(after) < _HIGHEST):
        raise Refusal(Code.BAD_CURSOR, field="after")
    found, more = house.work_desk.search(
        moderator, asked, status, limit=PAGE, after=int(after) if after else None
    )
    look = _look(request, house, moderator)
    values = {
        "q": asked,
        "state": status.value if status else "",
        "states": [s.value for s in (Status.HELD, Status.REFUSED, Status.PUBLISHED)],
        "items": [look.item(item) for item in found],
        "more": more,
    }
    return _page("desk/search.html", look, token, values)


def _opinions(request: Asked, house: House, moderator: Moderator, token: str) -> Response[str]:
    look = _look(request, house, moderator)
    found = house.work_desk.asked(moderator, limit=PAGE * 5)
    return _page("desk/opinions.html", look, token, {"items": [look.item(item) for item in found]})


def _refusals(request: Asked, house: House, moderator: Moderator, token: str) -> Response[str]:
    look = _look(request, house, moderator)
    lines, names = house.work_desk.refusals(moderator, limit=REFUSALS)
    shown = [
        (
            look.words.moment(line.at),
            names.get(line.moderator_id, ""),
            f"{line.method} {line.path}",
            look.words.say(f"error.{line.code}.title"),
        )
        for line in lines
    ]
    return _page("desk/refusals.html", look, token, {"lines": shown})


def _live(request: Asked, house: House, moderator: Moderator) -> dict[str, Any]:
    """Return what moves while a moderator reads: how much waits, who reads what, what has come.

    ``fresh`` is a piece of the page (HTML), "" when nothing has come.
    """
    since = request.query_params.get("since")
    live = house.work_desk.live(moderator, since=since)
    counts = {level.value: n for level, n in live.levels.items()}
    fresh = ""
    if live.arrived:
        words = catalogue_for(request, house)
        guest = words.say("comment.guest")
        values = {
            "arrived": live.arrived,
            "lines": [
                (
                    item.stored.comment.id,
                    item.stored.author.name or guest,
                    item.stored.body.text if item.stored.body else words.say("desk.no_words"),
                    item.stored.comment.lang,
                )
                for item in live.newest
            ],
        }
        fresh = views.piece("desk/fresh.html", words, values)
    return {"counts": counts, "readers": live.readers, "fresh": fresh}


def _look(request: Asked, house: House, moderator: Moderator) -> DeskLook:
    return DeskLook(house=house, words=catalogue_for(request, house), moderator=moderator)


def _page(template: str, look: DeskLook, token: str, values: dict[str, Any]) -> Response[str]:
    fixed = {
        "moderator": look.moderator,
        "form_field": FIELD,
        "form_token": desk_token(token, look.house),
    }
    return views.page(template, look.words, {**fixed, **values})
