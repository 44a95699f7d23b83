"""Every door: an outbox with leases, arrivals, one citizen in several conversations, files of citizens."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.database import UtcDateTime

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.rename_table("outbox", "outbox_before")
    op.drop_index("ix_outbox_conversation_id", table_name="outbox_before")
    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("route", sa.String(length=16), nullable=False),
        sa.Column("lane", sa.String(length=120), nullable=False),
        sa.Column("message_id", sa.String(length=32), nullable=True),
        sa.Column("through", sa.Integer(), nullable=True),
        sa.Column("conversation_id", sa.String(length=32), nullable=True),
        sa.Column("ticket_id", sa.String(length=64), nullable=True),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("way_back", sa.Text(), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("after", UtcDateTime(), nullable=True),
        sa.Column("token", sa.String(length=32), nullable=True),
        sa.Column("uncertain", sa.Boolean(), nullable=False),
        sa.Column("vendor_id", sa.String(length=80), nullable=True),
        sa.Column("taken_by", sa.String(length=32), nullable=True),
        sa.Column("replaces", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("settled_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"]),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key"),
    )
    op.execute(
        """INSERT INTO outbox (key, route, lane, message_id, conversation_id, state, tries, done, uncertain,
                               replaces, reason, created_at, settled_at)
           SELECT before.message_id, conversations.channel, conversations.channel || ':' || conversations.id,
                  before.message_id, before.conversation_id,
                  CASE WHEN before.delivered_at IS NULL THEN 'waits' ELSE 'sent' END, 0, 0, false, false, '',
                  before.created_at, before.delivered_at
           FROM outbox_before AS before JOIN conversations ON conversations.id = before.conversation_id
           ORDER BY before.created_at, before.message_id"""
    )
    op.drop_table("outbox_before")
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.create_index("ix_outbox_lane_state", ["lane", "state", "id"], unique=False)
        batch_op.create_index("ix_outbox_state_after", ["state", "after"], unique=False)
        for column in ("conversation_id", "message_id", "ticket_id"):
            batch_op.create_index(batch_op.f(f"ix_outbox_{column}"), [column], unique=False)

    op.create_table(
        "arrivals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("sender", sa.String(length=80), nullable=False),
        sa.Column("channel_message_id", sa.String(length=80), nullable=False),
        sa.Column("body_ref", sa.String(length=64), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("channel", "sender", "channel_message_id"),
    )
    op.create_table(
        "door_codes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("conversation_id", sa.String(length=32), nullable=False),
        sa.Column("ticket_id", sa.String(length=64), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("code_ref", sa.String(length=64), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=True),
        sa.Column("tries_left", sa.Integer(), nullable=False),
        sa.Column("told", sa.Boolean(), nullable=False),
        sa.Column("sent_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"]),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("door_codes", schema=None) as batch_op:
        for column in ("conversation_id", "ticket_id", "sent_at"):
            batch_op.create_index(batch_op.f(f"ix_door_codes_{column}"), [column], unique=False)
    with op.batch_alter_table("conversations", schema=None) as batch_op:
        batch_op.add_column(sa.Column("address_ref", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("thread", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("written_at", UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column("notify", sa.String(length=8), nullable=False, server_default="any"))
        batch_op.add_column(sa.Column("citizen_id", sa.String(length=32), nullable=True))
        batch_op.create_index(batch_op.f("ix_conversations_citizen_id"), ["citizen_id"], unique=False)
    with op.batch_alter_table("attachments", schema=None) as batch_op:
        batch_op.alter_column("ticket_id", existing_type=sa.String(length=64), nullable=True)
        batch_op.add_column(sa.Column("conversation_id", sa.String(length=64), nullable=True))
        batch_op.create_index(batch_op.f("ix_attachments_conversation_id"), ["conversation_id"], unique=False)
