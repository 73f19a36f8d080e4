"""An answer as text for a terminal, with rich."""

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from bot.answers.about import AboutOut, HelpOut
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
from bot.answers.prompt import KitOut
from bot.answers.record import RecordOut
from bot.answers.start import StartOut
from bot.answers.troubleshoot import TroubleshootOut
from bot.answers.willitrun import WillItRunOut
from bot.show import money, phrases

_COLOURS = {"fits": "green", "tight": "yellow", "offload": "dark_orange", "no": "red"}
_BAR = 48


def _markdown(text: str, style: str = "none") -> RenderableType:
    from rich.markdown import Markdown  # a tenth of the time that the first answer takes, and few need it

    return Markdown(text, style=style)


def _code(text: str, language: str | None) -> RenderableType:
    from rich.syntax import Syntax  # takes time too, for steps alone

    return Padding(Syntax(text, language or "text", background_color="default"), (0, 0, 0, 3))


def render(answer: Answer) -> RenderableType:
    """What a person sees in a terminal."""
    return Group(*_lines(answer))


def _lines(answer: Answer) -> Iterator[RenderableType]:
    match answer.answer:
        case WillItRunOut() as payload:
            yield from _willitrun(payload)
        case CompareOut() as payload:
            yield from _compare(payload)
        case RecordOut() as payload:
            yield from _record(payload)
        case BenchOut() as payload:
            yield from _bench(payload)
        case FitsOut() as payload:
            yield from _fits(payload)
        case ChooseOut() as payload:
            yield from _choose(payload)
        case CostOut() as payload:
            yield Text(money.cost_title(payload), style="bold cyan")
            yield Text(money.cost_verdict(payload))
            for label, words in money.cost_lines(payload):
                yield Text(f"{label:<8}", style="bold").append(words, style="not bold")
            yield Text(money.cost_assumptions(payload), style="dim")
            yield Text("Sources: " + "; ".join(payload.sources), style="dim")
        case TroubleshootOut() as payload:
            yield from _troubleshoot(payload)
        case ErrorOut() as payload:
            yield from _error(payload)
        case GlossaryOut() as payload:
            yield from _glossary(payload)
        case TermsOut() as payload:
            for term in payload.terms:
                yield Text(term.title, style="bold").append(f"  {term.sentence}", style="not bold")
        case AskOut() as payload:
            yield Text(payload.question, style="bold cyan")
            yield _markdown(payload.answer)
            yield _markdown(payload.reason, style="dim")
            yield from (Text(f"  {command}", style="cyan") for command in payload.see)
        case TopicOut() as payload:
            yield Text(payload.title, style="bold cyan")
            yield _markdown(payload.text)
            yield Text("Sources: " + "; ".join(payload.sources) + f" (checked {payload.checked})", style="dim")
        case KitOut() as payload:
            yield _markdown(phrases.kit_file(payload))
        case LessonOut() as payload:
            yield from _lesson(payload)
        case GuideOut() as payload:
            yield Text(payload.title, style="bold cyan")
            yield _markdown(payload.short_answer)
            for number, pick in enumerate(payload.picks, 1):
                yield Text(f"\n{number}. {phrases.pick_title(pick)}", style="bold")
                yield from (Text(f"   {line}") for line in phrases.pick_lines(pick))
        case ListOut() as payload:
            yield Text(phrases.LIST_TITLES[payload.about], style="bold cyan")
            yield from (Text(f"  {record.name}") for record in payload.records)
        case StartOut() as payload:
            yield from _start(payload)
        case HelpOut() as payload:
            yield from _help(payload)
        case AboutOut() as payload:
            yield from _about(payload)
        case AskBackOut() as payload:
            yield Text(phrases.ask_back(payload.about, payload.typed), style="bold")
            for number, candidate in enumerate(payload.candidates, 1):
                yield Text(f"  {number}. {candidate.name}", style="cyan").append(f"  {candidate.why}", style="dim")
        case NotFoundOut() as payload:
            yield Text(phrases.not_found(payload.about, payload.typed), style="bold")
            if payload.nearest:
                yield Text("Nearest: " + ", ".join(item.name for item in payload.nearest))
        case NotLocalOut() as payload:
            yield Text(phrases.not_local(payload.name, payload.vendor), style="bold")
            for item in payload.alternatives:
                yield Text(f"  • {item.name}")
        case InvalidOut() as payload:
            yield Text(phrases.invalid(payload), style="bold")
        case UnavailableOut() as payload:
            yield Text(phrases.unavailable(payload), style="bold")


def _willitrun(a: WillItRunOut) -> Iterator[RenderableType]:
    colour = _COLOURS[a.verdict]
    yield Text(phrases.headline(a), style=f"bold {colour}")
    yield Text(phrases.reason(a))
    if a.taken_from:
        yield Text(f"Read «{'», «'.join(a.taken_from)}» as {a.model.name} on {phrases.devices(a)}.", style="dim")
    yield Text("")
    yield _memory_table(a)
    for device, share in zip(a.devices, a.memory.per_device, strict=False):
        yield _bar(share.total_mib, device.usable_mib, colour, device.name)
    yield Text("")
    yield _facts(a)
    if a.alternatives:
        yield Text("To make it fit: " + "; or ".join(phrases.change(item) for item in a.alternatives) + ".")
    for runtime, command in a.commands.items():
        yield Text(f"\n{runtime}", style="dim")
        yield Padding(Text(command, style="cyan", overflow="fold"), (0, 0, 0, 2))
    yield Text("")
    band = f"computed, ±{a.memory.error_band_pct:g} %" if a.memory.basis == "computed" else "measured"
    yield Text(f"Memory: {band}. Speed: {phrases.speed_source(a)}.", style="dim")
    yield Text("Sources: " + "; ".join(a.sources), style="dim")


def _memory_table(a: WillItRunOut) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("GiB", style="dim")
    for _, label in phrases.MEMORY_PARTS:
        table.add_column(label, justify="right")
    table.add_column("total", justify="right", style="bold")
    table.add_row("all", *(_two(getattr(a.memory, name)) for name, _ in phrases.MEMORY_PARTS), _two(a.memory.total_mib))
    if len(a.memory.per_device) > 1 or a.offload:
        for number, share in enumerate(a.memory.per_device, 1):
            table.add_row(
                f"#{number}", *(_two(getattr(share, name)) for name, _ in phrases.MEMORY_PARTS), _two(share.total_mib)
            )
    table.add_row("system", *[""] * len(phrases.MEMORY_PARTS), _two(a.memory.host_mib))
    return table


def _two(mib: float) -> str:
    return f"{mib / 1024:,.2f}"


def _bar(used_mib: float, usable_mib: float, colour: str, name: str) -> Text:
    filled = min(_BAR, round(_BAR * used_mib / max(usable_mib, 1)))
    bar = Text("█" * filled, style=colour).append("░" * (_BAR - filled), style="dim")
    return bar.append(f" {phrases.gib(used_mib)} of {phrases.gib(usable_mib)}  {name}", style="dim")


def _facts(a: WillItRunOut) -> Table:
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(style="dim")
    table.add_column()
    table.add_row("Settings", phrases.settings(a))
    if draft := phrases.draft(a):
        table.add_row("Draft", draft)
    if a.offload:
        layers = f"{a.offload.gpu_layers} of {a.offload.total_layers} layers on the GPU"
        experts = f", experts of {a.offload.cpu_experts_layers} layers in system memory"
        table.add_row("Plan", layers + (experts if a.offload.cpu_experts_layers else ""))
    table.add_row("Largest context", phrases.tokens(a.max_context) if a.max_context else "none fits whole")
    if at_once := phrases.concurrency(a):
        table.add_row("Serves", at_once)
    table.add_row("Best quant", phrases.quant_name(a.best_quant) if a.best_quant else "none fits whole")
    if a.speed:
        speed = phrases.band(a.speed.decode_tok_s)
        table.add_row("Answers", f"{speed} ({phrases.reading_comfort(a.speed.decode_tok_s)})")
        if a.speed.prefill_tok_s:
            table.add_row("Prompt", phrases.band(a.speed.prefill_tok_s))
    return table


def _compare(a: CompareOut) -> Iterator[RenderableType]:
    table = Table(box=None, pad_edge=False)
    table.add_column("")
    for item in a.items:
        table.add_column(item.name, justify="left", overflow="fold")
    for row in a.rows:
        cells = [phrases.cell(value, row.unit) for value in row.values]
        styled = [Text(c, style="bold green" if i == row.better else "") for i, c in enumerate(cells)]
        table.add_row(Text(phrases.row_name(row), style="dim"), *styled)
    yield table
    yield Text("")
    for rule in a.rules:
        situation, choose, why = phrases.rule(rule, a)
        yield Text(f"If {situation}: ").append(choose, style="bold").append(f". {why}")
    yield Text("\nGenerated from the catalog's facts; a missing fact decides nothing.", style="dim")
    yield Text("Sources: " + "; ".join(a.sources), style="dim")


def _record(a: RecordOut) -> Iterator[RenderableType]:
    yield Text(a.name, style="bold cyan")
    for part in a.opinion:
        yield Text(f"{phrases.OPINION_WORDS[part.part]}: ", style="bold").append(
            "; ".join(part.sentences), style="none"
        )
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(style="dim")
    table.add_column(overflow="fold")
    for fact in a.facts:
        table.add_row(phrases.ROW_WORDS[fact.name], phrases.cell(fact.value, fact.unit))
    yield Text("")
    yield table
    if a.runs:
        yield Text(f"\n{phrases.runs_title(a)}", style="bold")
        yield _runs([(phrases.run(item), item.verdict) for item in a.runs])
    if a.related:
        yield Text("\nRelated: " + ", ".join(item.name for item in a.related), style="dim")
    yield Text("Sources: " + "; ".join(a.sources) + f" (checked {a.checked})", style="dim")


def _fits(a: FitsOut) -> Iterator[RenderableType]:
    yield Text(phrases.fits_title(a), style="bold cyan")
    for group, words in phrases.GROUP_WORDS.items():
        rows = [m for m in a.models if m.group == group]
        if rows:
            yield Text(f"\n{words}", style="bold")
            colour = {"comfortable": "fits"}.get(group, group)
            yield _runs(
                [((m.name, m.quant, phrases.gib(m.total_mib), phrases.band(m.decode_tok_s)), colour) for m in rows]
            )
    yield Text(f"\n{phrases.fits_rule(a)}", style="dim")


def _bench(a: BenchOut) -> Iterator[RenderableType]:
    yield Text(phrases.measured_title(a), style="bold cyan")
    for row in a.rows:
        yield Text(" · ".join(phrases.measured(row)))
        yield Text(f"  {row.source}", style="dim")
    for cohort in a.cohorts:
        yield Text(f"\n{phrases.COHORT_WORDS[cohort.kind]}", style="bold")
        for row in cohort.rows:
            yield Text(" · ".join(phrases.measured(row, cohort=cohort.kind)))


def _runs(rows: list[tuple[tuple[str, ...], str]]) -> Table:
    """Rows of texts, each in the colour of its verdict."""
    table = Table(box=None, show_header=False, pad_edge=False)
    for _ in rows[0][0]:
        table.add_column()
    for cells, verdict in rows:
        table.add_row(*cells, style=_COLOURS[verdict])
    return table


def _troubleshoot(a: TroubleshootOut) -> Iterator[RenderableType]:
    yield Text(a.title, style="bold cyan").append("   the likeliest cause first", style="dim")
    for number, cause in enumerate(a.causes, 1):
        if a.step not in (None, number):
            continue
        yield Text(f"\n{number}. {cause.cause}", style="bold")
        yield from _todo("Look", cause.diagnose, cause.look)
        yield from _todo("Fix", cause.fix, cause.command)
    if a.hardware and a.step in (None, len(a.causes)):
        yield Text(f"\n{a.hardware}")
    yield Text("\nSources: " + "; ".join(a.sources), style="dim")


def _todo(label: str, text: str, command: str | None) -> Iterator[RenderableType]:
    yield Padding(_markdown(f"{label}: {text}"), (0, 0, 0, 3))
    if command:
        yield Padding(Text(command, style="cyan", overflow="fold"), (0, 0, 0, 6))


def _choose(a: ChooseOut) -> Iterator[RenderableType]:
    yield Text(money.choose_title(a), style="bold cyan")
    if not a.picks:
        yield Text(money.choose_none(a))
    for number, pick in enumerate(a.picks, 1):
        yield Text(f"\n{number}. {money.buy_title(pick)}", style="bold")
        yield from (Text(f"   {line}") for line in money.buy_lines(pick))
    yield Text(f"\n{money.choose_note(a)}", style="dim")


def _error(a: ErrorOut) -> Iterator[RenderableType]:
    yield Text(a.entry.title, style="bold red").append(f"   {a.entry.category} · {a.entry.severity}", style="dim")
    yield _markdown(a.cause)
    for sentence in phrases.log_says(a):
        yield Text(f"\n{sentence}", style="cyan")
    for number, step in enumerate(a.steps, 1):
        yield Padding(_markdown(f"{number}. {step.text}"), (1, 0, 0, 0))
        if step.command:
            yield _code(step.command, step.language)
    if a.dead_ends:
        yield Text("\nDoes not help:", style="yellow")
        yield _markdown("\n".join(f"- {item}" for item in a.dead_ends))
    if a.alternatives:
        yield Text("\nOtherwise:")
        yield _markdown("\n".join(f"- {item}" for item in a.alternatives))
    if a.others:
        yield Text("\nNot it? " + "; ".join(other.title for other in a.others), style="dim")
    yield Text("Sources: " + "; ".join(a.sources), style="dim")


def _glossary(a: GlossaryOut) -> Iterator[RenderableType]:
    title = f"{a.entry.title} ({a.entry.expansion})" if a.entry.expansion else a.entry.title
    yield Text(title, style="bold cyan").append(f"   {a.entry.category}", style="dim")
    yield _markdown(a.definition)
    for heading, body in (
        ("Deeper dive", a.deeper_dive),
        ("Practical example", a.practical_example),
        ("Workflow example", a.workflow_example),
    ):
        yield Text(f"\n{heading}", style="bold")
        yield _markdown(body)
    yield Text("\nRelated: " + ", ".join(item.name for item in a.related), style="dim")
    yield Text("Sources: " + "; ".join(a.sources), style="dim")


def _lesson(a: LessonOut) -> Iterator[RenderableType]:
    yield Text(a.title, style="bold cyan").append(f"  {phrases.lesson_place(a)}", style="not bold dim")
    yield _markdown(a.text)
    yield Text(f"\nRemember: {a.insight}\n", style="bold")
    yield Text(a.question, style="bold")
    yield from (Text(f"  {number}) {choice}") for number, choice in enumerate(a.choices, 1))
    if a.checked:
        yield Text(f"\n{phrases.judged(a.checked)}", style="green" if a.checked.right else "yellow")
    yield Text("\nSources: " + "; ".join(a.sources), style="dim")


def _start(a: StartOut) -> Iterator[RenderableType]:
    yield Text(phrases.start_title(a), style="bold cyan")
    yield _markdown(phrases.start_pick(a))
    for number, step in enumerate(a.steps, 1):
        yield Text(f"\n{number}. {phrases.STEP_WORDS[step.step]}", style="bold")
        yield from (Text(f"   {command}", style="cyan") for command in step.commands)
        if step.step == "check":
            yield _markdown(phrases.start_check(a), style="dim")
    if a.others:
        names = ", ".join(f"{m.name} ({m.quant}, {phrases.band(m.decode_tok_s)})" for m in a.others)
        yield Text(f"\nAlso good there: {names}", style="dim")


def _help(a: HelpOut) -> Iterator[RenderableType]:
    table = Table.grid(padding=(0, 2))
    for command in a.commands:
        table.add_row(Text(command.example, style="cyan"), Text(command.about))
    yield table
    yield Text(a.url, style="dim")


def _about(a: AboutOut) -> Iterator[RenderableType]:
    yield Text(phrases.about(a), style="bold")
    yield Text(phrases.counts(a))
    yield Text(a.url, style="dim")
