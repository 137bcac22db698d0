"""The desk's list of what waits: by urgency, narrowed by a filter, as cards or as a table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from palabre.application.work_ports import Rank, Waiting, Wanted
from palabre.domain.errors import Code, Refusal
from palabre.domain.identifier import is_id, new_id
from palabre.domain.waiting import Level, Weight
from palabre.web.desk_view import DeskLook, ItemView
from palabre.web.house import Catalogue

PAGE = 20
FILTERS = ("site", "section", "rule", "lang", "level", "mine", "view")
_LONGEST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Urgency:
    """Why a comment stands where it stands, in words; and who is reading it."""

    reasons: tuple[str, ...]
    reader: str | None
    assigned: str | None
    copies: int
    group: str


def wanted_of(query: Mapping[str, str], moderator_id: str) -> Wanted:
    """Return the filter that an address asks for; what it does not know it ignores."""
    given = {name: query[name][:_LONGEST] for name in FILTERS if query.get(name)}
    level = given.get("level")
    return Wanted(
        places=(),
        level=Level(level) if level in set(Level) else Level.DESK,
        site_id=given.get("site"),
        section_id=given.get("section"),
        rule=given.get("rule"),
        lang=given.get("lang"),
        assigned_to=moderator_id if given.get("mine") else None,
    )


def kept(query: Mapping[str, str]) -> str:
    """Return the filter as it stands in an address."""
    return urlencode({name: query[name][:_LONGEST] for name in FILTERS if query.get(name)})


def rank_of(text: str | None) -> Rank | None:
    """Return the place in the queue that a link names, or refuse with ``bad_cursor``."""
    if not text:
        return None
    priority, _, comment_id = text.partition("_")
    try:
        found = Rank(float(priority), comment_id)
    except ValueError:
        raise Refusal(Code.BAD_CURSOR, field="after") from None
    if not is_id(comment_id) or found.priority != found.priority:
        raise Refusal(Code.BAD_CURSOR, field="after")
    return found


def rank_text(waiting: Waiting) -> str:
    """Return the place of an entry as a link names it."""
    return f"{waiting.entry.priority!r}_{waiting.entry.comment_id}"


def urgency(look: DeskLook, waiting: Waiting, names: Mapping[str, str]) -> Urgency:
    """Return why a comment stands where it stands."""
    words, entry = look.words, waiting.entry
    now = look.house.clock()
    rule = look.house.rules.rule(entry.weight.rule) if entry.weight.rule else None
    label = (rule.label.get(words.lang) or rule.id) if rule else None
    weight = entry.weight
    percent = round(weight.expected_harm * 100)
    harm = words.say("desk.why.harm", rule=label, percent=percent) if label else ""
    reader = entry.reader(now)
    others = reader is not None and reader != look.moderator.id
    reach = weight.reach
    return Urgency(
        reasons=(
            harm or words.say("desk.why.unknown"),
            words.count("desk.why.reach", reach) if reach else words.say("desk.why.first"),
            *told(words, weight),
            words.say("desk.why.waits", ago=words.ago(entry.entered_at, now)),
        ),
        reader=names.get(reader or "", "") if others else None,
        assigned=names.get(entry.assigned_to) if entry.assigned_to else None,
        copies=waiting.group_size,
        group=entry.group,
    )


def told(words: Catalogue, weight: Weight) -> tuple[str, ...]:
    """Return what readers did with a comment, in words: reports first, then votes."""
    said = (("desk.why.reports", weight.reports), ("desk.why.votes", weight.votes))
    return tuple(words.count(key, n) for key, n in said if n)


def values(look: DeskLook, query: Mapping[str, str]) -> dict[str, Any]:
    """Return what the page of the queue is made from."""
    desk = look.house.work_desk
    wanted = wanted_of(query, look.moderator.id)
    found, levels, names = desk.page(
        look.moderator, wanted, limit=PAGE + 1, after=rank_of(query.get("after"))
    )
    shown = found[:PAGE]
    items: Sequence[tuple[ItemView, Urgency]] = [
        (look.item(waiting.item), urgency(look, waiting, names)) for waiting in shown
    ]
    return {
        "items": items,
        "levels": [(level.value, look.many(n)) for level, n in levels.items()],
        "newest": new_id(look.house.clock()),
        "level": wanted.level.value,
        "more": rank_text(shown[-1]) if len(found) > PAGE else None,
        "filter": {name: query.get(name, "") for name in FILTERS},
        "kept": kept(query),
        "filters": desk.filters(look.moderator),
        "sites": look.house.sites(),
    }
