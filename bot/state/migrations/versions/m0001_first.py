"""The first tables: rigs, votes, lessons, reports, servers."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this version."""
    at = sa.DateTime(timezone=True)
    op.create_table(
        "rig",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("user_id", sa.BigInteger, nullable=False),
        sa.Column("name", sa.String(32), nullable=False),
        sa.Column("hardware", sa.String(200), nullable=False),
        sa.Column("ram_gib", sa.Float),
        sa.Column("system", sa.String(10)),
        sa.Column("shared", sa.Boolean, nullable=False),
        sa.Column("in_use", sa.Boolean, nullable=False),
        sa.Column("at", at, nullable=False),
        sa.UniqueConstraint("user_id", "name", name="uq_rig_user_id"),
    )
    op.create_index("ix_rig_user_id", "rig", ["user_id"])
    op.create_table(
        "vote",
        sa.Column("user_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("entry", sa.String(100), primary_key=True),
        sa.Column("worked", sa.Boolean, nullable=False),
        sa.Column("at", at, nullable=False),
    )
    op.create_index("ix_vote_entry", "vote", ["entry"])
    op.create_table(
        "lesson",
        sa.Column("user_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("course", sa.String(100), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("right", sa.Boolean, nullable=False),
        sa.Column("at", at, nullable=False),
    )
    op.create_table(
        "report",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("user_id", sa.BigInteger, nullable=False),
        sa.Column("guild_id", sa.BigInteger),
        sa.Column("question", sa.String(400), nullable=False),
        sa.Column("words", sa.String(1000), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("at", at, nullable=False),
    )
    op.create_index("ix_report_user_id", "report", ["user_id"])
    op.create_index("ix_report_guild_id", "report", ["guild_id"])
    op.create_table(
        "server",
        sa.Column("guild_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("language", sa.String(10)),
        sa.Column("report_channel", sa.BigInteger),
        sa.Column("private_channels", sa.String(1000), nullable=False),
        sa.Column("commands_off", sa.String(1000), nullable=False),
    )


def downgrade() -> None:
    """Go back to nothing."""
    for table in ("server", "report", "lesson", "vote", "rig"):
        op.drop_table(table)
