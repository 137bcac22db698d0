"""The audit sample: what the machine alone decided and a person looks at again, unseen by verdict.

No foreign keys: what was measured stays when a comment is gone; no word of it is here.
"""

import sqlalchemy as sa

from palabre.domain.decision import Verdict
from palabre.storage.column_types import Id, UtcTime
from palabre.storage.tables.naming import CLUSTERED, metadata, one_of

audits = sa.Table(
    "audits",
    metadata,
    sa.Column("decision_id", Id, primary_key=True),
    sa.Column("comment_id", Id, nullable=False, index=True),
    sa.Column("site_id", sa.String(64), nullable=False),
    sa.Column("section_id", sa.String(64)),
    sa.Column("verdict", sa.String(7), nullable=False),
    sa.Column("rules", sa.JSON, nullable=False),
    sa.Column("share", sa.Double, nullable=False),
    sa.Column("wanted", sa.SmallInteger, nullable=False),
    sa.Column("answered", sa.SmallInteger, nullable=False),
    sa.Column("drawn_at", UtcTime, nullable=False, index=True),
    one_of("verdict", Verdict),
    **CLUSTERED,
)
_IS_OPEN = audits.c.answered < audits.c.wanted
sa.Index(
    "ix_audits_open",
    audits.c.decision_id,
    sqlite_where=_IS_OPEN,
    postgresql_where=_IS_OPEN,
)

audit_answers = sa.Table(
    "audit_answers",
    metadata,
    sa.Column("decision_id", Id, primary_key=True),
    sa.Column("moderator_id", Id, primary_key=True),
    sa.Column("verdict", sa.String(7), nullable=False),
    sa.Column("rule", sa.String(200)),
    sa.Column("at", UtcTime, nullable=False),
    one_of("verdict", Verdict),
    **CLUSTERED,
)
