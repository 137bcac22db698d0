"""How a comment came, beside what it says: by whom, how fast, in which language.

Each of these is a doubt. None refuses; most need another one beside them to bring a person to look.
"""

import re
import unicodedata
from typing import Final

from palabre.domain.decision import Evidence
from palabre.moderation.facts import Facts, Known, Twins
from palabre.moderation.language import primary
from palabre.moderation.material import Material
from palabre.moderation.prepared import Prepared

SYMBOLS: Final = (
    "near_duplicate", "refused_before", "bad_reputation", "surge", "name_advert", "odd_mail",
    "odd_url", "other_language", "hurried", "trap",
)  # fmt: skip

_ALIKE: Final = 0.4  # share of bands: about two thirds of the words in the same order
_OFTEN: Final = 3
_BAD: Final = 2.0
_SURGE: Final = 60.0  # comments on one article within the hour
_HURRIED: Final = 2.0  # seconds
_WORDS: Final = 12
_NAME: Final = re.compile(
    r"https?:|www\.|[\w-]\.(?:com|net|org|info|biz|xyz|shop|online|site|top|ru|fr|be|ch|store|club)\b"
    r"|@\w|\d(?:[ .-]?\d){7}",
    re.IGNORECASE,
)
_THROW_AWAY: Final = frozenset(
    {
        *("mailinator.com", "yopmail.com", "guerrillamail.com", "10minutemail.com", "jetable.org"),
        *("temp-mail.org", "trashmail.com", "sharklasers.com", "getnada.com", "maildrop.cc"),
        *("dispostable.com", "throwawaymail.com", "moakt.com", "tempmail.dev", "mohmal.com"),
    }
)
_RANDOM: Final = re.compile(r"\d{5,}|[bcdfghjklmnpqrstvwxz]{6,}")
_TRADE: Final = re.compile(
    r"casino|viagra|cialis|poker|loan|credit-|-credit|escort|porn|sexe?cam|seo|backlink|crypto|"
    r"bitcoin|forex|voyan|marabout|pharma|replica|slot|bet\d|bonus|essay|followers"
)
_SCRIPTS: Final = {
    "ru": "CYRILLIC", "uk": "CYRILLIC", "bg": "CYRILLIC", "sr": "CYRILLIC", "el": "GREEK",
    "ar": "ARABIC", "fa": "ARABIC", "ur": "ARABIC", "he": "HEBREW", "ja": "CJK", "zh": "CJK",
    "ko": "HANGUL", "th": "THAI", "hi": "DEVANAGARI", "hy": "ARMENIAN", "ka": "GEORGIAN",
}  # fmt: skip


class Sender:
    """Weighs the circumstances that the facts tell of."""

    name: Final = "sender"
    version: Final = "1"

    def __init__(self, material: Material) -> None:
        self._shorteners = material.shorteners

    def examine(self, text: Prepared, facts: Facts) -> tuple[Evidence, ...]:
        """Return a piece of evidence for each circumstance that is out of the ordinary."""
        found = {
            "near_duplicate": _repeated(facts.twins),
            "refused_before": _refused(facts.twins),
            "bad_reputation": max((_reputation(known) for known in facts.known), default=0.0),
            "surge": 0.2 if facts.pace >= _SURGE and not facts.published else 0.0,
            "name_advert": 0.6 if facts.author_name and _NAME.search(facts.author_name) else 0.0,
            "odd_mail": _mail(facts.author_email),
            "odd_url": self._url(facts.author_url),
            "other_language": _language(text, facts.lang),
            "hurried": 0.35 if facts.seconds is not None and facts.seconds < _HURRIED else 0.0,
            "trap": 0.8 if facts.trap else 0.0,
        }
        return tuple(
            Evidence(symbol=symbol, score=round(score, 3), detector=self.name, version=self.version)
            for symbol, score in found.items()
            if score > 0
        )

    def _url(self, url: str | None) -> float:
        if not url:
            return 0.0
        host = url.lower().partition("://")[2].partition("/")[0] or url.lower()
        if host.removeprefix("www.") in self._shorteners:
            return 0.45
        return 0.45 if _TRADE.search(url.lower()) else 0.0


def _repeated(twins: Twins | None) -> float:
    if twins is None or twins.likeness < _ALIKE or twins.good > twins.bad:
        return 0.0
    if twins.elsewhere >= 1:
        return 0.6
    return 0.55 if twins.seen >= _OFTEN else 0.2 if twins.seen >= 1 else 0.0


def _refused(twins: Twins | None) -> float:
    if twins is None or twins.likeness < _ALIKE:
        return 0.0
    return 0.75 if twins.bad >= 1 and twins.bad > 2 * twins.good else 0.0


def _reputation(known: Known) -> float:
    if known.bad < _BAD:
        return 0.0
    return min(0.6, known.bad / (known.bad + 2 * known.good + _BAD))


def _mail(address: str | None) -> float:
    if not address:
        return 0.0
    local, _, host = address.lower().rpartition("@")
    odd = 0.2 if host in _THROW_AWAY else 0.0
    return max(odd, 0.2 if _RANDOM.search(local) else 0.0)


def _language(text: Prepared, page: str | None) -> float:
    """Return a doubt where a text of some length speaks another language than its page."""
    lang = primary(page)
    original = text.original
    if lang is None or (original.isascii() and text.guessed in {None, lang}):
        return 0.0
    script = _SCRIPTS.get(lang, "LATIN")
    letters = [sign for sign in original[:400] if sign.isalpha()]
    if len(letters) >= _WORDS and not original.isascii():
        names = (unicodedata.name(sign, "") for sign in letters[:60])
        strange = sum(not name.startswith(script) for name in names)
        if strange > 0.6 * min(60, len(letters)) and lang not in {"ja", "ko", "zh"}:
            return 0.4
    other = text.guessed is not None and text.guessed != lang and lang in {"fr", "en"}
    return 0.2 if other and len(text.plain.text.split()) >= _WORDS else 0.0
