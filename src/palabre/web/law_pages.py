"""What the pages behind mailed links share: a report's own page, and a statement's.

Their addresses are secrets, so that no other site is told of them.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from litestar import Request, Response

from palabre.application.mail_tokens import Purpose
from palabre.domain.errors import Refusal
from palabre.web import views
from palabre.web.forms import FIELD, form_token, read_form
from palabre.web.house import Catalogue, House
from palabre.web.languages import catalogue_for
from palabre.web.law import Course, LawCases
from palabre.web.law_errors import mistakes_of
from palabre.web.limits import Limiter
from palabre.web.thread_form import FormError

Asked = Request[Any, Any, Any]
# Shows the page: with what was written, and what was wrong with it.
Show = Callable[[Asked, str, tuple[FormError, ...]], Response[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class LawPages:
    """The pages of one ``purpose``, with the house they stand in."""

    house: House
    law: LawCases
    limiter: Limiter
    purpose: Purpose

    def course(self, request: Asked) -> Course:
        """Return what the address leads to; ``link_invalid`` where it is none of ours."""
        token = str(request.path_params["token"])
        return self.law.course(token, self.purpose, self.house.config.secret)

    async def contest(self, request: Asked, show: Show) -> Response[str]:
        """Take an appeal in; what was written is not lost to a refusal."""
        fields = await read_form(request, self.house)
        await self.limiter.hit("report", request)
        course = await asyncio.to_thread(self.course, request)
        why = fields.get("why", "")
        try:
            await self.house.writers(self.law.appeal, course.line.id, why)
        except Refusal as refusal:
            errors = mistakes_of(refusal, catalogue_for(request, self.house))
            return await asyncio.to_thread(show, request, why, errors)
        return await asyncio.to_thread(show, request, "", ())

    def page(self, template: str, words: Catalogue, values: Mapping[str, Any]) -> Response[str]:
        """Return a page with what all of them say."""
        fixed = {
            "site_name": self.law.facts.provider,
            "facts": self.law.facts,
            "token_name": FIELD,
            "form_token": form_token(self.house),
            "privacy_link": f"/privacy?lang={words.lang}" if self.house.privacy else None,
        }
        answer = views.page(template, words, {**fixed, **values})
        answer.headers["Referrer-Policy"] = "same-origin"
        return answer
