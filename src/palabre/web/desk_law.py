"""The desk's pages of reports and appeals: what waits, in the order in which it is due.

Both are lists of plain forms. A report is answered by taking the comment away under a rule or by
letting it stay; an appeal is decided with reasons by somebody who did not decide first.
"""

import asyncio
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from litestar import Request, Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.response import Redirect

from palabre.application.answer_report import Reported
from palabre.application.appeal import AUTHOR, Ruling
from palabre.domain.decision import ActorKind
from palabre.domain.errors import Code, Refusal
from palabre.domain.ledger import LineKind
from palabre.domain.person import Moderator
from palabre.domain.report import Finding, number_of
from palabre.domain.waiting import Weight
from palabre.web import views
from palabre.web.desk_door import who
from palabre.web.desk_list import told
from palabre.web.desk_view import DeskLook, ItemView
from palabre.web.errors import words as error_words
from palabre.web.forms import FIELD, desk_token, read_desk_form
from palabre.web.house import Catalogue, House
from palabre.web.languages import catalogue_for
from palabre.web.law import Course, LawCases
from palabre.web.statement_pages import StatementView, statement_view

PAGE = 25
_SEE_OTHER: Final = 303
Asked = Request[Any, Any, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskView:
    """A report or an appeal as the desk shows it, with the comment that it is about."""

    id: str
    number: str
    title: str
    ago: str
    due: str
    is_late: bool
    flagger: str
    why: str
    name: str
    email: str
    others: int
    reasons: tuple[str, ...]
    item: ItemView | None
    statement: StatementView | None = None
    by_author: bool = False
    is_mine: bool = False


def routes(house: House) -> list[HTTPRouteHandler]:
    """Return the handlers; a house without the use cases has none."""
    if house.law is None:
        return []
    pages = DeskLaw(house, house.law)
    return [
        get("/desk/reports")(pages.reports),
        post("/desk/reports/{line_id:str}", status_code=_SEE_OTHER)(pages.answer),
        get("/desk/appeals")(pages.appeals),
        post("/desk/appeals/{line_id:str}", status_code=_SEE_OTHER)(pages.review),
    ]


class DeskLaw:
    """The pages, with the house they stand in."""

    def __init__(self, house: House, law: LawCases) -> None:
        self._house = house
        self._law = law

    async def reports(self, request: Asked) -> Response[Any]:
        """Show the reports that wait."""
        return await self._list(request, LineKind.REPORT)

    async def appeals(self, request: Asked) -> Response[Any]:
        """Show the appeals that wait."""
        return await self._list(request, LineKind.APPEAL)

    async def answer(self, request: Asked) -> Response[Any]:
        """Answer a report: ``keep``, ``unfounded``, or ``remove`` with a rule."""
        moderator, token = await who(request, self._house)
        fields = await read_desk_form(request, self._house, token)
        line_id = str(request.path_params["line_id"])
        do, note = fields.get("do", ""), fields.get("note")
        run = self._house.desk_writers
        if do == "remove":
            rule = fields.get("rule", "")
            await run(self._law.answer.remove, line_id, rule, moderator, note=note)
        elif do in {"keep", "unfounded"}:
            unfounded = do == "unfounded"
            await run(self._law.answer.keep, line_id, moderator, unfounded=unfounded, note=note)
        else:
            raise Refusal(Code.BAD_FIELD, field="do")
        return _back("reports", line_id)

    async def review(self, request: Asked) -> Response[Any]:
        """Decide on an appeal; what was written is not lost to a refusal."""
        moderator, token = await who(request, self._house)
        fields = await read_desk_form(request, self._house, token)
        line_id = str(request.path_params["line_id"])
        finding = fields.get("finding", "")
        if finding not in set(Finding):
            raise Refusal(Code.BAD_FIELD, field="finding", expected=", ".join(Finding))
        ruling = Ruling(
            finding=Finding(finding),
            reasons=fields.get("reasons", ""),
            rule=fields.get("rule") or None,
        )
        try:
            await self._house.desk_writers(self._law.review, line_id, ruling, moderator)
        except Refusal as refusal:
            if refusal.code not in {Code.BAD_FIELD, Code.UNKNOWN_RULE}:
                raise
            return await self._list(request, LineKind.APPEAL, refusal, {**fields, "id": line_id})
        return _back("appeals", line_id)

    async def _list(
        self,
        request: Asked,
        kind: LineKind,
        refusal: Refusal | None = None,
        fields: dict[str, str] | None = None,
    ) -> Response[Any]:
        try:
            moderator, token = await who(request, self._house)
        except Refusal as wrong:
            if wrong.code is not Code.SIGN_IN_REQUIRED:
                raise
            return Redirect("/desk/sign-in", status_code=_SEE_OTHER)
        return await asyncio.to_thread(
            self._page, request, kind, moderator, token, refusal, fields or {}
        )

    def _page(
        self,
        request: Asked,
        kind: LineKind,
        moderator: Moderator,
        token: str,
        refusal: Refusal | None,
        fields: dict[str, str],
    ) -> Response[str]:
        words = catalogue_for(request, self._house)
        look = DeskLook(house=self._house, words=words, moderator=moderator)
        after = request.query_params.get("after") or None
        found, counts = self._law.answer.waiting(moderator, kind, limit=PAGE + 1, after=after)
        name = f"{kind.value}s"
        values = {
            "moderator": moderator,
            "kind": name,
            "counts": {k.value: n for k, n in counts.items()},
            "tasks": [self._view(each, look) for each in found[:PAGE]],
            "more": found[PAGE - 1].waiting.line.id if len(found) > PAGE else None,
            "after": after,
            "done": request.query_params.get("done"),
            "rules": look.rules(),
            "fields": fields,
            "error": error_words(refusal, words) if refusal else None,
            "form_field": FIELD,
            "form_token": desk_token(token, self._house),
        }
        return views.page(f"desk/{name}.html", words, values)

    def _view(self, each: Reported, look: DeskLook) -> TaskView:
        line, words, now = each.waiting.line, look.words, self._house.clock()
        texts = each.words.texts if each.words else {}
        course = self._contested(line.subject) if line.kind is LineKind.APPEAL else None
        is_statement = course is not None and course.line.kind is LineKind.STATEMENT
        title = (
            words.say(f"law.category.{line.content['category']}")
            if line.kind is LineKind.REPORT
            else words.say(f"desk.appeal.{line.content['by']}")
        )
        return TaskView(
            id=line.id,
            number=number_of(line.id),
            title=title,
            ago=words.ago(line.at, now),
            due=words.ago(each.waiting.task.due_at, now),
            is_late=each.waiting.task.due_at < now,
            flagger=str(line.content.get("flagger") or ""),
            why=texts.get("why", ""),
            name=texts.get("name", ""),
            email=texts.get("email", ""),
            others=each.others,
            reasons=_reasons(each, words) if line.kind is LineKind.REPORT else (),
            item=look.item(each.item) if each.item else None,
            statement=statement_view(course.statement, self._law.facts, words, "")
            if course and is_statement
            else None,
            by_author=line.content.get("by") == AUTHOR,
            is_mine=self._decided(line.content.get("decision"), look.moderator),
        )

    def _contested(self, line_id: str | None) -> Course | None:
        with self._law.store.reading() as unit:
            line = unit.ledger.get(line_id or "")
        return self._law.course_of(line) if line else None

    def _decided(self, decision: object, moderator: Moderator) -> bool:
        if not isinstance(decision, str):
            return False
        with self._law.store.reading() as unit:
            found = unit.ledger.decisions([decision]).get(decision)
        return (
            found is not None
            and found.actor.kind is ActorKind.MODERATOR
            and found.actor.id == moderator.id
        )


def _reasons(each: Reported, words: Catalogue) -> tuple[str, ...]:
    """Return why a report stands where it stands, beside its kind and the time it has waited."""
    if each.item is None:
        return ()
    thread, comment = each.item.thread, each.item.stored.comment
    weight = Weight(votes=comment.up + comment.down)
    return (words.count("desk.why.reach", thread.public_count), *told(words, weight))


def _back(name: str, line_id: str) -> Response[Any]:
    return Redirect(f"/desk/{name}?{urlencode({'done': line_id})}", status_code=_SEE_OTHER)
