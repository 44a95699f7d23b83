"""The desk keeps the charter's promises: kinds, routes, calendar, ledger, notices, search."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.database import UtcDateTime

revision = "0003"
down_revision = "0002"

# The databases' own full-text indexes. On SQLite it keeps no text and is told of every change.
_SEARCH_WORDS = {
    "sqlite": (
        """CREATE VIRTUAL TABLE search_words USING fts5(morphemes, content='search_documents',
           content_rowid='id', tokenize='unicode61 remove_diacritics 0')""",
        """CREATE TRIGGER search_words_added AFTER INSERT ON search_documents BEGIN
           INSERT INTO search_words(rowid, morphemes) VALUES (new.id, new.morphemes); END""",
        """CREATE TRIGGER search_words_gone AFTER DELETE ON search_documents BEGIN
           INSERT INTO search_words(search_words, rowid, morphemes)
           VALUES ('delete', old.id, old.morphemes); END""",
        """CREATE TRIGGER search_words_changed AFTER UPDATE OF morphemes ON search_documents BEGIN
           INSERT INTO search_words(search_words, rowid, morphemes)
           VALUES ('delete', old.id, old.morphemes);
           INSERT INTO search_words(rowid, morphemes) VALUES (new.id, new.morphemes); END""",
    ),
    "postgresql": (
        """ALTER TABLE search_documents ADD COLUMN search_words tsvector
           GENERATED ALWAYS AS (to_tsvector('simple', morphemes)) STORED""",
        "CREATE INDEX search_words_index ON search_documents USING gin (search_words)",
    ),
}


def _search() -> None:
    op.create_table(
        "search_documents",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("ticket_id", sa.String(length=64), nullable=True),
        sa.Column("conversation_id", sa.String(length=32), nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("morphemes", sa.Text(), nullable=False),
        sa.Column("model", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("subject"),
    )
    with op.batch_alter_table("search_documents", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_search_documents_at"), ["at"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_search_documents_conversation_id"), ["conversation_id"], unique=False
        )
        batch_op.create_index("ix_search_documents_ticket_id_at", ["ticket_id", "at"], unique=False)
        batch_op.create_index(batch_op.f("ix_search_documents_model"), ["model"], unique=False)

    op.create_table(
        "search_vectors",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["search_documents.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("document_id"),
        sqlite_autoincrement=True,
    )
    for statement in _SEARCH_WORDS[op.get_bind().dialect.name]:
        op.execute(statement)


def _tickets() -> None:
    with op.batch_alter_table("tickets", schema=None) as batch_op:
        batch_op.add_column(sa.Column("name_fingerprint", sa.String(length=128), nullable=True))
        batch_op.add_column(sa.Column("facts", sa.JSON(), nullable=False, server_default="{}"))
        batch_op.add_column(
            sa.Column(
                "clock_started_at", UtcDateTime(), nullable=False, server_default="1970-01-01 00:00:00+00:00"
            )
        )
        batch_op.add_column(sa.Column("extensions", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("expected_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("waiting", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("escalated", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("merged_into_id", sa.String(length=64), nullable=True))
        batch_op.drop_index(batch_op.f("ix_tickets_department_id"))
        batch_op.drop_index(batch_op.f("ix_tickets_staff_id_state"))
        batch_op.create_index("ix_tickets_staff_id_state", ["staff_id", "state", "promised_on"], unique=False)
        batch_op.create_index(
            "ix_tickets_department_id_state", ["department_id", "state", "promised_on"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_tickets_name_fingerprint"), ["name_fingerprint"], unique=False)
        batch_op.create_index(batch_op.f("ix_tickets_received_at"), ["received_at"], unique=False)
    # Until now no promise was given anew: the clock of each runs since its receipt.
    op.execute("UPDATE tickets SET clock_started_at = received_at")


def upgrade() -> None:
    _search()

    op.create_table(
        "faq_drafts",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("department", sa.String(length=100), nullable=False),
        sa.Column("staff_id", sa.String(length=64), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("faq_id", sa.String(length=100), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("faq_drafts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_faq_drafts_state"), ["state"], unique=False)

    op.create_table(
        "reply_templates",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("title", sa.String(length=100), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=True),
        sa.Column("department_id", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(
            ["department_id"],
            ["departments.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("title"),
    )
    op.create_table(
        "routing_rules",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=True),
        sa.Column("department_id", sa.String(length=64), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["department_id"],
            ["departments.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "calendar_overrides",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=100), nullable=False),
        sa.Column("staff_id", sa.String(length=64), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["staff_id"],
            ["staff.id"],
        ),
        sa.PrimaryKeyConstraint("day"),
    )
    op.create_table(
        "bookings",
        sa.Column("department_id", sa.String(length=64), nullable=False),
        sa.Column("start", UtcDateTime(), nullable=False),
        sa.Column("ticket_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["department_id"],
            ["departments.id"],
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"],
            ["tickets.id"],
        ),
        sa.PrimaryKeyConstraint("department_id", "start"),
        sa.UniqueConstraint("ticket_id"),
    )
    op.create_table(
        "attachments",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("ticket_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("added_by", sa.String(length=64), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("sent", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["ticket_id"],
            ["tickets.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("attachments", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_attachments_ticket_id"), ["ticket_id"], unique=False)

    op.create_table(
        "notices",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("staff_id", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=100), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("ticket_id", sa.String(length=64), nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("read_at", UtcDateTime(), nullable=True),
        sa.Column("mail_state", sa.String(length=10), nullable=False),
        sa.Column("mail_tries", sa.Integer(), nullable=False),
        sa.Column("mail_after", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["staff_id"],
            ["staff.id"],
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"],
            ["tickets.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("staff_id", "key"),
    )
    with op.batch_alter_table("notices", schema=None) as batch_op:
        batch_op.create_index("ix_notices_mail_state", ["mail_state", "mail_after"], unique=False)
        batch_op.create_index("ix_notices_staff_id_at", ["staff_id", "at"], unique=False)
        batch_op.create_index("ix_notices_staff_id_read_at", ["staff_id", "read_at"], unique=False)

    op.create_table(
        "promises",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("promise", sa.String(length=40), nullable=False),
        sa.Column("ticket_id", sa.String(length=64), nullable=True),
        sa.Column("department_id", sa.String(length=64), nullable=False),
        sa.Column("staff_id", sa.String(length=64), nullable=True),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("settled_at", UtcDateTime(), nullable=True),
        sa.Column("evidence", sa.String(length=60), nullable=True),
        sa.Column("excuse", sa.String(length=20), nullable=True),
        sa.ForeignKeyConstraint(
            ["department_id"],
            ["departments.id"],
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"],
            ["staff.id"],
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"],
            ["tickets.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("promises", schema=None) as batch_op:
        batch_op.create_index(
            "ix_promises_month", ["month", "promise", "department_id", "state"], unique=False
        )
        batch_op.create_index("ix_promises_state_due_at", ["state", "due_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_promises_ticket_id"), ["ticket_id"], unique=False)

    op.create_table(
        "route_lessons",
        sa.Column("ticket_id", sa.String(length=64), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("department_id", sa.String(length=64), nullable=False),
        sa.Column("staff_id", sa.String(length=64), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["department_id"],
            ["departments.id"],
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"],
            ["staff.id"],
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"],
            ["tickets.id"],
        ),
        sa.PrimaryKeyConstraint("ticket_id"),
    )
    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.create_index("ix_messages_kind_at", ["kind", "at"], unique=False)

    with op.batch_alter_table("conversations", schema=None) as batch_op:
        batch_op.add_column(sa.Column("waiting_since", UtcDateTime(), nullable=True))
        batch_op.create_index(batch_op.f("ix_conversations_waiting_since"), ["waiting_since"], unique=False)

    with op.batch_alter_table("departments", schema=None) as batch_op:
        batch_op.add_column(sa.Column("head_id", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("active", sa.Boolean(), nullable=False, server_default=sa.true()))

    with op.batch_alter_table("staff", schema=None) as batch_op:
        batch_op.add_column(sa.Column("email", sa.String(length=200), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("mobile_ref", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("deputies", sa.JSON(), nullable=False, server_default="[]"))
        batch_op.add_column(sa.Column("presence", sa.String(length=8), nullable=False, server_default="here"))
        batch_op.add_column(sa.Column("away_until", UtcDateTime(), nullable=True))
        batch_op.add_column(
            sa.Column("password_once", sa.Boolean(), nullable=False, server_default=sa.false())
        )

    with op.batch_alter_table("ticket_events", schema=None) as batch_op:
        batch_op.add_column(sa.Column("words", sa.Text(), nullable=True))

    with op.batch_alter_table("access_log", schema=None) as batch_op:
        batch_op.add_column(sa.Column("reason", sa.String(length=200), nullable=True))
        batch_op.drop_index(batch_op.f("ix_access_log_staff_id"))
        batch_op.create_index("ix_access_log_staff_id_at", ["staff_id", "at"], unique=False)
        batch_op.create_index("ix_access_log_subject_at", ["subject", "at"], unique=False)
    _tickets()
