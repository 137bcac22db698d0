"""Telling another system of the ledger's lines, in their order, until each is taken.

What is told are lines of the ledger, so none can be lost between a commit and a queue; how far a
system has been told is kept. Any number of workers may do it: one at a time tells one system.
"""

import http.client
import ssl
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlsplit

import structlog

from palabre.application.ledger_ports import Place
from palabre.application.ports import Clock, Store
from palabre.domain.ledger import Line

TAKEN = "200"  # what a system that took a line is noted with, whatever its own word
Deliver = Callable[[Line], str | None]

_log = structlog.get_logger("palabre.outgoing")
_AT_ONCE = 50
_TIMEOUT = 10.0  # seconds
_RETRY, _LONGEST = timedelta(seconds=10), timedelta(hours=1)
_LEASE = timedelta(minutes=2)


def tell_in_order(store: Store, clock: Clock, name: str, deliver: Deliver) -> int:
    """Deliver what a system has not been told, and return how many lines it took.

    ``deliver`` returns ``TAKEN``, None for a line that is nothing to this system, or what went
    wrong; then the line comes again after 10 seconds, later after an hour at most, and those behind
    it wait.
    """
    taken = _take(store, clock, name)
    if taken is None:
        return 0
    place, lines = taken
    sent, status = 0, TAKEN
    for line in lines:
        said = deliver(line)
        if said is not None:
            status = said
            if status != TAKEN:
                break
            sent += 1
        place = replace(place, number=line.number, attempts=0)
    now = clock()
    if status != TAKEN:
        wait = min(_RETRY * 2 ** min(place.attempts, 12), _LONGEST)
        place = replace(place, attempts=place.attempts + 1, due_at=now + wait, status=status)
        _log.warning("not_taken", name=name, status=status, seconds=wait.total_seconds())
    else:
        place = replace(place, due_at=now, status=None)
    with store.writing() as unit:
        unit.ledger.keep_place(place)
    return sent


def _take(store: Store, clock: Clock, name: str) -> tuple[Place, Sequence[Line]] | None:
    """Return what a system is to be told, for this worker alone for a while."""
    now = clock()
    with store.reading() as unit:
        known = unit.ledger.place(name)
        head = unit.ledger.head().length
        if known is not None and (known.due_at > now or known.number >= head):
            return None
    with store.writing() as unit:
        place = unit.ledger.place(name)
        if place is None:
            # A system that is new is told of what comes, not of years that are past.
            unit.ledger.keep_place(Place(name=name, number=unit.ledger.head().length, due_at=now))
            return None
        if place.due_at > now:
            return None
        lines = unit.ledger.chain(after=place.number, limit=_AT_ONCE)
        unit.ledger.keep_place(replace(place, due_at=now + _LEASE))
    return place, lines


def call(method: str, url: str, body: bytes, headers: Mapping[str, str]) -> int:
    """Call an address of the settings and return the status; redirections are not followed."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    connection: http.client.HTTPConnection = (
        http.client.HTTPSConnection(
            host, parts.port, timeout=_TIMEOUT, context=ssl.create_default_context()
        )
        if parts.scheme == "https"
        else http.client.HTTPConnection(host, parts.port, timeout=_TIMEOUT)
    )
    try:
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request(method, path, body, dict(headers))
        return connection.getresponse().status
    finally:
        connection.close()
