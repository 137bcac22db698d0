"""Forms that browsers send: read strictly, and only when this server's own page sent them.

Two locks. Where the request came from (Origin, Sec-Fetch-Site, Referer) stops forged cross-site
posts. The signed token shows that a page of ours was read first; on public forms it is the same for
everybody within an hour, so that pages stay cacheable, and on the desk it is bound to the session.
"""

import hashlib
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from itsdangerous import BadSignature, Signer
from litestar import Request
from litestar.connection import ASGIConnection
from litestar.datastructures import UploadFile
from litestar.enums import RequestEncodingType
from litestar.exceptions import ClientException

from palabre.application.incoming import readable
from palabre.application.tokens import key_of
from palabre.domain.errors import Code, Refusal
from palabre.web.house import House

if TYPE_CHECKING:
    from collections.abc import Iterable

FIELD = "form"
MAX_FIELDS = 40
VALID_HOURS = 24

_HOUR = 3600
_OWN_FETCHES = frozenset({"same-origin", "none"})


def form_token(house: House) -> str:
    """Return the token of public forms: the signed hour."""
    hour = int(house.clock().timestamp()) // _HOUR
    return _signer(house, "form").sign(str(hour)).decode("ascii")


def stamp(house: House) -> str:
    """Return the signed moment, for a form on a page that nobody else is sent."""
    return _signer(house, "since").sign(str(int(house.clock().timestamp()))).decode("ascii")


def seconds_since(given: str | None, house: House) -> float | None:
    """Return how long ago a stamp was made; None for none, and for one that is not ours."""
    try:
        then = int(_signer(house, "since").unsign((given or "").encode("utf-8", "replace")))
    except (BadSignature, ValueError):
        return None
    return house.clock().timestamp() - then


def desk_token(session_token: str, house: House) -> str:
    """Return the token of the desk's forms: good for this session and no other."""
    return _signer(house, "desk").get_signature(key_of(session_token)).decode("ascii")


async def read_form(request: Request[Any, Any, Any], house: House) -> dict[str, str]:
    """Return the fields of a public form (the last of doubles), or refuse the request."""
    require_own_page(request, house)
    fields = await _fields(request)
    if not _is_fresh(fields.pop(FIELD, ""), house):
        raise Refusal(Code.FORGED_REQUEST)
    return fields


async def read_open_form(request: Request[Any, Any, Any]) -> dict[str, str]:
    """Return the fields of a form that may come from anywhere: its address is the secret."""
    return await _fields(request)


async def read_desk_form(
    request: Request[Any, Any, Any], house: House, session_token: str
) -> dict[str, str]:
    """Return the fields of a form of the desk, or refuse the request."""
    require_own_page(request, house)
    fields = await _fields(request)
    given = fields.pop(FIELD, "").encode("utf-8", "replace")
    if not _signer(house, "desk").verify_signature(key_of(session_token), given):
        raise Refusal(Code.FORGED_REQUEST)
    return fields


def require_own_page(request: Request[Any, Any, Any], house: House) -> None:
    """Refuse with ``forged_request`` unless a page of this server sent the request."""
    origin = request.headers.get("origin")
    if origin is not None:
        own = is_own_origin(origin, request, house)
    elif (fetch := request.headers.get("sec-fetch-site")) is not None:
        own = fetch in _OWN_FETCHES
    else:
        own = is_own_origin(_origin_of(request.headers.get("referer", "")), request, house)
    if not own:
        raise Refusal(Code.FORGED_REQUEST)


def is_own_origin(origin: str, request: ASGIConnection[Any, Any, Any, Any], house: House) -> bool:
    """Tell whether an origin is this server: its public address, or the host that was asked.

    A browser writes Host itself, so no foreign page can choose it; that lets the same server be
    tried at 127.0.0.1 and at localhost.
    """
    if not origin or origin != _origin_of(origin):
        return False
    if origin == _origin_of(house.config.base_url):
        return True
    parts = urlsplit(origin)
    return parts.scheme in {"http", "https"} and parts.netloc == request.headers.get("host")


def _origin_of(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc}" if parts.scheme and parts.netloc else ""


def _signer(house: House, purpose: str) -> Signer:
    return Signer(
        house.config.secret,
        salt=f"palabre.{purpose}",
        key_derivation="hmac",
        digest_method=hashlib.sha256,
    )


def _is_fresh(token: str, house: House) -> bool:
    try:
        hour = int(_signer(house, "form").unsign(token.encode("utf-8", "replace")))
    except (BadSignature, ValueError):
        return False
    age = int(house.clock().timestamp()) // _HOUR - hour
    return 0 <= age <= VALID_HOURS


async def _fields(request: Request[Any, Any, Any]) -> dict[str, str]:
    kind, _ = request.content_type
    if kind == RequestEncodingType.URL_ENCODED:
        pairs: Iterable[tuple[str, object]] = _urlencoded(await request.body())
    elif kind == RequestEncodingType.MULTI_PART:
        pairs = await _multipart(request)
    else:
        raise Refusal(Code.UNSUPPORTED_MEDIA_TYPE)
    fields: dict[str, str] = {}
    for name, value in pairs:
        if not isinstance(value, str):
            raise Refusal(Code.BAD_FIELD, field=readable(name, "form"))
        fields[readable(name, "form")] = readable(value, name)
    return fields


def _urlencoded(body: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(
            body.decode("utf-8"), keep_blank_values=True, errors="strict", max_num_fields=MAX_FIELDS
        )
    except UnicodeDecodeError:
        raise Refusal(Code.UNREADABLE_TEXT) from None
    except ValueError:
        raise Refusal(Code.BAD_FIELD, field=FIELD, maximum=MAX_FIELDS) from None


async def _multipart(request: Request[Any, Any, Any]) -> list[tuple[str, str | UploadFile]]:
    try:
        form = await request.form()
    except (UnicodeError, LookupError):
        raise Refusal(Code.UNREADABLE_TEXT) from None
    except ClientException as error:
        if error.status_code != ClientException.status_code:
            raise
        raise Refusal(Code.BAD_FIELD, field=FIELD, maximum=MAX_FIELDS) from None
    return list(form.multi_items())
