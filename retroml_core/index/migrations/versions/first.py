"""The first tables of the index."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make all tables."""
    op.create_table(
        "run",
        sa.Column("id", sa.String(length=120), nullable=False),
        sa.Column("owner_id", sa.String(length=64), server_default="local", nullable=False),
        sa.Column("project_id", sa.String(length=64), server_default="default", nullable=False),
        sa.Column("visibility", sa.String(length=16), server_default="private", nullable=False),
        sa.Column("revision", sa.Integer(), server_default="1", nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("game", sa.String(length=64), nullable=False),
        sa.Column("algorithm", sa.String(length=64), nullable=False),
        sa.Column("environment", sa.String(length=64), nullable=False),
        sa.Column("seed", sa.BigInteger()),
        sa.Column("preset", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("started_at", sa.BigInteger()),
        sa.Column("ended_at", sa.BigInteger()),
        sa.Column("steps", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("frames", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("episodes", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("fraction", sa.Float(), server_default="0", nullable=False),
        sa.Column("seconds", sa.Float(), server_default="0", nullable=False),
        sa.Column("mean_score", sa.Float()),
        sa.Column("best_score", sa.Float()),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("group_name", sa.String(length=120), server_default="", nullable=False),
        sa.Column("parent_id", sa.String(length=120), server_default="", nullable=False),
        sa.Column("relation", sa.String(length=32), server_default="", nullable=False),
        sa.Column("config_hash", sa.String(length=64), nullable=False),
        sa.Column("notes", sa.Text(), server_default="", nullable=False),
        sa.Column("signature", sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"), nullable=False),
        sa.Column("training_seconds", sa.Float(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_run")),
    )
    with op.batch_alter_table("run") as table:
        table.create_index("ix_run_algorithm_created_at", ["algorithm", "created_at"])
        table.create_index("ix_run_best_score", ["best_score"])
        table.create_index("ix_run_created_at", ["created_at"])
        table.create_index("ix_run_game_algorithm_created_at", ["game", "algorithm", "created_at"])
        table.create_index("ix_run_game_created_at", ["game", "created_at"])
        table.create_index("ix_run_group_name", ["group_name"])
        table.create_index("ix_run_parent_id", ["parent_id"])
        table.create_index("ix_run_state_created_at", ["state", "created_at"])

    op.create_table(
        "attempt",
        sa.Column("run_id", sa.String(length=120), nullable=False),
        sa.Column("file", sa.String(length=64), nullable=False),
        sa.Column("offset", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_attempt_run_id_run"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("run_id", "file", name=op.f("pk_attempt")),
    )
    op.create_table(
        "metric_chunk",
        sa.Column("run_id", sa.String(length=120), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("first_step", sa.BigInteger(), nullable=False),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("minimum", sa.Float()),
        sa.Column("maximum", sa.Float()),
        sa.Column("points", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_metric_chunk_run_id_run"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("run_id", "name", "level", "number", name=op.f("pk_metric_chunk")),
    )
    with op.batch_alter_table("metric_chunk") as table:
        table.create_index("ix_metric_chunk_first_step", ["run_id", "name", "level", "first_step"])

    op.create_table(
        "metric_summary",
        sa.Column("run_id", sa.String(length=120), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("last", sa.Float()),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.Column("minimum", sa.Float()),
        sa.Column("maximum", sa.Float()),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_metric_summary_run_id_run"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("run_id", "name", name=op.f("pk_metric_summary")),
    )
    op.create_table(
        "run_config",
        sa.Column("run_id", sa.String(length=120), nullable=False),
        sa.Column("tree", sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_run_config_run_id_run"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("run_id", name=op.f("pk_run_config")),
    )
    op.create_table(
        "tag",
        sa.Column("run_id", sa.String(length=120), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_tag_run_id_run"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("run_id", "name", name=op.f("pk_tag")),
    )
    with op.batch_alter_table("tag") as table:
        table.create_index("ix_tag_name_created_at", ["name", "created_at"])


def downgrade() -> None:
    """Back to an empty database."""
    for table in ("tag", "run_config", "metric_summary", "metric_chunk", "attempt", "run"):
        op.drop_table(table)
