"""``/rig``: the hardware that a person owns, which their questions are about unless they name other hardware."""

import re
from typing import cast, get_args

from bot.answers.answer import NameOut, NotFoundOut, Payload, Question
from bot.answers.knowledge import Knowledge
from bot.answers.options import Stop, check_names, invalid, required_text, text
from bot.answers.own import RigDone, RigOut, RigsOut
from bot.answers.resolve import named_hardware
from bot.naming.outcome import HardwareMatch
from bot.naming.text import MAX_LENGTH
from bot.state.database import Database
from bot.state.rigs import MOST_RIGS, Rig, TooMany, clear_rigs, keep_rig, rigs_of, share_rig, use_rig

OPTIONS = ("do", "name", "hardware", "of")
MAX_NAME = 32
DEFAULT_NAME = "my rig"
_NAME = re.compile(r"[\w.+\-]+(?: [\w.+\-]+)*")
"""What a select can carry."""
_SYSTEM = re.compile(
    r"\b(?:(?P<windows>windows(?: ?1[01])?)|(?P<linux>linux|ubuntu|debian|fedora|arch)|(?P<macos>mac ?os))\b",
    re.IGNORECASE,
)


async def rig(question: Question, knowledge: Knowledge, database: Database, user_id: int) -> Payload:
    """Save, show, use, share or forget rigs.

    Raises:
        Stop: the hardware or the name cannot be read, or there is no such rig.
        Unavailable: the database cannot be used; nothing was changed.
    """
    check_names(question, OPTIONS)
    do = text(question, "do", limit=10) or "show"
    if do not in get_args(RigDone):
        raise invalid("do", "unknown_value", ", ".join(get_args(RigDone)))
    name = _name(question)
    match do:
        case "of":
            whose = required_text(question, "of", limit=20)
            if not whose.isdecimal():
                raise invalid("of", "unknown_value", "the id of a person")
            theirs = await rigs_of(database, int(whose))
            seen = tuple(described(rig, knowledge) for rig in theirs if rig.shared)
            return "answered", RigsOut(done="of", rigs=seen)
        case "set":
            new = read_rig(name or DEFAULT_NAME, required_text(question, "hardware", limit=MAX_LENGTH), knowledge)
            try:
                await keep_rig(database, user_id, new)
            except TooMany:
                raise invalid("name", "too_many_rigs", str(MOST_RIGS)) from None
        case "use":
            await _must_be(await use_rig(database, user_id, name), name, database, user_id)
        case "share" | "hide":
            named = name or required_text(question, "name")
            shared = await share_rig(database, user_id, named, shared=do == "share")
            await _must_be(shared, named, database, user_id)
        case "clear":
            await _must_be(await clear_rigs(database, user_id, name) > 0 or name is None, name, database, user_id)
    rigs = await rigs_of(database, user_id)
    if do == "show" and name is not None:
        await _must_be(any(rig.name == name for rig in rigs), name, database, user_id)
        rigs = tuple(rig for rig in rigs if rig.name == name)
    return "answered", RigsOut(done=cast(RigDone, do), rigs=tuple(described(rig, knowledge) for rig in rigs))


def read_rig(name: str, typed: str, knowledge: Knowledge) -> Rig:
    """Free text («2x3090, 128gb ddr5, linux») as a rig that the resolver understands.

    Raises:
        Stop: it is asked back, or not known.
    """
    system = _SYSTEM.search(typed)
    hardware = " ".join(_SYSTEM.sub(" ", typed).split()).strip(" ,;+&")
    found = named_hardware("hardware", hardware, knowledge)
    return Rig(name=name, hardware=hardware, ram_gib=found.ram_gib, system=system.lastgroup if system else None)


def described(kept: Rig, knowledge: Knowledge) -> RigOut:
    """A rig with the names of its devices."""
    outcome = knowledge.hardware.find(kept.hardware)
    devices = outcome.devices if isinstance(outcome, HardwareMatch) else ()
    return RigOut(
        name=kept.name,
        hardware=kept.hardware,
        devices=tuple(device.hardware.device(device.memory_gib).name for device in devices),
        ram_gib=kept.ram_gib,
        system=kept.system,
        shared=kept.shared,
        in_use=kept.in_use,
    )


def _name(question: Question) -> str | None:
    name = text(question, "name", limit=MAX_NAME)
    if name is not None and not _NAME.fullmatch(name):
        raise invalid("name", "not_a_name")
    return name


async def _must_be(there: bool, name: str | None, database: Database, user_id: int) -> None:
    if not there:
        mine = tuple(NameOut(id=rig.name, name=rig.name) for rig in await rigs_of(database, user_id))
        raise Stop("not_found", NotFoundOut(about="rig", typed=name or "", nearest=mine))
