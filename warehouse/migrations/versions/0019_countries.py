"""Store the names of countries, which people ask for in several languages."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

TEXT = sqlmodel.sql.sqltypes.AutoString


def upgrade() -> None:
    op.create_table(
        "country",
        sa.Column("code", TEXT(), nullable=False),
        sa.Column("name_en", TEXT(), nullable=False),
        sa.Column("name_fr", TEXT(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_country")),
    )


def downgrade() -> None:
    op.drop_table("country")
