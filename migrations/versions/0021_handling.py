"""handling: bodies, routes, letters, items with their steps, replies and ratings, in place of two tables that nothing wrote

Step 0021, after 0020. The list of bodies begins as department_list.csv has it.
"""

import csv
from importlib.resources import files

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    bodies = op.create_table('bodies',
    sa.Column('code', sa.String(length=8), nullable=False),
    sa.Column('name', sa.String(100), nullable=False),
    sa.Column('short_name', sa.String(60), nullable=False),
    sa.Column('name_en', sa.String(120), nullable=True),
    sa.Column('tier', sa.String(length=12), nullable=False),
    sa.Column('unit_code', sa.String(length=20), nullable=True),
    sa.Column('parent_code', sa.String(length=8), nullable=True),
    sa.Column('contact', sa.String(100), nullable=True),
    sa.Column('sort', sa.Integer(), nullable=False),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['parent_code'], ['bodies.code'], name=op.f('fk_bodies_parent_code')),
    sa.ForeignKeyConstraint(['unit_code'], ['units.code'], name=op.f('fk_bodies_unit_code')),
    sa.PrimaryKeyConstraint('code', name=op.f('pk_bodies'))
    )
    op.bulk_insert(bodies, _seeds())
    op.create_table('body_links',
    sa.Column('id', sa.String(length=36), nullable=False),
    sa.Column('campaign_id', sa.String(length=36), nullable=False),
    sa.Column('body_code', sa.String(length=8), nullable=False),
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('token', sa.String(length=200), nullable=False),
    sa.Column('code', sa.String(length=200), nullable=False),
    sa.Column('made_at', sa.DateTime(), nullable=False),
    sa.Column('expires_at', sa.DateTime(), nullable=False),
    sa.Column('withdrawn_at', sa.DateTime(), nullable=True),
    sa.Column('wrong', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['body_code'], ['bodies.code'], name=op.f('fk_body_links_body_code')),
    sa.ForeignKeyConstraint(['campaign_id'], ['campaigns.id'], name=op.f('fk_body_links_campaign_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_body_links')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_body_links_token_hash'))
    )
    with op.batch_alter_table('body_links', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_body_links_campaign_id'), ['campaign_id'], unique=False)

    op.create_table('routes',
    sa.Column('id', sa.String(length=36), nullable=False),
    sa.Column('campaign_id', sa.String(length=36), nullable=False),
    sa.Column('category', sa.String(length=8), nullable=True),
    sa.Column('tier', sa.String(length=12), nullable=True),
    sa.Column('unit_code', sa.String(length=20), nullable=True),
    sa.Column('lead_code', sa.String(length=8), nullable=False),
    sa.Column('assisting', sa.Text(), nullable=False),
    sa.Column('made_at', sa.DateTime(), nullable=False),
    sa.Column('made_by', sa.String(length=36), nullable=True),
    sa.Column('ended_at', sa.DateTime(), nullable=True),
    sa.ForeignKeyConstraint(['campaign_id'], ['campaigns.id'], name=op.f('fk_routes_campaign_id')),
    sa.ForeignKeyConstraint(['lead_code'], ['bodies.code'], name=op.f('fk_routes_lead_code')),
    sa.ForeignKeyConstraint(['made_by'], ['accounts.id'], name=op.f('fk_routes_made_by')),
    sa.ForeignKeyConstraint(['unit_code'], ['units.code'], name=op.f('fk_routes_unit_code')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_routes'))
    )
    with op.batch_alter_table('routes', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_routes_campaign_id'), ['campaign_id'], unique=False)

    op.create_table('letters',
    sa.Column('id', sa.String(length=36), nullable=False),
    sa.Column('campaign_id', sa.String(length=36), nullable=False),
    sa.Column('kind', sa.String(length=12), nullable=False),
    sa.Column('year', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('body_code', sa.String(length=8), nullable=False),
    sa.Column('office', sa.String(100), nullable=False),
    sa.Column('made_at', sa.DateTime(), nullable=False),
    sa.Column('made_by', sa.String(length=36), nullable=True),
    sa.Column('file', sa.String(length=64), nullable=False),
    sa.Column('version_id', sa.String(length=36), nullable=True),
    sa.Column('report_file', sa.String(length=64), nullable=True),
    sa.Column('withdrawn_at', sa.DateTime(), nullable=True),
    sa.Column('withdrawn_by', sa.String(length=36), nullable=True),
    sa.Column('withdrawn_reason', sa.String(300), nullable=True),
    sa.Column('job_id', sa.String(length=36), nullable=True),
    sa.CheckConstraint("kind IN ('handover', 'supervision')", name=op.f('ck_letters_kind')),
    sa.ForeignKeyConstraint(['body_code'], ['bodies.code'], name=op.f('fk_letters_body_code')),
    sa.ForeignKeyConstraint(['campaign_id'], ['campaigns.id'], name=op.f('fk_letters_campaign_id')),
    sa.ForeignKeyConstraint(['job_id'], ['jobs.id'], name=op.f('fk_letters_job_id')),
    sa.ForeignKeyConstraint(['made_by'], ['accounts.id'], name=op.f('fk_letters_made_by')),
    sa.ForeignKeyConstraint(['version_id'], ['report_versions.id'], name=op.f('fk_letters_version_id')),
    sa.ForeignKeyConstraint(['withdrawn_by'], ['accounts.id'], name=op.f('fk_letters_withdrawn_by')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_letters')),
    sa.UniqueConstraint('campaign_id', 'year', 'number', name=op.f('uq_letters_campaign_id_year_number'))
    )
    with op.batch_alter_table('letters', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_letters_body_code'), ['body_code'], unique=False)
        batch_op.create_index(batch_op.f('ix_letters_job_id'), ['job_id'], unique=False)

    op.create_table('items',
    sa.Column('id', sa.String(length=36), nullable=False),
    sa.Column('campaign_id', sa.String(length=36), nullable=False),
    sa.Column('kind', sa.String(length=12), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('headline_id', sa.String(length=36), nullable=True),
    sa.Column('finding_id', sa.String(length=36), nullable=True),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('category', sa.String(length=8), nullable=True),
    sa.Column('tier', sa.String(length=12), nullable=True),
    sa.Column('made_at', sa.DateTime(), nullable=False),
    sa.CheckConstraint("kind IN ('problem', 'suggestion')", name=op.f('ck_items_kind')),
    sa.CheckConstraint('(headline_id IS NULL) <> (finding_id IS NULL)', name=op.f('ck_items_matter')),
    sa.ForeignKeyConstraint(['campaign_id'], ['campaigns.id'], name=op.f('fk_items_campaign_id')),
    sa.ForeignKeyConstraint(['finding_id'], ['findings.id'], name=op.f('fk_items_finding_id')),
    sa.ForeignKeyConstraint(['headline_id'], ['headlines.id'], name=op.f('fk_items_headline_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_items')),
    sa.UniqueConstraint('campaign_id', 'kind', 'number', name=op.f('uq_items_campaign_id_kind_number'))
    )
    op.create_table('route_choices',
    sa.Column('id', sa.String(length=36), nullable=False),
    sa.Column('campaign_id', sa.String(length=36), nullable=False),
    sa.Column('headline_id', sa.String(length=36), nullable=True),
    sa.Column('finding_id', sa.String(length=36), nullable=True),
    sa.Column('lead_code', sa.String(length=8), nullable=False),
    sa.Column('assisting', sa.Text(), nullable=False),
    sa.Column('chosen_at', sa.DateTime(), nullable=False),
    sa.Column('chosen_by', sa.String(length=36), nullable=True),
    sa.Column('undone_at', sa.DateTime(), nullable=True),
    sa.CheckConstraint('(headline_id IS NULL) <> (finding_id IS NULL)', name=op.f('ck_route_choices_matter')),
    sa.ForeignKeyConstraint(['campaign_id'], ['campaigns.id'], name=op.f('fk_route_choices_campaign_id')),
    sa.ForeignKeyConstraint(['chosen_by'], ['accounts.id'], name=op.f('fk_route_choices_chosen_by')),
    sa.ForeignKeyConstraint(['finding_id'], ['findings.id'], name=op.f('fk_route_choices_finding_id')),
    sa.ForeignKeyConstraint(['headline_id'], ['headlines.id'], name=op.f('fk_route_choices_headline_id')),
    sa.ForeignKeyConstraint(['lead_code'], ['bodies.code'], name=op.f('fk_route_choices_lead_code')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_route_choices'))
    )
    with op.batch_alter_table('route_choices', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_route_choices_campaign_id'), ['campaign_id'], unique=False)

    op.create_table('item_findings',
    sa.Column('item_id', sa.String(length=36), nullable=False),
    sa.Column('finding_id', sa.String(length=36), nullable=False),
    sa.ForeignKeyConstraint(['finding_id'], ['findings.id'], name=op.f('fk_item_findings_finding_id')),
    sa.ForeignKeyConstraint(['item_id'], ['items.id'], name=op.f('fk_item_findings_item_id')),
    sa.PrimaryKeyConstraint('item_id', 'finding_id', name=op.f('pk_item_findings'))
    )
    with op.batch_alter_table('item_findings', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_item_findings_finding_id'), ['finding_id'], unique=False)

    op.create_table('item_ratings',
    sa.Column('id', sa.String(length=36), nullable=False),
    sa.Column('item_id', sa.String(length=36), nullable=False),
    sa.Column('round_number', sa.Integer(), nullable=False),
    sa.Column('deputy_id', sa.String(length=36), nullable=False),
    sa.Column('process', sa.String(length=12), nullable=False),
    sa.Column('result', sa.String(length=12), nullable=False),
    sa.Column('words', sa.Text(), nullable=True),
    sa.Column('rated_at', sa.DateTime(), nullable=False),
    sa.CheckConstraint("process IN ('satisfied', 'fairly', 'dissatisfied')", name=op.f('ck_item_ratings_process')),
    sa.CheckConstraint("result IN ('satisfied', 'fairly', 'dissatisfied')", name=op.f('ck_item_ratings_result')),
    sa.ForeignKeyConstraint(['deputy_id'], ['deputies.id'], name=op.f('fk_item_ratings_deputy_id')),
    sa.ForeignKeyConstraint(['item_id'], ['items.id'], name=op.f('fk_item_ratings_item_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_item_ratings')),
    sa.UniqueConstraint('item_id', 'round_number', 'deputy_id', name=op.f('uq_item_ratings_item_id_round_number_deputy_id'))
    )
    with op.batch_alter_table('item_ratings', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_item_ratings_deputy_id'), ['deputy_id'], unique=False)

    op.create_table('item_replies',
    sa.Column('id', sa.String(length=36), nullable=False),
    sa.Column('item_id', sa.String(length=36), nullable=False),
    sa.Column('body_code', sa.String(length=8), nullable=False),
    sa.Column('round_number', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=8), nullable=False),
    sa.Column('grade', sa.String(length=1), nullable=True),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('planned_on', sa.Date(), nullable=True),
    sa.Column('files', sa.Text(), nullable=False),
    sa.Column('on_paper', sa.Boolean(), nullable=False),
    sa.Column('answered_at', sa.DateTime(), nullable=False),
    sa.Column('entered_by', sa.String(length=36), nullable=True),
    sa.CheckConstraint("(kind = 'final') = (grade IS NOT NULL)", name=op.f('ck_item_replies_graded')),
    sa.CheckConstraint("grade IN ('A', 'B', 'C', 'D')", name=op.f('ck_item_replies_grade')),
    sa.CheckConstraint("kind IN ('final', 'interim', 'opinion')", name=op.f('ck_item_replies_kind')),
    sa.ForeignKeyConstraint(['body_code'], ['bodies.code'], name=op.f('fk_item_replies_body_code')),
    sa.ForeignKeyConstraint(['entered_by'], ['accounts.id'], name=op.f('fk_item_replies_entered_by')),
    sa.ForeignKeyConstraint(['item_id'], ['items.id'], name=op.f('fk_item_replies_item_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_item_replies'))
    )
    with op.batch_alter_table('item_replies', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_item_replies_item_id_round_number'), ['item_id', 'round_number'], unique=False)

    op.create_table('letter_items',
    sa.Column('letter_id', sa.String(length=36), nullable=False),
    sa.Column('item_id', sa.String(length=36), nullable=False),
    sa.Column('part', sa.String(length=8), nullable=False),
    sa.CheckConstraint("part IN ('lead', 'assist')", name=op.f('ck_letter_items_part')),
    sa.ForeignKeyConstraint(['item_id'], ['items.id'], name=op.f('fk_letter_items_item_id')),
    sa.ForeignKeyConstraint(['letter_id'], ['letters.id'], name=op.f('fk_letter_items_letter_id')),
    sa.PrimaryKeyConstraint('letter_id', 'item_id', name=op.f('pk_letter_items'))
    )
    with op.batch_alter_table('letter_items', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_letter_items_item_id'), ['item_id'], unique=False)

    op.create_table('item_steps',
    sa.Column('id', sa.String(length=36), nullable=False),
    sa.Column('item_id', sa.String(length=36), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=16), nullable=False),
    sa.Column('happened_at', sa.DateTime(), nullable=False),
    sa.Column('actor_kind', sa.String(length=10), nullable=False),
    sa.Column('actor_id', sa.String(length=36), nullable=True),
    sa.Column('actor_name', sa.String(100), nullable=True),
    sa.Column('body_code', sa.String(length=8), nullable=False),
    sa.Column('round_number', sa.Integer(), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=True),
    sa.Column('reckoned', sa.Text(), nullable=True),
    sa.Column('words', sa.Text(), nullable=True),
    sa.Column('other_code', sa.String(length=8), nullable=True),
    sa.Column('letter_id', sa.String(length=36), nullable=True),
    sa.Column('reply_id', sa.String(length=36), nullable=True),
    sa.CheckConstraint("kind IN ('handed', 'signed_for', 'given_back', 'rerouted', 'extension_asked', 'extended', 'interim', 'opinion', 'answered', 'rated', 'sent_again', 'supervised', 'promised', 'closed', 'reopened', 'withdrawn')", name=op.f('ck_item_steps_kind')),
    sa.ForeignKeyConstraint(['body_code'], ['bodies.code'], name=op.f('fk_item_steps_body_code')),
    sa.ForeignKeyConstraint(['item_id'], ['items.id'], name=op.f('fk_item_steps_item_id')),
    sa.ForeignKeyConstraint(['letter_id'], ['letters.id'], name=op.f('fk_item_steps_letter_id')),
    sa.ForeignKeyConstraint(['other_code'], ['bodies.code'], name=op.f('fk_item_steps_other_code')),
    sa.ForeignKeyConstraint(['reply_id'], ['item_replies.id'], name=op.f('fk_item_steps_reply_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_item_steps')),
    sa.UniqueConstraint('item_id', 'number', name=op.f('uq_item_steps_item_id_number'))
    )
    with op.batch_alter_table('item_steps', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_item_steps_body_code'), ['body_code'], unique=False)
        batch_op.create_index(batch_op.f('ix_item_steps_happened_at'), ['happened_at'], unique=False)

    with op.batch_alter_table('replies', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_replies_handover_id'))

    op.drop_table('replies')
    with op.batch_alter_table('handovers', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_handovers_campaign_id'))

    op.drop_table('handovers')


def _seeds() -> list[dict[str, object]]:
    text = files("surveys.planning").joinpath("reference", "department_list.csv").read_text(encoding="utf-8")
    return [
        {
            "code": row["code"],
            "name": row["name"],
            "short_name": row["short_name"],
            "name_en": row.get("name_en") or None,
            "tier": row["kind"],
            "sort": int(row["sort"]),
            "active": row["active"] == "1",
        }
        for row in csv.DictReader(text.splitlines())
    ]


def downgrade() -> None:
    op.create_table('handovers',
    sa.Column('id', sa.String(length=36), nullable=False),
    sa.Column('campaign_id', sa.String(length=36), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('version_id', sa.String(length=36), nullable=True),
    sa.Column('headline_id', sa.String(length=36), nullable=True),
    sa.Column('finding_id', sa.String(length=36), nullable=True),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('lead_department', sa.String(length=8), nullable=False),
    sa.Column('assisting', sa.String(length=200), nullable=True),
    sa.Column('handed_on', sa.Date(), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=False),
    sa.Column('token_hash', sa.String(length=64), nullable=True),
    sa.Column('closed_at', sa.DateTime(), nullable=True),
    sa.Column('evidence', sa.Text(), nullable=True),
    sa.Column('closed_by', sa.String(length=36), nullable=True),
    sa.CheckConstraint('(closed_at IS NULL) = (evidence IS NULL)', name=op.f('ck_handovers_closed')),
    sa.ForeignKeyConstraint(['campaign_id'], ['campaigns.id'], name=op.f('fk_handovers_campaign_id')),
    sa.ForeignKeyConstraint(['closed_by'], ['accounts.id'], name=op.f('fk_handovers_closed_by')),
    sa.ForeignKeyConstraint(['finding_id'], ['findings.id'], name=op.f('fk_handovers_finding_id')),
    sa.ForeignKeyConstraint(['headline_id'], ['headlines.id'], name=op.f('fk_handovers_headline_id')),
    sa.ForeignKeyConstraint(['version_id'], ['report_versions.id'], name=op.f('fk_handovers_version_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_handovers')),
    sa.UniqueConstraint('campaign_id', 'number', name=op.f('uq_handovers_campaign_id_number')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_handovers_token_hash'))
    )
    with op.batch_alter_table('handovers', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_handovers_campaign_id'), ['campaign_id'], unique=False)

    op.create_table('replies',
    sa.Column('id', sa.String(length=36), nullable=False),
    sa.Column('handover_id', sa.String(length=36), nullable=False),
    sa.Column('round_number', sa.Integer(), nullable=False),
    sa.Column('grade', sa.String(length=1), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('answered_at', sa.DateTime(), nullable=False),
    sa.Column('answered_by', sa.String(length=100), nullable=True),
    sa.Column('process_rating', sa.String(length=14), nullable=True),
    sa.Column('result_rating', sa.String(length=14), nullable=True),
    sa.Column('rated_at', sa.DateTime(), nullable=True),
    sa.Column('rating_note', sa.Text(), nullable=True),
    sa.CheckConstraint("grade IN ('A', 'B', 'C', 'D')", name=op.f('ck_replies_grade')),
    sa.CheckConstraint("process_rating IN ('satisfied', 'fairly', 'dissatisfied')", name=op.f('ck_replies_process_rating')),
    sa.CheckConstraint("result_rating IN ('satisfied', 'fairly', 'dissatisfied')", name=op.f('ck_replies_result_rating')),
    sa.ForeignKeyConstraint(['handover_id'], ['handovers.id'], name=op.f('fk_replies_handover_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_replies')),
    sa.UniqueConstraint('handover_id', 'round_number', name=op.f('uq_replies_handover_id_round_number'))
    )
    with op.batch_alter_table('replies', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_replies_handover_id'), ['handover_id'], unique=False)

    with op.batch_alter_table('item_steps', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_item_steps_happened_at'))
        batch_op.drop_index(batch_op.f('ix_item_steps_body_code'))

    op.drop_table('item_steps')
    with op.batch_alter_table('letter_items', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_letter_items_item_id'))

    op.drop_table('letter_items')
    with op.batch_alter_table('item_replies', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_item_replies_item_id_round_number'))

    op.drop_table('item_replies')
    with op.batch_alter_table('item_ratings', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_item_ratings_deputy_id'))

    op.drop_table('item_ratings')
    with op.batch_alter_table('item_findings', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_item_findings_finding_id'))

    op.drop_table('item_findings')
    with op.batch_alter_table('route_choices', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_route_choices_campaign_id'))

    op.drop_table('route_choices')
    op.drop_table('items')
    with op.batch_alter_table('letters', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_letters_job_id'))
        batch_op.drop_index(batch_op.f('ix_letters_body_code'))

    op.drop_table('letters')
    with op.batch_alter_table('routes', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_routes_campaign_id'))

    op.drop_table('routes')
    with op.batch_alter_table('body_links', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_body_links_campaign_id'))

    op.drop_table('body_links')
    op.drop_table('bodies')
