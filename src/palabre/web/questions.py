"""Which public answer a request asks for, whatever the spelling of its address.

Many addresses ask for one thing: campaign parameters, defaults spelled out, another order. Each is
read once, by the rules of the very handler that would answer it, and remembered. What those rules
refuse, and what may be answered in a personal way, is no question here: the application answers it.
"""

from collections.abc import Callable, Iterable
from typing import NamedTuple
from urllib.parse import urlencode

from palabre.application.ports import Sort
from palabre.domain.address import canonical
from palabre.domain.errors import Refusal
from palabre.domain.identifier import is_id
from palabre.web.house import House
from palabre.web.intake import Query
from palabre.web.wire import MAX_LIMIT, MAX_URLS

COMMENTS = "/api/v1/comments"
COUNTS = "/api/v1/counts"
PASSAGES = "/api/v1/passages"
THREAD = "/thread"
REPLIES = "/replies"

_MAX_QUERY = 4_000
_MAX_REMEMBERED = 2_000_000  # bytes of addresses
_OVERHEAD = 300
# Of a page: what makes it one reader's, or shows it in a state that nobody else is in.
_PASSING = ("reply", "edit", "posted", "item", "done")


class Question(NamedTuple):
    """The one spelling of a public question. ``route`` is the handler's template, for figures.

    ``is_page``: the answer is a page, which may differ for a reader who is known.
    """

    path: str
    query: bytes
    route: str
    is_page: bool


class Questions:
    """Reads addresses, and remembers those it has read. For one thread only."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._known: dict[tuple[str, bytes], Question | None] = {}
        self._size = 0
        self._readers: dict[str, Callable[[Query], Question | None]] = {
            COMMENTS: self._comments,
            COUNTS: self._counts,
            PASSAGES: self._passages,
            THREAD: self._thread,
        }

    def asked(self, path: str, query: bytes) -> Question | None:
        """Return what is asked for, None when that is not for us to answer."""
        try:
            return self._known[path, query]
        except KeyError:
            pass
        reader = self._readers.get(path)
        if reader is None and not (path.startswith(COMMENTS) and path.endswith(REPLIES)):
            return None
        if len(query) > _MAX_QUERY:
            return None
        try:
            read = Query(query)
            question = reader(read) if reader else self._replies(path, read)
        except Refusal:
            question = None
        self._remember(path, query, question)
        return question

    def _remember(self, path: str, query: bytes, question: Question | None) -> None:
        # Starting anew costs each address one reading; keeping an order would cost every hit.
        self._size += _OVERHEAD + 2 * (len(path) + len(query))
        if self._size > _MAX_REMEMBERED:
            self._known.clear()
            self._size = 0
        self._known[path, query] = question

    def _comments(self, query: Query) -> Question | None:
        url = _registered(query.required("url"), self._house)
        if not url:
            return None
        return _question(COMMENTS, [("url", url), *self._paging(query, sorts=True)])

    def _replies(self, path: str, query: Query) -> Question | None:
        comment_id = path.removeprefix(f"{COMMENTS}/").removesuffix(REPLIES)
        if not is_id(comment_id):
            return None
        route = f"{COMMENTS}/{{comment_id:str}}{REPLIES}"
        return _question(path, self._paging(query, sorts=False), route=route)

    def _passages(self, query: Query) -> Question | None:
        url = _registered(query.required("url"), self._house)
        return _question(PASSAGES, [("url", url)]) if url else None

    def _counts(self, query: Query) -> Question | None:
        urls = query.several("url", maximum=MAX_URLS)
        if not all(_registered(url, self._house) for url in urls):
            return None
        return _question(COUNTS, [("url", url) for url in urls])

    def _thread(self, query: Query) -> Question | None:
        given = {
            name: query.text(name) or "" for name in ("url", "title", "lang", "on", "sort", "after")
        }
        part, every = query.text("fragment") or "", query.text("all")
        passing = any(query.text(name) for name in _PASSING)
        if passing or part not in {"", "1"} or not _registered(given["url"], self._house):
            return None
        if given["sort"] == Sort.NEWEST or given["sort"] not in set(Sort):
            given["sort"] = ""
        given["all"] = "1" if every == "1" else ""
        given["fragment"] = part
        pairs = [(name, value) for name, value in given.items() if value]
        return _question(THREAD, pairs, is_page=True)

    def _paging(self, query: Query, *, sorts: bool) -> list[tuple[str, str]]:
        size = self._house.config.page_size
        limit = query.number("limit", default=size, maximum=MAX_LIMIT)
        sort = query.sort() if sorts else Sort.NEWEST
        after = query.cursor()
        pairs = [
            ("sort", sort.value if sort is not Sort.NEWEST else None),
            ("limit", str(limit) if limit != size else None),
            ("after", after),
        ]
        return [(name, value) for name, value in pairs if value is not None]


def _question(
    path: str, pairs: Iterable[tuple[str, str]], *, route: str = "", is_page: bool = False
) -> Question:
    query = urlencode(list(pairs)).encode("ascii")
    return Question(path, query, route or path, is_page)


def _registered(url: str, house: House) -> str:
    """Return the canonical address of an article of a registered site, or nothing."""
    address = canonical(url)
    if not any(address.origin in site.origins for site in house.sites()):
        return ""
    # The one spelling must lead to the same thread as the one that was given.
    return address.url if canonical(address.url) == address else ""
