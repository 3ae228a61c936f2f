"""Store with an edition the alert rules in force and what they found in it."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("release", sa.Column("alerts", sa.JSON(), nullable=True))


def downgrade() -> None:
    op.drop_column("release", "alerts")
