"""How the log is written: for people, or one JSON object a line for machines."""

import logging
from datetime import UTC, datetime
from typing import Literal

import orjson

_QUIET = {
    # they log addresses, and those hold what people typed
    "httpx2": logging.CRITICAL,
    "httpcore2": logging.CRITICAL,
    "huggingface_hub": logging.CRITICAL,
    "alembic": logging.WARNING,
}


class AsJson(logging.Formatter):
    """Time, level, name and message; a traceback is where the message puts it."""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "name": record.name,
            "message": record.getMessage(),
        }
        return orjson.dumps(line).decode()


class ToSentry(logging.Handler):
    """Errors of the bot to Sentry, in the words of the log, which hold nothing that somebody typed."""

    def __init__(self, dsn: str) -> None:
        super().__init__(logging.ERROR)
        import sentry_sdk  # only where it is wanted: `pip install willitrun[sentry]`

        # Its own integrations would send local variables and requests, and with them what people typed.
        sentry_sdk.init(dsn, default_integrations=False, include_local_variables=False, max_breadcrumbs=0)
        self._send = sentry_sdk.capture_message

    def emit(self, record: logging.LogRecord) -> None:
        """Send one."""
        self._send(record.getMessage(), level="error")


def set_up(level: str, style: Literal["text", "json"], sentry_dsn: str | None = None) -> None:
    """Log to standard error from now on, and errors of the bot to Sentry where it has an address."""
    handler = logging.StreamHandler()
    text = logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s")
    handler.setFormatter(AsJson() if style == "json" else text)
    logging.basicConfig(level=level.upper(), handlers=[handler])
    if sentry_dsn:
        logging.getLogger("bot").addHandler(ToSentry(sentry_dsn))
    for name, least in _QUIET.items():
        logging.getLogger(name).setLevel(least)
