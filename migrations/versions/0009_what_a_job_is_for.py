"""what a job is for

Step 0009, after 0008. A job names what its work is for, so that a page finds its own among any number of others; prints that are
kept learn their report.
"""

import json

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_JOBS = sa.table("jobs", *map(sa.column, ("id", "kind", "arguments", "about")))
_VERSIONS = sa.table("report_versions", sa.column("id"), sa.column("report_id"))


def upgrade() -> None:
    op.add_column("jobs", sa.Column("about", sa.String(length=36), nullable=True))
    op.create_index("ix_jobs_about_created_at", "jobs", ["about", "created_at"])
    connection = op.get_bind()
    reports = {row.id: row.report_id for row in connection.execute(sa.select(_VERSIONS.c.id, _VERSIONS.c.report_id))}
    prints = sa.select(_JOBS.c.id, _JOBS.c.arguments).where(_JOBS.c.kind == "print")
    for job, arguments in connection.execute(prints).all():
        report = reports.get(json.loads(arguments).get("version"))
        connection.execute(sa.update(_JOBS).where(_JOBS.c.id == job).values(about=report))


def downgrade() -> None:
    op.drop_index("ix_jobs_about_created_at", "jobs")
    op.drop_column("jobs", "about")
