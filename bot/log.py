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


def set_up(level: str, style: Literal["text", "json"]) -> None:
    """Log to standard error from now on."""
    handler = logging.StreamHandler()
    text = logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s")
    handler.setFormatter(AsJson() if style == "json" else text)
    logging.basicConfig(level=level.upper(), handlers=[handler])
    for name, least in _QUIET.items():
        logging.getLogger(name).setLevel(least)
