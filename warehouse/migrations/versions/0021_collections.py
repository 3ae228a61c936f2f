"""Store how each source is collected, for commands that need no declaration."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

TEXT = sqlmodel.sql.sqltypes.AutoString


def upgrade() -> None:
    op.create_table(
        "collection",
        sa.Column("source", TEXT(), nullable=False),
        sa.Column("fetched", sa.Boolean(), nullable=False),
        *(sa.Column(name, TEXT(), nullable=False) for name in ("shows", "page", "watched_as")),
        sa.PrimaryKeyConstraint("source", name=op.f("pk_collection")),
    )


def downgrade() -> None:
    op.drop_table("collection")
