"""A passage of an article that a comment is about, said so that it can be found again.

The words of the W3C's Web Annotation Data Model (Recommendation of 23 February 2017): a text quote
selector (section 4.2.4), a text position selector (4.2.5) and a fragment selector (4.2.1). Nothing
here looks at the article: the reader's browser has it, and finds the passage in it as it now is.
"""

import hashlib
import unicodedata
from dataclasses import dataclass

from palabre.domain.errors import Code, Refusal

# Code points. A passage is some sentences; more is the article itself.
MAX_QUOTE = 2000
MAX_CONTEXT = 300
MAX_FRAGMENT = 200
MAX_POSITION = 2**31 - 1
FIELD = "anchor"


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """``exact`` is the passage's text, ``prefix`` and ``suffix`` what stands around it.

    ``start`` and ``end`` count code points of the article's text, a hint at most; None: not told.
    ``fragment`` is the id of the element that an author's question stands on.
    """

    exact: str
    prefix: str = ""
    suffix: str = ""
    start: int | None = None
    end: int | None = None
    fragment: str | None = None

    @property
    def key(self) -> str:
        """What comments on the same passage have in common: 32 hexadecimal digits.

        Positions are left out: they move when a paragraph above is edited.
        """
        parts = "\x1f".join((self.exact, self.prefix, self.suffix, self.fragment or ""))
        return hashlib.sha256(parts.encode()).hexdigest()[:32]


def checked(passage: Passage) -> Passage:
    """Return the passage made fit to be kept, or refuse it (``bad_field``, ``anchor``)."""
    exact = _words(passage.exact, MAX_QUOTE).strip()
    start, end = passage.start, passage.end
    if not any(c.isalnum() or not c.isascii() for c in exact):
        raise Refusal(Code.BAD_FIELD, field=FIELD, expected="TextQuoteSelector.exact")
    if (start is None) != (end is None):
        raise Refusal(Code.BAD_FIELD, field=FIELD, expected="TextPositionSelector: start, end")
    if start is not None and end is not None and not 0 <= start <= end <= MAX_POSITION:
        raise Refusal(Code.BAD_FIELD, field=FIELD, expected="0 <= start <= end")
    fragment = passage.fragment
    if fragment is not None and not len(_words(fragment, MAX_FRAGMENT)) > 0:
        raise Refusal(Code.BAD_FIELD, field=FIELD, expected="FragmentSelector.value")
    return Passage(
        exact=exact,
        prefix=_words(passage.prefix, MAX_CONTEXT),
        suffix=_words(passage.suffix, MAX_CONTEXT),
        start=start,
        end=end,
        fragment=fragment,
    )


def _words(text: str, longest: int) -> str:
    """Return text without control characters; marks that turn the direction could forge a quote."""
    if any(c == "\x00" or "\ud800" <= c <= "\udfff" for c in text):
        raise Refusal(Code.UNREADABLE_TEXT, field=FIELD)
    if len(text) > longest:
        raise Refusal(Code.BAD_FIELD, field=FIELD, maximum=longest)
    return "".join(" " if unicodedata.category(c) in {"Cc", "Zl", "Zp"} else c for c in text)
