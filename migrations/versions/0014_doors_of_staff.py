"""doors of staff

Step 0014, after 0013. Sessions of staff stand on the server, with second factors, recovery codes, former passwords, the rules of sign-in
and the delays of guessers. The count of failures leaves the account, where it locked its owner out; on the way back everybody's is 0.
Whoever is signed in when this step runs signs in again.
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sign_in_delays",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.DateTime(), nullable=False),
        sa.Column("open_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_sign_in_delays")),
    )
    op.create_index(op.f("ix_sign_in_delays_last_at"), "sign_in_delays", ["last_at"])
    op.create_table(
        "sign_in_rules",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("factor_roles", sa.Text(), nullable=False),
        sa.Column("least_length", sa.Integer(), nullable=False),
        sa.Column("history", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(), nullable=False),
        sa.Column("changed_by", sa.String(length=36), nullable=True),
        sa.ForeignKeyConstraint(["changed_by"], ["accounts.id"], name=op.f("fk_sign_in_rules_changed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_rules")),
    )
    _of_account(
        "former_passwords",
        sa.Column("password", sa.String(length=255), nullable=False),
        sa.Column("replaced_at", sa.DateTime(), nullable=False),
    )
    _of_account(
        "recovery_codes",
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("used_at", sa.DateTime(), nullable=True),
    )
    _of_account(
        "second_factors",
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=True),
        sa.Column("secret", sa.String(length=200), nullable=True),
        sa.Column("last_step", sa.BigInteger(), nullable=True),
        sa.Column("credential", sa.String(length=1400), nullable=True),
        sa.Column("public_key", sa.Text(), nullable=True),
        sa.Column("sign_count", sa.BigInteger(), nullable=True),
        sa.Column("transports", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("last_used_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint("kind IN ('code', 'passkey')", name=op.f("ck_second_factors_kind")),
        sa.UniqueConstraint("credential", name=op.f("uq_second_factors_credential")),
    )
    _of_account(
        "staff_sessions",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("method", sa.String(length=20), nullable=False),
        sa.Column("started_at", sa.DateTime(), nullable=False),
        sa.Column("completed_at", sa.DateTime(), nullable=True),
        sa.Column("last_used_at", sa.DateTime(), nullable=False),
        sa.Column("ends_at", sa.DateTime(), nullable=False),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.Column("ended_reason", sa.String(length=20), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(), nullable=False),
        sa.Column("confirmed_by", sa.String(length=10), nullable=False),
        sa.Column("browser", sa.String(length=60), nullable=True),
        sa.Column("address", sa.String(length=60), nullable=True),
        sa.Column("challenge", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "method IN ('password', 'link', 'demonstration', 'provider', 'passkey')",
            name=op.f("ck_staff_sessions_method"),
        ),
        sa.UniqueConstraint("token_hash", name=op.f("uq_staff_sessions_token_hash")),
    )
    op.drop_column("accounts", "failures")
    op.drop_column("accounts", "locked_until")


def _of_account(name: str, *columns: sa.schema.SchemaItem) -> None:
    op.create_table(
        name,
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("account_id", sa.String(length=36), nullable=False),
        *columns,
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f(f"fk_{name}_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
    )
    op.create_index(op.f(f"ix_{name}_account_id"), name, ["account_id"])


def downgrade() -> None:
    op.add_column("accounts", sa.Column("failures", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("accounts", sa.Column("locked_until", sa.DateTime(), nullable=True))
    for name in ("staff_sessions", "second_factors", "recovery_codes", "former_passwords", "sign_in_rules", "sign_in_delays"):
        op.drop_table(name)
