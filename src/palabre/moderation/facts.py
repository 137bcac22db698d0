"""What is known beside the text itself: handed in by value, never fetched.

Behaviour arrives as figures and texts with their age, so that a judgement can be replayed later
with the same facts and gives the same Decision.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class RecentPost:
    """A comment that the same source sent ``age`` seconds ago."""

    text: str
    age: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Twins:
    """What is known of comments that say nearly the same, on any site of the house.

    ``likeness``: from 0 to 1, the share of bands of the fingerprint that were seen together.
    ``seen``: how many there were, ``elsewhere``: how many of them on other sites; ``good`` and
    ``bad``: how moderators decided. All fade with time (``application/traces.py``).
    """

    likeness: float = 0.0
    seen: float = 0.0
    elsewhere: float = 0.0
    good: float = 0.0
    bad: float = 0.0


@dataclass(frozen=True, slots=True)
class Known:
    """How moderators decided on what a source, mail address or link's host sent; it fades too."""

    kind: str
    good: float
    bad: float


class SiteLayer(Protocol):
    """What a site's moderators have taught; a pure function of the text, with its number."""

    @property
    def version(self) -> str:
        """The site and the number of what was learned; another number may judge otherwise."""
        ...

    def read(self, folded: str) -> Mapping[str, float]:
        """Return by rule how surely a text is of what moderators refused under it (0 to 1)."""
        ...

    def welcome(self, folded: str) -> float:
        """Return how surely a text is of what moderators took for no advertising (0 to 1)."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """The circumstances of a comment.

    ``lang`` is the language that the page or the sender states (BCP 47), None when nobody did.
    ``own_hosts`` are the publisher's own host names: linking to them is no advertising. ``recent``
    is what the same source sent in the last ten minutes, newest first, in all threads of the site;
    it is empty when flood rules are switched off. ``published``, ``held`` and ``refused`` count the
    author's earlier comments by their present state. ``seconds`` is the time between the form and
    its answer, None where nobody took it; ``trap`` tells that a field was filled in which people do
    not see. ``twins`` and ``known`` are what is remembered of the same text, and of the source;
    ``pace`` counts this hour's comments on the article. ``layer`` is what the site's moderators
    taught. ``trusted``: the author's record is long and good (``domain/trust``).
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
    seconds: float | None = None
    trap: bool = False
    twins: Twins | None = None
    known: tuple[Known, ...] = ()
    pace: float = 0.0
    layer: SiteLayer | None = None
    trusted: bool = False
