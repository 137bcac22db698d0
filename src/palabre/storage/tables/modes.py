"""How comments are taken where a newsroom cannot keep up; what moderators set on readers."""

import sqlalchemy as sa

from palabre.domain.mode import Why
from palabre.domain.trust import SET_BY_HAND
from palabre.storage.column_types import Id, UtcTime
from palabre.storage.tables.naming import CLUSTERED, KEY, metadata, one_of

# One row for each part of the house that has a mode: few, and read by all processes as a whole.
modes = sa.Table(
    "modes",
    metadata,
    sa.Column("scope", sa.String(150), primary_key=True),
    sa.Column("site_id", sa.String(64), nullable=False),
    sa.Column("section_id", sa.String(64)),
    sa.Column("thread_id", Id),
    sa.Column("holds_all", sa.Boolean, nullable=False),
    sa.Column("known_only", sa.Boolean, nullable=False),
    sa.Column("slow_minutes", sa.Integer, nullable=False),
    sa.Column("proof", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("closes_at", UtcTime),
    sa.Column("opens", sa.SmallInteger),
    sa.Column("shuts", sa.SmallInteger),
    sa.Column("why", sa.String(7), nullable=False),
    sa.Column("until", UtcTime),
    sa.Column("set_by", sa.String(64), nullable=False),
    sa.Column("set_at", UtcTime, nullable=False),
    one_of("why", Why),
    **CLUSTERED,
)

# No foreign key to the comment: it may be erased while the measure stands.
reader_measures = sa.Table(
    "reader_measures",
    metadata,
    sa.Column("author_key", KEY, primary_key=True),
    sa.Column("site_id", sa.String(64), primary_key=True),
    sa.Column("trust", sa.String(9), nullable=False),
    sa.Column("rule", sa.String(200), nullable=False),
    sa.Column("comment_id", Id, nullable=False),
    sa.Column("set_at", UtcTime, nullable=False),
    sa.Column("set_by", sa.String(64), nullable=False),
    sa.Column("until", UtcTime, nullable=False, index=True),
    sa.Column("statement_id", Id),
    one_of("trust", SET_BY_HAND),
    **CLUSTERED,
)
