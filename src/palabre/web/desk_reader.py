"""What the desk says of a reader's standing, and what moderators set on them, beside a comment."""

from typing import Any

from palabre.application.dossier import Dossier
from palabre.application.set_measure import SetMeasure
from palabre.domain.errors import Code, Refusal
from palabre.domain.person import Moderator
from palabre.domain.trust import DEFAULT_DAYS, MAX_DAYS, SET_BY_HAND, Trust
from palabre.web.desk_view import DeskLook
from palabre.web.house import House

_DIGITS = 4


def reader_values(look: DeskLook, dossier: Dossier, may: dict[str, bool]) -> dict[str, Any]:
    """Return the step of the ladder on which a comment's author stands, and what may be set."""
    words, standing = look.words, dossier.standing
    trust = standing.trust(look.house.clock())
    is_set = trust in SET_BY_HAND and standing.until is not None
    free = look.house.law is not None and not dossier.item.stored.author.is_staff
    allowed = [t for t in SET_BY_HAND if free and may["ban" if t is Trust.BANNED else "standing"]]
    return {
        "trust": words.say(f"desk.trust.{trust.value}"),
        "trust_until": words.moment(standing.until) if is_set and standing.until else "",
        "may_lift": is_set and trust in allowed,
        "measures": [
            (t.value, words.say(f"desk.trust.set.{t.value}"), DEFAULT_DAYS[t], MAX_DAYS[t])
            for t in allowed
        ],
    }


def set_on_reader(
    house: House, moderator: Moderator, comment_id: str, fields: dict[str, str]
) -> None:
    """Do what the pressed button says: set one of the measures, or ``lift`` what is set."""
    law = house.law
    if law is None:
        raise Refusal(Code.NOT_FOUND)
    case = SetMeasure(
        store=law.store, clock=house.clock, rule_of=law.keep.rule_of, mail=law.keep.mail
    )
    if fields.get("do") == "lift":
        case.lift(comment_id, moderator)
        return
    try:
        trust = Trust(fields.get("do", ""))
    except ValueError:
        raise Refusal(Code.BAD_FIELD, field="do") from None
    text = fields.get("days", "").strip()
    if text and not (text.isascii() and text.isdigit() and len(text) <= _DIGITS):
        raise Refusal(Code.BAD_FIELD, field="days")
    case(comment_id, trust, fields.get("rule", ""), moderator, int(text) if text else None)
