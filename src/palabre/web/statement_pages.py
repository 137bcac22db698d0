"""The statement of reasons on a page of its own, and the appeal against it (DSA, Arts. 17, 20).

Its address is the key: it is mailed to the author where an address is known, and the comment's own
page leads there by the author's token.
"""

import asyncio
from dataclasses import dataclass
from typing import Any

from litestar import Request, Response, get, post
from litestar.handlers import HTTPRouteHandler

from palabre.application.law_mail import link_of
from palabre.application.mail_tokens import Purpose
from palabre.application.statements import Statement
from palabre.web.house import Catalogue, House
from palabre.web.languages import catalogue_for
from palabre.web.law import Course, LawCases, LawFacts
from palabre.web.law_pages import LawPages
from palabre.web.limits import Limiter
from palabre.web.thread_form import FormError

Asked = Request[Any, Any, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementView:
    """A statement in words, by the letters of Article 17(3)."""

    what: str
    facts: str
    automation: str
    ground: str
    sentence: str
    redress: tuple[str, ...]
    exempt: str
    moment: str
    link: str


def statement_view(said: Statement, facts: LawFacts, words: Catalogue, link: str) -> StatementView:
    """Return the sentences of a statement, in the language of whoever reads it."""
    until = words.moment(said.until) if said.until else ""
    source = said.source.name.lower()
    found = "machine" if said.automated_detection else "people"
    decided = "machine" if said.automated_decision else "people"
    redress = [words.say("law.redress.here")]
    if facts.dispute_body:
        redress.append(words.say("law.redress.body", body=facts.dispute_body))
    redress.append(words.say("law.redress.court"))
    ground = f"law.ground.{said.ground.value}"
    return StatementView(
        what=words.say(f"law.what.{said.kind}", until=until),
        facts=words.say(f"law.source.{source}"),
        automation=" ".join((words.say(f"law.found.{found}"), words.say(f"law.decided.{decided}"))),
        ground=words.say(ground, reference=said.reference) if said.reference else "",
        sentence=said.sentence,
        redress=tuple(redress),
        exempt=words.say(f"law.exempt.{said.exempt}") if said.exempt else "",
        moment=words.moment(said.at),
        link=link,
    )


def statement_values(house: House, comment_id: str, words: Catalogue) -> dict[str, Any]:
    """Return what a comment's own page shows its author of the reasons: nothing where none are."""
    law = house.law
    course = law.statement_on(comment_id) if law else None
    measure = law.measure_on(comment_id, house.clock()) if law else None

    def view(found: Course | None) -> StatementView | None:
        if law is None or found is None:
            return None
        link = f"{link_of(found.line, house.config.secret)}?lang={words.lang}"
        return statement_view(found.statement, law.facts, words, link)

    return {
        "statement": view(course),
        "course": course,
        "measure": view(measure),
        "measure_course": measure,
    }


def routes(house: House) -> list[HTTPRouteHandler]:
    """Return the handlers; a house without the use cases has none."""
    if house.law is None:
        return []
    pages = StatementPages(house, house.law)
    one = "/statements/{token:str}"
    return [get(one)(pages.show), post(one, status_code=200)(pages.contest)]


class StatementPages:
    """The pages, with the house they stand in."""

    def __init__(self, house: House, law: LawCases) -> None:
        self._house = house
        self._law = law
        self._pages = LawPages(
            house=house, law=law, limiter=Limiter(house), purpose=Purpose.STATEMENT
        )

    async def show(self, request: Asked) -> Response[str]:
        """Show a statement, and what followed."""
        return await asyncio.to_thread(self._page, request)

    async def contest(self, request: Asked) -> Response[str]:
        """Take an appeal in."""
        return await self._pages.contest(request, self._page)

    def _page(
        self, request: Asked, why: str = "", errors: tuple[FormError, ...] = ()
    ) -> Response[str]:
        course = self._pages.course(request)
        said = course.statement
        words = catalogue_for(request, self._house, said.lang)
        values = {
            "statement": statement_view(said, self._law.facts, words, ""),
            "course": course,
            "moment": words.moment,
            "comment_link": f"/comments/{said.comment_id}",
            "why": why,
            "errors": errors,
        }
        return self._pages.page("law/statement_page.html", words, values)
