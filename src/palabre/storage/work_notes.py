"""Notes for colleagues, saved filters, and what was refused: rows <-> values."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from palabre.application.work_ports import DeskNote, DeskRefusal, NoteKind, Place, SavedFilter
from palabre.domain.identifier import is_id
from palabre.storage import work_lists
from palabre.storage.tables import desk_notes, desk_refusals, queue_entries, saved_filters

_ID: sa.BindParameter[Any] = sa.bindparam("comment")
_LIMIT: sa.BindParameter[Any] = sa.bindparam("limit", type_=sa.Integer)
_NOTES = sa.select(desk_notes).where(desk_notes.c.comment_id == _ID).order_by(desk_notes.c.id)
_later = desk_notes.alias("later")
_ASKED = (
    sa.select(desk_notes.c.comment_id)
    .join(queue_entries, queue_entries.c.comment_id == desk_notes.c.comment_id)
    .where(
        desk_notes.c.kind == NoteKind.QUESTION.value,
        ~sa.exists().where(
            _later.c.comment_id == desk_notes.c.comment_id, _later.c.id > desk_notes.c.id
        ),
    )
    .order_by(desk_notes.c.id)
    .limit(_LIMIT)
)
_WHOSE: sa.BindParameter[Any] = sa.bindparam("whose")
_FILTERS = (
    sa.select(saved_filters).where(saved_filters.c.moderator_id == _WHOSE).order_by("name", "id")
)
_DROP = sa.delete(saved_filters).where(
    saved_filters.c.id == sa.bindparam("this"), saved_filters.c.moderator_id == _WHOSE
)
_REFUSALS = (
    sa.select(desk_refusals)
    .where(desk_refusals.c.position < sa.bindparam("after", type_=sa.BigInteger))
    .order_by(desk_refusals.c.position.desc())
    .limit(_LIMIT)
)


class SqlDeskNotes:
    """What moderators write down beside their decisions."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def add_note(self, note: DeskNote) -> None:
        """Store a note."""
        row = {name: getattr(note, name) for name in desk_notes.c.keys()}  # noqa: SIM118 -- no dict
        self._connection.execute(sa.insert(desk_notes), {**row, "kind": note.kind.value})

    def notes(self, comment_id: str) -> Sequence[DeskNote]:
        """Return what colleagues wrote, oldest first."""
        if not is_id(comment_id):
            return []
        return [
            DeskNote(
                id=row.id,
                comment_id=row.comment_id,
                moderator_id=row.moderator_id,
                kind=NoteKind(row.kind),
                text=row.text,
                at=row.at,
            )
            for row in self._connection.execute(_NOTES, {"comment": comment_id})
        ]

    def asked(self, places: Sequence[Place], *, limit: int) -> Sequence[str]:
        """Return the ids of waiting comments on which the last word is a question."""
        here = work_lists.within(places, queue_entries.c.site_id, queue_entries.c.section_id)
        return self._connection.execute(_ASKED.where(here), {"limit": limit}).scalars().all()

    def save_filter(self, saved: SavedFilter) -> None:
        """Store a filter."""
        row = {name: getattr(saved, name) for name in saved_filters.c.keys()}  # noqa: SIM118 -- no dict
        self._connection.execute(sa.insert(saved_filters), row)

    def filters(self, moderator_id: str) -> Sequence[SavedFilter]:
        """Return a moderator's filters, by name."""
        found = self._connection.execute(_FILTERS, {"whose": moderator_id})
        return [SavedFilter(**row._mapping) for row in found]  # noqa: SLF001 -- its public name

    def drop_filter(self, filter_id: str, moderator_id: str) -> None:
        """Forget a filter of this moderator's."""
        if is_id(filter_id):
            self._connection.execute(_DROP, {"this": filter_id, "whose": moderator_id})

    def refuse(self, refusal: DeskRefusal) -> None:
        """Append to the list of refusals."""
        names = [name for name in desk_refusals.c.keys() if name != "position"]  # noqa: SIM118 -- no dict
        row = {name: getattr(refusal, name) for name in names}
        self._connection.execute(sa.insert(desk_refusals), row)

    def refusals(self, *, limit: int, after: int | None = None) -> Sequence[DeskRefusal]:
        """Return the latest refusals, newest first."""
        asked = {"limit": limit, "after": after if after is not None else 2**62}
        return [
            DeskRefusal(
                at=row.at,
                moderator_id=row.moderator_id,
                method=row.method,
                path=row.path,
                code=row.code,
            )
            for row in self._connection.execute(_REFUSALS, asked)
        ]
