"""What was typed for one option → exactly one record; everything else ends the question early."""

from bot.answers.knowledge import Knowledge
from bot.answers.options import invalid, refuse
from bot.catalog.records import Model, Tool
from bot.naming.outcome import Device, HardwareMatch, ModelMatch


def named_hardware(option: str, value: str, knowledge: Knowledge) -> HardwareMatch:
    """The cards and the system memory that ``value`` names.

    Raises:
        Stop: it is asked back, or not known.
    """
    outcome = knowledge.hardware.resolve(value)
    if not isinstance(outcome, HardwareMatch):
        raise refuse(outcome, knowledge, option)
    return outcome


def one_device(option: str, value: str, knowledge: Knowledge) -> Device:
    """The card or chip that ``value`` names.

    Raises:
        Stop: it is asked back, not known, or names several cards.
    """
    outcome = named_hardware(option, value, knowledge)
    if len(outcome.devices) != 1:
        raise invalid(option, "one_card")
    return outcome.devices[0]


def one_model(option: str, value: str, knowledge: Knowledge) -> Model:
    """The model that ``value`` names.

    Raises:
        Stop: it is asked back, not known, or served from the cloud only.
    """
    outcome = knowledge.models.resolve(value)
    if not isinstance(outcome, ModelMatch):
        raise refuse(outcome, knowledge, option)
    return outcome.model


def one_tool(option: str, value: str, knowledge: Knowledge) -> Tool:
    """The tool that ``value`` names.

    Raises:
        Stop: it is not known.
    """
    outcome = knowledge.tools.resolve(value)
    if not isinstance(outcome, Tool):
        raise refuse(outcome, knowledge, option)
    return outcome
