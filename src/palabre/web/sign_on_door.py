"""Readers sign in at their paper by OpenID Connect, and come back to the thread under their name.

For papers that have accounts and a provider, but nobody to sign tokens on each page. All by plain
links and redirects; the only cookies are set after the reader asked to sign in. What the provider
says becomes a token of the kind that a site signs itself (``sign_on``), with a key of the house's
own, so that everything else about members is the same.
"""

import asyncio
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

import jwt
from litestar import Request, Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.response import Redirect

from palabre.domain.errors import Code, Refusal
from palabre.web.house import House
from palabre.web.limits import Limiter
from palabre.web.links import Place
from palabre.web.oidc import Provider
from palabre.web.oidc_attempt import Attempts, attempt_cookie
from palabre.web.sign_on import MAX_BADGE, SignOnKey, member_cookie

BACK = "/sign-on/back"
# The name that the provider says, the first that there is (OpenID Connect Core, section 5.1).
_NAMES: Final = ("nickname", "name", "preferred_username", "given_name")
_LIFE: Final = timedelta(hours=12)
_COOKIE: Final = "palabre_attempt"
_SEE_OTHER: Final = 303

Asked = Request[Any, Any, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """The way in for one site. ``staff`` and ``badge``: claims, see ``docs/how-to/sign-on.md``.

    ``staff`` is a claim with the value that marks the newsroom ("groups", "newsroom").
    """

    provider: Provider
    key: SignOnKey
    staff: tuple[str, str] | None = None
    badge: str | None = None


def house_key(site_id: str, secret: bytes) -> SignOnKey:
    """Return the key by which the house signs what a provider told it of a site's readers."""
    key = hmac.new(secret, f"palabre.sign-on|{site_id}".encode(), hashlib.sha256).digest()
    return SignOnKey(site_id=site_id, kid=f"palabre:{site_id}", algorithm="HS256", key=key)


def token_of(door: Door, claims: Mapping[str, Any], now: datetime) -> str:
    """Return the token of a member from a provider's claims, or refuse (``sign_on_invalid``)."""
    issuer = door.provider.client.issuer
    subject = hashlib.sha256(f"{issuer}|{claims['sub']}".encode()).hexdigest()
    said = (claims.get(name) for name in _NAMES)
    name = next((n for n in said if isinstance(n, str) and n.strip()), None)
    if name is None:
        raise Refusal(Code.SIGN_ON_INVALID)
    email = claims.get("email") if claims.get("email_verified") is True else None
    badge = claims.get(door.badge) if door.badge else None
    found = {
        "aud": door.key.site_id,
        "sub": subject,
        "name": name,
        "exp": int((now + _LIFE).timestamp()),
        "email": email,
        "staff": _is_staff(door, claims),
        # A badge that does not fit is left out: the reader is no less who they are.
        "badge": badge if isinstance(badge, str) and len(badge) <= MAX_BADGE else None,
        "lang": claims.get("locale"),
    }
    said_so = {name: value for name, value in found.items() if value is not None}
    return jwt.encode(said_so, door.key.key, algorithm="HS256", headers={"kid": door.key.kid})


def routes(house: House) -> list[HTTPRouteHandler]:
    """Return the handlers; a house without a provider has none."""
    sign_on, doors = house.sign_on, house.doors
    if sign_on is None or not doors:
        return []
    limiter = Limiter(house)
    secure = house.config.base_url.startswith("https:")
    attempts = Attempts(house.config.secret, "reader", clock=house.clock)
    kept = partial(attempt_cookie, _COOKIE, path="/sign-on", secure=secure)

    @get("/sign-on/go", status_code=_SEE_OTHER)
    async def go(request: Asked) -> Response[Any]:
        """Send the reader of ``url`` to its site's provider."""
        url = request.query_params.get("url", "")
        site = await asyncio.to_thread(house.read.site_of, url)
        door = doors.get(site.id)
        if door is None:
            raise Refusal(Code.NOT_FOUND)
        await limiter.hit("sign_in", request)
        location, attempt = await asyncio.to_thread(door.provider.begin)
        answer = _to(location)
        answer.cookies.append(kept(attempts.seal(attempt, url=url, site=site.id)))
        return answer

    @get(BACK, status_code=_SEE_OTHER)
    async def back(request: Asked) -> Response[Any]:
        """Take the reader back from the provider, to the form under the article."""
        attempt, begun = attempts.open(request.cookies.get(_COOKIE, ""))
        door = doors.get(begun["site"])
        if door is None:
            raise Refusal(Code.SIGN_ON_INVALID)
        query = {name: request.query_params[name] for name in request.query_params}
        claims = await asyncio.to_thread(door.provider.finish, attempt, query)
        token = token_of(door, claims, house.clock())
        sign_on(token)
        place = Place(path="/thread", fixed=(("url", begun["url"]),))
        answer = _to(place.to("palabre-form"))
        answer.cookies.append(member_cookie(token, house))
        answer.cookies.append(kept(""))
        return answer

    return [go, back]


def _to(location: str) -> Redirect:
    # The address of the page before says what somebody reads; a provider need not know.
    headers = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
    return Redirect(location, status_code=_SEE_OTHER, headers=headers)


def _is_staff(door: Door, claims: Mapping[str, Any]) -> bool:
    if door.staff is None:
        return False
    name, wanted = door.staff
    said = claims.get(name)
    return said == wanted or (isinstance(said, list) and wanted in said)
