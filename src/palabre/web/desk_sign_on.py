"""The publisher's own sign-on as a way to the desk: OpenID Connect, by the module readers use.

Whoever comes back is the account whose login is the claim that the settings name; nobody gets an
account by coming. The provider says who it is; what they may do stands in this house.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from litestar import Request, Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.response import Redirect

from palabre.application.stored import Way
from palabre.domain.errors import Code, Refusal
from palabre.web import views
from palabre.web.desk_door import door_page, session_cookie
from palabre.web.device import device
from palabre.web.house import House
from palabre.web.languages import catalogue_for
from palabre.web.limits import Limiter
from palabre.web.oidc import Provider
from palabre.web.oidc_attempt import Attempts, attempt_cookie

PATH: Final = "/desk/sign-on"
BACK: Final = "/desk/sign-on/back"
COOKIE: Final = "palabre_desk_sign_on"
_FOUND: Final = 302
Asked = Request[Any, Any, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskDoor:
    """The provider, what seals attempts, and the ``claim`` that is the login here."""

    provider: Provider
    attempts: Attempts
    claim: str


def routes(house: House) -> list[HTTPRouteHandler]:
    """Return the handlers; a house without a provider for its desk has none."""
    if house.desk_door is None:
        return []
    pages = DeskSignOn(house, house.desk_door)
    return [get(PATH)(pages.leave), get(BACK)(pages.back)]


class DeskSignOn:
    """The way out and the way back."""

    def __init__(self, house: House, door: DeskDoor) -> None:
        self._house = house
        self._door = door
        self._limiter = Limiter(house)

    async def leave(self, request: Asked) -> Response[Any]:
        """Send the browser to the provider."""
        try:
            await self._limiter.hit("sign_in", request)
            location, attempt = await asyncio.to_thread(self._door.provider.begin)
        except Refusal as refusal:
            return door_page(request, self._house, refusal=refusal)
        answer = Redirect(location, status_code=_FOUND)
        answer.cookies.append(self._cookie(self._door.attempts.seal(attempt)))
        return answer

    async def back(self, request: Asked) -> Response[Any]:
        """Let in whom the provider names, if there is such an account."""
        query = {name: request.query_params[name] for name in request.query_params}
        sealed = request.cookies.get(COOKIE, "")
        agent = device(request.headers.get("user-agent", ""))
        try:
            await self._limiter.hit("sign_in", request)
            login = await asyncio.to_thread(self._login, sealed, query)
            enter = partial(self._house.sign_in.vouched, way=Way.SIGN_ON, device=agent)
            token = await self._house.desk_writers(enter, login)
        except Refusal as refusal:
            answer: Response[Any] = door_page(request, self._house, refusal=refusal)
        else:
            # A page, not a redirect: the session's cookie is Strict, and a browser does not send it
            # along a chain that another site began.
            answer = views.page("desk/signed_on.html", catalogue_for(request, self._house), {})
            answer.cookies.append(session_cookie(token, self._house))
        answer.cookies.append(self._cookie(""))
        return answer

    def _login(self, sealed: str, query: Mapping[str, str]) -> str:
        attempt, _ = self._door.attempts.open(sealed)
        claims = self._door.provider.finish(attempt, query)
        login = claims.get(self._door.claim)
        # An address that the provider has not seen answered is anybody's to claim.
        if self._door.claim == "email" and claims.get("email_verified") is not True:
            login = None
        if not isinstance(login, str) or not login.strip():
            raise Refusal(Code.SIGN_ON_INVALID)
        return login

    def _cookie(self, value: str) -> Any:  # noqa: ANN401 -- the framework's cookie
        secure = self._house.config.base_url.startswith("https:")
        return attempt_cookie(COOKIE, value, path=PATH, secure=secure)
