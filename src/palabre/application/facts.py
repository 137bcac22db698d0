"""Gather the circumstances of a comment, so that the judge need not ask for anything."""

from datetime import datetime, timedelta
from urllib.parse import urlsplit

from palabre.application.ports import Standing, UnitOfWork
from palabre.domain.comment import Author
from palabre.domain.site import Site
from palabre.moderation.facts import Facts, RecentPost

FLOOD_WINDOW = timedelta(minutes=10)


def gather(
    unit: UnitOfWork | None,
    *,
    site: Site,
    author: Author,
    author_key: str | None,
    source: str | None,
    lang: str,
    now: datetime,
    watch_floods: bool,
) -> Facts:
    """Load what the judge wants to know about author, source and site.

    ``unit`` None: neither author nor source is one that the store could know.
    """
    recent: tuple[RecentPost, ...] = ()
    standing = Standing()
    if unit is not None and watch_floods and source is not None:
        posts = unit.comments.recent(source, since=now - FLOOD_WINDOW)
        recent = tuple(RecentPost(text, (now - at).total_seconds()) for text, at in posts)
    if unit is not None and author_key:
        standing = unit.comments.standing(author_key)
    return Facts(
        lang=lang,
        author_name=author.name,
        author_email=author.email,
        own_hosts=frozenset(urlsplit(origin).hostname or "" for origin in site.origins),
        recent=recent,
        published=standing.published,
        held=standing.held,
        refused=standing.refused,
    )
