"""Where links and forms of a thread lead: to the plain thread page, or to the page around it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode, urlsplit

from palabre.application.ports import Sort

MAX_LENGTH = 4000

# Only pages of ours that hold a thread, as a path: a redirect never leaves this server.
_BACK = re.compile(r"/(?:thread\?|articles/)[!-\[\]-~]*")
_PAGED = re.compile(r"/(?:thread|articles/|comments/)[\w./-]*", re.ASCII)
# What a page shows once: gone as soon as the reader moves on.
_PASSING = frozenset({"posted", "done", "reply", "edit", "fragment", "item", "all"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A page that holds a thread: its path, and the parameters that every link on it keeps."""

    path: str
    fixed: tuple[tuple[str, str], ...] = ()
    sort: Sort = Sort.NEWEST
    after: str | None = None

    def to(self, anchor: str = "", **parameters: str | None) -> str:
        """Return a link to this place with further parameters; None leaves one out."""
        found = {"sort": None if self.sort is Sort.NEWEST else self.sort.value, **parameters}
        pairs = [*self.fixed, *((k, v) for k, v in found.items() if v)]
        query = f"?{urlencode(pairs)}" if pairs else ""
        return f"{self.path}{query}{f'#{anchor}' if anchor else ''}"

    def here(self) -> str:
        """Return the very page that is shown, to come back to."""
        return self.to(after=self.after)


def thread_place(fields: Mapping[str, str]) -> Place:
    """Return the plain thread page, with what a query or a form says of its article."""
    names = ("url", "title", "lang", "on")
    return Place(
        path="/thread",
        fixed=tuple((name, fields[name]) for name in names if fields.get(name)),
        sort=sort_of(fields.get("sort", "")),
    )


def sort_of(text: str) -> Sort:
    """Return the order that a query names; what it misspells is the newest first."""
    return Sort(text) if text in set(Sort) else Sort.NEWEST


def anchor(comment_id: str) -> str:
    """Return the fragment under which a comment stands in its page."""
    return f"c-{comment_id}"


def first_page(path: str, query: str) -> str | None:
    """Return the first page of a list of ours that somebody paged through; None: not of ours."""
    if len(path) + len(query) > MAX_LENGTH or not _PAGED.fullmatch(path):
        return None
    kept = [(k, v) for k, v in parse_qsl(query) if k == "all" or k not in _PASSING | {"after"}]
    return f"{path}?{urlencode(kept)}" if kept else path


def back(given: str, comment_id: str, **parameters: str) -> str:
    """Return where to send a reader who acted on a comment: the page they came from.

    What a form says about that is believed only as a path of ours; otherwise it is the comment's
    own page.
    """
    if len(given) > MAX_LENGTH or not _BACK.fullmatch(given):
        return f"/comments/{comment_id}"
    parts = urlsplit(given)
    kept = [(k, v) for k, v in parse_qsl(parts.query) if k not in _PASSING]
    query = urlencode([*kept, *parameters.items()])
    return f"{parts.path}{f'?{query}' if query else ''}#{anchor(comment_id)}"
