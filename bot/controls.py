"""Selects and buttons under a card. Their state is in their custom ids: nothing is kept, and they survive restarts."""

import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any, NamedTuple

import discord
import orjson
from discord import ui

from bot.answers.about import AboutOut, HelpOut
from bot.answers.answer import Answer, AskBackOut, Frozen, ListOut, NotFoundOut, Question
from bot.answers.ask import AskOut
from bot.answers.choosegpu import BUDGETS, FORMS, MODELS, POWERS, ChooseOut
from bot.answers.cost import COUNTRIES, USAGES, CostOut
from bot.answers.error import ErrorOut
from bot.answers.fits import FitOut, FitsOut
from bot.answers.glossary import GlossaryOut, TermsOut
from bot.answers.guide import GuideOut
from bot.answers.knowledge import may_be_kept
from bot.answers.learn import LessonOut
from bot.answers.method import TopicOut
from bot.answers.own import PrivacyOut, RigsOut
from bot.answers.prompt import KitOut
from bot.answers.runtime import RUNTIMES
from bot.answers.start import StartOut
from bot.answers.troubleshoot import TroubleshootOut
from bot.answers.typed import read_typed
from bot.answers.willitrun import WillItRunOut
from bot.show import explain, money, phrases
from bot.show.cards import card
from bot.show.charts import Picture, picture
from bot.show.custom_id import Control, encode
from bot.show.language import later, spoken, t

CONTEXTS = ("4096", "8192", "16384", "32768", "65536", "131072", "max")
QUANTS = ("BF16", "Q8_0", "Q6_K", "Q5_K_M", "Q4_K_M", "IQ4_XS", "Q3_K_M", "IQ3_XXS", "Q2_K")
KV_TYPES = ("f16", "q8_0", "q4_0")
CHOICES = {"quant": QUANTS, "context": CONTEXTS, "kv": KV_TYPES, "runtime": RUNTIMES}
_WORDS = {"quant": "Quant", "context": "Context", "kv": "KV cache", "runtime": "Runtime"}
BEHIND: dict[str, tuple[type[Frozen], str, Callable[[Any], Iterator[str]]]] = {
    "why": (WillItRunOut, later("Why?"), explain.why),
    "commands": (WillItRunOut, later("Commands"), explain.commands),
    "how": (WillItRunOut, later("How is this computed?"), explain.how),
    "deeper": (GlossaryOut, later("Deeper dive"), explain.deeper_dive),
    "practical": (GlossaryOut, later("Practical example"), explain.practical_example),
    "workflow": (GlossaryOut, later("Workflow example"), explain.workflow_example),
}
"""Buttons that say more about a card: of what kind it is, their labels, and what they show."""
PICK = "pick"
ALSO = "also"
REPORT = "report"
ASSUME = "assume"
WORKED, FAILED = "worked", "failed"
_NOTHING_TO_REPORT = (ListOut, TermsOut, HelpOut, AboutOut, RigsOut, PrivacyOut)
_EXPORT = "willitrun-about-me.json"
_LABEL = 80
"""Discord's longest label of a button."""


class Shown(NamedTuple):
    """A message: its layout, and the pictures in it."""

    view: ui.LayoutView
    files: list[discord.File]


def show(
    result: Answer,
    question: Question,
    *,
    ephemeral: bool = False,
    command_ids: Mapping[str, int] = MappingProxyType({}),
    note: str = "",
) -> Shown:
    """The message for an answer with its controls; one that is seen by the asker only can be shared.

    ``note`` is a line under all of it.
    """
    drawing = picture(result)
    files = [discord.File(io.BytesIO(drawing.png), drawing.name)] if drawing else []
    if isinstance(result.answer, KitOut):
        files.append(discord.File(io.BytesIO(phrases.kit_file(result.answer).encode()), f"{result.answer.id}.md"))
    if isinstance(result.answer, PrivacyOut) and result.answer.done == "export":
        written = orjson.dumps(result.answer.stored, option=orjson.OPT_INDENT_2)
        files.append(discord.File(io.BytesIO(written), _EXPORT))
    if note or not may_be_kept(question):
        view = _layout(result, question, ephemeral, command_ids, drawing)
        if note:
            view.add_item(ui.TextDisplay(note))
        return Shown(view, files)
    return Shown(_known_layout(_Same(result, question, drawing), ephemeral, spoken()), files)


class _Same(NamedTuple):
    """What a card is made of, compared by the payload itself: a question asked again has the very same one."""

    result: Answer
    question: Question
    drawing: Picture | None

    def __hash__(self) -> int:
        return id(self.result.answer)

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, _Same)
            and self.result.answer is other.result.answer
            and self.result.catalog == other.result.catalog
            and self.question == other.question
            and self.drawing == other.drawing
        )


@lru_cache(maxsize=256)
def _known_layout(made_of: _Same, ephemeral: bool, language: str) -> ui.LayoutView:  # noqa: ARG001
    """The layout of a question that many ask; ``language`` is the one that is spoken while it is made."""
    return _layout(made_of.result, made_of.question, ephemeral, MappingProxyType({}), made_of.drawing)


def _layout(
    result: Answer, question: Question, ephemeral: bool, command_ids: Mapping[str, int], drawing: Picture | None
) -> ui.LayoutView:
    view = card(result, command_ids, drawing)
    rows = [*_rows(result, question, share=ephemeral)]
    if result.status == "answered" and not isinstance(result.answer, _NOTHING_TO_REPORT):
        _add_report(rows, about(result.answer, question), result.catalog)
    for row in rows:
        view.add_item(row)
    return view


def about(payload: Frozen, question: Question) -> Question:
    """What a card is about, by the ids of records: never what somebody pasted."""
    match payload:
        case WillItRunOut():
            return settled(payload, question)
        case ErrorOut():
            return Question(command="error", options={"text": payload.entry.id})
        case GlossaryOut():
            return Question(command="glossary", options={"term": payload.entry.id})
        case AskOut():
            return Question(command="ask", options={"question": payload.question})
        case _:
            return question


def _add_report(rows: list[ui.Item[Any]], question: Question, catalog: str) -> None:
    """A button to report an error, in the last row of buttons if there is room."""
    bare = Question(command=question.command)
    button = _press(REPORT, "Report an error", question, catalog) or _press(REPORT, "Report an error", bare, catalog)
    last = rows[-1] if rows else None
    if button is None:
        return
    if isinstance(last, ui.ActionRow) and len(last.children) < 5 and isinstance(last.children[0], ui.Button):
        last.add_item(button)
    else:
        rows.extend(_row(button))


def _rows(result: Answer, question: Question, *, share: bool) -> Iterable[ui.Item[Any]]:
    """The controls under an answer."""
    catalog = result.catalog
    match result.answer:
        case WillItRunOut() as payload:
            yield from _willitrun_rows(payload, question, catalog, share=share)
        case ChooseOut() as payload:
            yield from _choose_rows(payload, question, catalog, share=share)
        case CostOut() as payload:
            yield from _cost_rows(payload, question, catalog)
        case FitsOut() as payload:
            yield from _runs(payload.models, payload.context, question, catalog)
            yield from _pages(payload, question, catalog)
        case StartOut(pick=FitOut() as pick) as payload:
            yield from _runs((pick, *payload.others), payload.context, question, catalog)
        case TopicOut() as payload:
            others = [(topic.id, topic.name, "") for topic in payload.others]
            yield from _select(ALSO, "topic", question, others, "Another topic", catalog)
        case ListOut() as payload:
            records = [(record.id, record.name, "") for record in payload.records]
            yield from _select(PICK, payload.about, question, records, "Open one of them", catalog)
        case GuideOut() as payload:
            cards = [(f"{pick.id}:{pick.memory_gib:g}", pick.name, "") for pick in payload.picks]
            yield from _select(ALSO, "gpu", Question(command="gpu"), cards, "All about one of them", catalog)
        case LessonOut() as payload:
            yield from _lesson(payload, catalog)
        case KitOut() as payload:
            yield ui.File(f"attachment://{payload.id}.md")
        case AskOut() as payload:
            yield from _row(*(_press("see", see[:_LABEL], read_typed(see), catalog) for see in payload.see))
        case TroubleshootOut() as payload:
            yield from _steps(payload, catalog)
        case AskBackOut() as payload:
            candidates = [(c.id, c.name, c.why) for c in payload.candidates]
            yield from _select(PICK, payload.about, question, candidates, "Which one?", catalog)
        case NotFoundOut() as payload:
            option = "text" if payload.about == "error" else payload.about
            if option in question.options:
                nearest = [(n.id, n.name, "") for n in payload.nearest]
                yield from _select(PICK, option, question, nearest, "Is it one of these?", catalog)
        case RigsOut(done="of"):
            pass
        case RigsOut() as payload:
            yield from _rigs(payload, catalog)
        case PrivacyOut(done="delete", deleted=None) as payload if any(payload.stored.values()):
            sure = Question(command="privacy", options={"do": "delete", "sure": "yes"})
            yield from _row(_press("next", "Delete all of it", sure, catalog))
        case PrivacyOut(done="export"):
            yield ui.File(f"attachment://{_EXPORT}")
        case ErrorOut() as payload:
            here = Question(command="error", options={"text": payload.entry.id})
            yield from _row(
                _press(WORKED, "Worked", here, catalog),
                _press(FAILED, "Didn't help", here, catalog),
                _press("see", "What fits?", _of_log(payload.worked_out), catalog) if payload.worked_out else None,
            )
            others = [(other.id, other.title, "") for other in payload.others]
            yield from _select(ALSO, "text", question, others, "Not it? Look at another", catalog)
        case GlossaryOut() as payload:
            related = [(term.id, term.name, "") for term in payload.related]
            here = Question(command="glossary", options={"term": payload.entry.id})
            yield from _row(*_behind(payload, here, catalog))
            yield from _select(ALSO, "term", here, related, "Related terms", catalog)
        case TermsOut() as payload:
            terms = [(term.id, term.title, term.expansion or "") for term in payload.terms]
            yield from _select(ALSO, "term", Question(command="glossary"), terms, "Explain one of them", catalog)
        case _:
            pass


def _row(*items: ui.Item[Any] | None) -> Iterable[ui.ActionRow[Any]]:
    kept = [item for item in items if item is not None]
    if kept:
        yield ui.ActionRow(*kept)


def settled(payload: WillItRunOut, question: Question) -> Question:
    """The question with the records that were found in place of what was typed, so that it can be asked again."""
    options = {
        name: value
        for name, value in question.options.items()
        if name in ("context", "kv", "ram_gib", "runtime", "swa_full", "draft")
    }
    gpus = " + ".join(device.id for device in payload.devices)
    if len({device.id for device in payload.devices}) == 1 and len(payload.devices) > 1:
        gpus = f"{len(payload.devices)}x {payload.devices[0].id}"
    typed = {"quant": payload.quant} if payload.quant_basis == "typed" else {}
    return Question(command="willitrun", options={"model": payload.model.id, "gpu": gpus, **typed, **options})


def _willitrun_rows(payload: WillItRunOut, question: Question, catalog: str, *, share: bool) -> Iterable[ui.Item[Any]]:
    again = settled(payload, question)
    current = {
        "quant": payload.quant, "context": str(payload.context), "kv": payload.kv_type, "runtime": payload.runtime,
    }  # fmt: skip
    for field in CHOICES:
        if field == "quant" and payload.runtime not in ("llama.cpp", "ollama", "lm-studio", "koboldcpp"):
            continue
        custom_id = encode(Control(field, again, catalog))
        if custom_id is None:
            return  # too long to carry: a card without controls
        yield from _row(_pick(custom_id, list(_options(field, current[field])), _WORDS[field]))
    hardware = Question(command="fits", options={"gpu": again.options["gpu"]})
    yield from _row(
        *_behind(payload, again, catalog),
        _press("fits", "What would fit?", hardware, catalog),
        _press("share", "Share", again, catalog) if share else None,
    )


@lru_cache(maxsize=512)
def _options(field: str, current: str) -> tuple[discord.SelectOption, ...]:
    """The values of a select, the present one first. They are the same in every card, so they are made once."""
    values = dict.fromkeys((current, *CHOICES[field]))
    return tuple(
        discord.SelectOption(label=f"{_WORDS[field]} {_label(value)}", value=value, default=value == current)
        for value in values
    )


def _behind(payload: Frozen, question: Question, catalog: str) -> Iterable[ui.Button[Any] | None]:
    return (_press(v, label, question, catalog) for v, (kind, label, _) in BEHIND.items() if isinstance(payload, kind))


def _press(verb: str, label: str, question: Question, catalog: str) -> ui.Button[Any] | None:
    """A button; None for a question that is too long to carry. ``Press`` is what a press of it comes back as."""
    custom_id = encode(Control(verb, question, catalog))
    return ui.Button(custom_id=custom_id, label=t(label), style=discord.ButtonStyle.secondary) if custom_id else None


def _pick(custom_id: str, options: list[discord.SelectOption], placeholder: str) -> ui.Select[Any]:
    """A select. ``Pick`` is what a choice in it comes back as."""
    return ui.Select(custom_id=custom_id, options=options, placeholder=placeholder)


def _lesson(payload: LessonOut, catalog: str) -> Iterable[ui.Item[Any]]:
    def at(lesson: int, **choice: str) -> Question:
        return Question(command="learn", options={"course": payload.course.id, "lesson": str(lesson), **choice})

    here = payload.number
    numbers = range(1, len(payload.choices) + 1)
    yield from _row(*(_press("check", phrases.choice(n), at(here, choice=str(n)), catalog) for n in numbers))
    yield from _row(
        _press("next", "Previous", at(here - 1), catalog) if here > 1 else None,
        _press("next", "Next", at(here + 1), catalog) if here < payload.lessons else None,
    )


def _choose_rows(payload: ChooseOut, question: Question, catalog: str, *, share: bool) -> Iterable[ui.Item[Any]]:
    """The four questions as selects, each with what it is set to now; then all about a pick."""
    again = question.model_copy(update={"options": {**question.options, "model": payload.model.id}})
    models = [(model, model, "") for model in dict.fromkeys((payload.model.id, *MODELS))]
    yield from _select(PICK, "model", again, models, f"What to run: {payload.model.name}", catalog)
    for option, values, words in (
        ("budget", BUDGETS, "Budget"),
        ("form", FORMS, "Form"),
        ("power_w", POWERS, "Power and noise"),
    ):
        now = str(again.options.get(option) or "any")
        records = [(value, money.limit_words(option, value), "") for value in values]
        placeholder = f"{words}: {money.limit_words(option, now)}"
        yield from _select(PICK, option, again, records, placeholder[:100], catalog)
    yield from _row(_press("share", "Post publicly", again, catalog) if share else None)


def _cost_rows(payload: CostOut, question: Question, catalog: str) -> Iterable[ui.Item[Any]]:
    usages = [(name, money.USAGE_WORDS[name], "") for name in USAGES]
    rest = {name: value for name, value in question.options.items() if name != "tokens"}
    yield from _select(
        PICK, "usage", question.model_copy(update={"options": rest}), usages,
        f"Usage: {money.USAGE_WORDS[payload.usage]}", catalog,
    )  # fmt: skip
    countries = [(country, country, "") for country in COUNTRIES]
    rest = {name: value for name, value in question.options.items() if name != "kwh_usd"}
    yield from _select(
        PICK, "country", question.model_copy(update={"options": rest}), countries,
        f"Electricity: {payload.country or 'as you say'}", catalog,
    )  # fmt: skip
    yield from _row(_press(ASSUME, "Change the assumptions", question, catalog))


def _of_log(run: WillItRunOut) -> Question:
    """The question that a log answers: its model, card and context."""
    return settled(run, Question(command="willitrun", options={"context": str(run.context)}))


def _rigs(payload: RigsOut, catalog: str) -> Iterable[ui.Item[Any]]:
    others = [(rig.name, rig.name, phrases.rig_parts(rig)) for rig in payload.rigs if not rig.in_use]
    mine = next((rig for rig in payload.rigs if rig.in_use), None)
    if others:
        use = Question(command="rig", options={"do": "use"})
        yield from _select(PICK, "name", use, others, "Use another one", catalog)
    if mine:
        fits = Question(command="fits", options={"gpu": mine.hardware})
        yield from _row(_press("fits", "What runs on it?", fits, catalog))


def _runs(models: tuple[FitOut, ...], context: int, question: Question, catalog: str) -> Iterable[ui.Item[Any]]:
    """A select of models that were judged on some hardware, for the whole verdict on one."""
    options = {"gpu": question.options["gpu"], "context": str(context)}
    records = [(f"{m.id} {m.quant}", m.name, m.quant) for m in models]
    yield from _select(
        ALSO, "model", Question(command="willitrun", options=options), records, "The whole verdict on one", catalog
    )


def _pages(payload: FitsOut, question: Question, catalog: str) -> Iterable[ui.Item[Any]]:
    def turn(step: int, label: str) -> ui.Button[Any] | None:
        page = payload.page + step
        if not 1 <= page <= payload.pages:
            return None
        return _press(
            "next", label, question.model_copy(update={"options": {**question.options, "page": str(page)}}), catalog
        )

    yield from _row(turn(-1, "Previous"), turn(1, "More"))


def _steps(payload: TroubleshootOut, catalog: str) -> Iterable[ui.Item[Any]]:
    step = payload.step or 1
    here = Question(command="troubleshoot", options={"symptom": payload.id, "step": str(step)})
    on = here.model_copy(update={"options": {"symptom": payload.id, "step": str(step + 1)}})
    yield from _row(
        _press("solved", "That's it", here, catalog),
        _press("next", "Not this, next", on, catalog) if step < len(payload.causes) else None,
    )


def _select(
    verb: str, option: str, question: Question, records: list[tuple[str, str, str]], placeholder: str, catalog: str
) -> Iterable[ui.Item[Any]]:
    """A select of records (id, name, and why it may be meant), to put one in the place of ``option``."""
    asked = question.model_copy(update={"options": {k: v for k, v in question.options.items() if k != option}})
    custom_id = encode(Control(f"{verb}-{option}", asked, catalog))
    if custom_id and records:
        options = [
            discord.SelectOption(label=name[:100], value=record[:100], description=why[:100] or None)
            for record, name, why in records[:25]
        ]
        yield from _row(_pick(custom_id, options, t(placeholder)))


def _label(value: str) -> str:
    return f"{int(value) // 1024}k" if value.isdecimal() and int(value) >= 1024 else value
