"""What follows a comment by itself: its stems in the search, its place in the queue.

Both are kept where comments are written, so that nobody can forget them: what is held waits, what
was erased is not found.
"""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from palabre.application.search_words import stems
from palabre.domain.comment import Author, Body, Comment, Status
from palabre.domain.waiting import Level, Weight
from palabre.storage import effects
from palabre.storage.prepared import Prepared
from palabre.storage.tables import articles, comment_words, desk_notes, queue_entries, threads

_ID: sa.BindParameter[Any] = sa.bindparam("comment")
_IDS: sa.BindParameter[Any] = sa.bindparam("ids", expanding=True)
_ADD = Prepared(sa.insert(comment_words), "comment_id", "words", "name")
_SPOKEN = (
    sa.update(comment_words)
    .where(comment_words.c.comment_id == _ID)
    .values(words=sa.bindparam("stems"))
)
_FORGET = sa.delete(comment_words).where(comment_words.c.comment_id == _ID)
_FORGET_NOTES = sa.delete(desk_notes).where(desk_notes.c.comment_id == _ID)
_UNNAME = sa.update(comment_words).where(comment_words.c.comment_id.in_(_IDS)).values(name="")
_LEAVE = sa.delete(queue_entries).where(queue_entries.c.comment_id == _ID)
_PLACE = (
    sa.select(threads.c.site_id, articles.c.section_id)
    .join(articles, articles.c.thread_id == threads.c.id)
    .where(threads.c.id == sa.bindparam("thread"))
)
_ENTER = sa.insert(queue_entries)


def added(connection: sa.Connection, comment: Comment, author: Author, body: Body | None) -> None:
    """Index a new comment; one that is held enters the queue with the weight of the unknown."""
    if body is not None:
        words = {"words": stems(body.text, comment.lang), "name": stems(author.name or "", "")}
        _ADD.later(connection, {"comment_id": comment.id, **words})
    if comment.status is Status.HELD:
        _enter(connection, comment)


def revised(connection: sa.Connection, comment: Comment, body: Body) -> None:
    """Index the new words in the place of the old ones."""
    connection.execute(_SPOKEN, {"comment": comment.id, "stems": stems(body.text, comment.lang)})


def moved(connection: sa.Connection, before: Status, comment: Comment) -> None:
    """Let a comment enter the queue or leave it with its state."""
    if before is Status.HELD and comment.status is not Status.HELD:
        connection.execute(_LEAVE, {"comment": comment.id})
    elif comment.status is Status.HELD and before is not Status.HELD:
        _enter(connection, comment)


def forgotten(connection: sa.Connection, comment_id: str) -> None:
    """Take a comment whose words were erased out of search and queue, with the desk's notes."""
    for statement in (_FORGET, _FORGET_NOTES, _LEAVE):
        connection.execute(statement, {"comment": comment_id})
    effects.unindexed(connection)


def unnamed(connection: sa.Connection, comment_ids: Sequence[str]) -> None:
    """Let comments be found by their author's name no more."""
    connection.execute(_UNNAME, {"ids": list(comment_ids)})
    effects.unindexed(connection)


def _enter(connection: sa.Connection, comment: Comment) -> None:
    place = connection.execute(_PLACE, {"thread": comment.thread_id}).one()
    weight = Weight()
    connection.execute(
        _ENTER,
        {
            "comment_id": comment.id,
            "site_id": place.site_id,
            "section_id": place.section_id,
            "thread_id": comment.thread_id,
            "lang": comment.lang,
            "priority": weight.key(comment.created_at),
            "harm": weight.harm,
            "reach": weight.reach,
            "entered_at": comment.created_at,
            "level": Level.DESK.value,
            "group_id": comment.id,
        },
    )
