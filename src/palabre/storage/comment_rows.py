"""Rows to comments: which columns a comment is read from, and how it is put together."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from palabre.application.ports import Stored
from palabre.domain.comment import Author, Body, Comment, Status
from palabre.domain.highlight import PLAIN, Highlight
from palabre.domain.passage import Passage
from palabre.storage.tables import (
    comment_authors,
    comment_bodies,
    comment_passages,
    comments,
    highlights,
    pseudonyms,
)

_STATUS = {status.value: status for status in Status}
_NOBODY = Author()

COMMENT = (
    comments.c.id,
    comments.c.thread_id,
    comments.c.root_id,
    comments.c.parent_id,
    comments.c.depth,
    comments.c.status,
    comments.c.created_at,
    comments.c.lang,
    comments.c.author_key,
    comments.c.revision,
    comments.c.edited_at,
    comments.c.up,
    comments.c.down,
    comments.c.replies,
)
_BODY = (
    comment_bodies.c.revision,
    comment_bodies.c.text,
    comment_bodies.c.html,
    comment_bodies.c.renderer,
    comment_bodies.c.salt,
)
PASSAGE = (
    comment_passages.c.exact,
    comment_passages.c.prefix,
    comment_passages.c.suffix,
    comment_passages.c.begins,
    comment_passages.c.ends,
    comment_passages.c.fragment,
)
_HIGHLIGHT = (highlights.c.pinned, highlights.c.featured)
_SIGNATURE = (
    comment_authors.c.name,
    comment_authors.c.is_staff,
    comment_authors.c.badge,
    pseudonyms.c.id.label("pseudonym"),
)
_BEGIN_SIGNATURE = len(COMMENT)
_BEGIN_BODY = _BEGIN_SIGNATURE + len(_SIGNATURE) + 1
_BEGIN_PASSAGE = _BEGIN_BODY + len(_BODY)
_BEGIN_HIGHLIGHT = _BEGIN_PASSAGE + len(PASSAGE)

WITH_WORDS = (
    comments.outerjoin(
        comment_bodies,
        sa.and_(
            comment_bodies.c.comment_id == comments.c.id,
            comment_bodies.c.revision == comments.c.revision,
        ),
    )
    .outerjoin(comment_authors, comment_authors.c.comment_id == comments.c.id)
    .outerjoin(comment_passages, comment_passages.c.comment_id == comments.c.id)
    .outerjoin(highlights, highlights.c.comment_id == comments.c.id)
    .outerjoin(
        pseudonyms,
        sa.and_(
            pseudonyms.c.author_key == comments.c.author_key,
            pseudonyms.c.site_id == comments.c.site_id,
            pseudonyms.c.name == comment_authors.c.name,
        ),
    )
)

# What a reader's page is made from never carries a mail address.
FOR_READERS = sa.select(
    *COMMENT, *_SIGNATURE, sa.null().label("email"), *_BODY, *PASSAGE, *_HIGHLIGHT
).select_from(WITH_WORDS)
FOR_DESK = sa.select(
    *COMMENT, *_SIGNATURE, comment_authors.c.email, *_BODY, *PASSAGE, *_HIGHLIGHT
).select_from(WITH_WORDS)


def comment_of(row: Sequence[Any]) -> Comment:
    """Return the comment from a row that begins with ``COMMENT``."""
    return Comment(
        id=row[0],
        thread_id=row[1],
        root_id=row[2],
        parent_id=row[3],
        depth=row[4],
        status=_STATUS[row[5]],
        created_at=row[6],
        lang=row[7],
        author_key=row[8],
        revision=row[9],
        edited_at=row[10],
        up=row[11],
        down=row[12],
        replies=row[13],
    )


def body_of(row: Sequence[Any]) -> Body:
    """Return the words from the columns of a body."""
    revision, text, html, renderer, salt = row
    return Body(revision=revision, text=text, html=html, renderer=renderer, salt=salt)


def passage_of(row: Sequence[Any]) -> Passage | None:
    """Return the passage from the columns ``PASSAGE``; None: the comment is about the article."""
    exact, prefix, suffix, begins, ends, fragment = row
    if exact is None:
        return None
    return Passage(
        exact=exact, prefix=prefix, suffix=suffix, start=begins, end=ends, fragment=fragment
    )


def _highlight_of(pinned: bool | None, featured: bool | None) -> Highlight:
    # Nearly all comments have no row there, and share one value.
    return Highlight(pinned=pinned, featured=bool(featured)) if pinned is not None else PLAIN


def stored_of(row: Sequence[Any]) -> Stored:
    """Return the comment with its words from a row of ``FOR_READERS`` or ``FOR_DESK``."""
    name, is_staff, badge, kept, email = row[_BEGIN_SIGNATURE:_BEGIN_BODY]
    body = row[_BEGIN_BODY:_BEGIN_PASSAGE]
    signed = is_staff is not None
    return Stored(
        comment=comment_of(row),
        author=Author(
            name=name, email=email, is_staff=is_staff, badge=badge, is_kept=kept is not None
        )
        if signed
        else _NOBODY,
        body=body_of(body) if body[0] is not None else None,
        passage=passage_of(row[_BEGIN_PASSAGE:_BEGIN_HIGHLIGHT]),
        highlight=_highlight_of(*row[_BEGIN_HIGHLIGHT : _BEGIN_HIGHLIGHT + len(_HIGHLIGHT)]),
    )


def all_stored(found: sa.CursorResult[*tuple[Any, ...]]) -> list[Stored]:
    """Return the comments of all rows."""
    return [stored_of(row) for row in found.all()]
