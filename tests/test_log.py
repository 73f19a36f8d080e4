"""What is logged, and what of it leaves the machine."""

import logging
import sys
from types import SimpleNamespace
from typing import Any

import pytest

from bot.log import ToSentry


def test_sentry_gets_errors_in_the_words_of_the_log_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[tuple[str, str]] = []
    asked: dict[str, Any] = {}
    fake = SimpleNamespace(
        init=lambda dsn, **options: asked.update(options, dsn=dsn),
        capture_message=lambda text, level: sent.append((text, level)),
    )
    monkeypatch.setitem(sys.modules, "sentry_sdk", fake)
    logger = logging.Logger("bot.boundary")
    logger.addHandler(ToSentry("https://key@sentry.example/1"))
    logger.warning("an interaction could not be answered")
    logger.error("fault %s in %s: %s", "1a2b3c4d", "/willitrun", "KeyError")
    assert sent == [("fault 1a2b3c4d in /willitrun: KeyError", "error")]
    assert asked == {
        "dsn": "https://key@sentry.example/1",
        "default_integrations": False,
        "include_local_variables": False,
        "max_breadcrumbs": 0,
    }
