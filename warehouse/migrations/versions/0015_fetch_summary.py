"""Count what each fetch added to a source, for a status without the figures."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

FILL = """
insert into fetch_summary (source_id, frequency, known_from, fetch_id, rows, newest, assumed)
select s.source_id, s.frequency, o.known_from, o.fetch_id, count(*), max(o.period),
  sum(case when z.assumed then 1 else 0 end)
from observation o join series s on s.id = o.series_id left join citation z on z.id = o.citation_id
group by s.source_id, s.frequency, o.known_from, o.fetch_id
"""


def upgrade() -> None:
    op.create_table(
        "fetch_summary",
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("frequency", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("known_from", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("fetch_id", sa.Integer(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("newest", sa.Integer(), nullable=False),
        sa.Column("assumed", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(
            "source_id", "frequency", "known_from", "fetch_id", name=op.f("pk_fetch_summary")
        ),
        sqlite_with_rowid=False,
    )
    op.execute(FILL)


def downgrade() -> None:
    op.drop_table("fetch_summary")
