"""/my-data: a reader without an account sees, takes along and erases what is held on them.

They show who they are by a link that was mailed to their address, or by the tokens of the browser
they wrote in ("here"); both together where they have both. A look changes nothing; erasing takes a
form of ours and a tick that nobody set for them.
"""

import asyncio
import json
from typing import Any

from litestar import Request, Response, get, post
from litestar.handlers import HTTPRouteHandler

from palabre.application.export_person import Json
from palabre.application.person import Person, Scope, of_tokens
from palabre.application.person_ports import Erased
from palabre.domain.errors import Code, Refusal
from palabre.web import views
from palabre.web.forms import FIELD, form_token, read_form
from palabre.web.house import Catalogue, House, OwnData
from palabre.web.languages import catalogue_for
from palabre.web.limits import Limiter
from palabre.web.visitors import AUTHOR_COOKIE, VOTER_COOKIE, viewer_of

HERE = "here"
Asked = Request[Any, Any, Any]


def routes(house: House) -> list[HTTPRouteHandler]:
    """Return the handlers; a house without a register has none."""
    if house.privacy is None:
        return []
    pages = OwnDataPages(house, house.privacy)
    one = "/my-data/{token:str}"
    return [
        get("/my-data")(pages.door),
        post("/my-data", status_code=200)(pages.ask),
        get(one)(pages.found),
        post(one, status_code=200)(pages.erase),
        get(f"{one}/export.json")(pages.as_json),
        get(f"{one}/export.html")(pages.as_html),
    ]


class OwnDataPages:
    """The pages, with the house they stand in."""

    def __init__(self, house: House, cases: OwnData) -> None:
        self._house = house
        self._cases = cases
        self._limiter = Limiter(house)

    async def door(self, request: Asked) -> Response[str]:
        """Ask for an address, or lead to what this browser shows."""
        return self._door(request, asked=False)

    async def ask(self, request: Asked) -> Response[str]:
        """Have the link mailed; the answer is the same whether anything is held or not."""
        if self._cases.ask is None:
            raise Refusal(Code.MAIL_OFF)
        fields = await read_form(request, self._house)
        await self._limiter.hit("subscribe", request)
        lang = self._words(request).lang
        site = self._house.sites()[0]
        await self._house.writers(self._cases.ask, fields.get("email"), site, lang)
        return self._door(request, asked=True)

    async def found(self, request: Asked) -> Response[str]:
        """Show what is held."""
        person = await asyncio.to_thread(self._person, request)
        export = await asyncio.to_thread(self._cases.export, person)
        values = {"found": export, "here": request.scope["path"]}
        return self._page("my_data/found.html", request, values)

    async def erase(self, request: Asked) -> Response[str]:
        """Erase what was chosen, once the reader has said that they are sure."""
        fields = await read_form(request, self._house)
        await self._limiter.hit("edit", request)
        if "let_go" in fields:
            mine = await asyncio.to_thread(self._person, request)
            pseudonyms = self._cases.pseudonyms
            await self._house.writers(pseudonyms.let_go, mine, fields["let_go"])
            return await self.found(request)
        if fields.get("sure") != "yes":
            raise Refusal(Code.BAD_FIELD, field="sure", expected="yes")
        scope, comment = scope_of(fields)
        person = await asyncio.to_thread(self._person, request)
        erased: Erased = await self._house.writers(
            lambda: self._cases.erase(person, scope, comment_id=comment)
        )
        answer = self._page("my_data/erased.html", request, {"erased": erased})
        if scope is not Scope.COMMENT:
            # The tokens open nothing any more.
            for name in (AUTHOR_COOKIE, VOTER_COOKIE):
                answer.delete_cookie(name)
        return answer

    async def as_json(self, request: Asked) -> Response[bytes]:
        """Give everything to take along, for machines."""
        export = await self._export(request)
        content = json.dumps(export, ensure_ascii=False, indent=1).encode()
        return Response(content, media_type="application/json", headers=_file("json"))

    async def as_html(self, request: Asked) -> Response[str]:
        """Give everything to take along, to be read."""
        export = await self._export(request)
        answer = self._page("my_data/export.html", request, {"found": export})
        answer.headers.update(_file("html"))
        return answer

    async def _export(self, request: Asked) -> Json:
        person = await asyncio.to_thread(self._person, request)
        return await asyncio.to_thread(self._cases.export, person)

    def _person(self, request: Asked) -> Person:
        viewer = viewer_of(request, self._house)
        here = of_tokens(viewer.author_key, viewer.voter_key)
        token = str(request.path_params["token"])
        if token == HERE:
            return here
        if self._cases.ask is None:
            raise Refusal(Code.LINK_INVALID)
        return self._cases.ask.person(token) | here

    def _door(self, request: Asked, *, asked: bool) -> Response[str]:
        viewer = viewer_of(request, self._house)
        values = {
            "asked": asked,
            "sends_mail": self._cases.ask is not None,
            "contact": self._cases.register.keeping.contact,
            "knows": viewer.author_key is not None or viewer.voter_key is not None,
            "here": f"/my-data/{HERE}",
        }
        return self._page("my_data/door.html", request, values)

    def _words(self, request: Asked) -> Catalogue:
        return catalogue_for(request, self._house, self._house.config.lang)

    def _page(self, template: str, request: Asked, values: dict[str, Any]) -> Response[str]:
        words = self._words(request)
        fixed = {
            "site_name": self._cases.register.keeping.controller,
            "token_name": FIELD,
            "form_token": form_token(self._house),
            "privacy_link": f"/privacy?lang={words.lang}",
            "moment": words.moment,
        }
        answer = views.page(template, words, {**fixed, **values})
        # The path is the key: no other site may be told of it.
        answer.headers["Referrer-Policy"] = "same-origin"
        return answer


def scope_of(fields: dict[str, str]) -> tuple[Scope, str | None]:
    """Return what a form wants erased: ``scope`` is one of the scopes, or ``comment:<id>``."""
    name, _, comment = fields.get("scope", "").partition(":")
    if name not in set(Scope):
        raise Refusal(Code.BAD_FIELD, field="scope", expected=", ".join(Scope))
    return Scope(name), comment or None


def _file(ending: str) -> dict[str, str]:
    return {
        "Cache-Control": views.PRIVATE,
        "Content-Disposition": f'attachment; filename="palabre-data.{ending}"',
        "Referrer-Policy": "same-origin",
    }
