"""Texts without a trace of Markdown, rendered without a parser.

Most comments are sentences. For these the parser looks for everything in vain: half a millisecond
of a post. What is allowed here is a closed list; all else goes the long way, and a property test
(``tests/rendering/test_plain.py``) holds both ways to the same bytes.
"""

import re
from typing import Final

_LETTERS: Final = "A-Za-zÀ-ÖØ-öø-ɏ\u0370-\u03ff\u0400-\u04ff"
# Marks that stand inside a sentence and mean nothing to Markdown. No-break spaces are a French
# habit before "?" and "!"; the plain space may stand alone between two other characters only.
_MARKS: Final = ".,;?!'\"()/%€’‘“”«»…–—-"
_INSIDE: Final = rf"{_LETTERS}0-9{_MARKS}"
_SPACE: Final = "[ \u00a0\u202f]"
# A colon could belong to an address ("https:", "mailto:") unless a space follows, two slashes to
# one without a scheme.
_WORD: Final = rf"(?:(?!//)[{_INSIDE}])+(?::(?=[\s\u00a0\u202f]|\Z))?|:(?=[\s\u00a0\u202f]|\Z)"
# A line that begins with a digit, a dash or a bracket may be a list.
_LINE: Final = rf"(?=[{_LETTERS}\"'«“‘’…])(?:{_WORD})(?:{_SPACE}(?:{_WORD}))*"
_PLAIN: Final = re.compile(rf"{_LINE}(?:\n{{1,2}}{_LINE})*")


def plain_html(text: str) -> str | None:
    """Return the HTML of a text that is all plain, None for any other."""
    if not _PLAIN.fullmatch(text):
        return None
    html = text.replace("\u00a0", "&nbsp;")
    paragraphs = html.split("\n\n")
    return "\n".join("<p>" + part.replace("\n", "<br>\n") + "</p>" for part in paragraphs)
