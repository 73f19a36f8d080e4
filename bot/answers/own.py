"""What a person keeps here, as answers; apart from the commands, so that what shows them needs no database."""

from typing import Any, Literal

from bot.answers.answer import Frozen

RigDone = Literal["set", "show", "use", "share", "hide", "clear", "of"]
PrivacyDone = Literal["show", "export", "delete"]


class RigOut(Frozen):
    """One rig; ``devices`` is empty where the catalog no longer knows what it was named by."""

    name: str
    hardware: str
    devices: tuple[str, ...]
    ram_gib: float | None
    system: str | None
    shared: bool
    in_use: bool


class RigsOut(Frozen):
    """A person's rigs after what was done; ``of``: those that somebody else shares."""

    done: RigDone
    rigs: tuple[RigOut, ...]


class PrivacyOut(Frozen):
    """Every row about a person by table; ``deleted`` counts them where they were deleted just now."""

    done: PrivacyDone
    stored: dict[str, list[dict[str, Any]]]
    deleted: int | None = None
