"""What is behind a card, for its buttons: why, which commands, how the figures came about; the parts of a term."""

from collections.abc import Iterator

from bot.answers.about import PROJECT
from bot.answers.glossary import GlossaryOut
from bot.answers.willitrun import WillItRunOut
from bot.show import phrases

_MIB = 1024 * 1024


def why(a: WillItRunOut) -> Iterator[str]:
    """Where the memory goes, line by line, and what would change the verdict."""
    yield f"### {phrases.headline(a)}\n{phrases.reason(a)}"
    lines = [
        f"**{phrases.gib(a.memory.weights_mib)}** weights: {phrases.count(a.model.params)} parameters in"
        f" {phrases.quant_name(a.quant)}, {8 * a.memory.weights_mib * _MIB / a.model.params:.2f} bits each",
        f"**{phrases.gib(a.memory.kv_mib)}** KV cache: {phrases.tokens(a.context)} tokens in {a.kv_type},"
        f" {a.memory.kv_mib * 1024 / a.context:.1f} KiB a token"
        if a.memory.kv_mib
        else "",
        f"**{phrases.gib(a.memory.recurrent_mib)}** state of recurrent layers: the same at any context"
        if a.memory.recurrent_mib
        else "",
        f"**{phrases.gib(a.memory.compute_mib)}** compute: scratch memory of one batch",
        f"**{phrases.gib(a.draft.total_mib)}** of all that is for guessing ahead ({a.draft.name})" if a.draft else "",
        f"**{phrases.gib(a.memory.overhead_mib)}** overhead: what driver and program take",
        f"**{phrases.gib(a.memory.total_mib)}** in all",
    ]
    yield "\n".join(line for line in lines if line)
    yield "\n".join(
        f"**{phrases.gib(device.usable_mib)}** of {phrases.gib(device.memory_mib)} can be used on {device.name}"
        for device in {device.id: device for device in a.devices}.values()
    )
    if a.model.active_params:
        yield (
            f"A mixture of experts: all {phrases.count(a.model.params)} parameters take memory, but only"
            f" {phrases.count(a.model.active_params)} are read for a token, so it answers faster than its size says."
        )
    if a.alternatives:
        yield "**To make it fit**\n" + "\n".join(f"- {phrases.change(item)}" for item in a.alternatives)


def commands(a: WillItRunOut) -> Iterator[str]:
    """Every command for this plan."""
    yield f"### {a.model.name} {phrases.quant_name(a.quant)} at {phrases.tokens(a.context)} context"
    if not a.commands:
        yield "There is no command for this plan: it does not run, or the catalog knows no file for this runtime."
    yield "\n".join(f"**{name}**\n```bash\n{command}\n```" for name, command in a.commands.items())


def how(a: WillItRunOut) -> Iterator[str]:
    """Basis, error and source of each figure."""
    yield "### How these figures came about"
    yield (
        f"**Memory** {a.memory.basis}, ±{a.memory.error_band_pct:g} %: every tensor by its shape and the type that the"
        " quant gives it, the cache of every layer, and the scratch memory as the engine allocates it. Checked against"
        " llama.cpp's own planner and against runs that people reported"
        f" ([tables]({PROJECT}/blob/main/docs/memory.md))."
    )
    if a.speed:
        yield (
            f"**Speed** {a.speed.source}. It is a band, not a promise: about four of five runs lie in it"
            f" ([how]({PROJECT}/blob/main/docs/speed.md))."
        )
    yield (
        "**Verdict** *fits* leaves 4 % of each device (at least 512 MiB) free; *tight* leaves less; *offload* keeps a"
        " part in system memory; *no* does not run."
    )
    yield "-# " + " · ".join(a.sources)


def deeper_dive(a: GlossaryOut) -> Iterator[str]:
    """How a term works."""
    yield f"### {a.entry.title}: deeper dive\n{a.deeper_dive}"


def practical_example(a: GlossaryOut) -> Iterator[str]:
    """A term in figures."""
    yield f"### {a.entry.title}: practical example\n{a.practical_example}"


def workflow_example(a: GlossaryOut) -> Iterator[str]:
    """A term in commands."""
    yield f"### {a.entry.title}: workflow example\n{a.workflow_example}"
