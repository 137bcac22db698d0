"""What a reader typed, made fit to be kept: trimmed, bounded, or refused by name of the field."""

import math
import re
import unicodedata
from dataclasses import dataclass

from palabre.domain.comment import Author
from palabre.domain.errors import Code, Refusal
from palabre.domain.member import Member
from palabre.domain.site import Site
from palabre.moderation.normalise import skeleton

MAX_NAME = 60
MAX_TITLE = 300
MAX_SECONDS = 7 * 24 * 3600  # a form that lay open for longer says nothing
MAX_EMAIL = 254  # RFC 5321, section 4.5.3.1.3, less the angle brackets

# Good enough to catch slips; a mail to the address shows whether it lives, not a pattern.
_ATOM = r"[^\s@<>\"(),:;\[\]\\]"
_EMAIL = re.compile(rf"{_ATOM}{{1,64}}@{_ATOM}+\.[^\s@.<>\"(),:;\[\]\\]{{2,}}")
_UNREADABLE = re.compile("[\x00\ud800-\udfff]")
_LANG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")
# Cc control, Cf format (bidi overrides among them), Co private, Cs surrogate, Cn unassigned.
_INVISIBLE = frozenset({"Cc", "Cf", "Co", "Cs", "Cn"})
# Joiners are part of how Persian, Hindi and many emoji are written.
_JOINERS = "\u200c\u200d"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much a reader may send."""

    text_length: int = 10_000


def readable(text: str, field: str) -> str:
    """Refuse NUL and lone surrogates: PostgreSQL and SQLite disagree on them."""
    if _UNREADABLE.search(text):
        raise Refusal(Code.UNREADABLE_TEXT, field=field)
    return text


def comment_text(text: str, limits: Limits) -> str:
    """Return the text with line ends made one kind and outer blank space taken off."""
    text = readable(text, "text").replace("\r\n", "\n").replace("\r", "\n").strip()
    if not any(_is_visible(c) for c in text):
        raise Refusal(Code.TEXT_EMPTY, field="text")
    if len(text) > limits.text_length:
        raise Refusal(
            Code.TEXT_TOO_LONG, field="text", length=len(text), maximum=limits.text_length
        )
    return text


def guest_name(name: str | None, site: Site) -> str | None:
    """Return the name a guest signs with; None when none was given and none is required."""
    name = _one_line(name, "name")
    if not name:
        if site.name_required:
            raise Refusal(Code.NAME_REQUIRED, field="name")
        return None
    if len(name) > MAX_NAME:
        raise Refusal(Code.NAME_TOO_LONG, field="name", maximum=MAX_NAME)
    mine = skeleton(name)
    if any(skeleton(taken) == mine for taken in (site.name, *site.reserved_names)):
        raise Refusal(Code.NAME_RESERVED, field="name")
    return name


def guest_email(email: str | None, site: Site) -> str | None:
    """Return the address given, or None; it is never shown."""
    email = _one_line(email, "email")
    if not email:
        if site.email_required:
            raise Refusal(Code.EMAIL_REQUIRED, field="email")
        return None
    if len(email) > MAX_EMAIL or not _EMAIL.fullmatch(email):
        raise Refusal(Code.EMAIL_INVALID, field="email")
    return email


def signature(name: str | None, email: str | None, site: Site, member: Member | None) -> Author:
    """Return how a comment is signed: as the site itself says of its member, or as a guest asks.

    A member of another site is a guest here.
    """
    if member is None or member.site_id != site.id:
        return Author(name=guest_name(name, site), email=guest_email(email, site))
    address = _one_line(email or member.email, "email") or None
    if address is not None and (len(address) > MAX_EMAIL or not _EMAIL.fullmatch(address)):
        raise Refusal(Code.EMAIL_INVALID, field="email")
    if not member.is_staff:
        name = guest_name(member.name, site)
        # Nor may a badge pass for the newsroom's.
        badge = guest_name(member.badge, site) if member.badge else None
        return Author(name=name, email=address, badge=badge)
    return Author(name=member.name, email=address, is_staff=True, badge=member.badge)


def article_title(title: str | None) -> str:
    """Return the article's title on one line, cut to what a page can carry."""
    return _one_line(title, "title")[:MAX_TITLE]


def language(lang: str | None, default: str) -> str:
    """Return the stated language (BCP 47) or the site's own."""
    return lang if lang and _LANG.fullmatch(lang) else default


def time_taken(seconds: float | None) -> float | None:
    """Return the seconds between form and answer; None for what no clock can have shown."""
    if seconds is None or not math.isfinite(seconds) or not 0 <= seconds <= MAX_SECONDS:
        return None
    return seconds


def _one_line(value: str | None, field: str) -> str:
    text = readable(value or "", field)
    kept = (c if _is_visible(c) or c in _JOINERS else " " for c in text)
    return " ".join("".join(kept).split())


def _is_visible(character: str) -> bool:
    return not character.isspace() and unicodedata.category(character) not in _INVISIBLE
