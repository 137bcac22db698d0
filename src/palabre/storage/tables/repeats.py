"""Which posts came with a key, for as long as they may be sent again.

No foreign key: a line is claimed before its comment is written, and outlives nobody.
"""

import sqlalchemy as sa

from palabre.storage.column_types import Id, UtcTime
from palabre.storage.tables.naming import CLUSTERED, KEY, metadata

repeats = sa.Table(
    "repeats",
    metadata,
    sa.Column("key", KEY, primary_key=True),
    sa.Column("content", KEY, nullable=False),
    sa.Column("comment_id", Id, nullable=False),
    sa.Column("at", UtcTime, nullable=False, index=True),
    **CLUSTERED,
)
