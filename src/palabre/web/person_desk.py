"""The desk's page for written requests: the same rights, carried out by an administrator.

A request arrives on paper; whoever carries it out names its reference, which stands in the record.
Searching is a form sent by POST, so that no address comes to lie in a log or a browser's history.
"""

import asyncio
from datetime import UTC, datetime
from typing import Any

from litestar import Request, Response, get, post
from litestar.handlers import HTTPRouteHandler

from palabre.application.incoming import MAX_EMAIL
from palabre.application.person import Person, Scope, of_address, of_tokens
from palabre.domain.errors import Code, Refusal
from palabre.domain.permission import Task, may_everywhere
from palabre.domain.person import Moderator, Viewer
from palabre.web import views
from palabre.web.desk_door import who
from palabre.web.forms import FIELD, desk_token, read_desk_form
from palabre.web.house import House, OwnData
from palabre.web.languages import catalogue_for
from palabre.web.own_data import scope_of

Asked = Request[Any, Any, Any]


def routes(house: House) -> list[HTTPRouteHandler]:
    """Return the handlers; a house without a register has none."""
    if house.privacy is None:
        return []
    page = PersonDesk(house, house.privacy)
    return [get("/desk/person")(page.empty), post("/desk/person", status_code=200)(page.act)]


class PersonDesk:
    """The page, with the house it stands in."""

    def __init__(self, house: House, cases: OwnData) -> None:
        self._house = house
        self._cases = cases

    async def empty(self, request: Asked) -> Response[str]:
        """Ask whom the request is about."""
        _, token = await self._who(request)
        return self._page(request, token, {})

    async def act(self, request: Asked) -> Response[str]:
        """Look up, erase, or hold."""
        moderator, token = await self._who(request)
        fields = await read_desk_form(request, self._house, token)
        values: dict[str, Any] = {"fields": fields}
        if fields.get("do") == "hold":
            values["held"] = await self._house.desk_writers(self._hold, fields, moderator)
        else:
            person = await asyncio.to_thread(self._person, fields, moderator)
            if fields.get("do") == "erase":
                values["erased"] = await self._house.desk_writers(
                    self._erase, person, fields, moderator
                )
            values["found"] = await asyncio.to_thread(self._cases.export, person)
        return self._page(request, token, values)

    def _erase(self, person: Person, fields: dict[str, str], moderator: Moderator) -> object:
        if fields.get("sure") != "yes":
            raise Refusal(Code.BAD_FIELD, field="sure", expected="yes")
        reference = fields.get("reference", "").strip()
        if not reference:
            raise Refusal(Code.BAD_FIELD, field="reference")
        scope, comment = scope_of(fields)
        asked_by = f"{moderator.login}: {reference}"[:200]
        return self._cases.erase(person, scope, comment_id=comment, asked_by=asked_by)

    def _hold(self, fields: dict[str, str], moderator: Moderator) -> object:
        try:
            until = datetime.fromisoformat(fields.get("until", "")).replace(tzinfo=UTC)
        except ValueError:
            raise Refusal(Code.BAD_FIELD, field="until", expected="2026-12-31") from None
        return self._cases.hold.place(
            fields.get("comment", "").strip(),
            reason=fields.get("reference", ""),
            until=until,
            placed_by=moderator.login,
        )

    def _person(self, fields: dict[str, str], moderator: Moderator) -> Person:
        """Return who has the address, and who wrote the comment."""
        address, comment_id = fields.get("address", "").strip(), fields.get("comment", "").strip()
        person = Person()
        viewer = Viewer(moderator=moderator)
        if address and len(address) <= MAX_EMAIL:
            person |= of_address(address, self._house.config.secret)
        if comment_id:
            located, _ = self._house.read.comment(comment_id, viewer)
            person |= of_tokens(located.comment.author_key, None)
        if not person.is_known:
            raise Refusal(Code.BAD_FIELD, field="address")
        return person

    async def _who(self, request: Asked) -> tuple[Moderator, str]:
        moderator, token = await who(request, self._house)
        # Somebody's data is not of one site: the administrator of one alone may not.
        if not may_everywhere(moderator, Task.PERSON):
            raise Refusal(Code.NOT_PERMITTED, task=Task.PERSON.value)
        return moderator, token

    def _page(self, request: Asked, token: str, values: dict[str, Any]) -> Response[str]:
        words = catalogue_for(request, self._house)
        fixed: dict[str, Any] = {
            "fields": {},
            "found": None,
            "erased": None,
            "held": None,
            "scopes": [s.value for s in Scope if s is not Scope.COMMENT],
            "form_field": FIELD,
            "form_token": desk_token(token, self._house),
        }
        return views.page("desk/person.html", words, {**fixed, **values})
