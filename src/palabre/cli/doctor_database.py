"""What ``palabre doctor`` looks at in the database: is it there, whole, private, in time."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

from palabre.cli.schema_words import wrong_schema
from palabre.domain.errors import Code, Refusal
from palabre.settings import Settings
from palabre.storage.condition import Condition, condition_of
from palabre.storage.location import is_private, sqlite_path
from palabre.storage.schema import EXPECTED
from palabre.wiring_store import database_url, now

_APART = timedelta(seconds=5)  # clocks of two machines that both ask the time of others
_SHOWN = 3


class Ill(Exception):  # noqa: N818 -- a finding, not an accident
    """Something is wrong; the text says what, and what to do."""


def database_checks(settings: Settings, folder: Path) -> Iterator[tuple[str, Callable[[], str]]]:
    """Yield the checks by name; where the database cannot be read, the others have no say."""
    url = database_url(settings, folder)
    try:
        found = _looked_at(url)
    except Ill as finding:
        message = str(finding)
        yield "database", lambda: _fail(message)
        return
    yield "database", lambda: _sound(found)
    yield "durability", lambda: _durable(settings, found)
    path = sqlite_path(url)
    if path is not None:
        yield "privacy", lambda: _private(path)
    yield "clock", lambda: _in_time(found)


def _fail(message: str) -> str:
    raise Ill(message)


def _looked_at(url: str) -> Condition:
    try:
        path = sqlite_path(url)
        if path is not None and not path.exists():
            raise Ill(f"{path} is not there; `palabre init` or `palabre serve` creates it")
        return condition_of(url)
    except ValueError as error:
        raise Ill(f"{error}; mend [database] url") from error
    except Refusal as error:
        remedy = (
            "it is busy; try again"
            if error.code is Code.STORE_BUSY
            else "is it a database of Palabre, and does its server run? A damaged one is replaced "
            "from a backup: palabre restore FILE --force"
        )
        raise Ill(f"{error.code}: {remedy}") from error


def _sound(found: Condition) -> str:
    if found.revision != EXPECTED:
        raise Ill(wrong_schema(found.revision, EXPECTED))
    if found.damage:
        raise Ill(
            f"damaged: {'; '.join(found.damage[:_SHOWN])}. Look at the disk, then put back a "
            "backup: palabre restore FILE --force"
        )
    # PostgreSQL lets no client check its files; there it is an answer and no more.
    state = "answers" if found.clock else "whole"
    return f"{found.product}, schema {found.revision}, {state}"


def _durable(settings: Settings, found: Condition) -> str:
    if settings.database.durability == "process":
        return "process: a crash loses nothing, a power cut may lose the last comments"
    if not found.waits:
        raise Ill(
            "power is asked for, but the server does not wait for its disk; set fsync = on and "
            "full_page_writes = on in postgresql.conf"
        )
    return "power: a comment is on the disk before it is acknowledged"


def _private(path: Path) -> str:
    if not is_private(path):
        raise Ill(f"others may read {path}, mail addresses included; run: chmod 600 {path}*")
    return "readable by its owner only"


def _in_time(found: Condition) -> str:
    here = now()
    if found.clock is not None and abs(found.clock - here) > _APART:
        apart = abs(found.clock - here).total_seconds()
        raise Ill(f"the database server's clock is {apart:.0f} s apart from this one; run ntp")
    if found.newest is not None and found.newest > here + _APART:
        raise Ill(
            f"the newest comment is from {found.newest:%Y-%m-%d %H:%M} UTC, which is still to "
            "come: the clock was set back; run: timedatectl"
        )
    return f"{here:%Y-%m-%d %H:%M} UTC"
