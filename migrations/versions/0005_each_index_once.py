"""each index once

Step 0005, after 0004. What the unique keys of a table find already needs no index of its own; findings are found by their event
only where they have one. Every version that is handed in writes four entries less.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_TWICE = (
    ("ix_findings_visit_id", "findings", "visit_id"),
    ("ix_drafts_visit_id", "drafts", "visit_id"),
    ("ix_set_aside_device_id", "set_aside", "device_id"),
)
_OF_AN_EVENT = sa.text("event_id IS NOT NULL")


def upgrade() -> None:
    for name, table, _column in _TWICE:
        op.drop_index(name, table_name=table)
    op.drop_index("ix_findings_event_id", table_name="findings")
    op.create_index(
        "ix_findings_event_id", "findings", ["event_id"], postgresql_where=_OF_AN_EVENT, sqlite_where=_OF_AN_EVENT
    )


def downgrade() -> None:
    op.drop_index("ix_findings_event_id", table_name="findings")
    op.create_index("ix_findings_event_id", "findings", ["event_id"])
    for name, table, column in _TWICE:
        op.create_index(name, table, [column])
