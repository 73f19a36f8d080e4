"""An answer as a Discord layout (Components V2). No I/O; the texts stay within Discord's limits."""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Self
from urllib.parse import urlsplit

import discord
from discord import ui

from bot.answers.about import PROJECT, AboutOut, HelpOut
from bot.answers.answer import Answer, AskBackOut, InvalidOut, ListOut, NotFoundOut, NotLocalOut, UnavailableOut
from bot.answers.ask import AskOut
from bot.answers.bench import BenchOut
from bot.answers.choosegpu import ChooseOut
from bot.answers.compare import CompareOut
from bot.answers.cost import CostOut
from bot.answers.error import ErrorOut
from bot.answers.fits import FitsOut
from bot.answers.glossary import GlossaryOut, TermsOut
from bot.answers.guide import GuideOut
from bot.answers.learn import LessonOut
from bot.answers.method import TopicOut
from bot.answers.own import PrivacyOut, RigsOut
from bot.answers.prompt import KitOut
from bot.answers.record import RecordOut
from bot.answers.start import StartOut
from bot.answers.troubleshoot import TroubleshootOut
from bot.answers.willitrun import WillItRunOut
from bot.show import money, phrases
from bot.show.charts import Picture
from bot.show.language import own_name, t

MAX_CHARACTERS = 4000
"""Discord's limit on all texts of a message with components."""
_PRIVACY = f"{PROJECT}/blob/main/PRIVACY.md"
_ROOM = MAX_CHARACTERS - 150
_MAX_ALT = 1024

_COLOURS = {
    "fits": discord.Colour.green(),
    "tight": discord.Colour.gold(),
    "offload": discord.Colour.orange(),
    "no": discord.Colour.red(),
}
_BAR_CELLS = 20
_MARKS = {"fits": "🟢", "tight": "🟡", "offload": "🟠", "no": "🔴"}


def card(
    answer: Answer, command_ids: Mapping[str, int] = MappingProxyType({}), picture: Picture | None = None
) -> ui.LayoutView:
    """The message for an answer. Whatever is pressed in it later is dispatched by custom id, so nothing of it is kept.

    ``command_ids`` are Discord's ids of the commands by name: a command that has one can be clicked. ``picture`` is
    shown under the first block; its file is sent along with the message.
    """
    return _framed(_blocks(answer, command_ids, drawn=picture is not None), _colour(answer), picture)


def behind(blocks: Iterator[str]) -> ui.LayoutView:
    """A card that says more about another one."""
    return _framed(blocks, discord.Colour.blurple(), None)


def _framed(blocks: Iterator[str], colour: discord.Colour, picture: Picture | None) -> ui.LayoutView:
    view = Layout()
    container: ui.Container[ui.LayoutView] = ui.Container(accent_colour=colour)
    for number, block in enumerate(_fitting(blocks)):
        if number:
            container.add_item(ui.Separator(spacing=discord.SeparatorSpacing.small))
        container.add_item(ui.TextDisplay(block))
        if picture and not number:
            gallery: ui.MediaGallery[ui.LayoutView] = ui.MediaGallery()
            gallery.add_item(media=f"attachment://{picture.name}", description=picture.alt[:_MAX_ALT])
            container.add_item(gallery)
    view.add_item(container)
    return view


def notice(text: str) -> ui.LayoutView:
    """A plain sentence, such as the report of a fault."""
    view = Layout()
    view.add_item(ui.TextDisplay(text[:_ROOM]))
    return view


class Layout(ui.LayoutView):
    """A layout that may be sent many times: it is written out once.

    discord.py does not store it; it would keep a private one, and a task for it, for 15 minutes.
    """

    def __init__(self) -> None:
        super().__init__(timeout=None)
        self.stop()
        self._written: list[dict[str, Any]] | None = None

    def add_item(self, item: ui.Item[Any]) -> Self:
        """Add an item at the end."""
        self._written = None
        return super().add_item(item)

    def to_components(self) -> list[dict[str, Any]]:
        """As Discord takes it."""
        if self._written is None:
            self._written = super().to_components()  # type: ignore[no-untyped-call]
        return self._written


def plain(text: str) -> str:
    """Text that somebody typed, on one line and without a meaning of its own: no markdown, mentions or links."""
    one_line = " ".join(text.split())
    return discord.utils.escape_mentions(discord.utils.escape_markdown(one_line)).replace("://", ":\u200b//")


def _fitting(blocks: Iterator[str]) -> Iterator[str]:
    """Blocks until the room is used up; the one that does not fit is cut at a line or word."""
    room = _ROOM
    for block in blocks:
        if len(block) <= room:
            yield block
            room -= len(block)
            continue
        cut = block[: max(0, room - 1)]
        cut = cut[: max(cut.rfind("\n"), cut.rfind(" "))] if " " in cut or "\n" in cut else cut
        if cut.count("```") % 2:
            cut = cut[: cut.rfind("```")]
        if cut.strip():
            yield f"{cut.rstrip()}…"
        return


def _colour(answer: Answer) -> discord.Colour:
    match answer.answer:
        case WillItRunOut() as payload:
            return _COLOURS[payload.verdict]
        case ErrorOut():
            return discord.Colour.red()
        case (
            CompareOut()
            | GlossaryOut()
            | TermsOut()
            | AskOut()
            | StartOut()
            | TopicOut()
            | KitOut()
            | GuideOut()
            | LessonOut()
            | ListOut()
            | RecordOut()
            | FitsOut()
            | ChooseOut()
            | CostOut()
            | BenchOut()
            | TroubleshootOut()
            | HelpOut()
            | AboutOut()
            | RigsOut()
            | PrivacyOut()
        ):
            return discord.Colour.blurple()
        case _:
            return discord.Colour.greyple()


def _blocks(answer: Answer, command_ids: Mapping[str, int], *, drawn: bool) -> Iterator[str]:
    match answer.answer:
        case WillItRunOut() as payload:
            yield from _willitrun(payload, drawn=drawn)
        case CompareOut() as payload:
            yield from _compare(payload)
        case RecordOut() as payload:
            yield from _record(payload)
        case BenchOut() as payload:
            yield from _bench(payload)
        case ChooseOut() as payload:
            yield from _choose(payload)
        case CostOut() as payload:
            yield from _cost(payload)
        case FitsOut() as payload:
            yield from _fits(payload)
        case TroubleshootOut() as payload:
            yield from _troubleshoot(payload)
        case ErrorOut() as payload:
            yield from _error(payload)
        case GlossaryOut() as payload:
            yield from _glossary(payload)
        case TermsOut() as payload:
            yield from _terms(payload)
        case AskOut() as payload:
            yield from _ask(payload)
        case TopicOut() as payload:
            yield f"### {payload.title}\n{payload.text}"
            yield f"-# {_sources(payload.sources)} · checked {payload.checked}"
        case KitOut() as payload:
            yield from _kit(payload)
        case LessonOut() as payload:
            yield from _lesson(payload)
        case GuideOut() as payload:
            yield from _guide(payload)
        case ListOut() as payload:
            names = "\n".join(f"- {record.name}" for record in payload.records)
            yield f"### {phrases.LIST_TITLES[payload.about]}\n{names}"
        case StartOut() as payload:
            yield from _start(payload)
        case RigsOut() as payload:
            yield from _rigs(payload)
        case PrivacyOut() as payload:
            yield f"{phrases.privacy(payload)}\n-# [What is kept, and for how long](<{_PRIVACY}>)"
        case HelpOut() as payload:
            yield from _help(payload, command_ids)
        case AboutOut() as payload:
            yield from _about(payload)
        case AskBackOut() as payload:
            lines = [f"- **{c.name}** — {c.why} (`{c.id}`)" for c in payload.candidates]
            yield f"**{plain(phrases.ask_back(payload.about, payload.typed))}**\n" + "\n".join(lines)
        case NotFoundOut() as payload:
            nearest = ", ".join(item.name for item in payload.nearest)
            tail = "\n" + t("Nearest: {names}", names=nearest) if nearest else ""
            yield plain(phrases.not_found(payload.about, payload.typed)) + tail
        case NotLocalOut() as payload:
            yield f"{phrases.not_local(payload.name, payload.vendor)}\n" + "\n".join(
                f"- **{item.name}**" for item in payload.alternatives
            )
        case InvalidOut() as payload:
            own = f"\n-# {t(phrases.KEEP_RIG)}" if (payload.field, payload.code) == ("gpu", "empty") else ""
            yield plain(phrases.invalid(payload)) + own
        case UnavailableOut() as payload:
            yield plain(phrases.unavailable(payload))


def _willitrun(a: WillItRunOut, *, drawn: bool) -> Iterator[str]:
    taken = f"\n-# Read as {a.model.name} on {phrases.devices(a)}." if a.taken_from else ""
    yield f"### {_MARKS[a.verdict]} {phrases.headline(a)}\n{phrases.reason(a)}{taken}"
    if not drawn:
        yield _memory(a)
    lines = [
        f"**{t('Settings')}** {phrases.settings(a)}",
        f"**{t('Largest context')}** {phrases.tokens(a.max_context) if a.max_context else t('none fits whole')}",
        f"**{t('Best quant')}** {phrases.quant_name(a.best_quant) if a.best_quant else t('none fits whole')}",
    ]
    if draft := phrases.draft(a):
        lines.insert(1, f"**Draft** {draft}")
    if at_once := phrases.concurrency(a):
        lines.append(f"**Serves** {at_once}")
    if a.offload:
        on_gpu = t("{on_gpu} of {total} layers", on_gpu=a.offload.gpu_layers, total=a.offload.total_layers)
        lines.insert(1, f"**{t('On the GPU')}** {on_gpu}")
        if a.offload.cpu_experts_layers:
            lines[1] += "; " + t("experts of {count} in system memory", count=a.offload.cpu_experts_layers)
    if a.speed:
        comfort = phrases.reading_comfort(a.speed.decode_tok_s)
        lines.append(f"**{t('Answers')}** {phrases.band(a.speed.decode_tok_s)} ({comfort})")
        if a.speed.prefill_tok_s:
            lines.append(f"**{t('Prompt')}** {phrases.band(a.speed.prefill_tok_s)}")
    if a.alternatives:
        changes = f"; {t('or')} ".join(phrases.change(item) for item in a.alternatives)
        lines.append(f"**{t('To make it fit')}** {changes}")
    yield "\n".join(lines)
    if a.commands:
        name, command = next(iter(a.commands.items()))
        yield f"{name}\n```bash\n{command}\n```"
    memory = f"Memory {a.memory.basis}, ±{a.memory.error_band_pct:g} %"
    yield f"-# {memory}. Speed {phrases.speed_source(a)}.\n-# {_sources(a.sources)}"


def _memory(a: WillItRunOut) -> str:
    bars = [
        f"`{_bar(share.total_mib, device.usable_mib)}` {phrases.gib(share.total_mib)}"
        f" of {phrases.gib(device.usable_mib)}"
        for device, share in zip(a.devices, a.memory.per_device, strict=False)
    ]
    shown = [(label, getattr(a.memory, name)) for name, label in phrases.MEMORY_PARTS]
    parts = " · ".join(f"{t(label)} {phrases.gib(mib)}" for label, mib in shown if mib >= 1)
    hidden = f"\n-# and {len(bars) - 4} more cards like these" if len(bars) > 4 else ""
    return "\n".join(bars[:4]) + f"{hidden}\n{parts} · system memory {phrases.gib(a.memory.host_mib)}"


def _bar(used_mib: float, usable_mib: float) -> str:
    filled = min(_BAR_CELLS, round(_BAR_CELLS * used_mib / max(usable_mib, 1)))
    return "█" * filled + "░" * (_BAR_CELLS - filled)


def _compare(a: CompareOut) -> Iterator[str]:
    yield "### " + " · ".join(item.name for item in a.items)
    lines = []
    for row in a.rows:
        cells = [phrases.cell(value, row.unit) for value in row.values]
        marked = [f"**{cell}**" if index == row.better else cell for index, cell in enumerate(cells)]
        lines.append(f"{phrases.row_name(row)}: " + " | ".join(marked))
    yield "\n".join(lines)
    rules = [phrases.rule(rule, a) for rule in a.rules]
    if rules:
        yield "\n".join(f"- If {situation}: **{choose}**. {why}" for situation, choose, why in rules)
    yield f"-# Generated from the catalog's facts; a missing fact decides nothing.\n-# {_sources(a.sources)}"


def _record(a: RecordOut) -> Iterator[str]:
    opinion = [f"**{phrases.OPINION_WORDS[part.part]}** {'; '.join(part.sentences)}" for part in a.opinion]
    yield "\n".join((f"### {a.name}", *opinion))
    yield "\n".join(f"**{phrases.ROW_WORDS[f.name]}** {phrases.cell(f.value, f.unit)}" for f in a.facts)
    if a.runs:
        rows = [" · ".join(filter(None, phrases.run(item))) for item in a.runs]
        yield f"**{phrases.runs_title(a)}**\n" + "\n".join(
            f"{_MARKS[r.verdict]} {row}" for r, row in zip(a.runs, rows, strict=True)
        )
    related = f"Related: {', '.join(item.name for item in a.related)}\n-# " if a.related else ""
    yield f"-# {related}{_sources(a.sources)} · checked {a.checked}"


def _bench(a: BenchOut) -> Iterator[str]:
    rows = [f"- {' · '.join(phrases.measured(row))} ([source](<{row.source}>))" for row in a.rows]
    yield "\n".join((f"### {phrases.measured_title(a)}", *rows))
    for cohort in a.cohorts:
        rows = [f"- {' · '.join(phrases.measured(row, cohort=cohort.kind))}" for row in cohort.rows]
        yield f"**{phrases.COHORT_WORDS[cohort.kind]}**\n" + "\n".join(rows)
    yield "-# Each line is one run as its source gives it; nothing is averaged over runtimes or quants."


def _fits(a: FitsOut) -> Iterator[str]:
    yield f"### {phrases.fits_title(a)}"
    for group, words in phrases.GROUP_WORDS.items():
        rows = [
            f"- {m.name} · {m.quant} · {phrases.gib(m.total_mib)} · {phrases.band(m.decode_tok_s)}"
            for m in a.models
            if m.group == group
        ]
        if rows:
            yield f"**{t(words)}**\n" + "\n".join(rows)
    yield f"-# {phrases.fits_rule(a)}"


def _choose(a: ChooseOut) -> Iterator[str]:
    none = "" if a.picks else f"\n{money.choose_none(a)}"
    yield f"### {money.choose_title(a)}{none}"
    for number, pick in enumerate(a.picks, 1):
        lines = "\n".join(f"- {line}" for line in money.buy_lines(pick))
        yield f"**{number}. {money.buy_title(pick)}**\n{lines}"
    sources = tuple(dict.fromkeys(pick.source for pick in a.picks))
    yield f"-# {money.choose_note(a)}" + (f"\n-# {_sources(sources)}" if sources else "")


def _cost(a: CostOut) -> Iterator[str]:
    yield f"### {money.cost_title(a)}\n{money.cost_verdict(a)}"
    yield "\n".join(f"**{label}** {words}" for label, words in money.cost_lines(a))
    yield f"-# {money.cost_assumptions(a)}\n-# {_sources(a.sources)}"


def _troubleshoot(a: TroubleshootOut) -> Iterator[str]:
    """One cause at a time."""
    step = a.step or 1
    cause = a.causes[step - 1]
    yield f"### {a.title}\n-# cause {step} of {len(a.causes)}, the likeliest first\n**{cause.cause}**"
    for label, text, command in (("Look", cause.diagnose, cause.look), ("Fix", cause.fix, cause.command)):
        block = f"\n```bash\n{command}\n```" if command else ""
        yield f"**{label}** {text}{block}"
    if a.hardware and step == len(a.causes):
        yield a.hardware
    yield f"-# {_sources(a.sources)}"


def _error(a: ErrorOut) -> Iterator[str]:
    yield f"### {a.entry.title}\n-# {a.entry.category} · severity {a.entry.severity}\n{a.cause}"
    if worked := list(phrases.log_says(a)):
        source = t("From your log") if a.in_log else t("From what you wrote")
        yield f"**{source}** " + " ".join(worked)
    steps = []
    for number, step in enumerate(a.steps, 1):
        block = f"\n```{step.language}\n{step.command}\n```" if step.command else ""
        steps.append(f"**{number}.** {step.text}{block}")
    yield "\n".join(steps)
    tail = []
    if a.dead_ends:
        tail.append(f"**{t('Does not help')}**\n" + "\n".join(f"- {item}" for item in a.dead_ends))
    if a.alternatives:
        tail.append(f"**{t('Otherwise')}**\n" + "\n".join(f"- {item}" for item in a.alternatives))
    if tail:
        yield "\n".join(tail)
    others = f"{t('Not it?')} {'; '.join(other.title for other in a.others)}\n-# " if a.others else ""
    yield f"-# {others}{_sources(a.sources)}"


def _glossary(a: GlossaryOut) -> Iterator[str]:
    """The definition and an example; the other parts are behind buttons."""
    expansion = f" ({a.entry.expansion})" if a.entry.expansion else ""
    yield f"### {a.entry.title}{expansion}\n-# {a.entry.category}\n{a.definition}"
    yield f"**{t('In practice')}** {a.practical_example}"
    yield f"-# {_sources(a.sources)}"


def _terms(a: TermsOut) -> Iterator[str]:
    yield "### Terms in this message"
    for term in a.terms:
        expansion = f" ({term.expansion})" if term.expansion else ""
        yield f"**{term.title}**{expansion}: {term.sentence}"


def _ask(a: AskOut) -> Iterator[str]:
    yield f"### {a.question}\n{a.answer}"
    yield a.reason
    yield f"-# {_sources(a.sources)}"


def _guide(a: GuideOut) -> Iterator[str]:
    yield f"### {a.title}\n{a.short_answer}"
    for number, pick in enumerate(a.picks, 1):
        lines = "\n".join(f"- {line}" for line in phrases.pick_lines(pick))
        yield f"**{number}. {phrases.pick_title(pick)}**\n{lines}"
    yield f"-# Runs at 8k context, in the best quant that fits. {_sources(a.sources)} · checked {a.checked}"


def _lesson(a: LessonOut) -> Iterator[str]:
    yield f"### {a.title}\n-# {phrases.lesson_place(a)}"
    yield a.text
    yield f"**Remember** {a.insight}"
    choices = "\n".join(f"{phrases.choice(number)}) {choice}" for number, choice in enumerate(a.choices, 1))
    yield f"**{a.question}**\n{choices}" + (f"\n\n{phrases.judged(a.checked)}" if a.checked else "")
    yield f"-# {_sources(a.sources)}"


def _kit(a: KitOut) -> Iterator[str]:
    yield f"### {a.title}\n{a.use}\n```\n{a.prompt}\n```"
    yield "**Sampling**\n" + "\n".join(f"- {phrases.sampling(item)} ([source](<{item.source}>))" for item in a.sampling)
    yield "**What goes wrong**\n" + "\n".join(f"- {pitfall}" for pitfall in a.pitfalls)
    yield f"-# checked {a.checked}"


def _start(a: StartOut) -> Iterator[str]:
    yield f"### {phrases.start_title(a)}\n{phrases.start_pick(a)}"
    for number, step in enumerate(a.steps, 1):
        commands = "\n".join(step.commands)
        note = f"\n{phrases.start_check(a)}" if step.step == "check" else ""
        yield f"**{number}. {phrases.STEP_WORDS[step.step]}**\n```\n{commands}\n```{note}"
    if a.others:
        yield "-# Also good there: " + ", ".join(
            f"{m.name} ({m.quant}, {phrases.band(m.decode_tok_s)})" for m in a.others
        )


def _rigs(a: RigsOut) -> Iterator[str]:
    lines = []
    for name, parts, marks in map(phrases.rig_line, a.rigs):
        lines.append(f"- **{plain(name)}** — {plain(parts)}" + (f" ({marks})" if marks else ""))
    yield "\n".join((phrases.rigs_title(a), *lines))


def report_card(number: int, question: str, words: str, state: str = "open") -> ui.LayoutView:
    """A report for the moderators, with what was asked and what is said to be wrong."""
    quoted = "\n".join(f"> {plain(line)}" for line in words.splitlines() if line.strip())
    block = f"### {phrases.report_title(number, state)}\nAbout `{plain(question).replace('`', '')}`\n{quoted}"
    return _framed(iter((block,)), discord.Colour.gold(), None)


def settings_card(
    report_channel: int | None, private: list[int], off: list[str], language: str | None
) -> ui.LayoutView:
    """The settings of a server as they are."""
    channels = ", ".join(f"<#{channel}>" for channel in private)
    lines = (
        "### Settings of this server",
        f"**Reports** {f'go to <#{report_channel}>' if report_channel else 'are kept for whoever runs the bot'}",
        f"**Answers** {f'are for the asker only in {channels}' if private else 'are for everybody'}",
        f"**Switched off** {', '.join(f'/{name}' for name in off) if off else 'nothing'}",
        f"**Language** {own_name(language) if language else 'each in their own'}",
    )
    note = "-# A choice is stored at once. For reports, let me see the channel and write in it."
    return _framed(iter(("\n".join(lines), note)), discord.Colour.blurple(), None)


def _help(a: HelpOut, command_ids: Mapping[str, int]) -> Iterator[str]:
    yield "### Ask me about models, cards and errors of local AI"
    lines = []
    for command in a.commands:
        known = command_ids.get(command.name)
        name = f"</{command.name}:{known}>" if known else f"**/{command.name}**"
        example = f"\n-# `{command.example}`" if command.example != f"/{command.name}" else ""
        lines.append(f"{name} — {command.about}{example}")
    for name, words in phrases.PERSONAL_HELP.items():
        known = command_ids.get(name.split()[0])
        lines.append((f"</{name}:{known}>" if known else f"**/{name}**") + f" — {words}")
    menus = "In the menu of a message: *Will this run?*, *Diagnose this error* and *Explain terms*; of a person: *Rig*."
    yield "\n".join(lines)
    yield f"New to it? Begin with `/start`, or with `/learn`.\n{menus}\n-# [Source and documentation](<{a.url}>)"


def _about(a: AboutOut) -> Iterator[str]:
    yield f"### {phrases.about(a)}\n{phrases.counts(a)}"
    yield (
        "I keep only what you give me to keep; `/privacy` shows and deletes it."
        f"\n-# [Source, privacy and licence ({a.licence})](<{a.url}>)"
    )


def _sources(sources: tuple[str, ...]) -> str:
    return t("Sources:") + " " + " · ".join(_source(source) for source in sources[:3])


_SITES = {"huggingface.co": "Hugging Face", "github.com": "GitHub", "arxiv.org": "arXiv"}
_MAX_LABEL = 60


@lru_cache(maxsize=4096)
def _source(source: str) -> str:
    """A short link. Its label is no address itself: Discord takes those for disguised ones."""
    address = re.search(r"https?://[^\s)>]+", source)
    words = source[: address.start()].strip(" (") if address else source
    if not address:
        return plain(_shortened(words))
    url = urlsplit(address[0])
    host = url.netloc.removeprefix("www.")
    path = [part for part in url.path.split("/") if part]
    if host in _SITES:
        label = " ".join((_SITES[host], "/".join(path[-1:] if host == "arxiv.org" else path[:2])))
    else:
        label = " ".join((host.split(".")[-2], *path[-1:]))
    return f"[{_shortened(plain(words or label))}](<{address[0]}>)"


def _shortened(label: str) -> str:
    """What fits, cut before a bracket or between words."""
    if len(label) <= _MAX_LABEL:
        return label
    head = label[:_MAX_LABEL].rpartition(" ")[0] or label[:_MAX_LABEL]
    return head.partition(" (")[0] + "…"
