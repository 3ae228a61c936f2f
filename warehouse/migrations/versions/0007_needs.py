"""Say what a source cannot be asked without."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("source") as batch:
        batch.add_column(sa.Column("needs", AutoString(), nullable=False, server_default=""))


def downgrade() -> None:
    with op.batch_alter_table("source") as batch:
        batch.drop_column("needs")
