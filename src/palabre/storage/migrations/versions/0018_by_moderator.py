"""What moderators decided, apart from the many decisions of the engine."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

NAME = "ix_decisions_by_moderator"


def upgrade() -> None:
    by_moderator = sa.text("actor_kind = 'moderator'")
    op.create_index(
        NAME,
        "decisions",
        ["verdict", "position"],
        sqlite_where=by_moderator,
        postgresql_where=by_moderator,
    )


def downgrade() -> None:
    op.drop_index(NAME, "decisions")
