"""wrong codes of any token

Step 0008, after 0007. Wrong codes are counted by the token that was opened, so that one which belongs to no slip is held up as
one of a slip is. What was tried before keeps counting.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_SLIPS = sa.table("slips", sa.column("id", sa.String), sa.column("token_hash", sa.String))


def upgrade() -> None:
    _make_anew("slip_id", "token_hash", sa.Column("token_hash", sa.String(length=64), nullable=False))
    op.create_index("ix_wrong_codes_token_hash", "wrong_codes", ["token_hash"])
    op.create_index("ix_wrong_codes_tried_at", "wrong_codes", ["tried_at"])


def downgrade() -> None:
    key = sa.ForeignKeyConstraint(["slip_id"], ["slips.id"], name="fk_wrong_codes_slip_id")
    _make_anew("token_hash", "slip_id", sa.Column("slip_id", sa.String(length=36), nullable=False), key)
    op.create_index("ix_wrong_codes_slip_id", "wrong_codes", ["slip_id"])


def _make_anew(old: str, new: str, *parts: Any) -> None:
    """The table with another column for what was opened; what belongs to no slip has no place in the one before."""
    names = {"slip_id": _SLIPS.c.id, "token_hash": _SLIPS.c.token_hash}
    rows = sa.table("wrong_codes", sa.column("id"), sa.column(old), sa.column("tried_at", sa.DateTime))
    kept = (
        op.get_bind()
        .execute(
            sa.select(rows.c.id, names[new].label(new), rows.c.tried_at).join_from(
                rows, _SLIPS, names[old] == rows.c[old]
            )
        )
        .mappings()
        .all()
    )
    op.drop_table("wrong_codes")
    table = op.create_table(
        "wrong_codes",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("tried_at", sa.DateTime(), nullable=False),
        *parts,
        sa.PrimaryKeyConstraint("id", name="pk_wrong_codes"),
    )
    if kept:
        op.bulk_insert(table, [dict(row) for row in kept])
