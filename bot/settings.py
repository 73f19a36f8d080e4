"""What a person who runs the bot can set, by environment variable or in ``.env``."""

from pathlib import Path
from typing import Literal

import platformdirs
from pydantic import AliasChoices, Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Read once at start. Environment beats ``.env`` beats the defaults."""

    model_config = SettingsConfigDict(env_prefix="WILLITRUN_", env_file=".env", extra="ignore", env_ignore_empty=True)

    discord_token: SecretStr | None = Field(
        default=None, description="Token of the Discord bot. Without one the playground opens."
    )
    data_dir: Path | None = Field(default=None, description="Folder of the catalog's files. Default: the one shipped.")
    catalog_file: Path | None = Field(
        default=None, description="Where the built catalog is kept. Default: the user's cache folder."
    )
    database_url: SecretStr | None = Field(
        default=None,
        validation_alias=AliasChoices("WILLITRUN_DATABASE_URL", "DATABASE_URL"),
        description="What users give the bot is kept here: sqlite:///file or postgresql://user:password@host/name."
        " Default: a SQLite file in the user's state folder.",
    )
    hub: bool = Field(
        default=True, description="Whether models that the catalog lacks are looked up on the Hugging Face Hub."
    )
    public_key: str | None = Field(
        default=None,
        pattern=r"^[0-9a-fA-F]{64}$",
        description="Public key of the application, for `serve`: Discord signs interactions with its other half.",
    )
    host: str = Field(default="127.0.0.1", description="Address that `serve`, and metrics, listen on.")
    port: int = Field(default=8080, ge=1, le=65535, description="Port of `serve`.")
    drain_s: float = Field(
        default=5.0, ge=0, le=60, description="How long `serve` goes on when it is told to stop, not ready any more."
    )
    metrics_port: int | None = Field(
        default=None,
        ge=1,
        le=65535,
        description="Port of /metrics, /healthz, /readyz beside a gateway. Default: none.",
    )
    register_commands: bool = Field(
        default=True, description="Whether this process registers changed commands; with several, one should."
    )
    shard_count: int | None = Field(
        default=None, ge=1, description="Shards of the whole bot, over all its processes. Default: one, no sharding."
    )
    shard_ids: list[int] | None = Field(
        default=None, description="Which of those this process runs, as JSON: [0, 1]. Default: all."
    )
    sentry_dsn: SecretStr | None = Field(
        default=None, description="Address of a project of Sentry, for faults. Needs `pip install willitrun[sentry]`."
    )
    log_format: Literal["text", "json"] = Field(default="text", description="text for people, json for machines.")
    playground_port: int = Field(default=8400, ge=1, le=65535, description="Port of the playground on this machine.")
    log_level: str = Field(default="INFO", description="DEBUG, INFO, WARNING or ERROR.")

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, url: SecretStr | None) -> SecretStr | None:
        if url and not url.get_secret_value().startswith(("sqlite:///", "postgresql://", "postgres://")):
            raise ValueError("a database is sqlite:///file or postgresql://user:password@host/name")
        return url

    def database(self) -> str:
        """The URL of the database that is used."""
        if self.database_url:
            return self.database_url.get_secret_value()
        return f"sqlite:///{Path(platformdirs.user_state_dir('willitrun', appauthor=False)) / 'state.sqlite'}"
