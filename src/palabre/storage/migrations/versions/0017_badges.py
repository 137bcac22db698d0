"""What a site says of a member beside their name, such as "subscriber"."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("comment_authors", sa.Column("badge", sa.Text))


def downgrade() -> None:
    op.drop_column("comment_authors", "badge")
