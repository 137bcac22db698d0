"""Akismet's protocol (REST 1.1 and 1.2), so that its clients can ask this house instead.

Nearly every answer is a 200 whose body is the verdict, bare of a final newline: clients compare it
byte for byte. "invalid" names no reason but in ``X-akismet-debug-help``. The protocol is described
in docs/how-to/akismet.md, with what each client needs to be pointed here.
"""

import uuid
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec
from litestar import HttpMethod, Response
from litestar.handlers import HTTPRouteHandler

from palabre.application.check_comment import Answer
from palabre.domain.client import ApiKey
from palabre.domain.errors import Code
from palabre.web import akismet_stats as stats
from palabre.web import errors
from palabre.web.access_log import log_failure
from palabre.web.akismet_fields import (
    Fields,
    is_test,
    key_in,
    language_of,
    read_fields,
    submission_of,
)
from palabre.web.dialects import MAX_BODY, Asked, Dialects
from palabre.web.house import House

THANKS: Final = "Thanks for making the web a better place."
INVALID: Final = "invalid"
_PREFIXES: Final = ("", "/akismet", "/akismet/{key:str}")
_SITE_NOT_ALLOWED: Final = ("10404", "This key is for another site.")
_LONGEST: Final = 200  # characters of a header's value
_JSON: Final = "application/json"
_TEXT: Final = "text/plain; charset=utf-8"
_SUBMITTED: Final = {
    "submit-spam": ({"spam": 1.0}, "missed_spam"),
    "submit-ham": ({"spam": 0.0}, "false_positives"),
}

Said = Response[bytes]


def routes(house: House) -> list[HTTPRouteHandler]:
    """Return the handlers; a house without dialects has none."""
    if house.dialects is None:
        return []
    desk = Akismet(house.dialects)
    options: dict[str, Any] = {
        "status_code": 200,
        "request_max_body_size": MAX_BODY,
        "exception_handlers": {Exception: _refused},
    }
    asks = [HttpMethod.GET, HttpMethod.POST]

    def route(call: str, methods: list[HttpMethod], act: Callable[..., Any]) -> HTTPRouteHandler:
        paths = [f"{start}/{v}/{call}" for start in _PREFIXES for v in ("1.1", "1.2")]
        return HTTPRouteHandler(paths, http_method=methods, **options)(act)

    post = [HttpMethod.POST]
    return [
        route("verify-key", post, desk.verify_key),
        route("comment-check", post, desk.comment_check),
        route("submit-spam", post, desk.submit_spam),
        route("submit-ham", post, desk.submit_ham),
        route("usage-limit", asks, desk.usage_limit),
        route("key-sites", asks, desk.key_sites),
        route("get-stats", asks, desk.get_stats),
        route("get-key-stats", asks, desk.get_key_stats),
        route("get-subscription", asks, desk.get_subscription),
        route("deactivate", post, desk.deactivate),
    ]


class Akismet:
    """The calls of the protocol."""

    def __init__(self, dialects: Dialects) -> None:
        self._dialects = dialects

    async def verify_key(self, request: Asked) -> Said:
        """Tell whether a key may be used for a blog."""
        fields = await read_fields(request)
        if not fields.get("blog"):
            return _missing("blog")
        # WordPress asks about one key (``key``) and shows the one that it has (``api_key``).
        shown = key_in(request, fields, names=("key", "api_key"))
        found = await self._dialects.threads(self._key, shown, fields)
        return _text("valid") if isinstance(found, ApiKey) else found

    async def comment_check(self, request: Asked) -> Said:
        """Tell whether a comment is spam."""
        fields = await read_fields(request)
        shown = key_in(request, fields)
        # Publishers who use no addresses send an empty one: Coral does.
        missing = next((n for n in ("blog", "user_ip") if n not in fields), None)
        if missing or not fields["blog"]:
            return _missing(missing or "blog")
        return await self._dialects.threads(self._check, shown, fields)

    async def submit_spam(self, request: Asked) -> Said:
        """Keep that a comment is spam."""
        return await self._submit(request, "submit-spam")

    async def submit_ham(self, request: Asked) -> Said:
        """Keep that a comment is none."""
        return await self._submit(request, "submit-ham")

    async def usage_limit(self, request: Asked) -> Said:
        """Return how much of an endless limit a key has used this month."""
        fields = await read_fields(request)

        def answer(key: ApiKey) -> Said:
            used = self._dialects.use.read(key.id, since=f"{self._dialects.clock():%Y-%m}")
            extended = fields.get("extended", "").lower() in {"1", "true"}
            return _json(stats.usage_limit(used, extended=extended))

        return await self._about_key(request, fields, answer)

    async def key_sites(self, request: Asked) -> Said:
        """Return which blogs used a key in a month, and how much."""
        fields = await read_fields(request)

        def answer(key: ApiKey) -> Said:
            used = self._dialects.use.read(key.id, since="0000-00")
            found, month = stats.key_sites(used, fields, self._dialects.clock())
            if fields.get("format", "").lower() == "csv":
                return _text(stats.as_csv(found, month, key), kind="text/csv; charset=utf-8")
            return _json(found)

        return await self._about_key(request, fields, answer)

    async def get_stats(self, request: Asked) -> Said:
        """Return the history of a key on one blog."""
        fields = await read_fields(request)
        return await self._history(request, fields, blog=_blog(fields))

    async def get_key_stats(self, request: Asked) -> Said:
        """Return the history of a key on all blogs."""
        return await self._history(request, await read_fields(request), blog=None)

    async def get_subscription(self, request: Asked) -> Said:
        """Return what WordPress's plug-in shows as the account: nothing is sold here."""
        fields = await read_fields(request)

        def answer(key: ApiKey) -> Said:
            account = {
                "account_id": key.id,
                "account_name": key.label,
                "account_type": "free",
                "status": "active",
                "next_billing_date": False,
                "limit_reached": False,
            }
            return _json(account)

        return await self._about_key(request, fields, answer)

    async def deactivate(self, request: Asked) -> Said:
        """Take note that a blog stops using a key; the key itself is the desk's to revoke."""
        fields = await read_fields(request)
        return await self._about_key(request, fields, lambda _: _text("deactivated"))

    async def _history(self, request: Asked, fields: Fields, *, blog: str | None) -> Said:
        def answer(key: ApiKey) -> Said:
            first = stats.since(fields, self._dialects.clock())
            return _json(stats.history(self._dialects.use.read(key.id, since=first), blog=blog))

        return await self._about_key(request, fields, answer)

    async def _about_key(
        self, request: Asked, fields: Fields, answer: Callable[[ApiKey], Said]
    ) -> Said:
        shown = key_in(request, fields)

        def found() -> Said:
            key = self._dialects.key(shown)
            return _no_key(shown) if key is None else answer(key)

        return await self._dialects.threads(found)

    async def _submit(self, request: Asked, call: str) -> Said:
        fields = await read_fields(request)
        if not fields.get("blog"):
            return _missing("blog")
        return await self._dialects.threads(self._keep, key_in(request, fields), fields, call)

    def _key(self, shown: str, fields: Fields) -> ApiKey | Said:
        """Return the key, or the answer to one that may not be used."""
        key = self._dialects.key(shown)
        if key is None:
            return _no_key(shown)
        site = self._dialects.site(key)
        if key.own_site_only and (site is None or origin_of(fields["blog"]) not in site.origins):
            code, why = _SITE_NOT_ALLOWED
            help_ = {"X-akismet-alert-code": code, "X-akismet-alert-msg": why}
            return _text(INVALID, {"X-akismet-debug-help": why, **help_})
        return key

    def _check(self, shown: str, fields: Fields) -> Said:
        key = self._key(shown, fields)
        if not isinstance(key, ApiKey):
            return key
        asked, guid = submission_of(fields), uuid.uuid4().hex
        answer = self._dialects.check(key, asked)
        if self._dialects.later is not None and fields.get("callback"):
            callback = fields["callback"]
            self._dialects.later.after(answer, asked, key, shown, guid, callback)
        if not is_test(fields):
            told = {"spam": 1} if answer.spam else {"ham": 1}
            self._dialects.count(key, _blog(fields), calls=1, **told)
        return _verdict(answer, guid)

    def _keep(self, shown: str, fields: Fields, call: str) -> Said:
        key = self._key(shown, fields)
        if not isinstance(key, ApiKey):
            return key
        labels, counted = _SUBMITTED[call]
        if not is_test(fields):
            text = submission_of(fields).text
            self._dialects.submit(key, text, lang=language_of(fields), labels=labels)
            self._dialects.count(key, _blog(fields), calls=1, **{counted: 1})
        return _text(THANKS)


def origin_of(url: str) -> str:
    """Return the origin of an address, in small letters; "" of what is none."""
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc}".lower() if parts.netloc else ""


def _verdict(answer: Answer, guid: str) -> Said:
    headers = {"X-akismet-guid": guid}
    why = _plain(", ".join(answer.why))
    if answer.discard:
        headers["X-akismet-pro-tip"] = "discard"
    if answer.held:
        # WordPress's plug-in then leaves the comment for its moderators.
        headers["X-akismet-error"] = f"held: {why}" if why else "held"
    if why or answer.in_part:
        part = "; read in parts" if answer.in_part else ""
        headers["X-akismet-debug-help"] = f"{why}{part}".removeprefix("; ")
    return _text("true" if answer.spam else "false", headers)


def _blog(fields: Fields) -> str:
    return _plain(fields.get("blog", "")).rstrip("/")[:_LONGEST]


def _plain(text: str) -> str:
    """Return what may stand in a header: printable ASCII."""
    return "".join(c for c in text if " " <= c <= "~")[:_LONGEST]


def _missing(field: str) -> Said:
    help_ = {"X-akismet-debug-help": f'Empty "{field}" value'}
    return _text(f"Missing required field: {field}.", help_)


def _no_key(shown: str) -> Said:
    help_ = "We were unable to parse your API key" if not shown else "Unknown or revoked API key"
    return _text(INVALID, {"X-akismet-debug-help": help_})


def _text(body: str, headers: dict[str, str] | None = None, *, kind: str = _TEXT) -> Said:
    given = {"Cache-Control": "no-store", "X-akismet-server": "palabre", **(headers or {})}
    return Response(body.encode(), media_type=kind, headers=given)


def _json(body: dict[str, Any]) -> Said:
    headers = {"Cache-Control": "no-store"}
    return Response(msgspec.json.encode(body), media_type=_JSON, headers=headers)


def _refused(request: Asked, error: Exception) -> Said:
    """Turn any exception into an answer of this protocol."""
    refusal = errors.refusal_of(error)
    if refusal.code is Code.INTERNAL:
        log_failure(error, request.scope)
    answer = _text("error", {"X-akismet-error": refusal.code.value})
    answer.status_code = errors.STATUS[refusal.code]
    if refusal.code in {Code.STORE_BUSY, Code.STORE_FULL, Code.STORE_FAILED}:
        answer.status_code = 429
        answer.headers["Retry-After"] = "1"
    return answer
