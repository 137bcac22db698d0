"""Which language a text is in, as far as anybody can tell from the text and from its page.

A script that one language has settles it. Of Latin letters the judge's own guess by small words is
asked, and where it is in doubt ("bravo !") the language of the page stands: short texts are most of
what readers write, and an error for each of them helps nobody.
"""

import re
import unicodedata
from collections import Counter
from typing import Final

from palabre.moderation.language import guess, primary
from palabre.moderation.normalise import fold

_LETTER: Final = re.compile(r"[^\W\d_]")
_LOOKED_AT: Final = 2000
_BY_SCRIPT: Final = {
    "ARABIC": "ar",
    "CJK": "zh",
    "CYRILLIC": "ru",
    "DEVANAGARI": "hi",
    "GREEK": "el",
    "HANGUL": "ko",
    "HEBREW": "he",
    "HIRAGANA": "ja",
    "KATAKANA": "ja",
    "THAI": "th",
}
_SAME: Final = {"zh": {"ja"}, "ru": {"uk", "bg", "sr"}, "ar": {"fa", "ur"}, "hi": {"mr", "ne"}}


def tongue_of(text: str, page: str | None) -> list[str]:
    """Return the languages of a text, the likeliest first; none for a text without letters."""
    letters = _LETTER.findall(text[:_LOOKED_AT])
    if not letters:
        return []
    home = primary(page)
    scripts = Counter(unicodedata.name(letter, "").partition(" ")[0] for letter in letters)
    if scripts["HIRAGANA"] + scripts["KATAKANA"] > 0 and not scripts["LATIN"]:
        return ["ja"]
    home = home or ""
    found = _BY_SCRIPT.get(scripts.most_common(1)[0][0])
    if found is not None:
        return [home] if home in _SAME.get(found, ()) else [found]
    guessed = guess(fold(text[:_LOOKED_AT]).text)
    return [lang for lang in dict.fromkeys((guessed, home)) if lang][:1]
