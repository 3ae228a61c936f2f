"""Store when an edition was due, whether it waits for an editor, and who approved it."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

TEXT = sqlmodel.sql.sqltypes.AutoString
INSTANT = sqlmodel.sql.sqltypes.UTCDateTime


def upgrade() -> None:
    op.add_column("release", sa.Column("due_at", INSTANT(), nullable=True))
    waits = sa.Column("awaits_approval", sa.Boolean(), nullable=False, server_default=sa.false())
    op.add_column("release", waits)
    op.create_table(
        "approval",
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.Column("by", TEXT(), nullable=False),
        sa.Column("note", TEXT(), nullable=False),
        sa.Column("at", INSTANT(), nullable=False),
        sa.ForeignKeyConstraint(
            ["release_id"], ["release.id"], name=op.f("fk_approval_release_id_release")
        ),
        sa.PrimaryKeyConstraint("release_id", name=op.f("pk_approval")),
    )


def downgrade() -> None:
    op.drop_table("approval")
    op.drop_column("release", "awaits_approval")
    op.drop_column("release", "due_at")
