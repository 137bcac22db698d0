"""The blind check: a comment from the audit sample, and nothing of what was decided on it.

After the answer the moderator learns what the machine did. Where the two differ, the comment's own
page is one link away: an answer here changes nothing by itself.
"""

import asyncio
from typing import Any, Final
from urllib.parse import urlencode

from litestar import Request, Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.response import Redirect

from palabre.application.audit import Audit, Shown
from palabre.application.audit_ports import Audited
from palabre.domain.decision import Verdict
from palabre.domain.errors import Code, Refusal
from palabre.domain.identifier import is_id
from palabre.domain.person import Moderator
from palabre.web import views
from palabre.web.desk_door import who
from palabre.web.desk_view import DeskLook
from palabre.web.forms import FIELD, desk_token, read_desk_form
from palabre.web.house import House
from palabre.web.languages import catalogue_for

_SEE_OTHER: Final = 303
_VERDICTS = {"publish": Verdict.PUBLISH, "refuse": Verdict.REFUSE}
Asked = Request[Any, Any, Any]


def routes(house: House) -> list[HTTPRouteHandler]:
    """Return the handlers."""

    @get("/desk/audit")
    async def page(request: Asked) -> Response[Any]:
        moderator, token = await who(request, house)
        return await asyncio.to_thread(_page, request, house, moderator, token)

    @post("/desk/audit/{decision_id:str}", status_code=_SEE_OTHER)
    async def answer(request: Asked) -> Response[Any]:
        decision_id = str(request.path_params["decision_id"])
        moderator, token = await who(request, house)
        fields = await read_desk_form(request, house, token)
        what, _, rule = fields.get("do", "").partition(":")
        if what == "skip":
            return _onward(after=decision_id)
        if what not in _VERDICTS:
            raise Refusal(Code.BAD_FIELD, field="do")
        audit = Audit(moderate=house.moderate)
        await house.desk_writers(audit.answer, decision_id, _VERDICTS[what], rule, moderator)
        return _onward(answered=decision_id)

    return [page, answer]


def _onward(**query: str) -> Response[Any]:
    return Redirect(f"/desk/audit?{urlencode(query)}", status_code=_SEE_OTHER)


def _page(request: Asked, house: House, moderator: Moderator, token: str) -> Response[str]:
    query = request.query_params
    after = query.get("after")
    if after and not is_id(after):
        raise Refusal(Code.BAD_CURSOR, field="after")
    shown = Audit(moderate=house.moderate).next(moderator, after=after)
    look = DeskLook(house=house, words=catalogue_for(request, house), moderator=moderator)
    values = {
        "moderator": moderator,
        "rules": look.rules(),
        "form_field": FIELD,
        "form_token": desk_token(token, house),
        "case": _case(look, shown) if shown else None,
        "told": _told(look, query.get("answered")),
    }
    return views.page("desk/audit.html", look.words, values)


def _case(look: DeskLook, shown: Shown) -> dict[str, Any]:
    """Return the comment with its surroundings: no state, no finding, no decision."""
    item, words = shown.item, look.words
    stored, parent = item.stored, item.parent
    law = look.house.law
    if law is not None and law.views is not None:
        law.views.note(stored.comment.id, shown.draw.site_id, look.moderator.id)
    guest = words.say("comment.guest")
    return {
        "id": shown.draw.decision_id,
        "name": stored.author.name or guest,
        "text": stored.body.text if stored.body else "",
        "lang": stored.comment.lang,
        "ago": words.ago(stored.comment.created_at, look.house.clock()),
        "title": item.thread.article.title or item.thread.article.url,
        "url": item.thread.article.url,
        "parent_name": (parent.author.name or guest) if parent else None,
        "parent_text": parent.body.text if parent and parent.body else "",
    }


def _told(look: DeskLook, decision_id: str | None) -> dict[str, Any] | None:
    """Return what the machine had decided, to whoever has just answered."""
    if not decision_id:
        return None
    with look.house.moderate.store.reading() as unit:
        found: Audited | None = unit.audits.get(decision_id)
    mine = next(
        (a for a in found.answers if a.moderator_id == look.moderator.id) if found else iter(()),
        None,
    )
    if found is None or mine is None:
        return None
    stopped = found.draw.verdict is not Verdict.PUBLISH
    labels = {rule.id: rule.label for rule in look.rules()}
    named = ", ".join(labels.get(rule, rule) for rule in found.draw.rules)
    verdict = look.words.say(f"desk.verdict.{found.draw.verdict.value}")
    return {
        "same": stopped == mine.is_breach,
        "verdict": f"{verdict} ({named})" if named else verdict,
        "comment_id": found.draw.comment_id,
    }
