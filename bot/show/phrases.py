"""Values and codes put into English. One file, so that a language is one file."""

from collections.abc import Iterator

from bot.answers.about import AboutOut
from bot.answers.answer import InvalidOut, Question, UnavailableOut
from bot.answers.bench import BenchOut
from bot.answers.compare import CompareOut, RowOut, RuleOut
from bot.answers.error import ErrorOut
from bot.answers.fits import FitsOut
from bot.answers.guide import PickOut
from bot.answers.learn import CheckOut, LessonOut
from bot.answers.measured import MeasuredOut
from bot.answers.own import PrivacyOut, RigOut, RigsOut
from bot.answers.prompt import KitOut, SamplingOut
from bot.answers.record import RecordOut, RunOut
from bot.answers.start import StartOut
from bot.answers.willitrun import ChangeOut, WillItRunOut
from bot.show.language import later, t

VERDICT_WORDS = {
    "fits": later("Fits"),
    "tight": later("Tight fit"),
    "offload": later("Runs with offload"),
    "no": later("Does not run"),
}

MEMORY_PARTS = (
    ("weights_mib", later("weights")),
    ("kv_mib", later("KV cache")),
    ("recurrent_mib", later("state")),
    ("compute_mib", later("compute")),
    ("overhead_mib", later("overhead")),
)
"""Parts of the memory of a device, in the order they are shown."""

_FIELD_WORDS = {
    "model": "a model",
    "gpu": "a GPU, chip or Mac",
    "quant": "a quant",
    "context": "a context length",
    "kv": "a KV cache type",
    "ram_gib": "system memory",
    "runtime": "a runtime",
    "text": "an error message or a few words about it",
    "term": "a term",
    "symptom": "what you notice",
    "question": "a question",
    "guide": "a guide",
    "course": "a course",
    "lesson": "a lesson",
    "choice": "a choice",
    "topic": "a topic",
    "kit": "a job",
    "system": "a system",
    "goal": "a goal",
    "step": "a step",
    "hardware": "a GPU, chip or Mac",
    "name": "a name",
    "do": "something to do",
    "swa_full": "whether windows keep everything",
    "draft": "a draft model",
    "budget": "a budget",
    "form": "a form",
    "power_w": "a limit of power",
    "usage": "a usage",
    "tokens": "tokens a month",
    "country": "a country",
    "kwh_usd": "a price of electricity",
    "price_usd": "a price of the hardware",
    "watts": "the power it takes",
    "tool": "a runtime or program",
    "use": "a use",
    "page": "a page",
    "a": "something to compare",
    "b": "something to compare it with",
}
_PLEASE_NAME = {
    "model": later("Please name a model."),
    "gpu": later("Please name a GPU, chip or Mac."),
    "text": later("Please give an error message or a few words about it."),
    "term": later("Please name a term."),
}
_EXAMPLES = {
    "model": "llama 3.1 8b q4_k_m",
    "gpu": "rtx 3060 12gb, 2x 3090 or m3 max 64gb",
    "text": "cuda out of memory",
    "term": "kv cache",
    "tool": "ollama",
    "symptom": "ollama is slow",
    "question": "does VRAM add up over two cards?",
    "a": "rtx 3090",
    "b": "rx 7900 xtx",
}

ROW_WORDS = {
    "memory": "Memory",
    "usable_memory": "Usable for models",
    "bandwidth": "Memory bandwidth",
    "fp16_tensor": "FP16 matrix throughput",
    "power": "Board power",
    "launch_price": "Launch price",
    "released": "Released",
    "memory_type": "Memory type",
    "backends": "Backends",
    "compute_capability": "Compute target",
    "params": "Parameters",
    "active_params": "Active per token",
    "context": "Context",
    "weights_q4_k_m": "Weights at Q4_K_M",
    "kv_8k": "KV cache at 8k",
    "read_per_token": "Read per token at Q4_K_M",
    "smallest_card": "Smallest card at Q4_K_M, 8k",
    "runs": "Runs",
    "vision": "Reads images",
    "commercial": "Commercial use",
    "licence": "Licence",
    "category": "Kind",
    "systems": "Systems",
    "formats": "Formats",
    "api": "API",
    "install_linux": "Install on Linux",
    "install_windows": "Install on Windows",
    "install_macos": "Install on macOS",
    "caveat": "Mind",
    "org": "Made by",
    "modality": "Handles",
    "capabilities": "Can",
    "tuned": "Tuned from",
    "distilled": "Distilled into",
    "merged": "Merged from",
    "pruned": "Pruned from",
    "hf_id": "Hugging Face",
    "ollama": "Ollama",
    "gguf": "GGUF files",
    "architecture": "Architecture",
    "pcie": "PCIe",
    "notes": "Note",
    "url": "Home",
}

OPINION_WORDS = {
    "good_for": "Good for",
    "strengths": "Strengths",
    "limits": "Limits",
    "pick_if": "Pick it if",
    "skip_if": "Skip it if",
    "does_well": "Does well",
    "breaks": "Where it breaks",
    "buy_if": "Buy it if",
    "best_for": "Best for",
    "caveat": "Mind",
}

GROUP_WORDS = {
    "comfortable": later("Comfortable"),
    "tight": later("Tight"),
    "offload": later("With part in system memory"),
}


def gib(mib: float) -> str:
    """MiB as GiB for people: two digits below 10, one below 100."""
    value = mib / 1024
    return f"{value:.2f} GiB" if value < 10 else f"{value:.1f} GiB" if value < 1000 else f"{value:,.0f} GiB"


def tokens(count: int) -> str:
    """A context length: in k (1,024) where that is a whole number."""
    return f"{count // 1024}k" if count % 1024 == 0 else f"{count:,}"


def count(params: int) -> str:
    """A number of parameters."""
    return f"{params / 1e9:.3g} B" if params >= 1e9 else f"{params / 1e6:.3g} M"


def band(low_high: tuple[float, float]) -> str:
    """A speed band."""
    low, high = (f"{value:,.0f}" if value >= 10 else f"{value:g}" for value in low_high)
    return f"{low}–{high} tok/s"


def reading_comfort(low_high: tuple[float, float]) -> str:
    """What a decode speed feels like; people read about 5 to 7 tokens a second."""
    low, high = low_high
    if low >= 15:
        return t("faster than you read")
    if high < 3:
        return t("slower than you read; for background work")
    return t("about as fast as you read") if high < 15 else t("as fast as you read or faster")


def headline(answer: WillItRunOut) -> str:
    """The verdict in a few words."""
    return t(
        "{verdict}: {model} on {devices}",
        verdict=t(VERDICT_WORDS[answer.verdict]),
        model=f"{answer.model.name} {quant_name(answer.quant)}",
        devices=devices(answer),
    )


def quant_name(quant: str) -> str:
    """The name a quant is known by outside llama-quantize."""
    return "MXFP4" if quant == "MXFP4_MOE" else quant


def devices(answer: WillItRunOut) -> str:
    """The devices, equal ones counted."""
    counts: dict[str, int] = {}
    for device in answer.devices:
        label = device.name
        size = f"{device.memory_mib / 1024:g} GB"
        if size not in label and device.kind != "gpu":
            label = f"{label} {size}"
        counts[label] = counts.get(label, 0) + 1
    return " + ".join(f"{count}× {name}" if count > 1 else name for name, count in counts.items())


def reason(answer: WillItRunOut) -> str:
    """One plain sentence on why the verdict is what it is."""
    v = {name: value for name, value in answer.reason.items() if not isinstance(value, str)}
    sentence = t(_reason(answer, v), **_reason_values(answer, v))
    if answer.verdict == "offload" and answer.ram_basis == "assumed" and not v["shared"]:
        sentence += " " + t("({ram} GiB of system memory assumed.)", ram=f"{answer.ram_gib:g}")
    if v["unused_devices"]:
        sentence += " " + t("Best without {count} of the cards.", count=f"{v['unused_devices']:g}")
    return sentence


def _reason(answer: WillItRunOut, v: dict[str, float]) -> str:
    match answer.reason_code:
        case "fits" if v["devices"] > 1:
            return later(
                "It needs {needed} of {usable} usable at {context} context and leaves at least {free} free on each"
                " card."
            )
        case "fits":
            return later(
                "It needs {needed} of {usable} usable at {context} context and leaves at least {free} free on the"
                " device."
            )
        case "tight":
            return later(
                "It needs {needed} of {usable} usable at {context} context; {free} left free is less than the"
                " {headroom} that is comfortable."
            )
        case "offload_experts":
            return later(
                "All of it needs {needed}, more than the {usable} usable; with the experts of {experts} of {layers}"
                " layers in system memory ({host}) it runs, slower."
            )
        case "offload_layers":
            return later(
                "All of it needs {needed}, more than the {usable} usable; with {on_gpu} of {total} layers on the GPU"
                " and {host} in system memory it runs, much slower."
            )
        case "no_offload":
            return later(
                "It needs {needed} at {context} context; {runtime} can fill {usable} and keeps nothing in system"
                " memory."
            )
        case _ if v["shared"]:
            return later(
                "It needs {needed} at {context} context; {usable} is usable, and there is no other memory to move the"
                " rest to."
            )
        case _:
            return later(
                "It needs {needed} at {context} context; {usable} is usable, and {ram} of system memory cannot hold the"
                " rest."
            )


def _reason_values(answer: WillItRunOut, v: dict[str, float]) -> dict[str, str]:
    sizes = {name.removesuffix("_mib"): gib(value) for name, value in v.items() if name.endswith("_mib")}
    layers = v.get("total_layers", 0.0)
    return {
        **sizes,
        "context": tokens(answer.context),
        "runtime": answer.runtime,
        "experts": f"{v.get('cpu_experts_layers', 0.0):g}",
        "layers": f"{layers - 1:g}",
        "on_gpu": f"{v.get('gpu_layers', 0.0):g}",
        "total": f"{layers:g}",
    }


def settings(answer: WillItRunOut) -> str:
    """Quant, context, KV cache and runtime, and why where they were not typed."""
    quant = t(_QUANT_BASIS[answer.quant_basis])
    context = t("{context} context", context=tokens(answer.context))
    if answer.context_basis == "default" and answer.runtime_basis == "typed":
        context += f" ({t('default')})"
    runtime = f"{answer.runtime} ({t('by the format')})" if answer.runtime_basis == "format" else answer.runtime
    windows = " --swa-full" if answer.swa_full else ""
    return f"{quant_name(answer.quant)} ({quant}), {context}, KV {answer.kv_type}{windows}, {runtime}"


def draft(answer: WillItRunOut) -> str | None:
    """What guesses ahead and what it takes; None where nothing does."""
    if answer.draft is None:
        return None
    takes = f"{answer.draft.tokens} tokens ahead: {gib(answer.draft.total_mib)} of the memory"
    if answer.draft.quant is None:
        return f"{answer.draft.name}, {takes}; the file must have those layers"
    return f"{answer.draft.name} {quant_name(answer.draft.quant)}, {takes}"


def speed_source(answer: WillItRunOut) -> str:
    """Where the speed comes from; how many guesses are right depends on the text, so a draft is not counted."""
    if answer.speed is None:
        return "not given"
    return answer.speed.source + (", without the draft" if answer.draft else "")


_QUANT_BASIS = {
    "typed": later("as asked"),
    "default": later("default"),
    "best_that_fits": later("best that fits"),
}


def concurrency(answer: WillItRunOut) -> str | None:
    """How many full requests run side by side; None where that is not the engine's way."""
    if answer.concurrency is None:
        return None
    return f"{answer.concurrency:g} requests of {tokens(answer.context)} tokens at once"


def log_says(answer: ErrorOut) -> Iterator[str]:
    """What a log says of memory, and what would fit instead, worked out for its model and card."""
    if answer.tried_mib and answer.free_mib is not None:
        yield f"It asked for {gib(answer.tried_mib)} where {gib(answer.free_mib)} was free."
    elif answer.tried_mib:
        yield f"It asked for {gib(answer.tried_mib)}."
    run = answer.worked_out
    if run is None:
        return
    yield f"{headline(run)}, {tokens(run.context)} context: {reason(run)}"
    if run.speed and not answer.in_log:
        yield f"To be expected: {band(run.speed.decode_tok_s)}."
    if run.alternatives:
        yield "To make it fit, " + "; or ".join(change(item) for item in run.alternatives) + "."
    elif answer.in_log and run.verdict in ("fits", "tight"):
        yield "By itself it fits: something else held the memory, or the context was larger than what the log names."


def change(item: ChangeOut) -> str:
    """One change that makes it fit."""
    match item.change:
        case "draft":
            return "do without the draft"
        case "quant":
            return t("drop to {value}", value=item.value)
        case "context":
            return t("use a context of {value}", value=tokens(int(item.value)))
        case "kv":
            return t("quantise the KV cache to {value}", value=item.value)
        case "memory":
            return t("a card with {value}", value=item.value)


def invalid(item: InvalidOut) -> str:
    """One sentence that says what is wrong and what is accepted."""
    what = _FIELD_WORDS.get(item.field, item.field)
    example = f" For example: {_EXAMPLES[item.field]}." if item.field in _EXAMPLES else ""
    match item.code:
        case "empty":
            asked = t(_PLEASE_NAME[item.field]) if item.field in _PLEASE_NAME else f"Please name {what}."
            return asked + (" " + t("For example: {example}.", example=_EXAMPLES[item.field]) if example else "")
        case "too_long":
            return f"That is too long for {what}: at most {int(item.detail):,} characters are read.{example}"
        case "count":
            return f"Between 1 and {item.detail} cards can be planned for.{example}"
        case "not_a_context":
            return t("A context is a number of tokens from 256 up, such as 8192, 8k, 128k or max.")
        case "beyond_model":
            (name, limit), *longer = (said.rsplit(": ", 1) for said in item.detail.split("|"))
            refused = f"{name} was made for at most {int(limit):,} tokens of context; ask for less, or for max."
            more = ", ".join(f"{other} ({int(most):,})" for other, most in longer)
            return f"{refused} Made for more: {more}." if more else refused
        case "unknown_quant":
            return t("There is no such quant. Known are {known}.", known=item.detail)
        case "not_loaded":
            runtime, quant, known = item.detail.split("|")
            return f"{runtime} does not load {quant}. For example: {known}."
        case "not_on_device":
            runtime, device = item.detail.split("|")
            return f"{runtime} does not run on {device}; leave the runtime out to plan for llama.cpp."
        case "too_old":
            quant, device, has, needed = item.detail.split("|")
            return f"vLLM runs {quant} from compute capability {needed} on; {device} has {has}."
        case "not_a_size":
            return "System memory is given in GiB, from 0.5 to 8192, such as 32 or 64gb."
        case "only_llama_cpp":
            return f"{item.detail} has no such setting; it is llama.cpp's --swa-full."
        case "draft_runtime":
            return f"Drafts are worked out for llama.cpp, not for {item.detail}; leave the runtime or the draft out."
        case "no_mtp":
            return (
                f"I know of no layers in {item.detail} that guess tokens (MTP) and that llama.cpp runs."
                " Name a small model with the same vocabulary instead, or leave the draft out."
            )
        case "draft_tokens":
            return f"Between 1 and {item.detail} tokens can be guessed at once, such as mtp 3."
        case "other_vocabulary":
            small, large = item.detail.split("|")
            return f"{small} has another vocabulary than {large}: take a small model of the same family and generation."
        case "not_a_draft":
            small, large = item.detail.split("|")
            return f"{small} is no smaller than {large}: what guesses must be much smaller."
        case "kv_apart":
            return f"{item.detail} has one type for keys and values; name one, such as q8_0, or leave the runtime out."
        case "unknown_value":
            return f"That is not {what} that is known here. Accepted: {item.detail}."
        case "unknown_option":
            return f"There is no option «{item.field}». Options are {item.detail}."
        case "one_card":
            return "Name one card at a time here; a whole rig can be asked about with /willitrun."
        case "too_many_rigs":
            return f"You have {item.detail} rigs already, which is as many as I keep. `/rig clear` makes room."
        case "not_a_name":
            return "A rig's name has letters, figures, spaces, dots, dashes or plus signs, up to 32 of them."
        case "not_usd":
            return "A budget is an amount in US dollars, such as 800, $1,200 or 1.5k; or any."
        case "not_watts":
            return "Power is in watts, such as 250; or any."
        case "out_of_range":
            return f"That has to be more than 0 and at most {item.detail}."
        case "not_tokens":
            return "Tokens a month are a number such as 20M, 500k or 3,000,000."
        case "unknown_country":
            return f"I know no electricity price there. Say it with kwh_usd, or take one of {item.detail}."
        case "power_unknown":
            return f"The catalog does not know how much power {item.detail} takes. Say it with watts, such as 120."
        case "no_architecture":
            return f"The catalog does not know how {item.detail} is built, so its speed cannot be worked out."
        case "does_not_run":
            return f"{item.detail} does not run there, so there is nothing to compare. /willitrun says why."
        case "same_thing":
            return "These are the same thing twice; name something different to compare it with."
        case "fault":
            return f"Something unexpected went wrong; it is logged under the reference {item.detail}."
        case "not_json":
            return f"This line is not JSON: {item.detail}."
        case _:
            return f"This cannot be read: {item.detail}."


def not_found(about: str, typed: str) -> str:
    """What is said when nothing in the catalog is meant."""
    quoted = f"«{typed}»" if typed else "this"
    match about:
        case "error":
            if not typed:
                return t(
                    "No known local-AI error is recognised in this. Paste the lines around the first error, with the"
                    " name of the program that printed them."
                )
            return t(
                "No known local-AI error is recognised in {typed}. Paste the lines around the first error, with the"
                " name of the program that printed them.",
                typed=quoted,
            )
        case "rig":
            return f"You have no rig called {quoted}." if typed else "You have not named one of your rigs."
        case "term":
            return t("{typed} is not in the glossary.", typed=quoted)
        case "topic":
            return f"{quoted} is not a topic of the methodology. `/method` alone lists them."
        case "guide":
            return f"I have no guide for {quoted}. `/guide` alone lists them."
        case "course":
            return f"{quoted} is not one of the courses. `/learn` alone lists them."
        case "kit":
            return f"I have no prompting kit for {quoted}. `/prompt` alone lists them."
        case "question":
            return f"{quoted} is not among the questions that I have an answer to."
        case "terms":
            return "I know none of the words in this message as a term of local AI."
        case "symptom":
            return f"There is no page about {quoted}. With the text of an error, ask /error."
        case "model" | "draft":
            return t("{typed} is not a model in the catalog, and nothing else is put in its place.", typed=quoted)
        case "gpu" | "hardware":
            return t("{typed} is not hardware in the catalog, and nothing else is put in its place.", typed=quoted)
        case _:
            return f"{quoted} is neither hardware, a model nor a tool in the catalog."


def ask_back(about: str, typed: str) -> str:
    """The question back."""
    question = {
        "gpu": later("Which card do you mean by «{typed}»? The answer differs."),
        "hardware": later("Which card do you mean by «{typed}»? The answer differs."),
        "model": later("Which model do you mean by «{typed}»? The answer differs."),
        "draft": later("Which model do you mean by «{typed}»? The answer differs."),
    }.get(about, later("Which one do you mean by «{typed}»? The answer differs."))
    return t(question, typed=typed)


def not_local(name: str, vendor: str) -> str:
    """A cloud-only model."""
    return t(
        "{name} runs only on the servers of {vendor}; its weights are not published. These run locally:",
        name=name,
        vendor=vendor,
    )


_HUB_WORDS = {
    "hub_offline": "The Hugging Face Hub could not be reached to look up {name}; try again later, or ask for a model of"
    " the catalog.",
    "hub_slow": "The Hugging Face Hub did not answer in time about {name}; try again in a minute.",
    "hub_rate_limited": "The Hugging Face Hub takes no more questions for now; ask for {name} again in a few minutes.",
    "hub_gated": "{name} is private, or its makers ask for consent before they show its files, so the bot cannot read"
    " them; ask for a public copy (often named …-GGUF).",
    "hub_no_weights": "{name} has no weights in a format that is known here, so there is nothing to run.",
    "hub_config": "{name} cannot be planned for: {detail}.",
    "hub_gguf": "The GGUF file of {name} cannot be trusted: {detail}.",
}


_FACTS = {
    "architecture": "how its layers are built",
    "working_memory": "what it needs beside its weights (that depends on resolution, length and program)",
}


def unavailable(answer: UnavailableOut) -> str:
    """A fact is missing."""
    name = answer.name
    for code in answer.missing:
        if code == "state":
            return t(STATE_DOWN)
        if code in _HUB_WORDS:
            return _HUB_WORDS[code].format(name=name, detail=answer.detail)
    missing = ", ".join(_FACTS.get(fact, fact) for fact in answer.missing)
    sentence = f"The catalog does not know {missing} for {name}, so no verdict is given."
    if answer.weights_mib:
        sizes = ", ".join(f"{mib / 1024:.2f} GiB in {kind}" for kind, mib in answer.weights_mib.items())
        sentence += f" Its weights alone take {sizes}."
    return sentence


def cell(value: float | str | bool | None, unit: str) -> str:
    """A figure of a comparison."""
    if value is None:
        return "—"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return value
    written = f"{value:,.0f}" if value == int(value) or value >= 1000 else f"{value:,.2f}".rstrip("0").rstrip(".")
    return f"{written} {unit}".strip()


def rule(item: RuleOut, answer: CompareOut) -> tuple[str, str, str]:
    """Situation, choice and reason of a decision rule."""
    name = answer.items[item.choose].name
    if item.code == "best_for":
        return "you want", name, str(item.values["best_for"])
    unit = str(item.values["unit"])
    value, rival = (cell(item.values[key], unit) for key in ("value", "rival"))
    versus = f"{value} against {rival}"
    situation, why = {
        "more_memory": ("you want larger models or longer context", f"{versus} of memory."),
        "more_bandwidth": (
            "you want faster answers from a model that fits both",
            f"{versus}; decoding is bound by it.",
        ),
        "more_compute": ("you feed it long prompts or images", f"{versus} for prompt processing."),
        "less_power": ("power, heat or noise matter", f"{versus} of board power."),
        "lower_price": ("the purchase price decides", f"{versus} at launch; check today's price."),
        "longer_context": ("you work with long documents", f"{versus}."),
        "smaller": ("memory is short", f"{versus} for the weights at Q4_K_M."),
        "smaller_card": ("you have a small card", f"{versus} of card at Q4_K_M with 8k."),
        "cheaper_context": ("you need much context in little memory", f"{versus} of KV cache for 8k tokens."),
        "faster": ("speed matters most", f"{versus} read for each token."),
        "vision": ("it must read images", "The other does not."),
        "commercial": ("you use it in a business", "The other licence does not plainly allow it."),
    }[item.code]
    return situation, name, why


def run(item: RunOut) -> tuple[str, str, str, str, str]:
    """Label, verdict, quant, memory and speed of a row of a table of runs."""
    speed = band(item.decode_tok_s) if item.decode_tok_s else ""
    return item.label, VERDICT_WORDS[item.verdict], quant_name(item.quant), gib(item.total_mib), speed


def runs_title(answer: RecordOut) -> str:
    """What the table of runs shows."""
    if answer.kind == "model":
        return f"The best quant by card, at {tokens(answer.runs[0].context)} context"
    return "What runs on it, in the best quant that fits with room to spare"


def fits_title(answer: FitsOut) -> str:
    """What a ranked list shows, and by which rule."""
    use = f" for {answer.use}" if answer.use else ""
    return f"What runs{use} on {together(answer.devices)} at {tokens(answer.context)} context"


def together(devices: tuple[str, ...]) -> str:
    """Devices, alike ones counted."""
    kinds = dict.fromkeys(devices)
    return " + ".join(f"{devices.count(k)}× {k}" if devices.count(k) > 1 else k for k in kinds)


def fits_rule(answer: FitsOut) -> str:
    """How the list was made."""
    counts = ", ".join(f"{answer.counts[group]} {words.lower()}" for group, words in GROUP_WORDS.items())
    return (
        f"{answer.considered} models considered: {counts}. Within a group the most talked about come first, those"
        f" slower than you read last; each in the best quant that leaves room to spare, or the usual one where that"
        f" would be slow to read."
        f" Page {answer.page} of {answer.pages}."
    )


LIST_TITLES = {
    "topic": "How it is worked out, what the words mean, what is not known",
    "guide": "What to buy for a purpose",
    "course": "Short courses, a lesson of two minutes at a time",
    "kit": "System prompts for a job, with sampling settings",
}


def sampling(item: SamplingOut) -> str:
    """Settings of a family in one line."""
    names = ("temperature", "top_p", "top_k", "min_p", "repetition_penalty")
    given = ", ".join(f"{n} {v:g}" for n in names if (v := getattr(item, n)) is not None)
    return f"{item.name}: {given}" + (f" ({item.note})" if item.note else "")


def pick_title(pick: PickOut) -> str:
    """What a pick is, in one line."""
    name = pick.name if f"{pick.memory_gib:g} GB" in pick.name else f"{pick.name}, {pick.memory_gib:g} GB"
    price = f", {pick.launch_price_usd:,.0f} USD at launch" if pick.launch_price_usd else ""
    return f"{name}, {pick.bandwidth_gb_s:,.0f} GB/s{price}" + (f" ({pick.year})" if pick.year else "")


def pick_lines(pick: PickOut) -> Iterator[str]:
    """Why, for whom, and what runs."""
    yield pick.why
    if pick.buy_if:
        yield f"Buy if: {pick.buy_if}"
    if pick.skip_if:
        yield f"Skip if: {pick.skip_if}"
    for item in pick.runs:
        yield " · ".join(filter(None, run(item)))


def lesson_place(lesson: LessonOut) -> str:
    """Where in its course a lesson is."""
    return f"{lesson.course.name}, lesson {lesson.number} of {lesson.lessons}"


def choice(number: int) -> str:
    """The letter of a choice, counted from 1."""
    return "ABCDE"[number - 1]


def checked(lesson: LessonOut) -> str:
    """How a choice was judged, and how far through the course one is."""
    assert lesson.checked
    done = f"\n-# You have {len(lesson.done)} of {lesson.lessons} lessons of this course right." if lesson.done else ""
    return judged(lesson.checked) + done


def judged(checked: CheckOut) -> str:
    """Whether a choice was right, and why."""
    return f"{'Right' if checked.right else 'Not quite'}: {checked.choice}.\n{checked.why}"


def kit_file(kit: KitOut) -> str:
    """A kit as a Markdown file."""
    families = "\n".join(f"- {sampling(item)}, by {item.source}" for item in kit.sampling)
    pitfalls = "\n".join(f"- {pitfall}" for pitfall in kit.pitfalls)
    return (
        f"# {kit.title}\n\n{kit.use}\n\n## System prompt\n\n{kit.prompt}\n\n## Sampling\n\n{families}\n\n"
        f"## What goes wrong\n\n{pitfalls}\n"
    )


STEP_WORDS = {
    "install": "Install Ollama",
    "run": "Load the model and talk to it",
    "context": "In its prompt, give it the context and keep that under a name",
    "check": "In a second terminal, see where it runs",
    "try_picture": "Ask about a picture by its path",
    "interface": "For a chat in the browser, install Open WebUI",
    "editor": "In your editor's extension, set this address and model",
}


def start_title(answer: StartOut) -> str:
    """For whom the steps are."""
    return f"{answer.goal.capitalize()} on {together(answer.devices)}, {SYSTEM_WORDS[answer.system]}"


def start_pick(answer: StartOut) -> str:
    """The pick and why."""
    if answer.pick is None:
        return "Nothing that is good for this runs there at a readable speed. `/fits` lists what runs at all."
    where = {
        "comfortable": "fits with room to spare",
        "tight": "fits tightly",
        "offload": "runs with a part in system memory",
    }[answer.pick.group]
    return (
        f"Take {answer.pick.name} at {answer.pick.quant}: at {tokens(answer.context)} context it needs"
        f" {gib(answer.pick.total_mib)}, {where}, and writes about {band(answer.pick.decode_tok_s)}."
    )


def start_check(answer: StartOut) -> str:
    """What the check should show."""
    if answer.on_cpu:
        return "It should say 100% CPU."
    if answer.pick is not None and answer.pick.group == "comfortable":
        return "It should say 100% GPU; if not, ask `/troubleshoot symptom: The GPU is not used`."
    return "It should show a share of the GPU; the rest is in system memory."


SYSTEM_WORDS = {"windows": "Windows", "linux": "Linux", "macos": "macOS"}

COHORT_WORDS = {
    "other_runtimes": "The same on other runtimes",
    "other_hardware": "The same model on other hardware",
    "other_models": "Other models on the same hardware",
}


def measured_title(answer: BenchOut) -> str:
    """How many rows there are."""
    if not answer.total:
        return f"No measured run of {answer.model} on {answer.hardware} is in the catalog. The nearest:"
    plural = "s" if answer.total > 1 else ""
    return f"{answer.model} on {answer.hardware}: {answer.total} measured run{plural}"


def measured(row: MeasuredOut, *, cohort: str = "") -> tuple[str, ...]:
    """What was run, how fast, and how far to rely on it; a cohort's rows begin with what differs."""
    what = {"other_hardware": row.hardware, "other_models": row.model}.get(cohort, "")
    count = f"{row.count}× " if row.count > 1 else ""
    speeds = [f"{row.decode_tok_s:g} tok/s" if row.decode_tok_s else ""]
    if row.prefill_tok_s:
        speeds.append(f"prompt {row.prefill_tok_s:,.0f} tok/s")
    depth = f"{tokens(row.depth)} in the cache" if row.depth else ""
    runtime = "runtime not stated" if row.runtime == "unstated" else row.runtime
    setting = " ".join(filter(None, (quant_name(row.quant), f"{runtime} ({row.backend})")))
    return tuple(
        filter(
            None,
            (f"{count}{what}".strip(), setting, ", ".join(filter(None, speeds)), depth, row.measured or "undated",
             f"confidence {row.confidence}"),
        )
    )  # fmt: skip


def row_name(row: RowOut) -> str:
    """The name of a row of a comparison."""
    return f"{ROW_WORDS[row.name]} {row.note}" if row.name == "runs" else ROW_WORDS[row.name]


def about(a: AboutOut) -> str:
    """What this is, in one line."""
    return f"willitrun {a.version}, catalog {a.catalog} of {a.checked}"


def counts(a: AboutOut) -> str:
    """How much the catalog holds."""
    return ", ".join(f"{count:,} {kind}" for kind, count in a.counts.items())


STATE_DOWN = later(
    "My memory cannot be used at the moment, so nothing was kept or changed. Please try again in a minute."
)
NOT_A_MODERATOR = later("Only people who may manage this server can do that.")


PERSONAL_HELP = {
    "rig set": "Save what you own; questions that name no hardware are about it.",
    "privacy show": "What is stored about you, to take away or delete.",
    "settings": "For moderators: private channels, commands to switch off, reports.",
}

SETTING_WORDS = {
    "reports": "Where reports of errors go",
    "private": "Channels where answers are for the asker only",
    "off": "Commands to switch off",
    "language": "Language of the answers",
}


TOO_LONG = "This took too long and was given up. Please try again in a minute, or ask for a model of the catalog."


def too_fast(wait_s: float) -> str:
    """Asks somebody to slow down."""
    return t("That is a lot of commands at once. Please go on in {seconds} seconds.", seconds=f"{wait_s:.0f}")


def switched_off(command: str) -> str:
    """A command that the moderators do not want here."""
    return t(
        "The moderators of this server have switched /{command} off here. It works in a direct message to me.",
        command=command,
    )


def voted(worked: int, failed: int, *, helped: bool) -> str:
    """Thanks for a vote, with what all have said."""
    total = worked + failed
    said = f"It worked for {worked} of {total} who said." if total > 1 else "You are the first to say."
    if helped:
        return f"Good to hear. {said}"
    return (
        f"Sorry. {said} If it is another error, choose one in the card's list, or paste more of the log; from what you"
        " notice, `/troubleshoot` goes on."
    )


def asked(question: Question) -> str:
    """A question as one would type it."""
    options = " ".join(f"{name}: {value}" for name, value in question.options.items() if value not in (None, ""))
    return f"/{question.command} {options}".strip()


def reported(number: int, *, seen: bool) -> str:
    """Thanks for a report."""
    if seen:
        return t(
            "Thank you. It is kept as report {number}, and the moderators of this server see it now.", number=number
        )
    return t("Thank you. It is kept as report {number}, and whoever runs the bot will see it.", number=number)


def report_title(number: int, state: str) -> str:
    """What a report is, and how it was decided."""
    return f"Report {number}" if state == "open" else f"Report {number}: {state}"


KEEP_RIG = later("Tell me what you own once with `/rig set`, and I ask no more.")


def on_rig(name: str) -> str:
    """Says that a question was taken to be about the asker's rig."""
    return "-# " + t("On your rig «{name}»; name other hardware to ask about that.", name=name)


def rig_parts(rig: RigOut) -> str:
    """What a rig is made of, in one line."""
    if not rig.devices:
        return "no longer understood; please save it anew"
    ram = f"{rig.ram_gib:g} GiB of system memory" if rig.ram_gib else ""
    return ", ".join(filter(None, (together(rig.devices), ram, SYSTEM_WORDS.get(rig.system or "", ""))))


_RIG_DONE = {
    "set": "Saved. Questions that name no hardware are about it from now on.",
    "show": "",
    "use": "Done.",
    "share": "Shared: others see it in the menu of your name.",
    "hide": "No longer shared.",
    "clear": "Forgotten.",
    "of": "",
}


def rigs_title(answer: RigsOut) -> str:
    """What was done, and whose rigs these are."""
    if answer.done == "of":
        return "Shared by its owner:" if answer.rigs else "This person shares no rig here."
    if not answer.rigs:
        head = "You have no rigs here." if answer.done != "clear" else "Forgotten. You have no rigs here any more."
        return f"{head} `/rig set hardware: 2x 3090, 128gb ram, linux` saves one."
    return " ".join(filter(None, (_RIG_DONE[answer.done], "Your rigs:" if len(answer.rigs) > 1 else "Your rig:")))


def rig_line(rig: RigOut) -> tuple[str, str, str]:
    """Name, parts, and marks of a rig."""
    marks = ", ".join(filter(None, ("in use" if rig.in_use else "", "shared" if rig.shared else "")))
    return rig.name, rig_parts(rig), marks


_STORED_WORDS = {"rig": "rigs", "vote": "votes on errors", "lesson": "answered lessons", "report": "reports"}


def privacy(answer: PrivacyOut) -> str:
    """What is stored about the asker."""
    if answer.deleted is not None:
        return f"Deleted: {answer.deleted} entries. Nothing about you is kept any more."
    counts = [f"{len(rows)} {_STORED_WORDS[table]}" for table, rows in answer.stored.items() if rows]
    if not counts:
        return "Nothing is stored about you."
    kept = f"Stored about you: {', '.join(counts)}."
    match answer.done:
        case "export":
            return f"{kept} All of it is in the file."
        case "delete":
            return f"{kept} Deleting cannot be undone."
        case _:
            return f"{kept} `/privacy export` hands all of it out, `/privacy delete` deletes it."
