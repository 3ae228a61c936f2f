"""Store with an edition the audit of its two gauges."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

TEXT = sqlmodel.sql.sqltypes.AutoString
NAMES = ("topic", "gauge", "key", "against", "measure")


def upgrade() -> None:
    op.create_table(
        "gauge_audit",
        sa.Column("release_id", sa.Integer(), sa.ForeignKey("release.id"), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        *(sa.Column(name, TEXT(), nullable=False) for name in NAMES),
        sa.Column("value", sa.Float(), nullable=True),
        sa.Column("month", TEXT(), nullable=False),
        sa.Column("months", sa.Integer(), nullable=True),
        sa.Column("low", sa.Float(), nullable=True),
        sa.Column("high", sa.Float(), nullable=True),
        sa.Column("verdict", TEXT(), nullable=False),
        sa.PrimaryKeyConstraint("release_id", "rank"),
    )


def downgrade() -> None:
    op.drop_table("gauge_audit")
