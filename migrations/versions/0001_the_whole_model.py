"""the whole model

Step 0001, after nothing.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "accounts",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("username", sa.String(64), nullable=False),
        sa.Column("email", sa.String(200), nullable=True),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("post", sa.String(100), nullable=True),
        sa.Column("phone", sa.String(40), nullable=True),
        sa.Column("password", sa.String(length=255), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("fs_uniquifier", sa.String(length=64), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("locked_until", sa.DateTime(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("last_sign_in_at", sa.DateTime(), nullable=True),
        sa.Column("language", sa.String(10), nullable=True),
        sa.Column("preferences", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts")),
        sa.UniqueConstraint("email", name=op.f("uq_accounts_email")),
        sa.UniqueConstraint("fs_uniquifier", name=op.f("uq_accounts_fs_uniquifier")),
        sa.UniqueConstraint("username", name=op.f("uq_accounts_username")),
    )
    op.create_table(
        "audit_entries",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("happened_at", sa.DateTime(), nullable=False),
        sa.Column("actor_kind", sa.String(length=10), nullable=False),
        sa.Column("actor_id", sa.String(length=36), nullable=True),
        sa.Column("actor_name", sa.String(100), nullable=True),
        sa.Column("act", sa.String(length=40), nullable=False),
        sa.Column("target_kind", sa.String(length=30), nullable=True),
        sa.Column("target_id", sa.String(length=64), nullable=True),
        sa.Column("campaign_id", sa.String(length=36), nullable=True),
        sa.Column("unit_code", sa.String(length=20), nullable=True),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entries")),
    )
    with op.batch_alter_table("audit_entries", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_audit_entries_campaign_id_happened_at"), ["campaign_id", "happened_at"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_audit_entries_target_kind_target_id"), ["target_kind", "target_id"], unique=False
        )

    op.create_table(
        "devices",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("public_key", sa.Text(), nullable=True),
        sa.Column("secret", sa.String(length=200), nullable=True),
        sa.Column("name", sa.String(100), nullable=True),
        sa.Column("notice", sa.String(40), nullable=True),
        sa.Column("kept", sa.Boolean(), nullable=False),
        sa.Column("enrolled_at", sa.DateTime(), nullable=False),
        sa.Column("last_contact_at", sa.DateTime(), nullable=True),
        sa.Column("revoked_at", sa.DateTime(), nullable=True),
        sa.Column("revoked_reason", sa.String(200), nullable=True),
        sa.CheckConstraint("kind IN ('key', 'secret', 'browser')", name=op.f("ck_devices_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_devices")),
    )
    op.create_table(
        "held_parts",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("held_at", sa.DateTime(), nullable=False),
        sa.Column("shown", sa.String(length=64), nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_held_parts")),
    )
    op.create_table(
        "jobs",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("arguments", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("started_at", sa.DateTime(), nullable=True),
        sa.Column("beat_at", sa.DateTime(), nullable=True),
        sa.Column("finished_at", sa.DateTime(), nullable=True),
        sa.Column("worker", sa.String(80), nullable=True),
        sa.Column("asked_by", sa.String(length=36), nullable=True),
        sa.Column("step", sa.String(200), nullable=True),
        sa.Column("steps_done", sa.Integer(), nullable=False),
        sa.Column("steps_all", sa.Integer(), nullable=False),
        sa.Column("result", sa.Text(), nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.CheckConstraint("state IN ('queued', 'running', 'done', 'failed')", name=op.f("ck_jobs_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
        sa.UniqueConstraint("key", name=op.f("uq_jobs_key")),
    )
    with op.batch_alter_table("jobs", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_jobs_state_created_at"), ["state", "created_at"], unique=False)

    op.create_table(
        "packages",
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_packages")),
    )
    op.create_table(
        "subjects",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("short_name", sa.String(60), nullable=True),
        sa.Column("uscc", sa.String(length=18), nullable=True),
        sa.Column("area_code", sa.String(length=20), nullable=True),
        sa.Column("town", sa.String(40), nullable=True),
        sa.Column("address", sa.String(200), nullable=True),
        sa.Column("section", sa.String(length=2), nullable=True),
        sa.Column("division", sa.String(length=3), nullable=True),
        sa.Column("size_class", sa.String(length=10), nullable=True),
        sa.Column("control", sa.String(length=12), nullable=True),
        sa.Column("flags", sa.Text(), nullable=False),
        sa.Column("staff", sa.Integer(), nullable=True),
        sa.Column("revenue", sa.String(length=20), nullable=True),
        sa.Column("contact", sa.String(60), nullable=True),
        sa.Column("contact_phone", sa.String(40), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('enterprise', 'site', 'station', 'project', 'people')", name=op.f("ck_subjects_kind")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subjects")),
        sa.UniqueConstraint("uscc", name=op.f("uq_subjects_uscc")),
    )
    with op.batch_alter_table("subjects", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_subjects_name"), ["name"], unique=False)

    op.create_table(
        "units",
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("short_name", sa.String(30), nullable=False),
        sa.Column("name_en", sa.String(100), nullable=True),
        sa.Column("parent_code", sa.String(length=20), nullable=True),
        sa.Column("tier", sa.String(length=12), nullable=False),
        sa.Column("sort", sa.Integer(), nullable=False),
        sa.Column("tile_x", sa.Integer(), nullable=True),
        sa.Column("tile_y", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "tier IN ('national', 'provincial', 'municipal', 'district', 'township')", name=op.f("ck_units_tier")
        ),
        sa.ForeignKeyConstraint(["parent_code"], ["units.code"], name=op.f("fk_units_parent_code")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_units")),
    )
    with op.batch_alter_table("units", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_units_parent_code"), ["parent_code"], unique=False)

    op.create_table(
        "campaigns",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("title_en", sa.String(200), nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("topic", sa.Text(), nullable=True),
        sa.Column("unit_code", sa.String(length=20), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("cutoff_at", sa.DateTime(), nullable=True),
        sa.Column("as_of", sa.DateTime(), nullable=True),
        sa.Column("office", sa.String(100), nullable=False),
        sa.Column("office_phone", sa.String(40), nullable=True),
        sa.Column("notice", sa.Text(), nullable=True),
        sa.Column("notice_version", sa.String(40), nullable=True),
        sa.Column("settings", sa.Text(), nullable=False),
        sa.Column("outline", sa.Text(), nullable=False),
        sa.Column("demonstration", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("closed_at", sa.DateTime(), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('专题调研', '执法检查', '集中视察', '主题活动', '接待', '常态收集', '征求意见')",
            name=op.f("ck_campaigns_kind"),
        ),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_campaigns_period")),
        sa.ForeignKeyConstraint(["unit_code"], ["units.code"], name=op.f("fk_campaigns_unit_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaigns")),
        sa.UniqueConstraint("number", name=op.f("uq_campaigns_number")),
    )
    op.create_table(
        "deputies",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("number", sa.String(length=30), nullable=True),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("unit_code", sa.String(length=20), nullable=False),
        sa.Column("phone", sa.String(40), nullable=True),
        sa.Column("employer", sa.String(120), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["unit_code"], ["units.code"], name=op.f("fk_deputies_unit_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deputies")),
        sa.UniqueConstraint("number", name=op.f("uq_deputies_number")),
    )
    with op.batch_alter_table("deputies", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_deputies_name"), ["name"], unique=False)
        batch_op.create_index(batch_op.f("ix_deputies_unit_code"), ["unit_code"], unique=False)

    op.create_table(
        "role_grants",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("account_id", sa.String(length=36), nullable=False),
        sa.Column("unit_code", sa.String(length=20), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("granted_at", sa.DateTime(), nullable=False),
        sa.Column("granted_by", sa.String(length=36), nullable=True),
        sa.Column("revoked_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint(
            "role IN ('organizer', 'committee', 'unit_desk', 'unit_approver', 'liaison', 'office', 'reader', 'administrator', 'auditor')",
            name=op.f("ck_role_grants_role"),
        ),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_role_grants_account_id")),
        sa.ForeignKeyConstraint(["granted_by"], ["accounts.id"], name=op.f("fk_role_grants_granted_by")),
        sa.ForeignKeyConstraint(["unit_code"], ["units.code"], name=op.f("fk_role_grants_unit_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_grants")),
        sa.UniqueConstraint(
            "account_id",
            "unit_code",
            "role",
            "granted_at",
            name=op.f("uq_role_grants_account_id_unit_code_role_granted_at"),
        ),
    )
    with op.batch_alter_table("role_grants", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_role_grants_account_id"), ["account_id"], unique=False)

    op.create_table(
        "set_aside",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("device_id", sa.String(length=36), nullable=False),
        sa.Column("address", sa.String(64), nullable=False),
        sa.Column("content", sa.String(length=64), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("received_at", sa.DateTime(), nullable=False),
        sa.Column("settled_at", sa.DateTime(), nullable=True),
        sa.Column("settled_by", sa.String(length=36), nullable=True),
        sa.Column("settlement", sa.String(200), nullable=True),
        sa.ForeignKeyConstraint(["device_id"], ["devices.id"], name=op.f("fk_set_aside_device_id")),
        sa.ForeignKeyConstraint(["settled_by"], ["accounts.id"], name=op.f("fk_set_aside_settled_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_set_aside")),
        sa.UniqueConstraint("device_id", "address", "content", name=op.f("uq_set_aside_device_id_address_content")),
    )
    with op.batch_alter_table("set_aside", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_set_aside_device_id"), ["device_id"], unique=False)

    op.create_table(
        "sign_in_links",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.String(length=36), nullable=False),
        sa.Column("next_address", sa.String(300), nullable=True),
        sa.Column("uses_left", sa.Integer(), nullable=True),
        sa.Column("expires_at", sa.DateTime(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_sign_in_links_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_links")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_sign_in_links_token_hash")),
    )
    with op.batch_alter_table("sign_in_links", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sign_in_links_account_id"), ["account_id"], unique=False)

    op.create_table(
        "campaign_units",
        sa.Column("campaign_id", sa.String(length=36), nullable=False),
        sa.Column("unit_code", sa.String(length=20), nullable=False),
        sa.Column("deadline_on", sa.Date(), nullable=True),
        sa.Column("reserves", sa.Integer(), nullable=False),
        sa.Column("contact", sa.String(100), nullable=True),
        sa.Column("contact_phone", sa.String(40), nullable=True),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_campaign_units_campaign_id")),
        sa.ForeignKeyConstraint(["unit_code"], ["units.code"], name=op.f("fk_campaign_units_unit_code")),
        sa.PrimaryKeyConstraint("campaign_id", "unit_code", name=op.f("pk_campaign_units")),
    )
    op.create_table(
        "deputy_groups",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("campaign_id", sa.String(length=36), nullable=False),
        sa.Column("unit_code", sa.String(length=20), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("leader_id", sa.String(length=36), nullable=True),
        sa.Column("liaison_id", sa.String(length=36), nullable=True),
        sa.Column("liaison_name", sa.String(60), nullable=True),
        sa.Column("liaison_phone", sa.String(40), nullable=True),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_deputy_groups_campaign_id")),
        sa.ForeignKeyConstraint(["leader_id"], ["deputies.id"], name=op.f("fk_deputy_groups_leader_id")),
        sa.ForeignKeyConstraint(["liaison_id"], ["accounts.id"], name=op.f("fk_deputy_groups_liaison_id")),
        sa.ForeignKeyConstraint(["unit_code"], ["units.code"], name=op.f("fk_deputy_groups_unit_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deputy_groups")),
        sa.UniqueConstraint(
            "campaign_id", "unit_code", "number", name=op.f("uq_deputy_groups_campaign_id_unit_code_number")
        ),
    )
    with op.batch_alter_table("deputy_groups", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_deputy_groups_campaign_id"), ["campaign_id"], unique=False)

    op.create_table(
        "deputy_levels",
        sa.Column("deputy_id", sa.String(length=36), nullable=False),
        sa.Column("level_code", sa.String(length=12), nullable=False),
        sa.Column("sort", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "level_code IN ('national', 'provincial', 'municipal', 'district', 'township')",
            name=op.f("ck_deputy_levels_level_code"),
        ),
        sa.ForeignKeyConstraint(["deputy_id"], ["deputies.id"], name=op.f("fk_deputy_levels_deputy_id")),
        sa.PrimaryKeyConstraint("deputy_id", "level_code", name=op.f("pk_deputy_levels")),
    )
    op.create_table(
        "device_holders",
        sa.Column("device_id", sa.String(length=36), nullable=False),
        sa.Column("deputy_id", sa.String(length=36), nullable=False),
        sa.Column("campaign_id", sa.String(length=36), nullable=True),
        sa.Column("note", sa.String(100), nullable=True),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_device_holders_campaign_id")),
        sa.ForeignKeyConstraint(["deputy_id"], ["deputies.id"], name=op.f("fk_device_holders_deputy_id")),
        sa.ForeignKeyConstraint(["device_id"], ["devices.id"], name=op.f("fk_device_holders_device_id")),
        sa.PrimaryKeyConstraint("device_id", name=op.f("pk_device_holders")),
    )
    with op.batch_alter_table("device_holders", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_device_holders_deputy_id"), ["deputy_id"], unique=False)

    op.create_table(
        "events",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("campaign_id", sa.String(length=36), nullable=False),
        sa.Column("unit_code", sa.String(length=20), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("place_kind", sa.String(length=20), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("levels", sa.Text(), nullable=False),
        sa.Column("roles", sa.Text(), nullable=False),
        sa.Column("persons", sa.Integer(), nullable=True),
        sa.Column("summary", sa.Text(), nullable=True),
        sa.Column("entered_at", sa.DateTime(), nullable=False),
        sa.Column("entered_by", sa.String(length=36), nullable=True),
        sa.CheckConstraint("kind IN ('symposium', 'reception', 'tour')", name=op.f("ck_events_kind")),
        sa.CheckConstraint(
            "place_kind IN ('congress_office', 'station', 'chamber', 'park', 'enterprise', 'other')",
            name=op.f("ck_events_place_kind"),
        ),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_events_campaign_id")),
        sa.ForeignKeyConstraint(["entered_by"], ["accounts.id"], name=op.f("fk_events_entered_by")),
        sa.ForeignKeyConstraint(["unit_code"], ["units.code"], name=op.f("fk_events_unit_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
        sa.UniqueConstraint("campaign_id", "unit_code", "number", name=op.f("uq_events_campaign_id_unit_code_number")),
    )
    with op.batch_alter_table("events", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_events_campaign_id"), ["campaign_id"], unique=False)

    op.create_table(
        "headlines",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("campaign_id", sa.String(length=36), nullable=False),
        sa.Column("unit_code", sa.String(length=20), nullable=False),
        sa.Column("category", sa.String(length=8), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("made_by", sa.String(length=36), nullable=True),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_headlines_campaign_id")),
        sa.ForeignKeyConstraint(["made_by"], ["accounts.id"], name=op.f("fk_headlines_made_by")),
        sa.ForeignKeyConstraint(["unit_code"], ["units.code"], name=op.f("fk_headlines_unit_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_headlines")),
    )
    with op.batch_alter_table("headlines", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_headlines_campaign_id"), ["campaign_id"], unique=False)

    op.create_table(
        "list_entries",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("campaign_id", sa.String(length=36), nullable=False),
        sa.Column("unit_code", sa.String(length=20), nullable=False),
        sa.Column("subject_id", sa.String(length=36), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("reserve", sa.Boolean(), nullable=False),
        sa.Column("overlap_reason", sa.String(200), nullable=True),
        sa.Column("added_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_list_entries_campaign_id")),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name=op.f("fk_list_entries_subject_id")),
        sa.ForeignKeyConstraint(["unit_code"], ["units.code"], name=op.f("fk_list_entries_unit_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_list_entries")),
        sa.UniqueConstraint(
            "campaign_id", "unit_code", "number", name=op.f("uq_list_entries_campaign_id_unit_code_number")
        ),
        sa.UniqueConstraint(
            "campaign_id", "unit_code", "subject_id", name=op.f("uq_list_entries_campaign_id_unit_code_subject_id")
        ),
    )
    with op.batch_alter_table("list_entries", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_list_entries_campaign_id"), ["campaign_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_list_entries_subject_id"), ["subject_id"], unique=False)

    op.create_table(
        "questionnaire_versions",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("campaign_id", sa.String(length=36), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(200), nullable=True),
        sa.Column("file_name", sa.String(200), nullable=False),
        sa.Column("workbook", sa.String(length=64), nullable=False),
        sa.Column("package_hash", sa.String(length=64), nullable=False),
        sa.Column("media_hash", sa.String(length=64), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(), nullable=False),
        sa.Column("uploaded_by", sa.String(length=36), nullable=True),
        sa.Column("published_at", sa.DateTime(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(), nullable=True),
        sa.Column("notes", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_questionnaire_versions_campaign_id")),
        sa.ForeignKeyConstraint(["media_hash"], ["packages.hash"], name=op.f("fk_questionnaire_versions_media_hash")),
        sa.ForeignKeyConstraint(
            ["package_hash"], ["packages.hash"], name=op.f("fk_questionnaire_versions_package_hash")
        ),
        sa.ForeignKeyConstraint(["uploaded_by"], ["accounts.id"], name=op.f("fk_questionnaire_versions_uploaded_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_questionnaire_versions")),
        sa.UniqueConstraint("campaign_id", "number", name=op.f("uq_questionnaire_versions_campaign_id_number")),
    )
    with op.batch_alter_table("questionnaire_versions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_questionnaire_versions_package_hash"), ["package_hash"], unique=False)

    op.create_table(
        "reports",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("campaign_id", sa.String(length=36), nullable=False),
        sa.Column("unit_code", sa.String(length=20), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("byline", sa.String(200), nullable=True),
        sa.Column("dated", sa.String(40), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_reports_campaign_id")),
        sa.ForeignKeyConstraint(["unit_code"], ["units.code"], name=op.f("fk_reports_unit_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reports")),
        sa.UniqueConstraint("campaign_id", "unit_code", name=op.f("uq_reports_campaign_id_unit_code")),
    )
    op.create_table(
        "assignments",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("campaign_id", sa.String(length=36), nullable=False),
        sa.Column("unit_code", sa.String(length=20), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.String(length=36), nullable=False),
        sa.Column("subject_id", sa.String(length=36), nullable=False),
        sa.Column("group_id", sa.String(length=36), nullable=False),
        sa.Column("visit_id", sa.String(length=36), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("appointed_on", sa.Date(), nullable=True),
        sa.Column("extra", sa.Boolean(), nullable=False),
        sa.Column("replaced_at", sa.DateTime(), nullable=True),
        sa.Column("replaced_reason", sa.String(200), nullable=True),
        sa.Column("replaced_by", sa.String(length=36), nullable=True),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("made_by", sa.String(length=36), nullable=True),
        sa.CheckConstraint("(replaced_at IS NULL) = (replaced_reason IS NULL)", name=op.f("ck_assignments_replaced")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_assignments_campaign_id")),
        sa.ForeignKeyConstraint(["entry_id"], ["list_entries.id"], name=op.f("fk_assignments_entry_id")),
        sa.ForeignKeyConstraint(["group_id"], ["deputy_groups.id"], name=op.f("fk_assignments_group_id")),
        sa.ForeignKeyConstraint(["made_by"], ["accounts.id"], name=op.f("fk_assignments_made_by")),
        sa.ForeignKeyConstraint(["replaced_by"], ["assignments.id"], name=op.f("fk_assignments_replaced_by")),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name=op.f("fk_assignments_subject_id")),
        sa.ForeignKeyConstraint(["unit_code"], ["units.code"], name=op.f("fk_assignments_unit_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignments")),
        sa.UniqueConstraint(
            "campaign_id", "unit_code", "number", name=op.f("uq_assignments_campaign_id_unit_code_number")
        ),
        sa.UniqueConstraint("visit_id", name=op.f("uq_assignments_visit_id")),
    )
    with op.batch_alter_table("assignments", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_assignments_campaign_id"), ["campaign_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_assignments_entry_id"), ["entry_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_assignments_group_id"), ["group_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_assignments_subject_id"), ["subject_id"], unique=False)

    op.create_table(
        "group_members",
        sa.Column("group_id", sa.String(length=36), nullable=False),
        sa.Column("deputy_id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(["deputy_id"], ["deputies.id"], name=op.f("fk_group_members_deputy_id")),
        sa.ForeignKeyConstraint(["group_id"], ["deputy_groups.id"], name=op.f("fk_group_members_group_id")),
        sa.PrimaryKeyConstraint("group_id", "deputy_id", name=op.f("pk_group_members")),
    )
    with op.batch_alter_table("group_members", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_group_members_deputy_id"), ["deputy_id"], unique=False)

    op.create_table(
        "missing_reasons",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("report_id", sa.String(length=36), nullable=False),
        sa.Column("unit_code", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("given_at", sa.DateTime(), nullable=False),
        sa.Column("given_by", sa.String(length=36), nullable=True),
        sa.ForeignKeyConstraint(["given_by"], ["accounts.id"], name=op.f("fk_missing_reasons_given_by")),
        sa.ForeignKeyConstraint(["report_id"], ["reports.id"], name=op.f("fk_missing_reasons_report_id")),
        sa.ForeignKeyConstraint(["unit_code"], ["units.code"], name=op.f("fk_missing_reasons_unit_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_missing_reasons")),
        sa.UniqueConstraint("report_id", "unit_code", name=op.f("uq_missing_reasons_report_id_unit_code")),
    )
    with op.batch_alter_table("missing_reasons", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_missing_reasons_report_id"), ["report_id"], unique=False)

    op.create_table(
        "quotas",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("campaign_id", sa.String(length=36), nullable=False),
        sa.Column("unit_code", sa.String(length=20), nullable=False),
        sa.Column("group_id", sa.String(length=36), nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("tag", sa.String(40), nullable=True),
        sa.Column("least", sa.Integer(), nullable=True),
        sa.Column("most", sa.Integer(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "kind <> 'date_window' OR (starts_on IS NOT NULL AND ends_on IS NOT NULL)", name=op.f("ck_quotas_window")
        ),
        sa.CheckConstraint(
            "kind <> 'exact_per_unit' OR (least IS NOT NULL AND least = most)", name=op.f("ck_quotas_exact")
        ),
        sa.CheckConstraint("kind <> 'least_per_tag' OR tag IS NOT NULL", name=op.f("ck_quotas_tag")),
        sa.CheckConstraint(
            "kind IN ('exact_per_unit', 'range_per_group', 'least_per_tag', 'least_per_deputy', 'every_deputy', 'every_area', 'date_window')",
            name=op.f("ck_quotas_kind"),
        ),
        sa.CheckConstraint("least IS NULL OR least >= 0", name=op.f("ck_quotas_least")),
        sa.CheckConstraint("most IS NULL OR least IS NULL OR most >= least", name=op.f("ck_quotas_bounds")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_quotas_campaign_id")),
        sa.ForeignKeyConstraint(["group_id"], ["deputy_groups.id"], name=op.f("fk_quotas_group_id")),
        sa.ForeignKeyConstraint(["unit_code"], ["units.code"], name=op.f("fk_quotas_unit_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quotas")),
    )
    with op.batch_alter_table("quotas", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_quotas_campaign_id"), ["campaign_id"], unique=False)

    op.create_table(
        "report_sections",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("report_id", sa.String(length=36), nullable=False),
        sa.Column("key", sa.String(60), nullable=False),
        sa.Column("sort", sa.Integer(), nullable=False),
        sa.Column("depth", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(200), nullable=True),
        sa.Column("numbering", sa.String(20), nullable=True),
        sa.Column("blocks", sa.Text(), nullable=False),
        sa.Column("saved_at", sa.DateTime(), nullable=False),
        sa.Column("saved_by", sa.String(length=36), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["report_id"], ["reports.id"], name=op.f("fk_report_sections_report_id")),
        sa.ForeignKeyConstraint(["saved_by"], ["accounts.id"], name=op.f("fk_report_sections_saved_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_sections")),
        sa.UniqueConstraint("report_id", "key", name=op.f("uq_report_sections_report_id_key")),
    )
    with op.batch_alter_table("report_sections", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_report_sections_report_id"), ["report_id"], unique=False)

    op.create_table(
        "report_versions",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("report_id", sa.String(length=36), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("frozen", sa.Text(), nullable=False),
        sa.Column("manifest", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("made_by", sa.String(length=36), nullable=True),
        sa.ForeignKeyConstraint(["made_by"], ["accounts.id"], name=op.f("fk_report_versions_made_by")),
        sa.ForeignKeyConstraint(["report_id"], ["reports.id"], name=op.f("fk_report_versions_report_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_versions")),
        sa.UniqueConstraint("report_id", "number", name=op.f("uq_report_versions_report_id_number")),
    )
    with op.batch_alter_table("report_versions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_report_versions_report_id"), ["report_id"], unique=False)

    op.create_table(
        "sign_offs",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("report_id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=14), nullable=False),
        sa.Column("who", sa.String(100), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("entered_at", sa.DateTime(), nullable=False),
        sa.Column("entered_by", sa.String(length=36), nullable=True),
        sa.CheckConstraint("kind IN ('consultation', 'countersign', 'chair_meeting')", name=op.f("ck_sign_offs_kind")),
        sa.CheckConstraint(
            "outcome IN ('agreed', 'agreed_with_changes', 'not_agreed')", name=op.f("ck_sign_offs_outcome")
        ),
        sa.ForeignKeyConstraint(["entered_by"], ["accounts.id"], name=op.f("fk_sign_offs_entered_by")),
        sa.ForeignKeyConstraint(["report_id"], ["reports.id"], name=op.f("fk_sign_offs_report_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_offs")),
    )
    with op.batch_alter_table("sign_offs", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sign_offs_report_id"), ["report_id"], unique=False)

    op.create_table(
        "slips",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("campaign_id", sa.String(length=36), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("token", sa.String(length=200), nullable=True),
        sa.Column("deputy_id", sa.String(length=36), nullable=True),
        sa.Column("group_id", sa.String(length=36), nullable=True),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("expires_at", sa.DateTime(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(), nullable=True),
        sa.Column("wrong", sa.Integer(), nullable=False),
        sa.CheckConstraint("(deputy_id IS NULL) <> (group_id IS NULL)", name=op.f("ck_slips_owner")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_slips_campaign_id")),
        sa.ForeignKeyConstraint(["deputy_id"], ["deputies.id"], name=op.f("fk_slips_deputy_id")),
        sa.ForeignKeyConstraint(["group_id"], ["deputy_groups.id"], name=op.f("fk_slips_group_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_slips")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_slips_token_hash")),
    )
    with op.batch_alter_table("slips", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_slips_campaign_id"), ["campaign_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_slips_deputy_id"), ["deputy_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_slips_group_id"), ["group_id"], unique=False)

    op.create_table(
        "assignment_moves",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("assignment_id", sa.String(length=36), nullable=False),
        sa.Column("from_group_id", sa.String(length=36), nullable=False),
        sa.Column("to_group_id", sa.String(length=36), nullable=False),
        sa.Column("moved_at", sa.DateTime(), nullable=False),
        sa.Column("moved_by", sa.String(length=36), nullable=True),
        sa.Column("reason", sa.String(200), nullable=True),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignments.id"], name=op.f("fk_assignment_moves_assignment_id")),
        sa.ForeignKeyConstraint(
            ["from_group_id"], ["deputy_groups.id"], name=op.f("fk_assignment_moves_from_group_id")
        ),
        sa.ForeignKeyConstraint(["moved_by"], ["accounts.id"], name=op.f("fk_assignment_moves_moved_by")),
        sa.ForeignKeyConstraint(["to_group_id"], ["deputy_groups.id"], name=op.f("fk_assignment_moves_to_group_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment_moves")),
    )
    with op.batch_alter_table("assignment_moves", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_assignment_moves_assignment_id"), ["assignment_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_assignment_moves_from_group_id"), ["from_group_id"], unique=False)

    op.create_table(
        "merge_decisions",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("report_id", sa.String(length=36), nullable=False),
        sa.Column("child_version_id", sa.String(length=36), nullable=False),
        sa.Column("section_key", sa.String(60), nullable=False),
        sa.Column("block_id", sa.String(60), nullable=False),
        sa.Column("choice", sa.String(length=8), nullable=False),
        sa.Column("target_section", sa.String(60), nullable=True),
        sa.Column("target_block", sa.String(60), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.DateTime(), nullable=False),
        sa.Column("decided_by", sa.String(length=36), nullable=True),
        sa.Column("undone_at", sa.DateTime(), nullable=True),
        sa.Column("undone_by", sa.String(length=36), nullable=True),
        sa.CheckConstraint("choice IN ('taken', 'part', 'left')", name=op.f("ck_merge_decisions_choice")),
        sa.ForeignKeyConstraint(
            ["child_version_id"], ["report_versions.id"], name=op.f("fk_merge_decisions_child_version_id")
        ),
        sa.ForeignKeyConstraint(["decided_by"], ["accounts.id"], name=op.f("fk_merge_decisions_decided_by")),
        sa.ForeignKeyConstraint(["report_id"], ["reports.id"], name=op.f("fk_merge_decisions_report_id")),
        sa.ForeignKeyConstraint(["undone_by"], ["accounts.id"], name=op.f("fk_merge_decisions_undone_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_merge_decisions")),
    )
    with op.batch_alter_table("merge_decisions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_merge_decisions_child_version_id"), ["child_version_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_merge_decisions_report_id"), ["report_id"], unique=False)

    op.create_table(
        "printed_reports",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("version_id", sa.String(length=36), nullable=False),
        sa.Column("profile", sa.String(length=1), nullable=False),
        sa.Column("edition", sa.String(length=8), nullable=False),
        sa.Column("file", sa.String(length=64), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("parts", sa.Text(), nullable=False),
        sa.Column("printed_at", sa.DateTime(), nullable=False),
        sa.Column("printed_by", sa.String(length=36), nullable=True),
        sa.CheckConstraint("edition IN ('outgoing', 'internal')", name=op.f("ck_printed_reports_edition")),
        sa.CheckConstraint("profile IN ('A', 'B', 'C')", name=op.f("ck_printed_reports_profile")),
        sa.ForeignKeyConstraint(["printed_by"], ["accounts.id"], name=op.f("fk_printed_reports_printed_by")),
        sa.ForeignKeyConstraint(["version_id"], ["report_versions.id"], name=op.f("fk_printed_reports_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_printed_reports")),
        sa.UniqueConstraint(
            "version_id", "profile", "edition", "file", name=op.f("uq_printed_reports_version_id_profile_edition_file")
        ),
    )
    with op.batch_alter_table("printed_reports", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_printed_reports_version_id"), ["version_id"], unique=False)

    op.create_table(
        "report_remarks",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("report_id", sa.String(length=36), nullable=False),
        sa.Column("version_id", sa.String(length=36), nullable=True),
        sa.Column("section_key", sa.String(60), nullable=True),
        sa.Column("block_id", sa.String(60), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("made_by", sa.String(length=36), nullable=True),
        sa.Column("settled_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["made_by"], ["accounts.id"], name=op.f("fk_report_remarks_made_by")),
        sa.ForeignKeyConstraint(["report_id"], ["reports.id"], name=op.f("fk_report_remarks_report_id")),
        sa.ForeignKeyConstraint(["version_id"], ["report_versions.id"], name=op.f("fk_report_remarks_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_remarks")),
    )
    with op.batch_alter_table("report_remarks", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_report_remarks_report_id"), ["report_id"], unique=False)

    op.create_table(
        "report_steps",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("report_id", sa.String(length=36), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("step", sa.String(length=20), nullable=False),
        sa.Column("version_id", sa.String(length=36), nullable=True),
        sa.Column("taken_at", sa.DateTime(), nullable=False),
        sa.Column("taken_by", sa.String(length=36), nullable=True),
        sa.Column("by_name", sa.String(60), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "step IN ('started', 'sent_for_review', 'sent_back', 'submitted', 'withdrawal_asked', 'withdrawn', 'returned', 'accepted', 'final', 'correction_started')",
            name=op.f("ck_report_steps_step"),
        ),
        sa.ForeignKeyConstraint(["report_id"], ["reports.id"], name=op.f("fk_report_steps_report_id")),
        sa.ForeignKeyConstraint(["taken_by"], ["accounts.id"], name=op.f("fk_report_steps_taken_by")),
        sa.ForeignKeyConstraint(["version_id"], ["report_versions.id"], name=op.f("fk_report_steps_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_steps")),
        sa.UniqueConstraint("report_id", "number", name=op.f("uq_report_steps_report_id_number")),
    )
    with op.batch_alter_table("report_steps", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_report_steps_report_id"), ["report_id"], unique=False)

    op.create_table(
        "slip_codes",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("slip_id", sa.String(length=36), nullable=False),
        sa.Column("deputy_id", sa.String(length=36), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("made_by", sa.String(length=36), nullable=True),
        sa.Column("expires_at", sa.DateTime(), nullable=True),
        sa.Column("used_at", sa.DateTime(), nullable=True),
        sa.Column("used_key", sa.String(length=64), nullable=True),
        sa.Column("device_id", sa.String(length=36), nullable=True),
        sa.ForeignKeyConstraint(["deputy_id"], ["deputies.id"], name=op.f("fk_slip_codes_deputy_id")),
        sa.ForeignKeyConstraint(["device_id"], ["devices.id"], name=op.f("fk_slip_codes_device_id")),
        sa.ForeignKeyConstraint(["made_by"], ["accounts.id"], name=op.f("fk_slip_codes_made_by")),
        sa.ForeignKeyConstraint(["slip_id"], ["slips.id"], name=op.f("fk_slip_codes_slip_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_slip_codes")),
    )
    with op.batch_alter_table("slip_codes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_slip_codes_code_hash"), ["code_hash"], unique=False)
        batch_op.create_index(batch_op.f("ix_slip_codes_slip_id"), ["slip_id"], unique=False)

    op.create_table(
        "visits",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("assignment_id", sa.String(length=36), nullable=False),
        sa.Column("head", sa.String(length=64), nullable=True),
        sa.Column("opened_at", sa.DateTime(), nullable=True),
        sa.Column("notice_shown_at", sa.DateTime(), nullable=True),
        sa.Column("notice_version", sa.String(40), nullable=True),
        sa.Column("voided_at", sa.DateTime(), nullable=True),
        sa.Column("voided_reason", sa.String(200), nullable=True),
        sa.Column("voided_by", sa.String(length=36), nullable=True),
        sa.Column("erased_at", sa.DateTime(), nullable=True),
        sa.Column("delivered_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignments.id"], name=op.f("fk_visits_assignment_id")),
        sa.ForeignKeyConstraint(["voided_by"], ["accounts.id"], name=op.f("fk_visits_voided_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visits")),
        sa.UniqueConstraint("assignment_id", name=op.f("uq_visits_assignment_id")),
    )
    op.create_table(
        "wrong_codes",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("slip_id", sa.String(length=36), nullable=False),
        sa.Column("tried_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["slip_id"], ["slips.id"], name=op.f("fk_wrong_codes_slip_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wrong_codes")),
    )
    with op.batch_alter_table("wrong_codes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_wrong_codes_slip_id"), ["slip_id"], unique=False)

    op.create_table(
        "attendances",
        sa.Column("visit_id", sa.String(length=36), nullable=False),
        sa.Column("deputy_id", sa.String(length=36), nullable=False),
        sa.Column("noted_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["deputy_id"], ["deputies.id"], name=op.f("fk_attendances_deputy_id")),
        sa.ForeignKeyConstraint(["visit_id"], ["visits.id"], name=op.f("fk_attendances_visit_id")),
        sa.PrimaryKeyConstraint("visit_id", "deputy_id", name=op.f("pk_attendances")),
    )
    with op.batch_alter_table("attendances", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_attendances_deputy_id"), ["deputy_id"], unique=False)

    op.create_table(
        "content_parts",
        sa.Column("visit_id", sa.String(length=36), nullable=False),
        sa.Column("content", sa.String(length=64), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("path", sa.String(300), nullable=True),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(80), nullable=True),
        sa.ForeignKeyConstraint(["visit_id"], ["visits.id"], name=op.f("fk_content_parts_visit_id")),
        sa.PrimaryKeyConstraint("visit_id", "content", "sha256", "name", name=op.f("pk_content_parts")),
    )
    with op.batch_alter_table("content_parts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_content_parts_sha256"), ["sha256"], unique=False)

    op.create_table(
        "decisions",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("visit_id", sa.String(length=36), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", sa.String(length=64), nullable=False),
        sa.Column("verdict", sa.String(length=10), nullable=False),
        sa.Column("decided_at", sa.DateTime(), nullable=False),
        sa.Column("decided_by", sa.String(length=36), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.CheckConstraint("verdict IN ('accept', 'return', 'reopen')", name=op.f("ck_decisions_verdict")),
        sa.ForeignKeyConstraint(["decided_by"], ["accounts.id"], name=op.f("fk_decisions_decided_by")),
        sa.ForeignKeyConstraint(["visit_id"], ["visits.id"], name=op.f("fk_decisions_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decisions")),
        sa.UniqueConstraint("visit_id", "number", name=op.f("uq_decisions_visit_id_number")),
    )
    with op.batch_alter_table("decisions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_decisions_visit_id"), ["visit_id"], unique=False)

    op.create_table(
        "drafts",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("visit_id", sa.String(length=36), nullable=False),
        sa.Column("holder", sa.String(length=40), nullable=False),
        sa.Column("by_name", sa.String(60), nullable=True),
        sa.Column("package_hash", sa.String(length=64), nullable=False),
        sa.Column("base", sa.String(length=64), nullable=True),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("page", sa.String(200), nullable=True),
        sa.Column("clock", sa.String(length=40), nullable=True),
        sa.Column("saved_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["package_hash"], ["packages.hash"], name=op.f("fk_drafts_package_hash")),
        sa.ForeignKeyConstraint(["visit_id"], ["visits.id"], name=op.f("fk_drafts_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drafts")),
        sa.UniqueConstraint("visit_id", "holder", name=op.f("uq_drafts_visit_id_holder")),
    )
    with op.batch_alter_table("drafts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_drafts_visit_id"), ["visit_id"], unique=False)

    op.create_table(
        "findings",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("campaign_id", sa.String(length=36), nullable=False),
        sa.Column("unit_code", sa.String(length=20), nullable=False),
        sa.Column("source", sa.String(length=8), nullable=False),
        sa.Column("visit_id", sa.String(length=36), nullable=True),
        sa.Column("content", sa.String(length=64), nullable=True),
        sa.Column("path", sa.String(300), nullable=True),
        sa.Column("event_id", sa.String(length=36), nullable=True),
        sa.Column("speaker_role", sa.String(20), nullable=True),
        sa.Column("speaker_level", sa.String(12), nullable=True),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("category", sa.String(length=8), nullable=True),
        sa.Column("category2", sa.String(length=8), nullable=True),
        sa.Column("department", sa.String(length=8), nullable=True),
        sa.Column("tier", sa.String(length=12), nullable=True),
        sa.Column("wants_reply", sa.Boolean(), nullable=False),
        sa.Column("purpose", sa.String(length=20), nullable=True),
        sa.Column("urgency", sa.String(length=10), nullable=True),
        sa.Column("publication", sa.String(length=10), nullable=False),
        sa.Column("from_paper", sa.Boolean(), nullable=False),
        sa.Column("entered_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("(source = 'event') = (event_id IS NOT NULL)", name=op.f("ck_findings_event")),
        sa.CheckConstraint("(source = 'visit') = (visit_id IS NOT NULL)", name=op.f("ck_findings_visit")),
        sa.CheckConstraint("kind IN ('problem', 'suggestion')", name=op.f("ck_findings_kind")),
        sa.CheckConstraint("publication IN ('open', 'anonymous', 'closed')", name=op.f("ck_findings_publication")),
        sa.CheckConstraint("source IN ('visit', 'event', 'letter')", name=op.f("ck_findings_source")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_findings_campaign_id")),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_findings_event_id")),
        sa.ForeignKeyConstraint(["unit_code"], ["units.code"], name=op.f("fk_findings_unit_code")),
        sa.ForeignKeyConstraint(["visit_id"], ["visits.id"], name=op.f("fk_findings_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_findings")),
        sa.UniqueConstraint("visit_id", "content", "path", name=op.f("uq_findings_visit_id_content_path")),
    )
    with op.batch_alter_table("findings", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_findings_campaign_id_category_unit_code"),
            ["campaign_id", "category", "unit_code"],
            unique=False,
        )
        batch_op.create_index(batch_op.f("ix_findings_event_id"), ["event_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_findings_visit_id"), ["visit_id"], unique=False)

    op.create_table(
        "submissions",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("visit_id", sa.String(length=36), nullable=False),
        sa.Column("content", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("base", sa.String(length=64), nullable=True),
        sa.Column("merges", sa.Text(), nullable=True),
        sa.Column("fork", sa.Boolean(), nullable=False),
        sa.Column("package_hash", sa.String(length=64), nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=False),
        sa.Column("clock", sa.String(length=40), nullable=True),
        sa.Column("received_at", sa.DateTime(), nullable=False),
        sa.Column("via", sa.String(length=8), nullable=False),
        sa.Column("device_id", sa.String(length=36), nullable=True),
        sa.Column("deputy_id", sa.String(length=36), nullable=True),
        sa.Column("group_id", sa.String(length=36), nullable=True),
        sa.Column("entered_by", sa.String(length=36), nullable=True),
        sa.Column("by_name", sa.String(60), nullable=True),
        sa.Column("marks", sa.Text(), nullable=False),
        sa.Column("judged", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "outcome IN ('visited', 'refused', 'not_found', 'closed', 'other')", name=op.f("ck_submissions_outcome")
        ),
        sa.CheckConstraint(
            "via IN ('phone', 'page', 'file', 'paper', 'import', 'desk')", name=op.f("ck_submissions_via")
        ),
        sa.ForeignKeyConstraint(["deputy_id"], ["deputies.id"], name=op.f("fk_submissions_deputy_id")),
        sa.ForeignKeyConstraint(["device_id"], ["devices.id"], name=op.f("fk_submissions_device_id")),
        sa.ForeignKeyConstraint(["entered_by"], ["accounts.id"], name=op.f("fk_submissions_entered_by")),
        sa.ForeignKeyConstraint(["group_id"], ["deputy_groups.id"], name=op.f("fk_submissions_group_id")),
        sa.ForeignKeyConstraint(["visit_id"], ["visits.id"], name=op.f("fk_submissions_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submissions")),
        sa.UniqueConstraint("visit_id", "content", name=op.f("uq_submissions_visit_id_content")),
        sa.UniqueConstraint("visit_id", "version", name=op.f("uq_submissions_visit_id_version")),
    )
    with op.batch_alter_table("submissions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_submissions_received_at"), ["received_at"], unique=False)

    op.create_table(
        "finding_codings",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("finding_id", sa.String(length=36), nullable=False),
        sa.Column("category", sa.String(length=8), nullable=True),
        sa.Column("category2", sa.String(length=8), nullable=True),
        sa.Column("department", sa.String(length=8), nullable=True),
        sa.Column("tier", sa.String(length=12), nullable=True),
        sa.Column("coded_at", sa.DateTime(), nullable=False),
        sa.Column("coded_by", sa.String(length=36), nullable=True),
        sa.Column("undone_at", sa.DateTime(), nullable=True),
        sa.Column("undone_by", sa.String(length=36), nullable=True),
        sa.ForeignKeyConstraint(["coded_by"], ["accounts.id"], name=op.f("fk_finding_codings_coded_by")),
        sa.ForeignKeyConstraint(["finding_id"], ["findings.id"], name=op.f("fk_finding_codings_finding_id")),
        sa.ForeignKeyConstraint(["undone_by"], ["accounts.id"], name=op.f("fk_finding_codings_undone_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding_codings")),
    )
    with op.batch_alter_table("finding_codings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_finding_codings_finding_id"), ["finding_id"], unique=False)

    op.create_table(
        "handovers",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("campaign_id", sa.String(length=36), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.String(length=36), nullable=True),
        sa.Column("headline_id", sa.String(length=36), nullable=True),
        sa.Column("finding_id", sa.String(length=36), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("lead_department", sa.String(length=8), nullable=False),
        sa.Column("assisting", sa.String(200), nullable=True),
        sa.Column("handed_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=True),
        sa.Column("closed_at", sa.DateTime(), nullable=True),
        sa.Column("evidence", sa.Text(), nullable=True),
        sa.Column("closed_by", sa.String(length=36), nullable=True),
        sa.CheckConstraint("(closed_at IS NULL) = (evidence IS NULL)", name=op.f("ck_handovers_closed")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_handovers_campaign_id")),
        sa.ForeignKeyConstraint(["closed_by"], ["accounts.id"], name=op.f("fk_handovers_closed_by")),
        sa.ForeignKeyConstraint(["finding_id"], ["findings.id"], name=op.f("fk_handovers_finding_id")),
        sa.ForeignKeyConstraint(["headline_id"], ["headlines.id"], name=op.f("fk_handovers_headline_id")),
        sa.ForeignKeyConstraint(["version_id"], ["report_versions.id"], name=op.f("fk_handovers_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handovers")),
        sa.UniqueConstraint("campaign_id", "number", name=op.f("uq_handovers_campaign_id_number")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_handovers_token_hash")),
    )
    with op.batch_alter_table("handovers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_handovers_campaign_id"), ["campaign_id"], unique=False)

    op.create_table(
        "headline_findings",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("headline_id", sa.String(length=36), nullable=False),
        sa.Column("finding_id", sa.String(length=36), nullable=False),
        sa.Column("joined_at", sa.DateTime(), nullable=False),
        sa.Column("joined_by", sa.String(length=36), nullable=True),
        sa.Column("undone_at", sa.DateTime(), nullable=True),
        sa.Column("undone_by", sa.String(length=36), nullable=True),
        sa.ForeignKeyConstraint(["finding_id"], ["findings.id"], name=op.f("fk_headline_findings_finding_id")),
        sa.ForeignKeyConstraint(["headline_id"], ["headlines.id"], name=op.f("fk_headline_findings_headline_id")),
        sa.ForeignKeyConstraint(["joined_by"], ["accounts.id"], name=op.f("fk_headline_findings_joined_by")),
        sa.ForeignKeyConstraint(["undone_by"], ["accounts.id"], name=op.f("fk_headline_findings_undone_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_headline_findings")),
    )
    with op.batch_alter_table("headline_findings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_headline_findings_finding_id"), ["finding_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_headline_findings_headline_id"), ["headline_id"], unique=False)

    op.create_table(
        "remarks",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("visit_id", sa.String(length=36), nullable=False),
        sa.Column("decision_id", sa.String(length=36), nullable=True),
        sa.Column("content", sa.String(length=64), nullable=False),
        sa.Column("path", sa.String(300), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("made_by", sa.String(length=36), nullable=True),
        sa.Column("settled_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["decision_id"], ["decisions.id"], name=op.f("fk_remarks_decision_id")),
        sa.ForeignKeyConstraint(["made_by"], ["accounts.id"], name=op.f("fk_remarks_made_by")),
        sa.ForeignKeyConstraint(["visit_id"], ["visits.id"], name=op.f("fk_remarks_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remarks")),
    )
    with op.batch_alter_table("remarks", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_remarks_decision_id"), ["decision_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_remarks_visit_id"), ["visit_id"], unique=False)

    op.create_table(
        "replies",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("handover_id", sa.String(length=36), nullable=False),
        sa.Column("round_number", sa.Integer(), nullable=False),
        sa.Column("grade", sa.String(length=1), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.DateTime(), nullable=False),
        sa.Column("answered_by", sa.String(100), nullable=True),
        sa.Column("process_rating", sa.String(length=14), nullable=True),
        sa.Column("result_rating", sa.String(length=14), nullable=True),
        sa.Column("rated_at", sa.DateTime(), nullable=True),
        sa.Column("rating_note", sa.Text(), nullable=True),
        sa.CheckConstraint("grade IN ('A', 'B', 'C', 'D')", name=op.f("ck_replies_grade")),
        sa.CheckConstraint(
            "process_rating IN ('satisfied', 'fairly', 'dissatisfied')", name=op.f("ck_replies_process_rating")
        ),
        sa.CheckConstraint(
            "result_rating IN ('satisfied', 'fairly', 'dissatisfied')", name=op.f("ck_replies_result_rating")
        ),
        sa.ForeignKeyConstraint(["handover_id"], ["handovers.id"], name=op.f("fk_replies_handover_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_replies")),
        sa.UniqueConstraint("handover_id", "round_number", name=op.f("uq_replies_handover_id_round_number")),
    )
    with op.batch_alter_table("replies", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_replies_handover_id"), ["handover_id"], unique=False)



def downgrade() -> None:
    with op.batch_alter_table("replies", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_replies_handover_id"))

    op.drop_table("replies")
    with op.batch_alter_table("remarks", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_remarks_visit_id"))
        batch_op.drop_index(batch_op.f("ix_remarks_decision_id"))

    op.drop_table("remarks")
    with op.batch_alter_table("headline_findings", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_headline_findings_headline_id"))
        batch_op.drop_index(batch_op.f("ix_headline_findings_finding_id"))

    op.drop_table("headline_findings")
    with op.batch_alter_table("handovers", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_handovers_campaign_id"))

    op.drop_table("handovers")
    with op.batch_alter_table("finding_codings", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_finding_codings_finding_id"))

    op.drop_table("finding_codings")
    with op.batch_alter_table("submissions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_submissions_received_at"))

    op.drop_table("submissions")
    with op.batch_alter_table("findings", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_findings_visit_id"))
        batch_op.drop_index(batch_op.f("ix_findings_event_id"))
        batch_op.drop_index(batch_op.f("ix_findings_campaign_id_category_unit_code"))

    op.drop_table("findings")
    with op.batch_alter_table("drafts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_drafts_visit_id"))

    op.drop_table("drafts")
    with op.batch_alter_table("decisions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_decisions_visit_id"))

    op.drop_table("decisions")
    with op.batch_alter_table("content_parts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_content_parts_sha256"))

    op.drop_table("content_parts")
    with op.batch_alter_table("attendances", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_attendances_deputy_id"))

    op.drop_table("attendances")
    with op.batch_alter_table("wrong_codes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_wrong_codes_slip_id"))

    op.drop_table("wrong_codes")
    op.drop_table("visits")
    with op.batch_alter_table("slip_codes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_slip_codes_slip_id"))
        batch_op.drop_index(batch_op.f("ix_slip_codes_code_hash"))

    op.drop_table("slip_codes")
    with op.batch_alter_table("report_steps", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_report_steps_report_id"))

    op.drop_table("report_steps")
    with op.batch_alter_table("report_remarks", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_report_remarks_report_id"))

    op.drop_table("report_remarks")
    with op.batch_alter_table("printed_reports", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_printed_reports_version_id"))

    op.drop_table("printed_reports")
    with op.batch_alter_table("merge_decisions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_merge_decisions_report_id"))
        batch_op.drop_index(batch_op.f("ix_merge_decisions_child_version_id"))

    op.drop_table("merge_decisions")
    with op.batch_alter_table("assignment_moves", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_assignment_moves_from_group_id"))
        batch_op.drop_index(batch_op.f("ix_assignment_moves_assignment_id"))

    op.drop_table("assignment_moves")
    with op.batch_alter_table("slips", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_slips_group_id"))
        batch_op.drop_index(batch_op.f("ix_slips_deputy_id"))
        batch_op.drop_index(batch_op.f("ix_slips_campaign_id"))

    op.drop_table("slips")
    with op.batch_alter_table("sign_offs", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sign_offs_report_id"))

    op.drop_table("sign_offs")
    with op.batch_alter_table("report_versions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_report_versions_report_id"))

    op.drop_table("report_versions")
    with op.batch_alter_table("report_sections", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_report_sections_report_id"))

    op.drop_table("report_sections")
    with op.batch_alter_table("quotas", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_quotas_campaign_id"))

    op.drop_table("quotas")
    with op.batch_alter_table("missing_reasons", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_missing_reasons_report_id"))

    op.drop_table("missing_reasons")
    with op.batch_alter_table("group_members", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_group_members_deputy_id"))

    op.drop_table("group_members")
    with op.batch_alter_table("assignments", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_assignments_subject_id"))
        batch_op.drop_index(batch_op.f("ix_assignments_group_id"))
        batch_op.drop_index(batch_op.f("ix_assignments_entry_id"))
        batch_op.drop_index(batch_op.f("ix_assignments_campaign_id"))

    op.drop_table("assignments")
    op.drop_table("reports")
    with op.batch_alter_table("questionnaire_versions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_questionnaire_versions_package_hash"))

    op.drop_table("questionnaire_versions")
    with op.batch_alter_table("list_entries", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_list_entries_subject_id"))
        batch_op.drop_index(batch_op.f("ix_list_entries_campaign_id"))

    op.drop_table("list_entries")
    with op.batch_alter_table("headlines", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_headlines_campaign_id"))

    op.drop_table("headlines")
    with op.batch_alter_table("events", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_events_campaign_id"))

    op.drop_table("events")
    with op.batch_alter_table("device_holders", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_device_holders_deputy_id"))

    op.drop_table("device_holders")
    op.drop_table("deputy_levels")
    with op.batch_alter_table("deputy_groups", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_deputy_groups_campaign_id"))

    op.drop_table("deputy_groups")
    op.drop_table("campaign_units")
    with op.batch_alter_table("sign_in_links", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sign_in_links_account_id"))

    op.drop_table("sign_in_links")
    with op.batch_alter_table("set_aside", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_set_aside_device_id"))

    op.drop_table("set_aside")
    with op.batch_alter_table("role_grants", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_role_grants_account_id"))

    op.drop_table("role_grants")
    with op.batch_alter_table("deputies", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_deputies_unit_code"))
        batch_op.drop_index(batch_op.f("ix_deputies_name"))

    op.drop_table("deputies")
    op.drop_table("campaigns")
    with op.batch_alter_table("units", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_units_parent_code"))

    op.drop_table("units")
    with op.batch_alter_table("subjects", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_subjects_name"))

    op.drop_table("subjects")
    op.drop_table("packages")
    with op.batch_alter_table("jobs", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_jobs_state_created_at"))

    op.drop_table("jobs")
    op.drop_table("held_parts")
    op.drop_table("devices")
    with op.batch_alter_table("audit_entries", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_audit_entries_target_kind_target_id"))
        batch_op.drop_index(batch_op.f("ix_audit_entries_campaign_id_happened_at"))

    op.drop_table("audit_entries")
    op.drop_table("accounts")
