"""One comment at a time: the most urgent that nobody reads, with all that is needed to decide.

``GET /desk/one`` takes a lease on what it shows, which ends by itself; nothing else changes. After
a decision the browser is sent back there, and finds the next. All by plain forms.
"""

import asyncio
from typing import Any, Final
from urllib.parse import urlencode

from litestar import Request, Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.response import Redirect

from palabre.application.dossier import Dossier
from palabre.application.work_ports import NoteKind, Waiting
from palabre.domain.comment import Status
from palabre.domain.errors import Code, Refusal
from palabre.domain.identifier import is_id
from palabre.domain.permission import Task, may_do, may_somewhere
from palabre.domain.person import Moderator
from palabre.domain.waiting import Level
from palabre.web import views
from palabre.web.desk_door import who
from palabre.web.desk_list import kept, urgency, wanted_of
from palabre.web.desk_reader import reader_values, set_on_reader
from palabre.web.desk_view import DeskLook
from palabre.web.forms import FIELD, desk_token, read_desk_form
from palabre.web.house import House
from palabre.web.languages import catalogue_for

_SEE_OTHER: Final = 303
_NOTES = {"note": NoteKind.NOTE, "question": NoteKind.QUESTION, "opinion": NoteKind.OPINION}

Asked = Request[Any, Any, Any]


def routes(house: House) -> list[HTTPRouteHandler]:
    """Return the handlers."""

    @get("/desk/one")
    async def one(request: Asked) -> Response[Any]:
        moderator, token = await who(request, house)
        query = request.query_params
        dossier = await house.desk_writers(_next, house, moderator, query)
        return await asyncio.to_thread(_page, request, house, moderator, token, dossier)

    @get("/desk/comments/{comment_id:str}")
    async def comment(request: Asked) -> Response[Any]:
        moderator, token = await who(request, house)
        comment_id = str(request.path_params["comment_id"])
        dossier = await asyncio.to_thread(house.work_desk.dossier, comment_id, moderator)
        return await asyncio.to_thread(_page, request, house, moderator, token, dossier)

    @post("/desk/work/{comment_id:str}", status_code=_SEE_OTHER)
    async def work(request: Asked) -> Response[Any]:
        comment_id = str(request.path_params["comment_id"])
        moderator, token = await who(request, house)
        fields = await read_desk_form(request, house, token)
        await house.desk_writers(_act, house, moderator, comment_id, fields)
        if fields.get("fragment"):
            return Response(None, status_code=204)
        return Redirect(_onward(comment_id, fields), status_code=_SEE_OTHER)

    @post("/desk/readers/{comment_id:str}", status_code=_SEE_OTHER)
    async def reader(request: Asked) -> Response[Any]:
        comment_id = str(request.path_params["comment_id"])
        moderator, token = await who(request, house)
        fields = await read_desk_form(request, house, token)
        await house.desk_writers(set_on_reader, house, moderator, comment_id, fields)
        return Redirect(f"/desk/comments/{comment_id}#reader", status_code=_SEE_OTHER)

    return [one, comment, work, reader]


def _next(house: House, moderator: Moderator, query: Any) -> Dossier | None:  # noqa: ANN401 -- the framework's mapping
    asked = {name: query[name] for name in query}
    wanted = wanted_of(asked, moderator.id)
    if wanted.level is Level.DESK and not may_somewhere(moderator, Task.DECIDE):
        wanted = wanted_of({**asked, "level": Level.LEGAL.value}, moderator.id)
    after = asked.get("after")
    return house.work_desk.next(moderator, wanted, after=after if after and is_id(after) else None)


def _act(house: House, moderator: Moderator, comment_id: str, fields: dict[str, str]) -> None:
    """Do what the pressed button says, beside deciding."""
    desk, what = house.work_desk, fields.get("do", "")
    if what == "claim":
        desk.claim(comment_id, moderator)
    elif what in {"skip", "release"}:
        desk.release(comment_id, moderator)
    elif what in {"escalate", "hand_back"}:
        level = Level.LEGAL if what == "escalate" else Level.DESK
        if fields.get("note", "").strip():
            desk.note(comment_id, NoteKind.NOTE, fields["note"], moderator)
        desk.hand_to(comment_id, level, moderator)
    elif what == "assign":
        desk.assign(comment_id, fields.get("login") or None, moderator)
    elif what in _NOTES:
        desk.note(comment_id, _NOTES[what], fields.get("note", ""), moderator)
    else:
        raise Refusal(Code.BAD_FIELD, field="do")


def _onward(comment_id: str, fields: dict[str, str]) -> str:
    """Return where to go on: to the next comment, or back to this one."""
    what = fields.get("do")
    if what in {"note", "opinion", "assign", "hand_back"}:
        return f"/desk/comments/{comment_id}"
    query = dict(p.split("=", 1) for p in fields.get("kept", "").split("&") if "=" in p)
    if what == "skip":
        query["after"] = comment_id
    if fields.get("from") == "one":
        return f"/desk/one?{urlencode(query)}" if query else "/desk/one"
    return "/desk"


def _page(
    request: Asked, house: House, moderator: Moderator, token: str, dossier: Dossier | None
) -> Response[str]:
    words = catalogue_for(request, house)
    look = DeskLook(house=house, words=words, moderator=moderator)
    query = {name: request.query_params[name] for name in request.query_params}
    values: dict[str, Any] = {
        "moderator": moderator,
        "rules": look.rules(),
        "form_field": FIELD,
        "form_token": desk_token(token, house),
        "dossier": dossier,
        "kept": kept(query),
        "seals": house.law is not None and house.law.evidence is not None,
        "done": _done(look, query.get("done")),
        "state": Status.HELD.value,
        "after": None,
    }
    if dossier is not None:
        values |= _case(look, dossier)
    return views.page("desk/one.html", words, values)


def _case(look: DeskLook, dossier: Dossier) -> dict[str, Any]:
    words, now = look.words, look.house.clock()
    item, article = dossier.item, dossier.item.thread.article
    entry = dossier.entry
    guest = words.say("comment.guest")
    standing = dossier.standing
    may = {
        task.value: may_do(look.moderator, task, article.site_id, article.section_id)
        for task in Task
    }
    legal = entry is not None and entry.level is Level.LEGAL
    return {
        "item": look.item(item, dossier.decisions),
        "urgency": urgency(
            look, Waiting(entry=entry, item=item, group_size=dossier.copies), dossier.names
        )
        if entry
        else None,
        "above": [
            (s.author.name or guest, s.body.text if s.body else words.say("desk.no_words"))
            for s in dossier.above
        ],
        "author": [
            (
                s.comment.id,
                s.comment.status.value,
                words.ago(s.comment.created_at, now),
                s.body.text if s.body else words.say("desk.no_words"),
            )
            for s in dossier.author
        ],
        "standing": [
            words.count(f"desk.author.{name}", n)
            for name, n in (
                ("published", standing.published),
                ("held", standing.held),
                ("refused", standing.refused),
            )
            if n
        ],
        **reader_values(look, dossier, may),
        "notes": [
            (
                words.say(f"desk.notes.kind.{note.kind.value}"),
                dossier.names.get(note.moderator_id, ""),
                words.ago(note.at, now),
                note.text,
            )
            for note in dossier.notes
        ],
        "is_legal": legal,
        "may": may,
        "may_decide": may["decide_escalated" if legal else "decide"],
    }


def _done(look: DeskLook, comment_id: str | None) -> Any:  # noqa: ANN401 -- an ItemView or None
    if not comment_id:
        return None
    try:
        item, history = look.house.moderate.item(comment_id, look.moderator)
    except Refusal:
        return None
    return look.item(item, history)
