"""Store the band of both gauges and of the dimensions of the pressure."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

ENDS = ("low", "high")


def upgrade() -> None:
    """Add both ends; editions stored before have none."""
    for name in ENDS:
        op.add_column("index_gauge", sa.Column(name, sa.Float(), nullable=True))


def downgrade() -> None:
    """Drop both ends."""
    with op.batch_alter_table("index_gauge") as table:
        for name in ENDS:
            table.drop_column(name)
