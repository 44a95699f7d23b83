"""What citizens and staff say about questions and entries."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.database import UtcDateTime

revision = "0002"
down_revision = "0001"


def upgrade() -> None:

    op.create_table(
        "labelled_pairs",
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("slot", sa.String(length=120), nullable=False),
        sa.Column("signal", sa.String(length=16), nullable=False),
        sa.Column("faq_id", sa.String(length=100), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("staff_id", sa.String(length=64), nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("subject", "slot"),
    )
    with op.batch_alter_table("labelled_pairs", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_labelled_pairs_faq_id"), ["faq_id"], unique=False)
