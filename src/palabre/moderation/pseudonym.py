"""What of a comment may leave the house for an adviser: its words, without whom they name.

Telephone numbers, mail addresses, accounts and insurance numbers go as the detector of personal
data finds them; so do what follows ``@``, the author's own name, and of links all behind the path.
The names of other people in the text stay: nobody can tell them from the article's subject.
"""

import re
from typing import Final

from palabre.moderation.detectors.personal import PersonalData
from palabre.moderation.disguise import Vocabulary
from palabre.moderation.facts import Facts
from palabre.moderation.material import Material
from palabre.moderation.prepared import Prepared

LEFT_OUT: Final = "[…]"
_MENTION: Final = re.compile(r"(?<!\w)@[\w.-]{2,}")
_BEHIND: Final = re.compile(r"(https?://[^\s?#@]*)(?:[?#@]\S*)", re.IGNORECASE)
_SHORTEST_NAME: Final = 3
_PERSONAL: Final = PersonalData(Material())
_NO_WORDS: Final = Vocabulary(())


def pseudonymised(text: str, name: str | None) -> str:
    """Return a comment's text as an adviser may read it."""
    found = _PERSONAL.examine(Prepared(text, _NO_WORDS), Facts())
    spans = sorted((span for item in found for span in item.spans), reverse=True)
    last = len(text)
    for span in spans:
        text = text[: span.begin] + LEFT_OUT + text[min(span.end, last) :]
        last = span.begin
    text = _BEHIND.sub(rf"\1{LEFT_OUT}", _MENTION.sub(LEFT_OUT, text))
    words = (name or "").split()
    for part in sorted({name or "", *words}, key=len, reverse=True):
        if len(part) >= _SHORTEST_NAME:
            text = re.sub(rf"(?<!\w){re.escape(part)}(?!\w)", LEFT_OUT, text, flags=re.IGNORECASE)
    return text
