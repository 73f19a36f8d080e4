"""The records of the catalog. Every record names its sources and the day it was checked."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator

from bot.fit.architecture import Architecture
from bot.fit.devices import Backend, Device
from bot.fit.quants import PRESET_BASE

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9.\-]*$", max_length=64)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
Opinion = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
Source = Annotated[str, StringConstraints(strip_whitespace=True, min_length=8, max_length=400)]


class Record(BaseModel):
    """What all records share."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    id: Slug
    sources: tuple[Source, ...] = Field(min_length=1)
    checked: date


Modality = Literal[
    "text", "text+image", "multimodal", "embedding", "reranker", "speech-to-text", "text-to-speech", "image", "video"
]

WRITES_TEXT: tuple[Modality, ...] = ("text", "text+image", "multimodal")
"""Modalities of models that answer in text, token by token."""


class Lineage(BaseModel):
    """What a model was made from."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    kind: Literal["tuned", "distilled", "merged", "pruned"]
    of: Slug


class Model(Record):
    """A model people run, with the facts that its memory follows from."""

    name: Name
    org: Name
    family: Name
    aliases: tuple[Name, ...] = ()
    hf_id: Annotated[str, StringConstraints(pattern=r"^[\w.\-]+/[\w.\-]+$")]
    released: date | None = None
    repository_created: date | None = None
    """When its makers made its repository on the Hub: some days to weeks before most releases."""
    licence: str | None = None
    commercial: bool | None = None
    """Whether the licence allows commercial use without asking; None where it depends."""
    modality: Modality = "text"
    capabilities: tuple[str, ...] = ()
    params: int = Field(gt=0)
    active_params: int | None = Field(default=None, gt=0)
    """Parameters at work for a token as its makers count them: most with the token embedding, some without."""
    extra_params: int = Field(default=0, ge=0)
    """Parameters outside the text model (vision tower, audio encoder, multi-token-prediction module)."""
    context: int | None = Field(default=None, gt=0)
    """Tokens; None where it has no meaning (images) or is not known."""
    lineage: Lineage | None = None
    ollama: tuple[str, ...] = ()
    ollama_quant: str | None = None
    """What the first tag downloads, where that is not Q4_K_M (old models come as Q4_0, small ones as Q8_0)."""
    gguf_repos: tuple[str, ...] = ()
    file_mib: dict[str, float] = Field(default_factory=dict)
    """Published file sizes by quant; they win over the computed ones."""
    native_quant: str | None = None
    """The format its makers trained and published it in, where that is a GGUF type (gpt-oss: MXFP4)."""
    rank: int = Field(default=9999, ge=1)
    """Order of how much people talk about it, 1 first."""
    architecture: Architecture | None = None

    @property
    def dated(self) -> date | None:
        """About when it came out."""
        return self.released or self.repository_created

    @property
    def released_text(self) -> str | None:
        """The day of its release; where only the making of its repository is known, the month of that."""
        if self.released:
            return self.released.isoformat()
        return f"{self.repository_created:%Y-%m} (repository made)" if self.repository_created else None

    @field_validator("native_quant", "ollama_quant")
    @classmethod
    def _known_preset(cls, quant: str | None) -> str | None:
        if quant is not None and quant not in PRESET_BASE:
            raise ValueError(f"unknown quant {quant}")
        return quant

    @field_validator("file_mib")
    @classmethod
    def _known_quants(cls, sizes: dict[str, float]) -> dict[str, float]:
        unknown = sorted(set(sizes) - set(PRESET_BASE))
        if unknown:
            raise ValueError(f"unknown quant {', '.join(unknown)}")
        return sizes

    @model_validator(mode="after")
    def _active_within_total(self) -> "Model":
        if self.active_params and self.active_params > self.params:
            raise ValueError("active_params exceed params")
        if self.architecture and not self.context:
            raise ValueError("a model with an architecture needs its context")
        return self


class CloudModel(Record):
    """A model that is served from the cloud only: it has no weights to run."""

    name: Name
    vendor: Name
    words: tuple[Name, ...] = Field(min_length=1)
    """Word sequences that name it; each must occur as typed words."""
    alternatives: tuple[Slug, ...] = Field(min_length=1)


class Hardware(Record):
    """A card, a chip with shared memory, or a CPU platform."""

    name: Name
    aliases: tuple[Name, ...] = ()
    vendor: Name
    kind: Literal["gpu", "unified", "integrated", "cpu"]
    """``gpu`` has its own memory; ``unified`` and ``integrated`` share the system's; ``cpu`` is a platform."""
    segment: Literal["desktop", "laptop", "workstation", "datacenter", "embedded", "server", "phone"]
    architecture: str | None = None
    chip: str | None = None
    released: date | None = None
    memory_gib: tuple[float, ...] = ()
    """Sizes it was sold with, of one chip; empty for a CPU platform."""
    chips: int = Field(default=1, ge=1)
    """Chips on one board, each with its own memory (a Tesla K80 of 24 GB is two of 12)."""
    memory_type: str | None = None
    bus_bits: int | None = Field(default=None, gt=0)
    bandwidth_gb_s: float = Field(gt=0)
    fp32_tflops: float | None = Field(default=None, gt=0)
    fp16_tensor_tflops: float | None = Field(default=None, gt=0)
    tdp_w: float | None = Field(default=None, gt=0)
    pcie: str | None = None
    compute_capability: str | None = None
    gfx: str | None = None
    backends: tuple[Backend, ...] = Field(min_length=1)
    processors: tuple[Name, ...] = ()
    """Of a CPU platform: RE2 patterns of the processors on it, in lower case, a space for each hyphen, no maker."""
    launch_price_usd: float | None = Field(default=None, gt=0)
    rare: bool = False
    """A variant that is only meant when it is named in full (odd memory, modified cards)."""
    rank: int = Field(default=9999, ge=1)
    notes: str | None = None

    @property
    def _stacked(self) -> bool:
        return (self.memory_type or "").startswith("HBM")

    def device(self, memory_gib: float, backend: Backend | None = None) -> Device:
        """This hardware with one of its memory sizes, as the maths sees it; by default with its first backend."""
        return Device(
            id=self.id,
            name=self.name,
            kind=self.kind,
            backend=backend or self.backends[0],
            memory_mib=memory_gib * 1024,
            bandwidth_gb_s=self.bandwidth_gb_s,
            fp16_tflops=self.fp16_tensor_tflops,
            fp32_tflops=self.fp32_tflops,
            architecture=" ".join(filter(None, (self.architecture, "HBM" if self._stacked else ""))),
        )


class Tool(Record):
    """A runtime or user interface."""

    name: Name
    aliases: tuple[Name, ...] = ()
    category: Literal["runtime", "server", "app", "ui", "image", "speech", "training", "agent", "library"]
    licence: str | None = None
    url: Source
    systems: tuple[Literal["linux", "windows", "macos", "android", "ios"], ...] = Field(min_length=1)
    backends: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()
    api: tuple[str, ...] = ()
    install: dict[Literal["linux", "windows", "macos"], Opinion] = {}
    """Command that installs it, by system, as its own documentation gives it."""
    best_for: Text
    caveat: Text


class ModelVerdict(Record):
    """What we think of a model, in our own words; ``id`` is the model's. What fits where is computed, never written."""

    good_for: Opinion
    strengths: tuple[Opinion, ...] = Field(min_length=1)
    limits: tuple[Opinion, ...] = Field(min_length=1)
    pick_if: Opinion
    skip_if: Opinion


class Claim(BaseModel):
    """A model at a quant and context, said to run well on a piece of hardware or not."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    model: Slug
    quant: str
    context: int = Field(gt=0)


class HardwareVerdict(Record):
    """What we think of a card or chip, in our own words; ``id`` is its own. The claims are checked by the engine."""

    does_well: Opinion
    breaks: Opinion
    buy_if: Opinion
    skip_if: Opinion
    runs: tuple[Claim, ...] = ()
    """Fits with headroom, on the largest memory it was sold with."""
    runs_not: tuple[Claim, ...] = ()
    """Does not fit on the devices."""


class Benchmark(BaseModel):
    """One measured run, a line of a CSV file. An empty cell is a fact that the source does not give."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    id: Slug
    model: Slug
    quant: str = Field(min_length=2, max_length=20)
    hardware: Slug
    memory_gib: float = Field(gt=0)
    count: int = Field(ge=1, le=64)
    runtime: Name
    backend: Backend
    flash_attention: bool | None = None
    depth: int = Field(ge=0)
    """Tokens in the cache before the measured part."""
    prompt_tokens: int | None = Field(default=None, ge=1)
    prefill_tok_s: float | None = Field(default=None, gt=0)
    decode_tok_s: float | None = Field(default=None, gt=0)
    measured: date | None = None
    source: Source
    notes: str = Field(default="", max_length=200)

    @property
    def engine(self) -> str:
        """The engine whose rules it ran by: Ollama, LM Studio and forks run llama.cpp."""
        return self.runtime if self.runtime in ("vllm", "mlx", "exllama", "transformers", "sglang") else "llama.cpp"


class ApiPrice(Record):
    """What a provider asks for a hosted twin of a model, on a day."""

    model: Slug
    provider: Name
    input_usd_per_mtok: float = Field(gt=0)
    output_usd_per_mtok: float = Field(gt=0)
    as_of: date


class RentalPrice(Record):
    """What a card costs by the hour."""

    hardware: Slug
    provider: Name
    usd_per_hour: float = Field(gt=0)
    offer: Name
    as_of: Name
    """A date, or how old the source says that the price is."""


class HardwarePrice(Record):
    """What a card, or a whole system with a chip, is sold for; new, used or both, in a month."""

    hardware: Slug
    memory_gib: float = Field(gt=0)
    new_usd: float | None = Field(default=None, gt=0)
    used_usd: float | None = Field(default=None, gt=0)
    whole_system: bool = False
    as_of: Name

    @model_validator(mode="after")
    def _some_price(self) -> "HardwarePrice":
        if self.new_usd is None and self.used_usd is None:
            raise ValueError("a price is new, used, or both")
        return self


class ElectricityPrice(Record):
    """What a household pays for electricity in a country, taxes included."""

    country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
    """ISO 3166-1 code; EU and EA are Eurostat's for the union and the euro area."""
    name: Name
    price_per_kwh: float = Field(gt=0)
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
    as_of: Name


class Step(BaseModel):
    """One thing to do."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    text: Text
    command: str | None = Field(default=None, max_length=1000)
    language: Literal["bash", "powershell", "python", "text"] | None = None

    @model_validator(mode="after")
    def _language_of_command(self) -> "Step":
        if (self.command is None) != (self.language is None):
            raise ValueError("a command needs a language, and a language a command")
        return self


class ErrorEntry(Record):
    """One class of error: how to recognise it and what to do."""

    title: Name
    category: Name
    severity: Literal["low", "medium", "high"]
    tools: tuple[str, ...] = ()
    signatures: tuple[str, ...] = ()
    """RE2 patterns, searched in each line of what was pasted."""
    phrases: tuple[str, ...] = Field(min_length=1)
    """How people say it in a chat."""
    examples: tuple[str, ...] = Field(min_length=1)
    """Texts that must find this entry first (checked)."""
    cause: Text
    steps: tuple[Step, ...] = Field(min_length=1)
    dead_ends: tuple[Text, ...] = ()
    alternatives: tuple[Text, ...] = ()
    related: tuple[Slug, ...] = ()
    wrapper: bool = False
    """Whether it is printed around other errors: it is the answer only where no other entry is."""


class SymptomCause(BaseModel):
    """One reason for a symptom: how to see it and what to do. ``look`` and ``command`` are to be pasted."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    cause: Opinion
    diagnose: Opinion
    look: str | None = Field(default=None, max_length=500)
    fix: Opinion
    command: str | None = Field(default=None, max_length=500)


class Symptom(Record):
    """What people notice, with its causes, the likeliest first."""

    title: Name
    phrases: tuple[str, ...] = Field(min_length=1)
    applies_to: tuple[str, ...] = Field(min_length=1)
    causes: tuple[SymptomCause, ...] = Field(min_length=2)
    hardware: Opinion | None = None
    """What remains when it is not a matter of software."""


class QuickAnswer(Record):
    """A question that communities repeat, with a short answer. ``see`` are commands that say more."""

    question: Opinion
    phrases: tuple[Opinion, ...] = ()
    answer: Text
    reason: Text
    see: tuple[Opinion, ...] = ()


class Page(Record):
    """What is found by its title or by ``phrases``, other ways in which people ask for it."""

    title: Name
    phrases: tuple[Name, ...] = ()


class Topic(Page):
    """How something is worked out, what a word means, or what is not known."""

    text: Text


class Sampling(Record):
    """Sampling settings that the makers of a family of models recommend; what they do not give is left out."""

    name: Name
    temperature: float = Field(ge=0, le=2)
    top_p: float | None = Field(default=None, gt=0, le=1)
    top_k: int | None = Field(default=None, ge=0, le=1000)
    min_p: float | None = Field(default=None, ge=0, le=1)
    repetition_penalty: float | None = Field(default=None, ge=1, le=2)
    note: Opinion | None = None


class Kit(Page):
    """A system prompt for a job, with what goes wrong. ``sampling`` are ids of families that do it well."""

    use: Opinion
    prompt: Text
    sampling: tuple[Slug, ...] = Field(min_length=1)
    pitfalls: tuple[Opinion, ...] = Field(min_length=2)


class GuidePick(BaseModel):
    """A piece of hardware in a guide, and why it is there; the smallest memory unless another is named."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    hardware: Slug
    memory_gib: float | None = Field(default=None, gt=0)
    why: Opinion


class Guide(Page):
    """What to buy for a purpose, best first; ``models`` are run on each pick."""

    short_answer: Opinion
    models: tuple[Slug, ...] = Field(min_length=1, max_length=3)
    picks: tuple[GuidePick, ...] = Field(min_length=2)


class Course(Page):
    """A short course; its lessons name it."""

    about: Opinion


class Lesson(Record):
    """One lesson: what to read, what to remember, and a question with one right choice, counted from 1."""

    course: Slug
    number: int = Field(ge=1, le=20)
    title: Name
    text: Text
    insight: Opinion
    question: Opinion
    choices: tuple[Name, ...] = Field(min_length=2, max_length=5)
    right: int = Field(ge=1, le=5)
    why: Opinion


class GlossaryTerm(Record):
    """A term with its four parts."""

    title: Name
    expansion: str | None = None
    aliases: tuple[Name, ...] = ()
    category: Name
    definition: Text
    deeper_dive: Text
    practical_example: Text
    workflow_example: Text
    related: tuple[Slug, ...] = Field(min_length=1)
