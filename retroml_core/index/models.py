"""The tables of the index, the same on SQLite and PostgreSQL.

Ids are text (made offline, never reused), moments are milliseconds since 1970 (UTC) in 64-bit integers, trees are JSON.
Every constraint has a name, so that migrations can speak of it. Owner, project, visibility and revision stand ready for
several users; alone on a desktop they keep their defaults.
"""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Column, Float, ForeignKey, Index, Integer, LargeBinary, MetaData, String, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

__all__ = ["RUN_TABLES", "attempt", "metadata", "metric_chunk", "metric_summary", "run", "run_config", "tag"]

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Tree = JSON().with_variant(JSONB(), "postgresql")


def _run_id() -> Column[str]:
    return Column("run_id", String(120), ForeignKey("run.id", ondelete="CASCADE"), primary_key=True)


run = Table(
    "run",
    metadata,
    Column("id", String(120), primary_key=True),
    Column("owner_id", String(64), nullable=False, server_default="local"),
    Column("project_id", String(64), nullable=False, server_default="default"),
    Column("visibility", String(16), nullable=False, server_default="private"),
    Column("revision", Integer, nullable=False, server_default="1"),
    Column("name", Text, nullable=False),
    Column("game", String(64), nullable=False),
    Column("algorithm", String(64), nullable=False),
    Column("environment", String(64), nullable=False),
    Column("seed", BigInteger),
    Column("preset", String(64), nullable=False),
    Column("state", String(16), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("started_at", BigInteger),
    Column("ended_at", BigInteger),
    Column("steps", BigInteger, nullable=False, server_default="0"),
    Column("frames", BigInteger, nullable=False, server_default="0"),
    Column("episodes", BigInteger, nullable=False, server_default="0"),
    Column("fraction", Float, nullable=False, server_default="0"),
    Column("seconds", Float, nullable=False, server_default="0"),
    Column("mean_score", Float),
    Column("best_score", Float),
    Column("reason", Text, nullable=False, server_default=""),
    Column("group_name", String(120), nullable=False, server_default=""),
    Column("parent_id", String(120), nullable=False, server_default=""),
    Column("relation", String(32), nullable=False, server_default=""),
    Column("config_hash", String(64), nullable=False),
    Column("notes", Text, nullable=False, server_default=""),
    Column("signature", Tree, nullable=False),
    Column("training_seconds", Float, nullable=False, server_default="0"),
    Index(None, "created_at"),
    Index("ix_run_game_created_at", "game", "created_at"),
    Index("ix_run_algorithm_created_at", "algorithm", "created_at"),
    Index("ix_run_game_algorithm_created_at", "game", "algorithm", "created_at"),
    Index("ix_run_state_created_at", "state", "created_at"),
    Index("ix_run_group_name", "group_name"),
    Index("ix_run_parent_id", "parent_id"),
    Index("ix_run_best_score", "best_score"),
)
"""One row a run. `signature` is what the folder looked like when it was last read; `training_seconds` the training time
of the last event read."""

run_config = Table("run_config", metadata, _run_id(), Column("tree", Tree, nullable=False))
"""The whole config, apart from `run` so that rows of lists stay short."""

tag = Table(
    "tag",
    metadata,
    _run_id(),
    Column("name", String(120), primary_key=True),
    Column("created_at", BigInteger, nullable=False),
    Index("ix_tag_name_created_at", "name", "created_at"),
)
"""The tags of runs; `created_at` is the run's, so that a tag's runs come in order of date."""

attempt = Table(
    "attempt",
    metadata,
    _run_id(),
    Column("file", String(64), primary_key=True),
    Column("offset", BigInteger, nullable=False),
    Column("seq", BigInteger, nullable=False),
)
"""How far each event file is read: the byte after the last whole line, and the last event's number."""

metric_chunk = Table(
    "metric_chunk",
    metadata,
    _run_id(),
    Column("name", String(200), primary_key=True),
    Column("level", Integer, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("first_step", BigInteger, nullable=False),
    Column("last_step", BigInteger, nullable=False),
    Column("size", Integer, nullable=False),
    Column("minimum", Float),
    Column("maximum", Float),
    Column("points", LargeBinary, nullable=False),
    Index("ix_metric_chunk_first_step", "run_id", "name", "level", "first_step"),
)
"""Stretches of curves (`retroml_core.index.curves`): level 0 holds the points, each higher level a sixteenth as many."""

metric_summary = Table(
    "metric_summary",
    metadata,
    _run_id(),
    Column("name", String(200), primary_key=True),
    Column("points", BigInteger, nullable=False),
    Column("last", Float),
    Column("last_step", BigInteger, nullable=False),
    Column("minimum", Float),
    Column("maximum", Float),
)
"""Each curve in numbers; values that are not finite count in `points` alone."""

RUN_TABLES = (run_config, tag, attempt, metric_chunk, metric_summary)
"""Every table that belongs to a run by `run_id`."""
