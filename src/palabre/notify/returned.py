"""Mail that came back: delivery reports (RFC 3464) and complaints (RFC 5965), read for one thing.

Which mail it is about stands in the address it came back to, which nobody else can make up; a body
says only how bad it is. A message that is neither report is a person's answer or a holiday notice,
and changes nothing.
"""

import re
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from email.policy import default
from enum import Enum, auto

from palabre.application.mail_tokens import mail_in

_TOKEN = re.compile(r"\+([a-z2-7]{20,60})@", re.IGNORECASE)
_CLASS = re.compile(r"\s*([245])\.[0-9]+\.[0-9]+")
_TO = ("delivered-to", "x-original-to", "envelope-to", "to")
_MAX = 1 << 20  # bytes of a returned message that are read


class Fate(Enum):
    """What a report says."""

    GONE = auto()
    LATER = auto()
    COMPLAINT = auto()
    NOTHING = auto()


@dataclass(frozen=True, slots=True)
class Report:
    """What came back, and of which mail; ``mail_id`` None: of none of ours."""

    fate: Fate
    mail_id: str | None


def read_report(raw: bytes, secret: bytes, *, recipient: str | None = None) -> Report:
    """Return what a returned message says. ``recipient`` is the envelope's, where it is known."""
    message = message_from_bytes(raw[:_MAX], policy=default)
    named = [recipient or "", *(str(v) for name in _TO for v in message.get_all(name, []))]
    tokens = (found[1] for text in named for found in _TOKEN.finditer(text))
    mail_id = next((mail for token in tokens if (mail := mail_in(token, secret))), None)
    return Report(_fate(message) if mail_id else Fate.NOTHING, mail_id)


def _fate(message: Message) -> Fate:
    for part in message.walk():
        kind = part.get_content_type()
        if kind == "message/feedback-report":
            return Fate.COMPLAINT if "abuse" in _text(part).lower() else Fate.NOTHING
        if kind == "message/delivery-status":
            return _status(part)
    return Fate.NOTHING


def _status(part: Message) -> Fate:
    found = Fate.NOTHING
    for fields in part.get_payload() if part.is_multipart() else ():
        if not isinstance(fields, Message):
            continue
        action = str(fields.get("action", "")).strip().lower()
        level = _CLASS.match(str(fields.get("status", "")))
        if action == "failed":
            found = Fate.GONE if level is None or level[1] == "5" else Fate.LATER
        # "delayed" is no news: the server goes on trying.
    return found


def _text(part: Message) -> str:
    inner = part.get_payload()
    if isinstance(inner, list):
        return "\n".join(str(p) for p in inner)
    return str(inner)
