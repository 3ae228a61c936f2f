"""Tell the editions of one framework from those of another in the same store."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

BEFORE = ["month", "as_of", "framework_hash", "data_hash"]
AFTER = ["month", "as_of", "framework_key", "framework_hash", "data_hash"]


def upgrade() -> None:
    """Add the key; every edition so far is of the first framework."""
    with op.batch_alter_table("release") as batch:
        key = sa.Column("framework_key", AutoString(), nullable=False, server_default="")
        batch.add_column(key)
        batch.drop_constraint(op.f(f"uq_release_{'_'.join(BEFORE)}"), type_="unique")
        batch.create_unique_constraint(op.f(f"uq_release_{'_'.join(AFTER)}"), AFTER)


def downgrade() -> None:
    """Drop the key."""
    with op.batch_alter_table("release") as batch:
        batch.drop_constraint(op.f(f"uq_release_{'_'.join(AFTER)}"), type_="unique")
        batch.create_unique_constraint(op.f(f"uq_release_{'_'.join(BEFORE)}"), BEFORE)
        batch.drop_column("framework_key")
