"""rows that never change

Step 0004, after 0003. The triggers themselves are put in by `env.py` after every run (`surveys.guards.install`).
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "guard_openings",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("opened_by", sa.String(100), nullable=True),
        sa.Column("opened_at", sa.DateTime(), nullable=False),
        sa.Column("closed_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guard_openings")),
    )


def downgrade() -> None:
    # Without its table a guard would refuse everything; it goes with it.
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION IF EXISTS diaoyan_guard() CASCADE")
    else:
        names = op.get_bind().execute(
            sa.text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'guard_%'")
        )
        for name in list(names.scalars()):
            op.execute(f"DROP TRIGGER {name}")
    op.drop_table("guard_openings")
