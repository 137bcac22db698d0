"""The desk's page of modes: what holds where, a form to set it, and suggestions to accept."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.response import Redirect

from palabre.application.set_mode import SetMode
from palabre.domain.article import Thread
from palabre.domain.errors import Code, Refusal
from palabre.domain.mode import Mode, Why
from palabre.domain.permission import Task, may_do, may_somewhere
from palabre.domain.person import Moderator
from palabre.domain.site import Site
from palabre.web import views
from palabre.web.desk_door import who
from palabre.web.forms import FIELD, desk_token, read_desk_form
from palabre.web.house import Catalogue, House
from palabre.web.languages import catalogue_for

_SEE_OTHER: Final = 303
_HOURS: Final = (1, 3, 12, 24, 72, 168)  # how long a mode may be chosen to last
_ACCEPTED: Final = 3  # hours for which an accepted suggestion lasts
Asked = Request[Any, Any, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModeView:
    """A mode as the desk shows it: where, what, why, until when, by whom."""

    scope: str
    where: str
    what: tuple[str, ...]
    why: str
    until: str
    by: str


def routes(house: House) -> list[HTTPRouteHandler]:
    """Return the handlers."""
    case = set_mode_of(house)

    @get("/desk/modes")
    async def modes(request: Asked) -> Response[Any]:
        moderator, token = await who(request, house)
        return await asyncio.to_thread(_page, request, house, case, moderator, token)

    @post("/desk/modes", status_code=_SEE_OTHER)
    async def change(request: Asked) -> Response[Any]:
        moderator, token = await who(request, house)
        fields = await read_desk_form(request, house, token)
        await house.desk_writers(case, _asked(house, fields), moderator)
        return Redirect("/desk/modes?done=1", status_code=_SEE_OTHER)

    return [modes, change]


def set_mode_of(house: House) -> SetMode:
    """Return the use case of this house."""
    return SetMode(store=house.post.store, clock=house.clock)


def suggested(house: House, moderator: Moderator, words: Catalogue) -> list[tuple[str, str, str]]:
    """Return what a burst suggests: the thread's id, its title, and the sentence that says so."""
    if not may_somewhere(moderator, Task.SET_MODE):
        return []
    return [
        (s.thread.id, _title(s.thread), words.count("desk.modes.burst", s.held))
        for s in set_mode_of(house).suggestions(moderator)
    ]


def _asked(house: House, fields: dict[str, str]) -> Mode:
    """Return the mode that a form asks for; ``bad_field`` names the field that cannot be read."""
    now = house.clock()
    site_id, section_id, thread_id = _place(fields.get("place", ""))
    nothing = Mode(site_id=site_id, section_id=section_id, thread_id=thread_id, set_at=now)
    if fields.get("do") == "lift":
        return nothing
    if fields.get("do") == "accept":
        until = now + timedelta(hours=_ACCEPTED)
        return Mode(site_id=site_id, thread_id=thread_id, holds_all=True, until=until, set_at=now)
    try:
        why = Why(fields.get("why", ""))
    except ValueError:
        raise Refusal(Code.BAD_FIELD, field="why", known=", ".join(Why)) from None
    hours = _number(fields, "hours")
    mode = Mode(
        site_id=site_id,
        section_id=section_id,
        thread_id=thread_id,
        holds_all="holds_all" in fields,
        known_only="known_only" in fields,
        slow_minutes=_number(fields, "slow"),
        proof="proof" in fields,
        closes_at=_moment(house, fields, "closes_at"),
        opens=_clock(fields, "opens"),
        shuts=_clock(fields, "shuts"),
        why=why,
        until=now + timedelta(hours=hours) if hours else None,
        set_at=now,
    )
    if mode.does_nothing:
        raise Refusal(Code.BAD_FIELD, field="mode", missing="mode")
    return mode


def _place(text: str) -> tuple[str, str | None, str | None]:
    kind, _, rest = text.partition(":")
    if kind == "thread":
        return "", None, rest
    site_id, _, section_id = rest.partition("/")
    if kind not in {"site", "section"} or not site_id:
        raise Refusal(Code.BAD_FIELD, field="place")
    return site_id, section_id or None, None


def _number(fields: dict[str, str], name: str) -> int:
    text = fields.get(name, "").strip()
    if not text:
        return 0
    if not text.isascii() or not text.isdigit() or len(text) > 5:  # noqa: PLR2004 -- digits
        raise Refusal(Code.BAD_FIELD, field=name)
    return int(text)


def _clock(fields: dict[str, str], name: str) -> int | None:
    """Return a time of the day ("08:00") in minutes; "" is none."""
    text = fields.get(name, "").strip()
    if not text:
        return None
    try:
        at = datetime.strptime(text, "%H:%M")  # noqa: DTZ007 -- a time of any day
    except ValueError:
        raise Refusal(Code.BAD_FIELD, field=name, expected="HH:MM") from None
    return at.hour * 60 + at.minute


def _moment(house: House, fields: dict[str, str], name: str) -> datetime | None:
    """Return a date with its time on the house's clock; "" is none."""
    text = fields.get(name, "").strip()
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise Refusal(Code.BAD_FIELD, field=name) from None
    zone = house.modes.zone if house.modes else UTC
    return at.replace(tzinfo=at.tzinfo or zone).astimezone(UTC)


def _page(
    request: Asked, house: House, case: SetMode, moderator: Moderator, token: str
) -> Response[str]:
    words = catalogue_for(request, house)
    query = request.query_params
    found = case.standing(moderator)
    with house.post.store.reading() as unit:
        names = {m.id: m.name for m in unit.moderators.all()}
        thread = unit.threads.get(query.get("thread", ""))
    sites = {site.id: site for site in house.sites()}
    views_of = [_view(mode, thread, sites, names, words) for mode, thread in found]
    places = _places(house, moderator)
    if thread is not None:
        places.insert(0, (f"thread:{thread.id}", _title(thread)))
    values = {
        "moderator": moderator,
        "form_field": FIELD,
        "form_token": desk_token(token, house),
        "modes": views_of,
        "suggestions": suggested(house, moderator, words),
        "places": places,
        "reasons": [why.value for why in Why],
        "lengths": [(h, words.count("desk.modes.hours", h)) for h in _HOURS],
        "zone": str(house.modes.zone) if house.modes else "UTC",
        "done": query.get("done") == "1",
    }
    return views.page("desk/modes.html", words, values)


def _places(house: House, moderator: Moderator) -> list[tuple[str, str]]:
    """Return the sites and sections where the account may set modes."""
    found = []
    for site in house.sites():
        if may_do(moderator, Task.SET_MODE, site.id):
            found.append((f"site:{site.id}", site.name))
        found += [
            (f"section:{site.id}/{section.id}", f"{site.name} — {section.name}")
            for section in site.sections
            if may_do(moderator, Task.SET_MODE, site.id, section.id)
        ]
    return found


def _view(
    mode: Mode,
    thread: Thread | None,
    sites: dict[str, Site],
    names: dict[str, str],
    words: Catalogue,
) -> ModeView:
    say = words.say
    site = sites.get(mode.site_id)
    where = _title(thread) if thread else site.name if site else mode.site_id
    if thread is None and mode.section_id and site is not None:
        where += " — " + next((s.name for s in site.sections if s.id == mode.section_id), "")
    what = []
    if mode.holds_all:
        what.append(say("thread.mode.read_first"))
    if mode.slow_minutes:
        what.append(say("thread.mode.slow", minutes=mode.slow_minutes))
    if mode.proof:
        what.append(say("desk.modes.proof"))
    if mode.known_only:
        what.append(say("desk.modes.known"))
    if mode.closes_at is not None:
        what.append(say("thread.mode.shuts", until=words.moment(mode.closes_at)))
    if mode.opens is not None and mode.shuts is not None:
        what.append(
            say("desk.modes.open_from_to", opens=_wall(mode.opens), shuts=_wall(mode.shuts))
        )
    return ModeView(
        scope=mode.scope,
        where=where,
        what=tuple(what),
        why=say(f"thread.mode.why.{mode.why.value}"),
        until=words.moment(mode.until) if mode.until else "",
        by=names.get(mode.set_by, ""),
    )


def _wall(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _title(thread: Thread) -> str:
    return thread.article.title or thread.article.url
