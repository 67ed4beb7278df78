"""media kinds written out

Step 0007, after 0006. Each kind of media is off until an organizer ticks it. A campaign that took all kinds without naming them keeps
them; one that takes none no longer has all of them ticked beforehand.
"""

import json

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_ALL = ["photo", "position", "signature", "sound", "file"]
_CAMPAIGNS = sa.table("campaigns", sa.column("id", sa.String), sa.column("settings", sa.Text))


def upgrade() -> None:
    connection = op.get_bind()
    for campaign_id, text in connection.execute(sa.select(_CAMPAIGNS.c.id, _CAMPAIGNS.c.settings)).all():
        settings = json.loads(text)
        kinds = settings.get("media_kinds", _ALL)
        if not settings.get("media") and kinds == _ALL:
            kinds = []
        if settings.get("media_kinds") == kinds:
            continue
        written = json.dumps({**settings, "media_kinds": kinds}, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        connection.execute(sa.update(_CAMPAIGNS).where(_CAMPAIGNS.c.id == campaign_id).values(settings=written))


def downgrade() -> None:
    """The kinds stay written out: the step before reads them as well."""
