"""What a message says."""

from collections.abc import Iterator
from typing import Any

import simcord


def texts(components: list[dict[str, Any]]) -> Iterator[str]:
    for component in components:
        if "content" in component:
            yield component["content"]
        yield from texts(component.get("components", []))


def said(result: simcord.InteractionResult) -> str:
    assert result.response
    return "\n".join(texts(result.response.components))
