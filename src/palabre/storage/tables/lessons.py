"""What sites learned from their moderators; traces by which what comes again is known.

Neither holds a word of a comment. ``traces``: the key is a keyed hash of a piece of a text's
fingerprint, of a mail address, or of the host of a link; the figures are weights that fade.
"""

import sqlalchemy as sa

from palabre.storage.column_types import UtcTime
from palabre.storage.tables.naming import CLUSTERED, metadata, position

site_layers = sa.Table(
    "site_layers",
    metadata,
    sa.Column("site_id", sa.String(64), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("made_at", UtcTime, nullable=False),
    sa.Column("decisions", sa.Integer, nullable=False),
    sa.Column("report", sa.Text, nullable=False),
    sa.Column("packed", sa.LargeBinary, nullable=False),
)

layer_uses = sa.Table(
    "layer_uses",
    metadata,
    position(),
    sa.Column("site_id", sa.String(64), nullable=False, index=True),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("at", UtcTime, nullable=False),
    sa.Column("used_by", sa.String(200), nullable=False),
    sqlite_autoincrement=True,
)

traces = sa.Table(
    "traces",
    metadata,
    sa.Column("key", sa.String(32), primary_key=True),
    sa.Column("home", sa.String(64), nullable=False),
    sa.Column("seen", sa.Double, nullable=False),
    sa.Column("elsewhere", sa.Double, nullable=False),
    sa.Column("good", sa.Double, nullable=False),
    sa.Column("bad", sa.Double, nullable=False),
    sa.Column("at", UtcTime, nullable=False, index=True),
    **CLUSTERED,
)
