"""Personal data that nobody should find under an article: telephone, mail, IBAN, NIR.

Figures are everywhere in comments (prices, dates, articles of law, scores). Where a number carries
a checksum it must be right; where it carries none its form must be that of a telephone number.
"""

import re
from collections.abc import Iterator
from typing import Final

from palabre.domain.decision import Evidence, Span
from palabre.moderation.facts import Facts
from palabre.moderation.material import Material
from palabre.moderation.normalise import Reading
from palabre.moderation.prepared import Prepared, Sign

SYMBOLS: Final = ("phone", "email_address", "iban", "nir")

# 08 numbers are those of services and help lines: public by nature.
_FRENCH: Final = re.compile(
    r"(?<![\d.,/+-])(?:(?:\+|00)33[ .-]?(?:\(0\)[ .-]?)?|\(?0)[1-79]\)?"
    r"(?:\d{8}|(?:[ ./-]{1,3}\d{2}){4})(?![\d/]|[ .,-]\d)"
)
_ABROAD: Final = re.compile(
    r"(?<![\w.,/+-])(?<!\d )(?:\+|00)(?!33)[1-9]\d{0,2}(?:[ .-]?\(?\d{1,4}\)?){2,6}(?!\d)"
)
_AMERICAN: Final = re.compile(r"(?<![\d.,/+-])\(?[2-9]\d{2}\)?[ .-][2-9]\d{2}[.-]\d{4}(?![\d-])")
_MAIL: Final = re.compile(
    r"(?<![\w.+/-])[a-z0-9][\w.+-]{0,63}@(?:[a-z0-9-]{1,63}\.)+[a-z]{2,24}(?![\w@-])"
)
_IBAN: Final = re.compile(r"(?<![a-z0-9])[a-z]{2}\d{2}(?:[ -]?[a-z0-9]){11,30}(?![a-z0-9])")
_NIR: Final = re.compile(
    r"(?<!\d)([12378])[ .]?(\d{2})[ .]?(0[1-9]|1[0-2]|[2-9]\d)[ .]?(\d{2}|2[ab])[ .]?(\d{3})"
    r"[ .]?(\d{3})[ .-]?(\d{2})(?!\d)"
)
_DIGITS_ABROAD: Final = range(8, 16)
# Length by country (ISO 13616), the countries of SEPA and a few more; others by checksum alone.
_IBAN_LENGTHS: Final = {
    **dict.fromkeys(("no",), 15),
    **dict.fromkeys(("be",), 16),
    **dict.fromkeys(("dk", "fi", "nl"), 18),
    **dict.fromkeys(("si",), 19),
    **dict.fromkeys(("at", "ee", "lt", "lu"), 20),
    **dict.fromkeys(("ch", "hr", "li", "lv"), 21),
    **dict.fromkeys(("bg", "de", "gb", "ie", "me", "rs"), 22),
    **dict.fromkeys(("gi", "il", "ae"), 23),
    **dict.fromkeys(("ad", "cz", "es", "md", "ro", "se", "sk", "tn"), 24),
    **dict.fromkeys(("pt",), 25),
    **dict.fromkeys(("is", "tr"), 26),
    **dict.fromkeys(("fr", "gr", "it", "mc", "sm"), 27),
    **dict.fromkeys(("al", "cy", "dz", "hu", "lb", "ma", "pl"), 28),
    **dict.fromkeys(("mt",), 31),
}


class PersonalData:
    """Finds telephone numbers, mail addresses, account and insurance numbers."""

    name: Final = "personal"
    version: Final = "1"

    def __init__(self, _: Material) -> None:
        """Take nothing from the rules: what a telephone number is, is no matter of taste."""

    def examine(self, text: Prepared, facts: Facts) -> tuple[Evidence, ...]:  # noqa: ARG002
        """Return one piece of evidence per number or address."""
        found: list[tuple[str, float, Span]] = []
        plain = text.plain
        if text.shows(Sign.NUMBERS):
            found += _numbers(plain)
        if text.shows(Sign.AT):
            found += [
                ("email_address", 0.7, plain.span(*match.span()))
                for match in _MAIL.finditer(plain.text)
            ]
        return tuple(
            Evidence(
                symbol=symbol,
                score=score,
                detector=self.name,
                version=self.version,
                spans=(span,),
            )
            for symbol, score, span in sorted(found, key=lambda item: item[2])
        )


def _numbers(plain: Reading) -> list[tuple[str, float, Span]]:
    found: list[tuple[str, float, Span]] = []
    taken: set[int] = set()

    def take(symbol: str, score: float, begin: int, end: int) -> None:
        if taken.isdisjoint(range(begin, end)):
            taken.update(range(begin, end))
            found.append((symbol, score, plain.span(begin, end)))

    for match in _IBAN.finditer(plain.text):
        length = iban_length(match.group())
        if length:
            take("iban", 0.95, match.start(), match.start() + length)
    for match in _NIR.finditer(plain.text):
        if is_nir("".join(match.groups())):
            take("nir", 0.95, *match.span())
    for match in _phones(plain.text):
        take("phone", 0.7, *match.span())
    return found


def _phones(text: str) -> Iterator[re.Match[str]]:
    yield from _FRENCH.finditer(text)
    yield from _AMERICAN.finditer(text)
    for match in _ABROAD.finditer(text):
        if sum(map(str.isdigit, match.group())) in _DIGITS_ABROAD:
            yield match


def iban_length(candidate: str) -> int:
    """Return how many characters of ``candidate`` (folded) are a valid IBAN; 0: none is."""
    country = candidate[:2]
    wanted = _IBAN_LENGTHS.get(country)
    kept = ""
    for index, sign in enumerate(candidate):
        if sign in " -":
            continue
        kept += sign
        if wanted is not None and len(kept) == wanted:
            return index + 1 if _is_iban(kept) else 0
    return len(candidate) if wanted is None and _is_iban(kept) else 0


def _is_iban(compact: str) -> bool:
    """Check by ISO 7064 mod 97-10: the first four characters last, letters as 10 to 35."""
    turned = compact[4:] + compact[:4]
    return int("".join(str(int(sign, 36)) for sign in turned)) % 97 == 1


def is_nir(compact: str) -> bool:
    """Check a French social insurance number (13 characters and a key of two) by its key."""
    body, key = compact[:-2], int(compact[-2:])
    # Corsica: 2A and 2B count as 19 and 18 (decree on the NIR, 1976).
    return 97 - int(body.replace("2a", "19").replace("2b", "18")) % 97 == key
