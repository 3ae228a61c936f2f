"""Let the analyst role read the revision of the store.

Its rights are granted after every migration, by warehouse/roles.py.
"""

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing of the tables changes."""


def downgrade() -> None:
    """Nothing of the tables changes."""
