"""Store the interval of the index and of its dimensions."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

ENDS = ("low", "high")


def upgrade() -> None:
    with op.batch_alter_table("index_value") as batch:
        for name in ENDS:
            batch.add_column(sa.Column(name, sa.Float(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("index_value") as batch:
        for name in ENDS:
            batch.drop_column(name)
