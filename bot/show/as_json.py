"""An answer as one JSON object, with the English sentences in it."""

from typing import Any

import orjson

from bot.answers.answer import Answer, InvalidOut
from bot.answers.compare import CompareOut
from bot.answers.willitrun import WillItRunOut
from bot.show import phrases


def as_dict(answer: Answer) -> dict[str, Any]:
    """The object that the contract describes."""
    out = answer.model_dump(mode="json")
    if answer.id is None:
        del out["id"]
    body = out["answer"]
    match answer.answer:
        case WillItRunOut() as payload:
            body["reason"] = phrases.reason(payload)
        case InvalidOut() as payload:
            body["problem"] = phrases.invalid(payload)
        case CompareOut() as payload:
            body["rules"] = [
                dict(zip(("if", "choose", "why"), phrases.rule(rule, payload), strict=True)) for rule in payload.rules
            ]
    return out


def as_json(answer: Answer) -> bytes:
    """One line of JSON, without the line end."""
    return orjson.dumps(as_dict(answer))
