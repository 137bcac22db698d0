"""The door of the desk: moderators sign in and out. Works by plain forms."""

import asyncio
from functools import partial
from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.datastructures import Cookie
from litestar.handlers import HTTPRouteHandler
from litestar.response import Redirect

from palabre.domain.errors import Refusal
from palabre.domain.person import Moderator
from palabre.web import errors, views
from palabre.web.device import device
from palabre.web.forms import FIELD, form_token, read_desk_form, read_form
from palabre.web.house import House
from palabre.web.languages import catalogue_for
from palabre.web.limits import Limiter
from palabre.web.visitors import NEWSROOM_COOKIE

COOKIE = "palabre_desk"

_SEE_OTHER: Final = 303

Asked = Request[Any, Any, Any]


def routes(house: House) -> list[HTTPRouteHandler]:
    """Return the handlers of the door."""
    limiter = Limiter(house)

    @get("/desk/sign-in")
    async def door(request: Asked) -> Response[Any]:
        return door_page(request, house)

    @post("/desk/sign-in", status_code=_SEE_OTHER)
    async def sign_in(request: Asked) -> Response[Any]:
        fields = await read_form(request, house)
        login = fields.get("login", "")
        try:
            await limiter.hit("sign_in", request)
            agent = device(request.headers.get("user-agent", ""))
            if fields.get("credential") and house.passkeys is not None:
                show = partial(house.passkeys.enter, device=agent)
                answered = fields["credential"], fields.get("challenge", "")
                token = await house.desk_writers(show, *answered)
            else:
                enter = partial(house.sign_in, device=agent)
                token = await house.desk_writers(enter, login, fields.get("password", ""))
        except Refusal as refusal:
            return door_page(request, house, login=login, refusal=refusal)
        answer = Redirect("/desk", status_code=_SEE_OTHER)
        answer.cookies.append(session_cookie(token, house))
        return answer

    @post("/desk/sign-out", status_code=_SEE_OTHER)
    async def sign_out(request: Asked) -> Response[Any]:
        _, token = await who(request, house)
        await read_desk_form(request, house, token)
        await house.desk_writers(house.sign_in.out, token)
        answer = Redirect("/desk/sign-in", status_code=_SEE_OTHER)
        answer.delete_cookie(COOKIE, path="/desk")
        answer.delete_cookie(NEWSROOM_COOKIE, path="/")
        return answer

    return [door, sign_in, sign_out]


async def who(request: Asked, house: House) -> tuple[Moderator, str]:
    """Return who is signed in, with the session's token; or refuse with ``sign_in_required``."""
    token = request.cookies.get(COOKIE, "")
    return await asyncio.to_thread(house.sign_in.who, token), token


def door_page(
    request: Asked, house: House, *, login: str = "", refusal: Refusal | None = None
) -> Response[str]:
    """Return the door; ``refusal`` is said on it."""
    words = catalogue_for(request, house)
    title, remedy = errors.words(refusal, words) if refusal else ("", "")
    values = {
        "login": login,
        "title": title,
        "remedy": remedy,
        "passkey": house.passkeys.offer() if house.passkeys else None,
        "sign_on": house.desk_door is not None,
        "form_field": FIELD,
        "form_token": form_token(house),
    }
    answer = views.page("desk/sign_in.html", words, values)
    if refusal is not None:
        answer.status_code = errors.STATUS[refusal.code]
        answer.headers.update(errors.headers(refusal))
    return answer


def session_cookie(token: str, house: House) -> Cookie:
    """Return the cookie that keeps somebody signed in."""
    # Sent to the desk alone, and never along with a request that another site started.
    return Cookie(
        key=COOKIE,
        value=token,
        path="/desk",
        max_age=int(house.config.session_length.total_seconds()),
        httponly=True,
        secure=house.config.base_url.startswith("https:"),
        samesite="strict",
    )
