"""One's own account at the desk: open sessions, passkeys, a new password; and others' sessions.

All by plain forms. What is ended is ended at once in every process (``application/sessions``).
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import structlog
from litestar import Request, Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.response import Redirect

from palabre.application.sessions import OpenSession, Sessions
from palabre.domain.errors import Code, Refusal
from palabre.domain.permission import Task, may_somewhere
from palabre.domain.person import Moderator
from palabre.web import errors, views
from palabre.web.desk_door import who
from palabre.web.device import device
from palabre.web.forms import FIELD, desk_token, read_desk_form
from palabre.web.house import Catalogue, House
from palabre.web.languages import catalogue_for
from palabre.web.limits import Limiter

_SEE_OTHER: Final = 303
_DONE: Final = frozenset({"ended", "password", "passkey", "dropped"})
_log = structlog.get_logger("palabre")
Asked = Request[Any, Any, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionView:
    """A session as a page shows it."""

    handle: str
    name: str
    login: str
    device: str
    way: str
    begun: str
    seen: str
    ends: str
    is_this: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PasskeyView:
    """A passkey as the page shows it."""

    key: str
    name: str
    made: str
    used: str


def routes(house: House) -> list[HTTPRouteHandler]:
    """Return the handlers."""
    pages = DeskAccount(house)
    return [
        get("/desk/account")(pages.account),
        post("/desk/account", status_code=_SEE_OTHER)(pages.act),
        get("/desk/sessions")(pages.sessions),
        post("/desk/sessions", status_code=_SEE_OTHER)(pages.end),
    ]


class DeskAccount:
    """The pages, with the house they stand in."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._cases = Sessions(sign_in=house.sign_in)
        self._limiter = Limiter(house)

    async def account(self, request: Asked) -> Response[Any]:
        """Show one's own sessions."""
        moderator, token = await who(request, self._house)
        return await asyncio.to_thread(self._account, request, moderator, token)

    async def act(self, request: Asked) -> Response[Any]:
        """End a session, all others, or take a new password; what was wrong is said on the page."""
        moderator, token = await who(request, self._house)
        fields = await read_desk_form(request, self._house, token)
        run, do, done = self._house.desk_writers, fields.get("do", ""), "ended"
        if do.startswith("end:"):
            await run(self._cases.end_own, moderator, do.removeprefix("end:"))
        elif do == "others":
            await run(self._cases.end_others, moderator, token)
        elif do.startswith("drop:") and self._house.passkeys is not None:
            done = "dropped"
            await run(self._house.passkeys.drop, moderator, do.removeprefix("drop:"))
        elif do in {"password", "passkey"}:
            done = do
            try:
                await self._limiter.hit("sign_in", request)
                await run(self._take, moderator, token, fields)
            except Refusal as refusal:
                return await asyncio.to_thread(self._account, request, moderator, token, refusal)
        else:
            raise Refusal(Code.BAD_FIELD, field="do")
        return Redirect(f"/desk/account?done={done}", status_code=_SEE_OTHER)

    def _take(self, moderator: Moderator, token: str, fields: dict[str, str]) -> None:
        """Take a new password, or a passkey that the browser has made."""
        passkeys = self._house.passkeys
        if fields["do"] == "passkey" and passkeys is not None:
            answered = fields.get("credential", ""), fields.get("challenge", "")
            passkeys.add(moderator, token, *answered, name=fields.get("name", ""))
        else:
            old, new = fields.get("old", ""), fields.get("password", "")
            self._cases.change_password(moderator, token, old, new)

    async def sessions(self, request: Asked) -> Response[Any]:
        """Show the sessions of all accounts that this one manages."""
        moderator, token = await who(request, self._house)
        return await asyncio.to_thread(self._everybody, request, moderator, token)

    async def end(self, request: Asked) -> Response[Any]:
        """End somebody's session."""
        moderator, token = await who(request, self._house)
        fields = await read_desk_form(request, self._house, token)
        do = fields.get("do", "")
        whose = await self._house.desk_writers(self._cases.end, moderator, do.removeprefix("end:"))
        if whose is not None:
            _log.info("session_ended", by=moderator.id, account=whose)
        return Redirect("/desk/sessions?done=ended", status_code=_SEE_OTHER)

    def _account(
        self, request: Asked, moderator: Moderator, token: str, refusal: Refusal | None = None
    ) -> Response[str]:
        words = catalogue_for(request, self._house)
        values = {
            **self._common(request, moderator, token),
            "sessions": self._views(self._cases.own(moderator, token), words),
            "others": may_somewhere(moderator, Task.ACCOUNTS),
            **self._passkeys(request, moderator, token, words),
            "error": errors.words(refusal, words) if refusal else None,
        }
        answer = views.page("desk/account.html", words, values)
        if refusal is not None:
            answer.status_code = errors.STATUS[refusal.code]
            answer.headers.update(errors.headers(refusal))
        return answer

    def _passkeys(
        self, request: Asked, moderator: Moderator, token: str, words: Catalogue
    ) -> dict[str, Any]:
        cases, now = self._house.passkeys, self._house.clock()
        return {
            "passkey": cases.offer_new(moderator, token) if cases else None,
            "passkey_name": device(request.headers.get("user-agent", "")),
            "passkeys": [
                PasskeyView(
                    key=each.key,
                    name=each.name or words.say("desk.sessions.device.unknown"),
                    made=words.moment(each.created_at),
                    used=words.ago(each.used_at, now) if each.used_at else "",
                )
                for each in (cases.of(moderator) if cases else ())
            ],
        }

    def _everybody(self, request: Asked, moderator: Moderator, token: str) -> Response[str]:
        words = catalogue_for(request, self._house)
        found = self._cases.everybody(moderator, token)
        values = {
            **self._common(request, moderator, token),
            "sessions": self._views(found, words),
        }
        return views.page("desk/sessions.html", words, values)

    def _common(self, request: Asked, moderator: Moderator, token: str) -> dict[str, Any]:
        done = request.query_params.get("done", "")
        return {
            "moderator": moderator,
            "done": done if done in _DONE else "",
            "form_field": FIELD,
            "form_token": desk_token(token, self._house),
        }

    def _views(self, found: Sequence[OpenSession], words: Catalogue) -> list[SessionView]:
        now = self._house.clock()
        return [
            SessionView(
                handle=each.handle,
                name=each.name,
                login=each.login,
                device=each.device or words.say("desk.sessions.device.unknown"),
                way=words.say(f"desk.sessions.way.{each.way.value}"),
                begun=words.moment(each.created_at),
                seen=words.ago(each.seen_at, now),
                ends=words.moment(each.expires_at),
                is_this=each.is_this,
            )
            for each in found
        ]
