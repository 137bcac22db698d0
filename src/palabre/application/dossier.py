"""What the desk lays before a moderator: one comment's case, and what moved meanwhile."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from palabre.application.ports import QueueItem, Standing, Stored, UnitOfWork
from palabre.application.work_ports import DeskNote
from palabre.domain.decision import DecisionRecord
from palabre.domain.errors import Code, Refusal
from palabre.domain.person import Moderator
from palabre.domain.waiting import Entry, Level

HISTORY = 6
_ANCESTORS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """A comment with all that is needed to decide on it.

    ``above`` are the comments that it answers, the nearest last; ``author`` what the same author
    wrote elsewhere, newest first; ``copies`` counts its near copies, itself included.
    """

    item: QueueItem
    decisions: Sequence[DecisionRecord]
    entry: Entry | None
    above: tuple[Stored, ...]
    author: tuple[Stored, ...]
    standing: Standing
    notes: Sequence[DeskNote]
    copies: int
    names: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """What moved: how much waits at each desk, who else reads what, and what has come.

    ``readers`` are names by comment; ``arrived`` counts what is new, ``newest`` are the last few.
    """

    levels: Mapping[Level, int]
    readers: Mapping[str, str]
    arrived: int
    newest: Sequence[QueueItem]


def dossier_of(unit: UnitOfWork, comment_id: str, moderator: Moderator) -> Dossier:
    """Return a comment's case; ``unknown_comment``: there is none. Permission is the caller's.

    What the author wrote where this moderator does not work is left out.
    """
    item = unit.queue.item(comment_id)
    if item is None:
        raise Refusal(Code.UNKNOWN_COMMENT)
    comment = item.stored.comment
    entry = unit.work.entry(comment_id)
    above: list[Stored] = [item.parent] if item.parent else []
    while above and len(above) < _ANCESTORS and (up := above[0].comment.parent_id):
        found = unit.comments.stored(up)
        if found is None:
            break
        above.insert(0, found)
    author = unit.work.by_author(comment.author_key, limit=HISTORY)
    return Dossier(
        item=item,
        decisions=unit.decisions.history(comment_id),
        entry=entry,
        above=tuple(above),
        author=tuple(
            s for s in author if s.comment.id != comment_id and _is_theirs(unit, s, moderator)
        ),
        standing=unit.comments.standing(comment.author_key, item.thread.article.site_id),
        notes=unit.work.notes(comment_id),
        copies=len(unit.work.group(entry.group)) if entry else 1,
        names=names_of(unit),
    )


def names_of(unit: UnitOfWork) -> Mapping[str, str]:
    """Return the names of the newsroom's accounts by id."""
    return {m.id: m.name for m in unit.moderators.all()}


def _is_theirs(unit: UnitOfWork, stored: Stored, moderator: Moderator) -> bool:
    thread = unit.threads.get(stored.comment.thread_id)
    article = thread.article if thread else None
    return article is not None and moderator.works_in(article.site_id, article.section_id)
