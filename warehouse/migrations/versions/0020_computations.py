"""Store what a computation gave, so that it need not run again."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

TEXT = sqlmodel.sql.sqltypes.AutoString


def upgrade() -> None:
    op.create_table(
        "computation",
        sa.Column("inputs", TEXT(), nullable=False),
        sa.Column("result", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("inputs", name=op.f("pk_computation")),
    )


def downgrade() -> None:
    op.drop_table("computation")
