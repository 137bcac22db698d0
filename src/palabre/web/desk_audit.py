"""Every refusal at the desk leaves a line: who was refused what, never what was sent.

The hook stands where errors end, so that a page which somebody adds is covered like all others.
Who is not signed in leaves no line here (anybody could fill it): the access log has them.
"""

from collections.abc import Awaitable, Callable
from typing import Any, Final

import structlog
from litestar import Request
from litestar.types import Scope

from palabre.domain.errors import Code, Refusal
from palabre.web.desk_door import who
from palabre.web.house import House

AUDITED: Final = frozenset(
    {Code.NOT_PERMITTED, Code.FORGED_REQUEST, Code.CLAIMED, Code.SAME_MODERATOR}
)
_log = structlog.get_logger("palabre")


def audit_refusals(house: House) -> Callable[[Exception, Scope], Awaitable[None]]:
    """Return the hook that the application calls with each error."""

    async def note(error: Exception, scope: Scope) -> None:
        path = scope["path"]
        if not isinstance(error, Refusal) or error.code not in AUDITED:
            return
        if path != "/desk" and not path.startswith("/desk/"):
            return
        request: Request[Any, Any, Any] = Request(scope)
        try:
            moderator, _ = await who(request, house)
            await house.desk_writers(
                house.work_desk.refused, moderator.id, request.method, path, error.code
            )
        except Refusal as refusal:
            if refusal.code is not Code.SIGN_IN_REQUIRED:
                _log.error("refusal_not_noted", code=refusal.code.value)

    return note
