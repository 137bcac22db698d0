"""From what an author wrote to the HTML a page may show.

Two walls, each sufficient alone and tested alone: markdown-it-py builds only the elements that are
switched on here and escapes all HTML in the text; nh3 then lets through only the same elements.
"""

from typing import Final
from urllib.parse import urlsplit

import nh3
from markdown_it import MarkdownIt

from palabre.rendering.plain import plain_html

# Stored beside each rendering: raise it when the output changes, and old renderings are redone.
VERSION: Final = 2

_TAGS = {"p", "br", "strong", "em", "s", "code", "pre", "blockquote", "ul", "ol", "li", "a"}
_SCHEMES = {"http", "https"}

_parser = MarkdownIt("zero", {"html": False, "linkify": True, "breaks": True}).enable(
    [
        *("newline", "escape", "backticks", "strikethrough", "emphasis", "balance_pairs"),
        *("link", "autolink", "linkify", "entity", "fragments_join"),
        *("list", "blockquote", "fence"),
    ]
)


def _is_web_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme.lower() in _SCHEMES and bool(parts.netloc)


# Only what begins with a scheme becomes a link by itself: "fin.la suite" is a missing space.
_parser.linkify.set({"fuzzy_link": False, "fuzzy_email": False, "fuzzy_ip": False})  # type: ignore[union-attr]

# markdown-it's own check lets mailto, ftp and relative addresses through.
_parser.validateLink = _is_web_address  # type: ignore[method-assign]

_cleaner = nh3.Cleaner(
    tags=_TAGS,
    # "*" empty: otherwise nh3 lets title and lang stand on every element.
    attributes={"*": set(), "a": {"href"}},
    url_schemes=_SCHEMES,
    # A scheme list alone lets "//host" and "/path" through: they have none.
    url_relative="deny",
    link_rel="nofollow ugc noopener noreferrer",
    strip_comments=True,
)


class MarkdownRenderer:
    """Markdown subset: paragraphs, breaks, emphasis, strike, code, quotes, lists, links.

    Headings, images, tables and HTML stay plain text. Links carry ``rel="nofollow ugc"``.
    """

    version: int = VERSION

    def __call__(self, text: str) -> str:
        """Return the cleaned HTML of a comment."""
        plain = plain_html(text)
        return parsed_html(text) if plain is None else plain


def parsed_html(text: str) -> str:
    """Return the cleaned HTML of any text by way of the parser."""
    return _cleaner.clean(_parser.render(text)).strip()


def excerpt(text: str, length: int = 160) -> str:
    """Return the beginning of a text on one line, cut at a word, for lists and mails."""
    line = " ".join(text.split())
    if len(line) <= length:
        return line
    cut = line[: length + 1].rpartition(" ")[0]
    return (cut if len(cut) > length // 2 else line[:length]).rstrip(" ,;:.") + "…"
