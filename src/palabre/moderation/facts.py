"""What is known beside the text itself: handed in by value, never fetched.

Behaviour arrives as figures and texts with their age, so that a judgement can be replayed later
with the same facts and gives the same Decision.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RecentPost:
    """A comment that the same source sent ``age`` seconds ago."""

    text: str
    age: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """The circumstances of a comment.

    ``lang`` is the language that the page or the sender states (BCP 47), None when nobody did.
    ``own_hosts`` are the publisher's own host names: linking to them is no advertising. ``recent``
    is what the same source sent in the last ten minutes, newest first, in all threads of the site;
    it is empty when flood rules are switched off. ``published``, ``held`` and ``refused`` count the
    author's earlier comments by their present state.
    """

    lang: str | None = None
    author_name: str | None = None
    author_email: str | None = None
    author_url: str | None = None
    own_hosts: frozenset[str] = frozenset()
    recent: tuple[RecentPost, ...] = ()
    published: int = 0
    held: int = 0
    refused: int = 0
