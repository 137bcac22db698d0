"""What a transaction does beyond its rows: noted while it runs, carried out once it is committed.

The notes hang on the connection, where every repository can reach them; a transaction that is
rolled back takes them along.
"""

from dataclasses import dataclass, field

import sqlalchemy as sa

_KEY = "palabre.effects"


@dataclass(slots=True)
class Effects:
    """``changed``: the threads of which a reader may now see something else; None for any.

    ``erased``: words were deleted, which must leave the database's log as well. ``unindexed``: the
    search knew some of them, and its index keeps what it knew until it is told to tidy up.
    """

    changed: set[str | None] = field(default_factory=set)
    erased: bool = False
    unindexed: bool = False


def begin(connection: sa.Connection) -> Effects:
    """Start a clean sheet for a transaction and return it."""
    effects = Effects()
    connection.info[_KEY] = effects
    return effects


def is_writing(connection: sa.Connection) -> bool:
    """Tell whether the connection's transaction may write."""
    return _KEY in connection.info


def changed(connection: sa.Connection, thread_id: str | None) -> None:
    """Note that readers of the thread (None: of any) may see something else after the commit."""
    connection.info[_KEY].changed.add(thread_id)


def erased(connection: sa.Connection) -> None:
    """Note that words were deleted."""
    connection.info[_KEY].erased = True


def unindexed(connection: sa.Connection) -> None:
    """Note that words which the search knew were deleted."""
    connection.info[_KEY].unindexed = True
