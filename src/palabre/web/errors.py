"""What a refusal looks like from outside: one status per code, one problem document for all.

Every answer that is not a success carries the same shape (RFC 9457) with a stable ``code``, a
title, and a remedy in the reader's language. What went wrong inside is logged, never shown.
"""

from datetime import datetime
from typing import Any

import msgspec
from litestar import Response
from litestar.exceptions import HTTPException

from palabre.application.proof import ProofRefusal
from palabre.domain.errors import Code, Refusal
from palabre.web.house import Catalogue

MEDIA_TYPE = "application/problem+json"
PROBLEMS_PATH = "/problems"

STATUS: dict[Code, int] = {
    Code.BAD_JSON: 400,
    Code.BAD_FIELD: 422,
    Code.UNKNOWN_FIELD: 422,
    Code.BODY_TOO_LARGE: 413,
    Code.UNSUPPORTED_MEDIA_TYPE: 415,
    Code.UNREADABLE_TEXT: 400,
    Code.TEXT_EMPTY: 422,
    Code.TEXT_TOO_LONG: 422,
    Code.NAME_REQUIRED: 422,
    Code.NAME_TOO_LONG: 422,
    Code.NAME_RESERVED: 422,
    Code.NAME_KEPT: 409,
    Code.EMAIL_REQUIRED: 422,
    Code.EMAIL_INVALID: 422,
    Code.BAD_ADDRESS: 422,
    Code.BAD_CURSOR: 404,
    Code.CURSOR_EXPIRED: 410,
    Code.IDEMPOTENCY_CONFLICT: 409,
    Code.PROOF_WANTED: 403,
    Code.PROOF_WRONG: 422,
    Code.PROOF_EXPIRED: 422,
    Code.PROOF_USED: 409,
    Code.UNKNOWN_SITE: 404,
    Code.UNKNOWN_COMMENT: 404,
    Code.UNKNOWN_RULE: 422,
    Code.PARENT_UNKNOWN: 422,
    Code.PARENT_ELSEWHERE: 422,
    Code.REPLY_TOO_DEEP: 422,
    Code.THREAD_CLOSED: 403,
    Code.CLOSED_NOW: 403,
    Code.SLOW_MODE: 429,
    Code.KNOWN_READERS_ONLY: 403,
    Code.MOVE_IMPOSSIBLE: 409,
    Code.NOTHING_TO_UNDO: 409,
    Code.CLAIMED: 409,
    Code.HIGHLIGHTS_FULL: 409,
    Code.LINK_INVALID: 404,
    Code.LINK_EXPIRED: 410,
    Code.MAIL_OFF: 409,
    Code.APPEAL_TOO_LATE: 410,
    Code.APPEAL_SETTLED: 409,
    Code.SAME_MODERATOR: 403,
    Code.REPORTS_SUSPENDED: 429,
    Code.SEAL_MISSING: 409,
    Code.NOT_YOURS: 403,
    Code.SUSPENDED: 403,
    Code.BANNED: 403,
    Code.EDIT_WINDOW_OVER: 403,
    Code.OWN_COMMENT: 403,
    Code.SIGN_IN_REQUIRED: 401,
    Code.SIGN_IN_FAILED: 401,
    Code.SIGN_ON_INVALID: 401,
    Code.SIGN_ON_EXPIRED: 401,
    Code.SIGN_ON_DENIED: 403,
    Code.SIGN_ON_UNAVAILABLE: 503,
    Code.NOT_PERMITTED: 403,
    Code.FORGED_REQUEST: 403,
    Code.TOO_MANY_REQUESTS: 429,
    Code.NOT_FOUND: 404,
    Code.METHOD_NOT_ALLOWED: 405,
    Code.BODY_LATE: 408,
    Code.STORE_BUSY: 503,
    Code.STORE_FULL: 503,
    Code.STORE_FAILED: 503,
    Code.INTERNAL: 500,
}

# Seconds after which asking again makes sense, where the refusal itself does not say.
_RETRY_AFTER = {
    Code.TOO_MANY_REQUESTS: 60,
    Code.STORE_BUSY: 1,
    Code.STORE_FULL: 300,
    Code.STORE_FAILED: 30,
    Code.SIGN_ON_UNAVAILABLE: 30,
}

# The framework's own refusals, by the status it gives them.
_BY_STATUS = {
    404: Code.NOT_FOUND,
    405: Code.METHOD_NOT_ALLOWED,
    413: Code.BODY_TOO_LARGE,
    415: Code.UNSUPPORTED_MEDIA_TYPE,
    429: Code.TOO_MANY_REQUESTS,
}
_CLIENT_ERRORS = range(400, 500)
# The framework calls a body that its client broke off a fault of the server's (500).
_CUT_SHORT = "client disconnected prematurely"


class Problem(msgspec.Struct, kw_only=True, omit_defaults=True):
    """A problem document (RFC 9457) as it goes over the wire.

    ``challenge``: what to solve (ALTCHA, version 2) where a proof of work is asked.
    """

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str
    field: str | None = None
    retry_after: int | None = None
    values: dict[str, str | int] = {}
    challenge: dict[str, Any] | None = None


def refusal_of(error: Exception) -> Refusal:
    """Return the refusal that an exception stands for; what nobody foresaw is ``internal``."""
    if isinstance(error, Refusal):
        return error
    if isinstance(error, HTTPException):
        if error.detail == _CUT_SHORT:
            return Refusal(Code.UNREADABLE_TEXT)
        if error.status_code in _BY_STATUS:
            return Refusal(_BY_STATUS[error.status_code])
        if error.status_code in _CLIENT_ERRORS:
            return Refusal(Code.BAD_FIELD)
    return Refusal(Code.INTERNAL)


def words(refusal: Refusal, catalogue: Catalogue) -> tuple[str, str]:
    """Return the title and the remedy of a refusal in the catalogue's language."""
    values: dict[str, object] = {"field": refusal.field or "", **refusal.values}
    if "until" in values:
        values["until"] = catalogue.moment(datetime.fromisoformat(str(values["until"])))
    return (
        _say(catalogue, f"error.{refusal.code}.title", values),
        _say(catalogue, f"error.{refusal.code}.remedy", values),
    )


def retry_after(refusal: Refusal) -> int | None:
    """Return the seconds to wait before asking again, None where waiting does not help."""
    stated = refusal.values.get("retry_after")
    return stated if isinstance(stated, int) else _RETRY_AFTER.get(refusal.code)


def headers(refusal: Refusal) -> dict[str, str]:
    """Return the headers that belong to a refusal whatever its body is: never kept by a cache."""
    found = {"Cache-Control": "no-store", "Vary": "Accept, Accept-Language"}
    seconds = retry_after(refusal)
    if seconds is not None:
        found["Retry-After"] = str(seconds)
    if STATUS[refusal.code] == STATUS[Code.SIGN_IN_REQUIRED]:
        # RFC 9110, section 11.6.1 asks for a challenge; a scheme of our own opens no browser box.
        found["WWW-Authenticate"] = 'Palabre-Session realm="desk"'
    return found


def problem(
    refusal: Refusal, catalogue: Catalogue, instance: str, *, base_url: str = ""
) -> Response[bytes]:
    """Return the problem document of a refusal; ``instance`` is the path that was asked for."""
    title, remedy = words(refusal, catalogue)
    status = STATUS[refusal.code]
    document = Problem(
        type=f"{base_url}{PROBLEMS_PATH}#{refusal.code}",
        title=title,
        status=status,
        detail=remedy,
        instance=instance,
        code=refusal.code.value,
        field=refusal.field,
        retry_after=retry_after(refusal),
        values={k: v for k, v in refusal.values.items() if k != "retry_after"},
        challenge=refusal.challenge if isinstance(refusal, ProofRefusal) else None,
    )
    return Response(
        msgspec.json.encode(document),
        status_code=status,
        media_type=MEDIA_TYPE,
        headers={**headers(refusal), "Content-Language": catalogue.lang},
    )


def _say(catalogue: Catalogue, key: str, values: dict[str, object]) -> str:
    # An error page must not fail for want of a word: the key itself is the last resort.
    try:
        return catalogue.say(key, **values)
    except (KeyError, IndexError, ValueError):
        return key
