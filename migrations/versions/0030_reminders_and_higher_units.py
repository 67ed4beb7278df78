"""reminders as letters; items escalated, proposed for closing, kept open

Step 0030, after 0029. Letters may be reminders; steps may be reminded, escalated, proposed_closed and kept_open.
"""

from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

LETTERS = ("handover", "supervision")
STEPS = (
    "handed",
    "signed_for",
    "given_back",
    "rerouted",
    "extension_asked",
    "extended",
    "interim",
    "opinion",
    "answered",
    "rated",
    "sent_again",
    "supervised",
    "promised",
    "closed",
    "reopened",
    "withdrawn",
)
NEW = ("escalated", "proposed_closed", "kept_open", "reminded")


def _allow(table: str, kinds: tuple[str, ...]) -> None:
    with op.batch_alter_table(table) as batch:
        batch.drop_constraint(op.f(f"ck_{table}_kind"), type_="check")
        batch.create_check_constraint(op.f(f"ck_{table}_kind"), "kind IN (" + ", ".join(f"'{one}'" for one in kinds) + ")")


def _allow_letters(kinds: tuple[str, ...]) -> None:
    """SQLite drops no table that rows of others point to: its rows stand aside while it is rebuilt, and are back before the commit."""
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    if is_sqlite:
        op.execute("PRAGMA defer_foreign_keys=ON")
        op.execute("CREATE TABLE former_letters AS SELECT * FROM letters")
        op.execute("DELETE FROM letters")
    _allow("letters", kinds)
    if is_sqlite:
        op.execute("INSERT INTO letters SELECT * FROM former_letters")
        op.execute("DROP TABLE former_letters")


def upgrade() -> None:
    _allow_letters((*LETTERS, "reminder"))
    _allow("item_steps", (*STEPS, *NEW))


def downgrade() -> None:
    _allow("item_steps", STEPS)
    _allow_letters(LETTERS)
