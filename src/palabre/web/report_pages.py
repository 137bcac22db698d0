"""Reporting a comment, for anybody: a page without script or account, and a call (DSA, Art. 16).

What is sent gets a number at once, and by mail where an address is given. Its page, which only the
link opens, says what became of it, and takes an appeal (Art. 20).
"""

import asyncio
import re
from dataclasses import dataclass
from typing import Any

from litestar import Request, Response, get, post
from litestar.handlers import HTTPRouteHandler

from palabre.application.law_mail import link_of
from palabre.application.mail_tokens import Purpose
from palabre.application.read_thread import Located
from palabre.application.report_comment import MAX_WHY
from palabre.domain.comment import Status
from palabre.domain.errors import Code, Refusal
from palabre.domain.ledger import Line
from palabre.domain.person import ANYBODY
from palabre.domain.report import Category, Report, number_of
from palabre.web import answers
from palabre.web.forms import read_form
from palabre.web.house import House
from palabre.web.intake import read_json
from palabre.web.languages import catalogue_for
from palabre.web.law import LawCases
from palabre.web.law_errors import mistakes_of
from palabre.web.law_pages import LawPages
from palabre.web.limits import Limiter
from palabre.web.security import framed_by, registered_origins
from palabre.web.thread_form import FormError
from palabre.web.wire_law import ReportBody, ReportedOut

Asked = Request[Any, Any, Any]
_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_KEPT = ("why", "name", "email", "category", "others")


@dataclass(frozen=True, slots=True)
class _Page:
    """What the form was filled with, and what was wrong with it."""

    fields: dict[str, str]
    errors: tuple[FormError, ...] = ()
    lines: tuple[Line, ...] = ()


def routes(house: House) -> list[HTTPRouteHandler]:
    """Return the handlers; a house without the use cases has none."""
    if house.law is None:
        return []
    pages = ReportPages(house, house.law)
    one = "/reports/{token:str}"
    return [
        get("/report")(pages.form),
        post("/report", status_code=200)(pages.send),
        post("/api/v1/comments/{comment_id:str}/report", status_code=201)(pages.call),
        get(one)(pages.state),
        post(one, status_code=200)(pages.contest),
    ]


class ReportPages:
    """The pages, with the house they stand in."""

    def __init__(self, house: House, law: LawCases) -> None:
        self._house = house
        self._law = law
        self._limiter = Limiter(house)
        self._pages = LawPages(house=house, law=law, limiter=self._limiter, purpose=Purpose.REPORT)

    async def form(self, request: Asked) -> Response[str]:
        """Show the form; the address names the comment, which is quoted above it."""
        return await asyncio.to_thread(self._form, request, _Page({}))

    async def send(self, request: Asked) -> Response[str]:
        """Take a report in; whatever is wrong is said beside what was written."""
        fields: dict[str, str] = {}
        try:
            fields = await read_form(request, self._house)
            await self._limiter.hit("report", request)
            words = catalogue_for(request, self._house, fields.get("lang"))
            report = _report_of(fields, request.query_params, words.lang)
            lines = await self._house.writers(self._law.report, report)
        except Refusal as refusal:
            if refusal.code in {Code.FORGED_REQUEST, Code.UNKNOWN_COMMENT}:
                raise
            words = catalogue_for(request, self._house, fields.get("lang"))
            page = _Page(fields, mistakes_of(refusal, words))
            return await asyncio.to_thread(self._form, request, page)
        return await asyncio.to_thread(self._form, request, _Page(fields, lines=tuple(lines)))

    async def call(self, request: Asked) -> Response[bytes]:
        """Take a report in from a program: the element, or another client."""
        body = await read_json(request, ReportBody)
        await self._limiter.hit("report", request)
        report = Report(
            comment_ids=(str(request.path_params["comment_id"]),),
            category=Category(body.category),
            why=body.why,
            name=body.name,
            email=body.email,
            in_good_faith=body.good_faith,
            lang=catalogue_for(request, self._house, body.lang).lang,
        )
        line = (await self._house.writers(self._law.report, report))[0]
        out = ReportedOut(
            number=number_of(line.id),
            link=f"{self._house.config.base_url}{link_of(line, self._house.config.secret)}",
        )
        return answers.private(out, status=201)

    async def state(self, request: Asked) -> Response[str]:
        """Show what became of a report."""
        return await asyncio.to_thread(self._state, request)

    async def contest(self, request: Asked) -> Response[str]:
        """Take an appeal in."""
        return await self._pages.contest(request, self._state)

    def _form(self, request: Asked, page: _Page) -> Response[str]:
        comment_id = request.query_params.get("comment", "")
        found = self._found(comment_id)
        lang = found.thread.article.lang if found else self._house.config.lang
        words = catalogue_for(request, self._house, page.fields.get("lang") or lang)
        values = {
            "comment": found.stored if found else None,
            "article": found.thread.article if found else None,
            "categories": [c.value for c in Category],
            "fields": {name: page.fields.get(name, "") for name in _KEPT},
            "ticked": page.fields.get("good_faith") == "yes",
            "errors": page.errors,
            "numbers": [number_of(line.id) for line in page.lines],
            "links": [link_of(line, self._house.config.secret) for line in page.lines],
            "max_why": MAX_WHY,
            "guest": words.say("comment.guest"),
            "within": self._law.report.within.total_seconds() // 3600,
            "sends_mail": self._law.facts.sends_mail,
        }
        answer = self._pages.page("law/report.html", words, values)
        framed_by(answer, found.site.origins if found else registered_origins(self._house))
        return answer

    def _found(self, comment_id: str) -> Located | None:
        """Return the comment that a report is about; None: the form asks for its address."""
        if not comment_id:
            return None
        found, _ = self._house.read.comment(comment_id, ANYBODY)
        return found if found.comment.status is Status.PUBLISHED else None

    def _state(
        self, request: Asked, why: str = "", errors: tuple[FormError, ...] = ()
    ) -> Response[str]:
        course = self._pages.course(request)
        words = catalogue_for(request, self._house, str(course.line.content["lang"]))
        values = {
            "course": course,
            "number": number_of(course.line.id),
            "comment_link": f"/comments/{course.line.comment_id}",
            "moment": words.moment,
            "errors": errors,
            "why": why,
        }
        return self._pages.page("law/reported.html", words, values)


def _report_of(fields: dict[str, str], query: Any, lang: str) -> Report:  # noqa: ANN401 -- a mapping
    category = fields.get("category", "")
    if category not in set(Category):
        raise Refusal(Code.BAD_FIELD, field="category")
    named = [query.get("comment", ""), *fields.get("others", "").split()]
    return Report(
        comment_ids=tuple(comment_in(each) for each in named if each),
        category=Category(category),
        why=fields.get("why", ""),
        name=fields.get("name"),
        email=fields.get("email"),
        in_good_faith=fields.get("good_faith") == "yes",
        lang=lang,
        flagger=query.get("flagger"),
    )


def comment_in(address: str) -> str:
    """Return the comment that an address leads to: its own page, or its place in a thread."""
    found = _ID.findall(address.lower())
    if not found:
        raise Refusal(Code.BAD_FIELD, field="others")
    return str(found[-1])
