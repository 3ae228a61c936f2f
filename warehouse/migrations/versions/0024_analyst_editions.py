"""Let the analyst of PostgreSQL read the stored editions.

No table changes: the views, and the rights beside them, are made anew after every migration.
"""

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change no table."""


def downgrade() -> None:
    """Change no table."""
