"""What a public answer rests on. Whoever makes the answer says so; the read path keeps it so long.

An answer of which nobody says it is never kept.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from litestar import Request

from palabre.application.read_thread import ThreadPage
from palabre.domain.mode import Mode
from palabre.web.house import House
from palabre.web.mode_view import in_force

KEY = "palabre_basis"

# No answer is kept for longer: what no version tells of (a site's settings) shows by then.
LONGEST = timedelta(minutes=5)
# Pages say how long ago something was written; they may be this much behind.
PAGE = timedelta(seconds=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """``thread_id`` None: it rests on no thread yet, or on several.

    ``address`` is origin and key of the article whose version tells whether the answer still holds;
    without one it is made anew after a change. ``modes``: all of the house; they change without
    touching a thread's version. ``until``: the moment from which it is wrong
    although nothing changed.
    """

    until: datetime
    thread_id: str | None = None
    version: int = 0
    address: tuple[str, str] | None = None
    modes: tuple[Mode, ...] = ()

    @property
    def seen(self) -> tuple[str, int] | None:
        """The thread's id and version, as the store tells them."""
        return None if self.thread_id is None else (self.thread_id, self.version)


def rests_on_page(
    request: Request[Any, Any, Any], house: House, page: ThreadPage, *, lasting: timedelta = LONGEST
) -> None:
    """Say that the answer rests on one article's thread, as ``page`` read it in one snapshot."""
    thread = page.thread
    until = house.clock() + lasting
    turn = in_force(house, page).changes_at
    if turn is not None:
        until = min(until, turn)
    if thread is not None and thread.closes_at is not None and thread.is_open(house.clock()):
        until = min(until, thread.closes_at)
    _say(
        request,
        Basis(
            until=until,
            thread_id=thread.id if thread else None,
            version=thread.version if thread else 0,
            address=(page.address.origin, page.address.key),
            modes=house.modes.all() if house.modes else (),
        ),
    )


def rests_on_thread(
    request: Request[Any, Any, Any], house: House, thread_id: str | None = None
) -> None:
    """Say that the answer rests on a thread (None: on several) whose version nobody has read."""
    _say(request, Basis(until=house.clock() + LONGEST, thread_id=thread_id))


def _say(request: Request[Any, Any, Any], basis: Basis) -> None:
    request.scope["state"][KEY] = basis
