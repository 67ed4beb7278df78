"""What a process of the web server needs for its first version, made before it answers: a phone that comes first waits as the others do.

Touches packages and the database; writes nothing.
"""

from sqlalchemy import select
from sqlalchemy.orm import configure_mappers

from surveys.database import db
from surveys.fieldwork.receiving.packages import package_of
from surveys.keys import instance_keys
from surveys.planning.campaigns.campaigns import Campaign
from surveys.planning.forms.questionnaire_versions import version_in_force
from surveys.questionnaire.state.program import program_of

MOST_PACKAGES = 4


def make_ready() -> None:
    """Tables, keys, and the rules of the questionnaires that are filled in now. Raises what the database raises."""
    configure_mappers()
    instance_keys().sign(b"")
    for package_hash in _in_use():
        if (package := package_of(package_hash)) is not None:
            program_of(package)
    db.session.remove()


def _in_use() -> list[str]:
    """The packages that phones fill in, of the latest campaigns first."""
    found: list[str] = []
    for campaign in db.session.scalars(
        select(Campaign).where(Campaign.closed_at.is_(None)).order_by(Campaign.starts_on.desc(), Campaign.id)
    ):
        version = version_in_force(campaign.id)
        own = version.hash_for(bool(campaign.setting("media"))) if version else None
        if own and own not in found:
            found.append(own)
        if len(found) == MOST_PACKAGES:
            break
    return found
