"""Gather the circumstances of a comment, so that the judge need not ask for anything."""

from collections.abc import Callable
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from palabre.application.ports import Standing, UnitOfWork
from palabre.application.traces import Keys, Remember
from palabre.domain.comment import Author
from palabre.domain.site import Site
from palabre.domain.trust import Trust
from palabre.moderation.facts import Facts, Known, RecentPost, SiteLayer, Twins

LayerOf = Callable[[str], SiteLayer | None]
FLOOD_WINDOW = timedelta(minutes=10)


def gather(
    unit: UnitOfWork | None,
    *,
    site: Site,
    author: Author,
    source: str | None,
    lang: str,
    now: datetime,
    watch_floods: bool,
    traces: tuple[Remember, Keys] | None = None,
    layer_of: LayerOf | None = None,
    author_key: str | None = None,
    standing: Standing | None = None,
    seconds: float | None = None,
    trap: bool = False,
    pace: float = 0.0,
) -> Facts:
    """Load what the judge wants to know about author, source and site.

    ``unit`` None: neither author nor source is one that the store could know. ``standing``: how the
    author stands, where the caller has asked already.
    """
    if standing is None:
        standing = standing_of(unit, author_key, site)
    recent: tuple[RecentPost, ...] = ()
    if unit is not None and watch_floods and source is not None:
        posts = unit.comments.recent(source, since=now - FLOOD_WINDOW)
        recent = tuple(RecentPost(text, (now - at).total_seconds()) for text, at in posts)
    twins: Twins | None = None
    known: list[Known] = []
    if unit is not None and traces is not None:
        remember, keys = traces
        twins, known = remember.known(unit, keys, now)
    return Facts(
        lang=lang,
        author_name=author.name,
        author_email=author.email,
        own_hosts=frozenset(urlsplit(origin).hostname or "" for origin in site.origins),
        recent=recent,
        published=standing.published,
        held=standing.held,
        refused=standing.refused,
        twins=twins,
        known=tuple(known),
        seconds=seconds,
        trap=trap,
        pace=pace,
        layer=layer_of(site.id) if layer_of is not None else None,
        trusted=standing.trust(now) is Trust.TRUSTED,
    )


def standing_of(unit: UnitOfWork | None, author_key: str | None, site: Site) -> Standing:
    """Return how an author stands; of nobody whom the store could know, nothing is known."""
    if unit is None or author_key is None:
        return Standing()
    return unit.comments.standing(author_key, site.id)
