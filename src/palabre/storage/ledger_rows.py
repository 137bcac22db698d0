"""The statements of the ledger, and its rows <-> Line."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from palabre.domain.ledger import Line, LineKind
from palabre.storage.column_types import Id, Row
from palabre.storage.tables import (
    comments,
    decisions,
    ledger,
    ledger_head,
    ledger_tasks,
    ledger_words,
    webhook_places,
)

_THIS: sa.BindParameter[Any] = sa.bindparam("this", type_=Id)
_KINDS: sa.BindParameter[Any] = sa.bindparam("kinds", expanding=True)
_SITES: sa.BindParameter[Any] = sa.bindparam("sites", expanding=True)
_LIMIT: sa.BindParameter[Any] = sa.bindparam("limit", type_=sa.Integer)
# On PostgreSQL a decision may be committed after one that came later: so far back is looked again.
SLACK = 1000
BATCH = 500

GET = sa.select(ledger).where(ledger.c.id == _THIS)
OF_COMMENT = (
    sa.select(ledger)
    .where(ledger.c.comment_id == _THIS, ledger.c.kind.in_(_KINDS))
    .order_by(ledger.c.number)
)
ANSWERS = (
    sa.select(ledger)
    .where(ledger.c.subject == _THIS, ledger.c.kind.in_(_KINDS))
    .order_by(ledger.c.number)
)
BETWEEN = (
    sa.select(ledger)
    .where(
        ledger.c.kind.in_(_KINDS),
        ledger.c.at >= sa.bindparam("since", type_=ledger.c.at.type),
        ledger.c.at < sa.bindparam("until", type_=ledger.c.at.type),
    )
    .order_by(ledger.c.number)
)
OF_KIND = (
    sa.select(ledger)
    .where(
        ledger.c.kind.in_(_KINDS),
        ledger.c.site_id.in_(_SITES),
        ledger.c.number < sa.bindparam("before", type_=sa.BigInteger),
    )
    .order_by(ledger.c.number.desc())
    .limit(_LIMIT)
)
WORDS = sa.select(ledger_words).where(ledger_words.c.line_id == _THIS)
BY_MAILBOX = (
    sa.select(ledger)
    .join(ledger_words, ledger_words.c.line_id == ledger.c.id)
    .where(ledger_words.c.mailbox.in_(sa.bindparam("mailboxes", expanding=True)))
    .order_by(ledger.c.number)
)
ERASE = sa.delete(ledger_words).where(
    ledger_words.c.line_id.in_(sa.bindparam("lines", expanding=True))
)
ERASE_AUTHOR = sa.delete(ledger_words).where(ledger_words.c.comment_id == _THIS)
ORDER = (ledger_tasks.c.rank, ledger_tasks.c.turn, ledger_tasks.c.line_id)
WAITING = (
    sa.select(ledger, ledger_tasks.c.rank, ledger_tasks.c.due_at, ledger_tasks.c.turn)
    .join(ledger_tasks, ledger_tasks.c.line_id == ledger.c.id)
    .where(ledger_tasks.c.kind == sa.bindparam("kind"), ledger_tasks.c.site_id.in_(_SITES))
    .order_by(*ORDER)
    .limit(_LIMIT)
)
PLACE = sa.select(*ORDER).where(ledger_tasks.c.line_id == _THIS)
COUNT = (
    sa.select(ledger_tasks.c.kind, sa.func.count())
    .where(ledger_tasks.c.site_id.in_(_SITES))
    .group_by(ledger_tasks.c.kind)
)
WAITING_ON = (
    sa.select(ledger)
    .join(ledger_tasks, ledger_tasks.c.line_id == ledger.c.id)
    .where(ledger_tasks.c.comment_id == _THIS)
    .order_by(ledger.c.number)
)
REWEIGH = (
    sa.update(ledger_tasks)
    .where(ledger_tasks.c.line_id.in_(sa.bindparam("lines", expanding=True)))
    .values(turn=sa.bindparam("new_turn"))
)
DONE = sa.delete(ledger_tasks).where(ledger_tasks.c.line_id == _THIS)
HEAD = sa.select(ledger_head).where(ledger_head.c.id == 1)
MOVE_HEAD = sa.update(ledger_head).where(ledger_head.c.id == 1)
CHAIN = (
    sa.select(ledger)
    .where(ledger.c.number > sa.bindparam("after", type_=sa.BigInteger))
    .order_by(ledger.c.number)
    .limit(_LIMIT)
)
_held = ledger.alias("held")
LOOSE = (
    sa.select(decisions, sa.null().label("note"), comments.c.site_id)
    .join(comments, comments.c.id == decisions.c.comment_id)
    .where(
        decisions.c.position > sa.bindparam("floor", type_=sa.BigInteger),
        ~sa.exists().where(
            _held.c.subject == decisions.c.id, _held.c.kind == LineKind.DECISION.value
        ),
    )
    .order_by(decisions.c.position)
    .limit(_LIMIT)
)
DECISIONS = sa.select(decisions, sa.null().label("note")).where(
    decisions.c.id.in_(sa.bindparam("ids", expanding=True))
)
POSITION = sa.select(decisions.c.position).where(decisions.c.id == _THIS)
TOLD = sa.select(webhook_places).where(webhook_places.c.name == sa.bindparam("system"))
FAR = 2**62


def names(kinds: Sequence[LineKind]) -> list[str]:
    """Return kinds as the column has them; none named: all."""
    return [kind.value for kind in kinds or tuple(LineKind)]


def row_of(line: Line) -> dict[str, Any]:
    """Return a line as a row."""
    same = ("number", "id", "site_id", "comment_id", "subject", "at", "commitment", "previous")
    row: dict[str, Any] = {name: getattr(line, name) for name in same}
    return {**row, "kind": line.kind.value, "content": dict(line.content), "hash": line.hash}


def line_of(row: Row) -> Line:
    """Return the line of a row."""
    return Line(
        number=row.number,
        id=row.id,
        kind=LineKind(row.kind),
        site_id=row.site_id,
        comment_id=row.comment_id,
        subject=row.subject,
        at=row.at,
        content=row.content,
        commitment=row.commitment,
        previous=row.previous,
        hash=row.hash,
    )
