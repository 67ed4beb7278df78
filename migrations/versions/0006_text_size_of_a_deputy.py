"""text size of a deputy

Step 0006, after 0005. The size of text a deputy chose goes with them to their next phone.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("deputies", sa.Column("text_size", sa.String(10), nullable=True))


def downgrade() -> None:
    op.drop_column("deputies", "text_size")
