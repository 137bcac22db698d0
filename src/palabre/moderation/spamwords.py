"""What the spam model reads: the words of a text as hashed n-grams, and a few facts about its form.

A pure function, shared by learning and judging. Addresses, figures and telephone numbers are taken
out of the words and counted apart: spammers change them with every message, and a model that knew
them by heart would know nothing of the next. Whoever changes anything here raises ``VERSION``.
"""

import re
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from palabre.moderation.detectors import ngrams

VERSION: Final = 1
BUCKETS: Final = 1 << 16

_LINK: Final = re.compile(
    r"(?:https?:/+|www\.)[^\s<>\"']+"
    r"|(?<![\w@./-])(?:[a-z0-9-]+\.)+(?:com|net|org|info|biz|xyz|shop|online|site|top|ru|cn|eu|fr|ly"
    r"|co|io|me|tv|be|de|uk|ga|tk|ml|club|store|live|link|click|example)(?:/[^\s<>\"']*)?(?![\w-])"
)
_MAIL: Final = re.compile(r"[\w.+-]+ ?(?:@|\(at\)|\[at\]) ?[\w-]+(?: ?(?:\.|\(dot\)) ?[a-z]{2,})+")
_PHONE: Final = re.compile(
    r"(?<![\w.])(?<!\d[ .-])(?:\+|00|0)\d(?:[ .\-()]{0,2}\d){7,11}(?!\w|[ .-]\d)"
)
_MONEY: Final = re.compile(
    r"[$€£] ?\d|\d ?(?:[$€£]|euros?\b|eur\b|dollars?\b|usd\b|k\b|livres\b|chf\b|fcfa\b)"
)
_FIGURE: Final = re.compile(r"\b\d[\d.,]*\b")
_HANDLE: Final = re.compile(r"(?<![\w.])@[\w.]{3,}")
_MARKUP: Final = re.compile(r"<a\b|href|\[url|\]\(|\[/?link")
_HIDDEN: Final = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
_PICTURES: Final = re.compile("[\u2190-\u2bff\U0001f000-\U0001faff]")
_LOUD: Final = 12
_LONG: Final = 400

# What each figure of ``form`` says, in order; the card's weights name them.
FORM: Final = (
    "one_link", "more_links", "link_is_most", "mail", "phone", "money", "handle", "markup",
    "capitals", "exclamations", "pictures", "hidden_signs", "short", "long", "link_and_short",
    "mail_or_phone_and_money",
)  # fmt: skip

Floats = NDArray[np.float32]


@lru_cache(maxsize=4)
def words(folded: str) -> tuple[NDArray[np.uint32], Floats]:
    """Return the buckets that the words of a folded text fall in, and the weight of each.

    Fingerprint, spam model and a site's layer ask for those of one text after another.
    """
    return ngrams.hashed_folded(_FIGURE.sub("0", _stripped(folded)), BUCKETS)


def _writes_mail(folded: str) -> bool:
    return "@" in folded or "(at)" in folded or "[at]" in folded


def _stripped(folded: str) -> str:
    if _writes_mail(folded):
        folded = _MAIL.sub(" ", folded)
    if "." in folded or "://" in folded:
        folded = _LINK.sub(" ", folded)
    return _PHONE.sub(" ", folded)


def form(original: str, folded: str) -> Floats:
    """Return the facts about a text's form, each from 0 to 1: [len(FORM)]."""
    bare = _MAIL.sub(" ", folded) if _writes_mail(folded) else folded
    links = _LINK.findall(bare) if "." in bare or "://" in bare else []
    mail = bare != folded
    phone = _PHONE.search(folded) is not None
    money = _MONEY.search(folded) is not None
    room = len(folded) - sum(map(len, links))
    capitals = sum(map(str.isupper, original))
    letters = sum(map(str.isalpha, original)) if capitals >= _LOUD else 0
    short = len(folded) < 60  # noqa: PLR2004 -- about one short sentence
    said = (
        len(links) == 1,
        len(links) > 1,
        bool(links) and room < 25,  # noqa: PLR2004 -- nothing but a few words beside it
        mail,
        phone,
        money,
        _HANDLE.search(folded) is not None,
        _MARKUP.search(folded) is not None,
        capitals >= _LOUD and capitals > 0.6 * letters,
        min(1.0, original.count("!") / 4),
        min(1.0, len(_PICTURES.findall(original)) / 5) if not original.isascii() else 0.0,
        not original.isascii() and _HIDDEN.search(original) is not None,
        short,
        len(folded) > _LONG,
        bool(links) and short,
        (mail or phone) and money,
    )
    return np.array(said, np.float32)
