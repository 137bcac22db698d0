"""A site's own sign-on: the reader comes with a short-lived token that the site has signed.

A JSON Web Token (RFC 7519), HS256 or EdDSA (RFC 8037), checked as RFC 8725 asks: the key is found
by ``kid`` among those of the settings and brings its own algorithm, so that a token cannot choose
one; the audience is the site; expiry is required and near.

    {"aud": "gazette", "sub": "4711", "name": "Zoé", "exp": ..., "email": ..., "staff": false,
     "badge": "abonnée", "lang": "fr"}
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, Literal

import jwt
from litestar import Request, Response, post
from litestar.datastructures import Cookie
from litestar.enums import ScopeType
from litestar.handlers import HTTPRouteHandler
from litestar.response import Redirect

from palabre.application.incoming import MAX_NAME
from palabre.domain.errors import Code, Refusal
from palabre.domain.member import Member
from palabre.web.forms import read_open_form
from palabre.web.house import House
from palabre.web.links import Place
from palabre.web.visitors import MEMBER, MEMBER_COOKIE, MEMBER_HEADER, PartitionedCookie

if TYPE_CHECKING:
    from litestar.types import ASGIApp, Receive, Scope, Send

# A token is shown with every call for as long as the page stands open, and no longer than a day.
LONGEST = timedelta(days=1)
_LEEWAY = timedelta(seconds=60)
_MAX_TOKEN = 4096
_MAX_SUBJECT = 200
MAX_BADGE = 30
_TAG = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,3}")
_REQUIRED = ["exp", "aud", "sub", "name"]
_SEE_OTHER: Final = 303


@dataclass(frozen=True, slots=True, kw_only=True)
class SignOnKey:
    """One key of one site: the secret (HS256) or the public key in PEM (EdDSA)."""

    site_id: str
    kid: str
    algorithm: Literal["HS256", "EdDSA"]
    key: bytes


class SignOn:
    """Reads tokens. ``secret`` is the house's, from which members' tokens are derived."""

    def __init__(
        self, keys: Mapping[str, SignOnKey], *, secret: bytes, clock: Callable[[], datetime]
    ) -> None:
        self._keys = keys
        self._secret = secret
        self._clock = clock

    def __call__(self, token: str) -> Member:
        """Return whom the token speaks of; or refuse with ``sign_on_invalid`` or ``_expired``."""
        if len(token) > _MAX_TOKEN:
            raise Refusal(Code.SIGN_ON_INVALID)
        try:
            kid = jwt.get_unverified_header(token).get("kid")
            found = self._keys.get(kid) if isinstance(kid, str) else None
            if found is None:
                raise Refusal(Code.SIGN_ON_INVALID)
            claims = jwt.decode(
                token,
                found.key,
                algorithms=[found.algorithm],
                audience=found.site_id,
                # Times are compared with the house's own clock, below.
                options={
                    "require": _REQUIRED,
                    "verify_exp": False,
                    "verify_nbf": False,
                    "verify_iat": False,
                },
            )
            self._check_times(claims)
            return self._member(found.site_id, claims)
        except (jwt.PyJWTError, TypeError, ValueError, OverflowError, OSError):
            raise Refusal(Code.SIGN_ON_INVALID) from None

    def _check_times(self, claims: Mapping[str, Any]) -> None:
        now = self._clock()
        expiry = _moment(claims["exp"])
        if now >= expiry + _LEEWAY:
            raise Refusal(Code.SIGN_ON_EXPIRED)
        begin = _moment(claims["nbf"]) if "nbf" in claims else now
        if expiry > now + LONGEST + _LEEWAY or begin > now + _LEEWAY:
            raise Refusal(Code.SIGN_ON_INVALID)

    def _member(self, site_id: str, claims: Mapping[str, Any]) -> Member:
        subject, name, email = claims["sub"], claims["name"], claims.get("email")
        name = " ".join(name.split()) if isinstance(name, str) else ""
        if not isinstance(subject, str) or not 0 < len(subject) <= _MAX_SUBJECT:
            raise ValueError(subject)
        if not 0 < len(name) <= MAX_NAME or not name.isprintable():
            raise ValueError(name)
        return Member(
            site_id=site_id,
            subject=subject,
            name=name,
            email=email if isinstance(email, str) and email else None,
            is_staff=claims.get("staff") is True,
            badge=_short(claims.get("badge"), MAX_BADGE),
            lang=_tag(claims.get("lang")),
            token=self._token(site_id, subject),
        )

    def _token(self, site_id: str, subject: str) -> str:
        message = f"palabre.member|{site_id}|{subject}".encode()
        digest = hmac.new(self._secret, message, hashlib.sha256).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")


class Members:
    """The ASGI wrapper that notes on each request who is signed in at their own site.

    A token that does not hold is noted as the refusal it is: readers read on as guests, and are
    told when they act.
    """

    def __init__(self, app: "ASGIApp", house: House) -> None:
        self._app = app
        self._house = house

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Answer one request."""
        if scope["type"] == ScopeType.HTTP and self._house.sign_on is not None:
            request: Request[Any, Any, Any] = Request(scope)
            header = MEMBER_HEADER.lower()
            token = request.headers.get(header) or request.cookies.get(MEMBER_COOKIE)
            if token:
                try:
                    scope["state"][MEMBER] = self._house.sign_on(token)
                except Refusal as refusal:
                    scope["state"][MEMBER] = refusal
        await self._app(scope, receive, send)


def routes(house: House) -> list[HTTPRouteHandler]:
    """Return the door for pages without JavaScript; a house without keys has none."""
    sign_on = house.sign_on
    if sign_on is None:
        return []

    @post("/sign-on", status_code=_SEE_OTHER)
    async def enter(request: Request[Any, Any, Any]) -> Response[Any]:
        """Take a token from a form of the site's, and lead to the thread of ``url``."""
        fields = await read_open_form(request)
        token = fields.get("token", "")
        if token:
            sign_on(token)
        place = Place(path="/thread", fixed=(("url", fields.get("url", "")),))
        answer = Redirect(place.to("palabre"), status_code=_SEE_OTHER)
        answer.cookies.append(member_cookie(token, house))
        return answer

    return [enter]


def member_cookie(token: str, house: House) -> Cookie:
    """Return the cookie by which pages know a member; an empty token takes it back."""
    secure = house.config.base_url.startswith("https:")
    kind = PartitionedCookie if secure else Cookie
    return kind(
        key=MEMBER_COOKIE,
        value=token,
        max_age=int(LONGEST.total_seconds()) if token else 0,
        httponly=True,
        secure=secure,
        samesite="none" if secure else "lax",
    )


def _short(value: object, longest: int) -> str | None:
    """Return an optional text on one line; what is there and cannot be shown is refused."""
    if value is None or value == "":
        return None
    text = " ".join(value.split()) if isinstance(value, str) else ""
    if not 0 < len(text) <= longest or not text.isprintable():
        raise ValueError(value)
    return text


def _tag(value: object) -> str | None:
    """Return a language tag; one that nobody knows is left to ``catalogue_for``."""
    return value if isinstance(value, str) and _TAG.fullmatch(value) else None


def _moment(value: object) -> datetime:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(value)
    return datetime.fromtimestamp(value, UTC)
