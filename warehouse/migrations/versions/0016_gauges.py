"""Store with an edition its two gauges, their phase and the method that made them."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

TEXT = sqlmodel.sql.sqltypes.AutoString
FIGURES = ("value", "score", "weight", "contribution", "coverage", "true_dates")


def upgrade() -> None:
    op.create_table(
        "gauge_method",
        sa.Column("release_id", sa.Integer(), sa.ForeignKey("release.id"), nullable=False),
        sa.Column("method", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("release_id"),
    )
    op.create_table(
        "index_gauge",
        sa.Column("release_id", sa.Integer(), sa.ForeignKey("release.id"), nullable=False),
        sa.Column("period", sa.Integer(), nullable=False),
        sa.Column("key", TEXT(), nullable=False),
        sa.Column("reading", sa.Integer(), nullable=False),
        sa.Column("kind", TEXT(), nullable=False),
        *(sa.Column(name, sa.Float(), nullable=True) for name in FIGURES),
        sa.Column("observed", TEXT(), nullable=True),
        sa.Column("age_months", sa.Integer(), nullable=True),
        sa.Column("state", TEXT(), nullable=False),
        sa.Column("regime", TEXT(), nullable=False),
        sa.Column("reason", TEXT(), nullable=False),
        sa.PrimaryKeyConstraint("release_id", "period", "key", "reading"),
    )


def downgrade() -> None:
    op.drop_table("index_gauge")
    op.drop_table("gauge_method")
