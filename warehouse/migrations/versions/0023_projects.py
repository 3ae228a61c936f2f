"""Add projects of reports, answers of people, and who read an event."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

TEXTS = ["author", "note", "title", "address", "nearly"]
FACTS = ["event_type", "operator", "known_as", "country", "town", "currency"]


def upgrade() -> None:
    with op.batch_alter_table("event") as batch:
        batch.add_column(sa.Column("reader", AutoString(), nullable=False, server_default=""))
    op.create_table(
        "project_report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("fetch_id", sa.Integer(), nullable=False),
        sa.Column("report", sa.Integer(), nullable=False),
        sa.Column("project", sa.Integer(), nullable=False),
        sa.Column("reason", AutoString(), nullable=False),
        sa.Column("usd", sa.Float(), nullable=True),
        sa.ForeignKeyConstraint(
            ["fetch_id"], ["fetch.id"], name=op.f("fk_project_report_fetch_id_fetch")
        ),
        sa.ForeignKeyConstraint(
            ["report"], ["event.id"], name=op.f("fk_project_report_report_event")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project_report")),
    )
    op.create_index(op.f("ix_project_report_report"), "project_report", ["report"])
    op.create_table(
        "review",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("fetch_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        *(sa.Column(name, AutoString(), nullable=False) for name in (*TEXTS, *FACTS)),
        *(sa.Column(name, sa.Float(), nullable=False) for name in ("confidence",)),
        *(sa.Column(name, sa.Float(), nullable=True) for name in ("power_mw", "amount")),
        sa.ForeignKeyConstraint(["fetch_id"], ["fetch.id"], name=op.f("fk_review_fetch_id_fetch")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review")),
    )
    op.create_index(op.f("ix_review_title"), "review", ["title"])


def downgrade() -> None:
    op.drop_table("review")
    op.drop_table("project_report")
    with op.batch_alter_table("event") as batch:
        batch.drop_column("reader")
