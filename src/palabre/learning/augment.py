"""Write a text as a hasty or evasive reader might: the label stays, on both sides alike."""

import random
import re
import unicodedata
from collections.abc import Callable
from typing import Final

Rewrite = Callable[[str, random.Random], str]

_MENTION: Final = re.compile(r"@\w+|<user>", re.IGNORECASE)
_ADDRESS: Final = re.compile(r"https?://\S+|\bhttp\b|\[URL\]|@url|@URL", re.IGNORECASE)
_RETWEET: Final = re.compile(r"^\s*RT\b[ :]*", re.IGNORECASE)
_LOOKALIKE: Final = str.maketrans("aceiopxyAEOPC", "асеіорхуАЕОРС")
_DIGITS: Final = {"a": "4@", "e": "3", "i": "1!", "o": "0", "s": "5$", "t": "7", "g": "9"}
_SMS: Final = (
    ("quelqu'un", "qqn"), ("pourquoi", "pk"), ("parce que", "pcq"), ("c'est", "c"), ("qu'", "k "),
    ("que ", "ke "), ("qui ", "ki "), ("quand", "qd"), ("toujours", "tjrs"), ("beaucoup", "bcp"),
    ("vous", "vs"), ("nous", "ns"), ("tout", "tt"), ("tous", "ts"), ("dans", "ds"), ("avec", "avc"),
    ("pas", "pa"), ("même", "mm"), ("jamais", "jms"), ("maintenant", "mtn"), ("ne ", ""),
    ("j'ai", "g"), ("je suis", "chui"), ("il y a", "ya"), ("au", "o"), ("eau", "o"), ("aient", "é"),
)  # fmt: skip
_ENDINGS: Final = (
    " !!!",
    " !",
    "...",
    " 😂",
    " 🤣",
    " 😡",
    " 🙄",
    " mdr",
    " lol",
    " 👍",
    " 😊",
    " ?!",
    " 🤔",
    " ✊",
)


def clean(text: str, chance: random.Random) -> str:
    """Take off or even out the traces of a platform: mentions, addresses, RT."""
    text = _RETWEET.sub("", text)
    name = "@user" if chance.random() < 0.3 else ""  # noqa: PLR2004
    text = _ADDRESS.sub("https://example.org" if chance.random() < 0.2 else "", text)  # noqa: PLR2004
    return re.sub(r"\s+", " ", _MENTION.sub(name, text)).strip() or text


def no_marks(text: str, chance: random.Random) -> str:
    """été -> ete; leaves scripts whose marks are letters alone."""
    del chance
    parts = unicodedata.normalize("NFD", text)
    return unicodedata.normalize("NFC", re.sub(r"(?<=[a-zA-Z])[\u0300-\u0327]", "", parts))


def lower(text: str, chance: random.Random) -> str:
    """No capitals, and often no full stop."""
    out = text.lower()
    return out.rstrip(".! ") if chance.random() < 0.5 else out  # noqa: PLR2004


def upper(text: str, chance: random.Random) -> str:
    """ALL CAPITALS, or one word in capitals."""
    if chance.random() < 0.5:  # noqa: PLR2004
        return text.upper()
    words = text.split(" ")
    place = chance.randrange(len(words))
    return " ".join([*words[:place], words[place].upper(), *words[place + 1 :]])


def bare(text: str, chance: random.Random) -> str:
    """No punctuation and no apostrophes."""
    gap = " " if chance.random() < 0.3 else ""  # noqa: PLR2004
    return re.sub(r"\s+", " ", re.sub(r"[.,;:!?«»\"“”'’]", gap, text))


def slips(text: str, chance: random.Random) -> str:
    """Swap, lose and double letters, one for about forty signs."""
    signs = list(text)
    for _ in range(1 + len(signs) // 40):
        place = chance.randrange(max(1, len(signs) - 1))
        kind = chance.randrange(3)
        if kind == 0 and place + 1 < len(signs):
            signs[place], signs[place + 1] = signs[place + 1], signs[place]
        elif kind == 1 and len(signs) > 12:  # noqa: PLR2004 - short words stay readable
            del signs[place]
        else:
            signs.insert(place, signs[place])
    return "".join(signs)


def _in_words(text: str, chance: random.Random, change: Rewrite, share: float) -> str:
    words = text.split(" ")
    long = [place for place, word in enumerate(words) if len(word) > 3]  # noqa: PLR2004
    for place in chance.sample(long, min(len(long), max(1, round(len(long) * share)))):
        words[place] = change(words[place], chance)
    return " ".join(words)


def digits(text: str, chance: random.Random) -> str:
    """c0nnard."""

    def one(word: str, chance: random.Random) -> str:
        return "".join(
            chance.choice(_DIGITS[sign]) if sign in _DIGITS and chance.random() < 0.6 else sign  # noqa: PLR2004
            for sign in word
        )

    return _in_words(text, chance, one, 0.35)


def lookalikes(text: str, chance: random.Random) -> str:
    """Cyrillic letters that look Latin."""
    return _in_words(text, chance, lambda word, _: word.translate(_LOOKALIKE), 0.35)


def stretched(text: str, chance: random.Random) -> str:
    """Connaaaard."""

    def one(word: str, chance: random.Random) -> str:
        places = [i for i, sign in enumerate(word) if sign.isalpha()] or [0]
        place = chance.choice(places)
        return word[:place] + word[place] * chance.randint(2, 5) + word[place:]

    return _in_words(text, chance, one, 0.2)


def spaced(text: str, chance: random.Random) -> str:
    """C o n n a r d, c.o.n.n.a.r.d."""
    mark = chance.choice((" ", ".", "-", "*"))
    return _in_words(text, chance, lambda word, _: mark.join(word), 0.2)


def starred(text: str, chance: random.Random) -> str:
    """c*nnard."""

    def one(word: str, chance: random.Random) -> str:
        place = chance.randrange(1, len(word) - 1)
        return word[:place] + "*" + word[place + 1 :]

    return _in_words(text, chance, one, 0.2)


def sms(text: str, chance: random.Random) -> str:
    """Pk vs ete tt seul."""
    out = text.lower()
    for long, short in _SMS:
        if chance.random() < 0.7:  # noqa: PLR2004
            out = re.sub(rf"\b{re.escape(long)}", short, out)
    return no_marks(out, chance)


def ending(text: str, chance: random.Random) -> str:
    """Many exclamation marks, a smiley."""
    return text.rstrip(" .!") + chance.choice(_ENDINGS)


LATIN: Final[tuple[tuple[Rewrite, float], ...]] = (
    (lower, 0.12), (no_marks, 0.12), (upper, 0.03), (bare, 0.05), (slips, 0.07), (digits, 0.02),
    (lookalikes, 0.015), (stretched, 0.02), (spaced, 0.01), (starred, 0.015), (ending, 0.06),
)  # fmt: skip
OTHER: Final[tuple[tuple[Rewrite, float], ...]] = (
    (bare, 0.05),
    (slips, 0.07),
    (stretched, 0.02),
    (ending, 0.06),
)
SMS_SHARE: Final = 0.04
JOINED: Final = 0.16


def rewrite(text: str, lang: str, chance: random.Random, fillers: list[str]) -> str:
    """Return the text as somebody else might have typed it, at times among harmless sentences."""
    text = clean(text, chance)
    if fillers and chance.random() < JOINED:
        filler = chance.choice(fillers)
        pair = [filler, text] if chance.random() < 0.5 else [text, filler]  # noqa: PLR2004
        text = " ".join(part if part[-1:] in ".!?…" else part + "." for part in pair)
    for change, share in OTHER if lang in {"ar", "he", "ary"} else LATIN:
        if chance.random() < share:
            text = change(text, chance)
    if lang == "fr" and chance.random() < SMS_SHARE:
        text = sms(text, chance)
    return text
