"""What readers are told of the modes of a thread, and what its pages may offer under them."""

from dataclasses import dataclass

from palabre.application.read_thread import ThreadPage
from palabre.domain.article import Thread
from palabre.domain.mode import FREE, InForce
from palabre.domain.trust import KNOWN_AFTER
from palabre.web.house import Catalogue, House


@dataclass(frozen=True, slots=True, kw_only=True)
class ModeNotice:
    """The modes in words: what holds, then why."""

    lines: tuple[str, ...]
    why: tuple[str, ...]


def in_force(house: House, page: ThreadPage) -> InForce:
    """Return what the modes come to under an article, also before anybody has written there."""
    modes = house.modes
    if modes is None:
        return FREE
    if page.thread is not None:
        return in_thread(house, page.thread)
    section = page.site.section_of(page.address.path)
    return modes.now(page.site.id, section.id if section else None, None, house.clock())


def in_thread(house: House, thread: Thread) -> InForce:
    """Return what the modes of a thread come to."""
    return house.post.door.in_force(thread, house.clock())


def is_open(house: House, thread: Thread | None) -> bool:
    """Tell whether a reader may write in a thread now, by its own end and by the modes."""
    if thread is None:
        return True
    return thread.is_open(house.clock()) and not in_thread(house, thread).closed


def notice_of(found: InForce, words: Catalogue) -> ModeNotice | None:
    """Return the modes in words; None where readers have nothing to be told."""
    if not found.says_something:
        return None
    say = words.say
    lines = []
    if found.closed:
        lines.append(say("thread.mode.closed"))
        if found.opens_at is not None:
            lines.append(say("thread.mode.opens", until=words.moment(found.opens_at)))
    else:
        if found.holds_all:
            lines.append(say("thread.mode.read_first"))
        if found.slow:
            lines.append(say("thread.mode.slow", minutes=found.slow_minutes))
        if found.proof:
            lines.append(say("thread.mode.proof"))
        if found.known_only:
            lines.append(say("thread.mode.known", comments=KNOWN_AFTER))
        if found.shuts_at is not None:
            lines.append(say("thread.mode.shuts", until=words.moment(found.shuts_at)))
    why = tuple(say(f"thread.mode.why.{reason.value}") for reason in found.why)
    return ModeNotice(lines=tuple(lines), why=why)
