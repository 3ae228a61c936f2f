"""Store with an edition what moved its index since the month before, and its mean revision."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

CAUSES = ("revised_data", "new_data", "method")


def upgrade() -> None:
    with op.batch_alter_table("release") as batch:
        batch.add_column(sa.Column("mean_revision", sa.Float(), nullable=True))
    op.create_table(
        "index_change",
        sa.Column("release_id", sa.Integer(), sa.ForeignKey("release.id"), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        *[sa.Column(cause, sa.Float(), nullable=False) for cause in CAUSES],
        sa.PrimaryKeyConstraint("release_id", "key"),
    )


def downgrade() -> None:
    op.drop_table("index_change")
    with op.batch_alter_table("release") as batch:
        batch.drop_column("mean_revision")
