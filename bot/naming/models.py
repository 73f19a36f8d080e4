"""Typed text → a model of the catalog."""

import itertools
import re
from collections.abc import Hashable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from functools import cache, cached_property
from typing import NamedTuple

from rapidfuzz import fuzz, process

from bot.catalog.records import CloudModel, Model
from bot.catalog.store import Catalog
from bot.naming.outcome import MAX_CANDIDATES, AskBack, Candidate, ModelMatch, NotFound, NotLocal, Unreadable, one_of
from bot.naming.quants import find_quant
from bot.naming.text import MAX_LENGTH, Names, Suggestions, Vocabulary, choices, plain, postings, rarest

ModelOutcome = ModelMatch | AskBack | NotFound | NotLocal | Unreadable

_TOKEN = re.compile(
    r"(?P<task>(?<![a-z0-9])(?:t|i|ti|s|v)2[vi](?![a-z0-9]))"
    r"|(?P<mixture>\d+x\d+(?:\.\d+)?b)|(?P<active>a\d+(?:\.\d+)?b)|(?P<effective>e\d+b)"
    r"|(?<![a-z])(?P<series>[ekrmx]\d+(?:\.\d+)?)(?![a-z0-9])"
    r"|(?P<size>\d+(?:\.\d+)?[bmt])(?![a-z0-9])|(?P<number>\d+(?:\.\d+)*)|(?P<word>[a-z]+)"
)
_BILLIONS = {"b": 1, "m": 0.001, "t": 1000}
_NEUTRAL = frozenset({"instruct", "it", "chat", "hf", "preview", "gguf", "inst", "b"})
"""Words of a record's name that need not be typed, and may be typed where the name lacks them."""
_GENERIC = frozenset(
    """
    text vision vl code mini nano small medium large base pro air next flash thinking uncensored abliterated
    nvidia google microsoft ibm meta apple amd intel t2v i2v ti2v t2i
    """.split()
)
"""Words of many names, which by themselves name no model."""
_NOISE = frozenset(
    """
    the a an model models llm ai local locally latest version file bin safetensors diffusers ggml ggmlv gguf quant
    quants quantized quantised quantization to at in on with by for of ollama lmstudio lm studio hf co huggingface
    imatrix tokens mlx format run i qat ud tq dense dynamic unsloth
    vllm sglang dynamo trt trtllm tensorrt rocm cuda exllama exllamav2 koboldcpp kobold llamacpp tabbyapi
    """.split()
)
_FILE_ENDINGS = (".gguf", ".bin", ".safetensors")
_OWN_WORD = re.compile(r"[-_][a-zA-Z]+(?=\.gguf$)")
_FILE_PARTS = re.compile(
    r"(?:\.gguf|\.bin|\.safetensors)$|[-.]\d{5}-of-\d{5}\b|\.i1(?=[-.])|-i1(?=-gguf)|[-.]imat(?=[-.]|$)"
)
"""What a file's name says beside the model: its ending, which part of several it is, how its quant was made."""
_SETUP = re.compile(
    r"-((?:nv|mx)?fp[48]|bf16|fp16|int[48])-(?:g?[bh]\d00|gh200|a100|mi\d{3}x?|l40s?|rtx ?\w+)(?![a-z0-9]).*$"
)
"""What a slug of a benchmark says behind the precision: the card it ran on, and all that follows."""
_ABBREVIATED = re.compile(r"(?:^|(?<=/))ds(?=[- ]?[rv]\d)")
"""DeepSeek before its series: dsv3, DS R1."""
_DECIMAL = re.compile(r"(?<=[a-zA-Z]\d)(?<![qQ]\d)_(?=\d(?![\d.bBmM]))|(?<=-\d)_(?=\d[bBmM])")
"""An underscore that stands for the point of a version or a size (InternVL3_5, internlm2_5-1_8b); not Q4_0's."""
_GLUED_VERSION = re.compile(r"(?<=[a-z])(\d)(\d)(?![\d.]|[a-z])")
"""A version whose dot was left out: qwen25-7b, llama31."""
_DATE = re.compile(r"^(?:2[3-9](?:0[1-9]|1[0-2])|(?:0[1-9]|1[0-2])[0-3]\d)$")
_V = re.compile(r"(?<![a-z])v(?=\d)")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_PLUS = re.compile(r"(?<=[a-z])\+(?![a-z0-9])")
_SERIES = re.compile(r"([a-z]{3})([krmv]\d)")
"""Where a series is glued to its maker: deepseekr1, kimik2."""
_JOINED = frozenset({"and", "or", "vs", "versus"})
"""Words between two sizes of a model."""
_ANYWHERE = _NOISE | _NEUTRAL | _JOINED | {"xxs"}
"""Words that may stand in the name of any model."""
_CLOUD = -1
"""Stands for the names of cloud models."""
_MEMORY = re.compile(r"\d+(?:\.\d+)?gi?b")
_CLASS = frozenset("nano tiny mini small medium large lite".split())
"""Words for a size: a family without a size means any of them."""
_VERSION = re.compile(r"^\d(?:\.\d+)*$")
_PART_SIZE = re.compile(r"^(?:[ae]\d.*b|\d+x.*b|e)$")
"""Active sizes, mixtures and expert counts: part of a size, not a name of their own."""
_ACTIVE = re.compile(r"a\d+(?:\.\d+)?b")
_TAG = re.compile(r"[- :](?:cloud|mtp|coding|(?:ctx ?)?\d{1,4}k)(?=[-: ]|$)")
"""What tags say beside the model: where it is served, its context, a draft head or settings that come with it."""
_BASE_TAG = re.compile(r"(?<=[-: ])(?:text|code)(?=[- ]|$)")
"""Ollama's words for a base model (llama3.1:8b-text)."""
_SPLIT_VERSION = re.compile(r"(?<=[a-z]\d)[- ](\d)(?=[- ]\d+(?:\.\d+)?b\b)")
"""Where a file's name could not have a dot: qwen2-5-7b."""
_UNWANTED_WORD = 4.0
_UNWANTED_DATE = 1.0
_UNTYPED_VERSION = 0.6
"""So that «yi 34b» is the Yi 34B that has no version, where there is one."""
_ANY_VERSION = 0.5
"""A bare «gemma» or «llama» may be of any version; the first ones have no number in their names."""
_NUMBER_AS_SIZE = 0.5
_UNTYPED_CLASS = 0.4
_COMPLETE = -0.2
"""So that «phi 4» is the Phi-4 that is called just that, and no Phi-4 mini."""
_SHORT = 6
_SIZE_ALONE = re.compile(r"(?:an? |any )?\d+(?:\.\d+)?b(?:[ -]a\d+b)?(?: models?)?")
_TELLING = 4
"""Letters of the shortest word that says by itself which models are meant."""
_SAME = 0.5
"""Readings whose penalties differ by no more than this are equally good."""


class Tokens(NamedTuple):
    """What a name is made of. Sizes are in billions of parameters."""

    words: frozenset[str]
    numbers: frozenset[str]
    sizes: frozenset[float]


class _Form(NamedTuple):
    """One way to write a record's name."""

    model: Model
    tokens: Tokens
    free_words: frozenset[str]
    words: frozenset[str]
    """Its own and the free ones: all that may be typed."""
    free_numbers: frozenset[str]
    sizes: frozenset[float]
    versions: dict[str, frozenset[str]]
    """Numbers that follow each word."""


class _Named(NamedTuple):
    """What was typed, taken apart."""

    typed: str
    quant: str | None
    parts: tuple[str, ...]
    """The name without its owner, and the tag behind the colon if there is one; without quants."""
    is_file: bool
    """A file or a repository, whose names say more than people do."""
    in_repository: bool

    @property
    def rest(self) -> str:
        """What is left when the quant is known."""
        return " ".join(self.parts)


class _Reading(NamedTuple):
    penalty: float
    model: Model


class ModelIndex:
    """Resolves model names against one catalog."""

    def __init__(self, catalog: Catalog) -> None:
        self._models = catalog.models
        self._by_rank = sorted(catalog.models.values(), key=lambda m: m.rank)
        self._exact: dict[str, Model] = {}
        named = [(name, model) for model in self._by_rank for name in (model.id, model.hf_id, model.name)]
        named += [(name, m) for m in self._by_rank for name in (*m.ollama, *m.gguf_repos, *m.aliases)]
        for name, model in named:
            self._exact.setdefault(_spaced(plain(name)), model)
        self._repositories: dict[str, Model] = {}
        for model in self._by_rank:
            owner, repository = model.hf_id.split("/", 1)
            for name in (repository, f"{owner} {repository}"):  # some put the owner's name into a file's name
                self._repositories.setdefault(_said(plain(name)), model)
        self._cloud: dict[tuple[str, str], list[tuple[list[tuple[str, str]], CloudModel]]] = {}
        for cloud in catalog.cloud_models.values():
            for sequence in map(_sequence, map(plain, cloud.words)):
                self._cloud.setdefault(sequence[0], []).append((sequence, cloud))
        self._cloud_words = frozenset(word for _, word in self._cloud)

    def remembering(self) -> AbstractContextManager[None]:
        """For trying many pieces of a text: no word of it is mended twice."""
        return self._vocabulary.remembering()

    def build(self) -> None:
        """Build what names written in full do not need, before somebody waits for it."""
        _ = self._suggestions, self._by_part, self._vocabulary, self._names

    @cached_property
    def _names(self) -> dict[str, str]:
        return {model.id: plain(model.name) for model in self._models.values()}

    @cached_property
    def _forms(self) -> list[_Form]:
        return [form for model in self._models.values() for form in _forms(model)]

    @cached_property
    def _by_part(self) -> dict[Hashable, list[int]]:
        return postings(f.words | f.sizes for f in self._forms)

    @cached_property
    def _vocabulary(self) -> Vocabulary:
        return Vocabulary([w for f in self._forms for w in f.words | _NEUTRAL])

    @cached_property
    def _suggestions(self) -> Suggestions:
        return Suggestions((model.id, model.name) for model in self._by_rank)

    def knows(self, word: str) -> bool:
        """Whether a word may be of a name; one with a typing error is only read beside figures, which may always."""
        return not word.isalpha() or word in self._vocabulary or word in self._cloud_words

    def names_with(self, words: Sequence[str]) -> list[Names]:
        """For each word of a text, which names it may be of: words that share none are not of one name.

        A typing error is only looked for beside a word that is known, or a figure.
        """
        known = [any(map(str.isdigit, word)) or (word in self._vocabulary and word not in _NOISE) for word in words]
        beside = [any(known[max(at - 1, 0) : at + 2]) for at in range(len(words))]
        joined = ["", *(before + word for before, word in itertools.pairwise(words)), ""]
        names: list[Names] = []
        for at, word in enumerate(words):
            path, _, of_path = word.rpartition("/")
            these = self._names_with(of_path, joined[at : at + 2], mend=beside[at])
            if these is not None and not these and (apart := _SERIES.sub(r"\1 \2", word)) != word:
                these = self._names_with(apart, joined[at : at + 2], mend=beside[at])
            if path or ":" in word:  # a repository or a tag may be a name by itself, of whatever words
                these = frozenset({_CLOUD - 1 - at}).union(these or ())
            names.append(these)
        return names

    def _names_with(self, word: str, joined: Sequence[str], *, mend: bool) -> Names:
        if find_quant(word):
            return None
        if _MEMORY.fullmatch(word):
            return frozenset()
        names: Names = None
        for kind, part in _sequence(_ABBREVIATED.sub("deepseek ", word)):
            if kind != "word" or len(part) < 3 or part in _ANYWHERE:
                continue
            spelled = [part, *joined, part.removesuffix("s")]
            if mend and part not in self._vocabulary:
                spelled += self._vocabulary.mend(part) or ()
            found = frozenset({_CLOUD} if part in self._cloud_words else ()).union(
                *(self._by_part.get(word, ()) for word in spelled)
            )
            names = found if names is None else names & found
        return names

    def resolve(self, text: str) -> ModelOutcome:
        """The model that ``text`` names, with the quant it names."""
        outcome = self.find(text)
        if not isinstance(outcome, NotFound):
            return outcome
        if shorter := _without_own_word(outcome.typed):
            return self.resolve(shorter)
        more = self._either(outcome.typed) or self._in_part(outcome.typed)
        return more or outcome._replace(nearest=self._nearest(plain(outcome.typed)))

    def _either(self, typed: str) -> AskBack | None:
        """«qwen3 32b or gemma 3 27b»: asked back, where each is a model."""
        found = map(self.find, choices(plain(typed)))
        return one_of("model", typed, (_with_quant(one) if isinstance(one, ModelMatch) else one for one in found))

    def find(self, text: str) -> ModelOutcome:
        """The same, but what means nothing gets no nearest names: for trying many pieces of a text."""
        outcome = self._find(text)
        if isinstance(outcome, NotFound) and _DECIMAL.search(text):
            return self._find(_DECIMAL.sub(".", text))
        return outcome

    def _find(self, text: str) -> ModelOutcome:
        typed = " ".join(text.split())
        if not typed:
            return Unreadable("model", "empty")
        if len(typed) > MAX_LENGTH:
            return Unreadable("model", "too_long", str(MAX_LENGTH))
        name = _strip_url(plain(typed))
        if model := self._exact.get(_spaced(name)):
            return ModelMatch(model, None)
        named = _taken_apart(typed, name)
        if model := self._written_out(named):
            return ModelMatch(model, named.quant)
        sequence = _sequence(named.rest)
        if cloud := self._cloud_model(sequence):
            return NotLocal(typed, cloud)
        return self._understood(named, sequence)

    def _written_out(self, named: _Named) -> Model | None:
        """The model whose name, repository, tag or alias this is, up to words that say nothing about a model."""
        said = _said(named.rest)
        of_maker = self._repositories.get(said) if named.is_file else None
        if of_maker and of_maker.hf_id.rsplit("/", 1)[-1] in named.typed:
            return of_maker  # letter by letter as its makers write it: nothing goes without saying
        return self._exact.get(_spaced(named.rest.strip(" -.:()"))) or self._exact.get(said)

    def _understood(self, named: _Named, sequence: list[tuple[str, str]]) -> ModelMatch | AskBack | NotFound:
        """What the words may mean: the likeliest, or a question back where equally likely ones differ."""
        nothing = NotFound("model", named.typed, ())
        tokens, mended = self._mended(_tokens_of(sequence))
        if not tokens.words and not tokens.sizes:
            return nothing
        versions = _versions(sequence)
        readings = self._readings(tokens, versions, in_full=named.in_repository)
        for respelled in () if readings else self._respelled(":".join(named.parts)):
            tokens, mended = self._mended(_tokens(respelled))
            mended |= bool(_TAG.search(named.rest))
            if readings := self._readings(tokens, versions, in_full=named.in_repository):
                break
        if not readings:
            several = self._of_each_size(tokens, versions) if len(tokens.sizes) > 1 else []
            return AskBack("model", named.typed, tuple(map(_candidate, several))) if several else nothing
        best = min(reading.penalty for reading in readings)
        partly = best >= _UNWANTED_WORD
        if (partly and named.in_repository) or (mended and not tokens.sizes and (partly or len(named.rest) < _SHORT)):
            # Too little for a guess: a part of a name in somebody's repository, or with a typing error in it.
            return nothing
        models = sorted(_unique(r.model for r in readings if r.penalty <= best + _SAME), key=lambda m: m.rank)
        if any(_differs(models[0], other) for other in models[1:]):
            return AskBack("model", named.typed, tuple(_candidate(m) for m in models[:MAX_CANDIDATES]))
        certain = not mended and len(models) == 1 and not partly
        return ModelMatch(models[0], named.quant, None if certain else named.typed)

    def search(self, text: str, limit: int = 25) -> list[Model]:
        """Models for autocompletion: ranked by likeness, or by how much they are run when nothing is typed."""
        return [self._models[model_id] for model_id in self._suggestions.search(text, limit)]

    def _in_part(self, typed: str) -> ModelMatch | AskBack | None:
        """What has the typed words in its name («mxbai», «hidream») or is of the typed size («a 70B»)."""
        tokens = _tokens(plain(typed))
        words = tokens.words - _NOISE - _NEUTRAL - _GENERIC
        by_size = bool(tokens.sizes) and _SIZE_ALONE.fullmatch(plain(typed))
        active = frozenset(filter(_PART_SIZE.match, words))
        by_word = bool(words - active) and not tokens.sizes and all(len(word) >= _TELLING for word in words)
        if tokens.numbers or not (by_size or by_word):
            return None
        forms = [self._forms[index] for index in rarest(self._by_part, words | tokens.sizes)]
        forms = [form for form in forms if tokens.sizes.isdisjoint(_active(form.tokens))]
        named = [f.model for f in forms if words <= f.words and tokens.sizes <= f.tokens.sizes]
        models = sorted(_unique(named), key=lambda m: m.rank)[:MAX_CANDIDATES]
        if active and models and not any(_differs(models[0], other) for other in models[1:]):
            return ModelMatch(models[0], None, typed)
        return AskBack("model", typed, tuple(_candidate(m) for m in models)) if models else None

    def _nearest(self, text: str) -> tuple[Candidate, ...]:
        """What is most like a name that means nothing; it takes longer than all the rest."""
        found = process.extract(text, self._names, scorer=fuzz.WRatio, limit=5, score_cutoff=55)
        return tuple(_candidate(self._models[model_id]) for _, _, model_id in found)

    def _cloud_model(self, typed: list[tuple[str, str]]) -> CloudModel | None:
        if any(kind == "size" for kind, _ in typed):
            return None  # models of the cloud have no published size: a fine-tune named after one
        for start, first in enumerate(typed):
            for words, cloud in self._cloud.get(first, ()):
                rest = typed[start : start + len(words)]
                if len(rest) == len(words) and all(map(_same_token, words, rest)):
                    return cloud
        return None

    def _of_each_size(self, typed: Tokens, versions: dict[str, frozenset[str]]) -> list[Model]:
        """«DeepSeek Coder 1B and 33B»: the likeliest of each size; nothing where one of them is none."""
        likeliest: list[Model] = []
        for size in sorted(typed.sizes):
            one = typed._replace(words=typed.words - _JOINED, sizes=frozenset({size}))
            readings = self._readings(one, versions)
            if not readings:
                return []
            likeliest.append(min(readings, key=lambda r: (r.penalty, r.model.rank)).model)
        return likeliest

    def _respelled(self, text: str) -> Iterator[str]:
        """Two words that the catalog writes as one (hunyuan video) made one, plurals made singular, tags as names."""
        text = _TAG.sub(" ", _SPLIT_VERSION.sub(r".\1", text))
        tagged = ":" in text and _BASE_TAG.search(text)
        ways = (_BASE_TAG.sub("base", text), _BASE_TAG.sub("", text)) if tagged else (text,)
        for way in dict.fromkeys((*ways, _GLUED_VERSION.sub(r"\1.\2", text))):
            spelled: list[str] = []
            for word in re.split(r"[\s\-]+", _SERIES.sub(r"\1 \2", way)):
                if spelled and len(spelled[-1]) > 1 and spelled[-1] + word in self._vocabulary:
                    spelled[-1] += word
                elif word.endswith("s") and word not in _JOINED and word[:-1] in self._vocabulary:
                    spelled.append(word[:-1])
                else:
                    spelled.append(word)
            yield " ".join(spelled)

    def _mended(self, tokens: Tokens) -> tuple[Tokens, bool]:
        words: set[str] = set()
        mended = False
        for word in tokens.words:
            if word in self._vocabulary or word in _NOISE:
                words.add(word)
            elif known := self._vocabulary.mend(word):
                words.update(known)
                mended = True
            else:
                words.add(word)
        return tokens._replace(words=frozenset(words) - _NOISE), mended

    def _readings(self, typed: Tokens, versions: dict[str, frozenset[str]], *, in_full: bool = False) -> list[_Reading]:
        """What the words may mean; ``in_full`` where a name leaves no version unsaid."""
        readings: list[_Reading] = []
        if not typed.words - _NEUTRAL:
            return readings
        for index in rarest(self._by_part, typed.words - _NEUTRAL | typed.sizes):
            form = self._forms[index]
            if not (typed.words <= form.words and typed.sizes <= form.sizes):
                continue
            penalty = _penalty(typed, form)
            if penalty is None or _contradicts(versions, form.versions, typed.numbers):
                continue
            if not in_full or _same_versions(versions, form.versions):
                readings.append(_Reading(penalty, form.model))
        return readings


def _taken_apart(typed: str, name: str) -> _Named:
    """``name`` is what was typed, plain and without what comes before it in a URL."""
    is_file = "/" in name or name.endswith(_FILE_ENDINGS)
    name = _ABBREVIATED.sub("deepseek ", _SETUP.sub(r"-\1", _FILE_PARTS.sub("", name)))
    found = find_quant(name)
    quant, rest = (found.name, found.rest) if found else (None, name)
    while is_file and (another := find_quant(rest)):  # «MXFP4-Q4»: the first says how the weights are stored
        rest = another.rest
    path, *tag = rest.split(":", 1)
    return _Named(typed, quant, (path.rsplit("/", 1)[-1], *tag), is_file, "/" in path)


def _pointed(name: str) -> str:
    """A plain name whose decimal points, where a repository wrote them as underscores, are points (InternVL3_5)."""
    return plain(_DECIMAL.sub(".", name))


def _spaced(name: str) -> str:
    """A plain name in which hyphens do not count."""
    return " ".join(name.replace("-", " ").split())


def _said(name: str) -> str:
    """The words of a name but those that say nothing about the model."""
    return " ".join(word for word in _spaced(name.strip(" -.:()")).split() if word not in _NOISE)


def _unique(models: Iterable[Model]) -> list[Model]:
    return list({model.id: model for model in models}.values())


def _candidate(model: Model) -> Candidate:
    context = f", {model.context // 1024}k context" if model.context else ""
    return Candidate(model.id, model.name, f"{_billions(model.params)}{context}")


def _with_quant(match: ModelMatch) -> Candidate:
    candidate = _candidate(match.model)
    return candidate._replace(id=" ".join(filter(None, (candidate.id, match.quant))))


def _billions(params: int) -> str:
    return f"{params / 1e9:.1f}B" if params >= 1e9 else f"{params / 1e6:.0f}M"


def _generation(model: Model) -> list[str]:
    """Numbers in the name of the family: of Qwen2.5, 2.5. Another one is another model, whatever it weighs."""
    return re.findall(r"\d+(?:\.\d+)*", model.family)


def _differs(a: Model, b: Model) -> bool:
    """Whether taking one for the other would change the answer."""
    if abs(a.params / b.params - 1) > 0.015:
        return True
    if _generation(a) != _generation(b):
        return True
    if a.context and b.context and max(a.context, b.context) >= 2 * min(a.context, b.context):
        return True
    return (a.architecture is None) != (b.architecture is None)


def _without_own_word(file: str) -> str | None:
    """A file without what its maker put behind the quant («…-Q4_K_M_light.gguf»); a word before it is of the name."""
    own = _OWN_WORD.search(file)
    before = plain(file[: own.start()]) if own else ""
    found = find_quant(before)
    return file[: own.start()] + ".gguf" if own and found and before.startswith(found.rest) else None


def _strip_url(text: str) -> str:
    text = re.sub(r"^https?://", "", text)
    text = re.sub(r"^(?:www\.)?(?:huggingface\.co|hf\.co|ollama\.com/library|ollama\.com)/", "", text)
    text = _PLUS.sub("-plus", re.sub(r"\.ggmlv\d(?=\.)", "", text))
    return re.sub(r"/(?:tree|blob|resolve)/.*$", "", text).strip("/ ")


def _sequence(text: str) -> list[tuple[str, str]]:
    """Tokens of a plain text, each with its kind."""
    return [(match.lastgroup or "", match[0]) for match in _TOKEN.finditer(_V.sub("", text))]


def _same_token(known: tuple[str, str], typed: tuple[str, str]) -> bool:
    """Equal, or a version of which the known one is the major number (``gpt 5`` names ``gpt 5.6``)."""
    if known == typed:
        return True
    return known[0] == typed[0] == "number" and typed[1].startswith(known[1] + ".")


def _tokens(text: str) -> Tokens:
    return _tokens_of(_sequence(text))


def _tokens_of(sequence: Sequence[tuple[str, str]]) -> Tokens:
    words: set[str] = set()
    numbers: set[str] = set()
    sizes: set[float] = set()
    for kind, value in sequence:
        if kind == "size":
            sizes.add(float(value[:-1]) * _BILLIONS[value[-1]])
        elif kind == "number":
            numbers.add(_number(value))
        else:
            words.add(value)
    return Tokens(frozenset(words), frozenset(numbers), frozenset(sizes))


def _active(tokens: Tokens) -> frozenset[float]:
    return frozenset(float(word[1:-1]) for word in tokens.words if _ACTIVE.fullmatch(word))


def _sized(tokens: Tokens) -> Tokens:
    """With the active size as the size where a name has no other: a Wan2.2 A14B is called a 14B."""
    return tokens if tokens.sizes else tokens._replace(sizes=_active(tokens))


def _number(written: str) -> str:
    """3.0 is 3, while 1.0.0 stays as it is."""
    return written.removesuffix(".0") if written.count(".") == 1 else written


def _versions(sequence: Sequence[tuple[str, str]]) -> dict[str, frozenset[str]]:
    """Numbers by the word that they follow: of «llama 3.1 8b», 3.1 by llama."""
    found: dict[str, set[str]] = {}
    for (_, word), (kind, number) in itertools.pairwise(sequence):
        if kind == "number" and word.isalpha() and not _DATE.match(number):
            found.setdefault(word, set()).add(_number(number))
    return {word: frozenset(numbers) for word, numbers in found.items()}


@cache
def _maker_words(org: str, owner: str) -> frozenset[str]:
    """Words that may stand with any model of a maker."""
    parts = _CAMEL.sub(" ", owner)  # NousResearch is called Nous
    return _NEUTRAL | _tokens(plain(f"{org} {owner} {parts}")).words


def _forms(model: Model) -> list[_Form]:
    owner, _, repository = model.hf_id.partition("/")
    spellings = (plain(model.name), _pointed(repository), *map(plain, model.aliases))
    # Half of the spellings are taken apart alike: with hyphens or spaces it is the same name.
    name, repo, *others = [tuple(_sequence(spelling)) for spelling in spellings]
    named = {sequence: _sized(_tokens_of(sequence)) for sequence in (name, repo, *others)}
    free = _maker_words(model.org, owner)
    if model.architecture and model.architecture.moe:
        free |= {"moe"}
    if model.active_params:
        free |= {f"a{round(model.active_params / 1e9)}b"}
    text_params = model.params - model.extra_params
    billions = text_params / 1e9
    total = {float(round(billions)), round(billions, 1)} if billions >= 1 else set()
    if not named[name].sizes | named[repo].sizes:
        total.add(float(int(billions)))  # 14.7 billion of a Phi-4 are called 14B
    numbers = named[name].numbers | named[repo].numbers
    if "base" in named[name].words and "base" not in named[repo].words:
        del named[repo]  # a bare «Gemma 3 27B» is the instruct model, whatever the base model's repository is called
    return [
        _Form(model, tokens, free, tokens.words | free, numbers, tokens.sizes | total, _versions(sequence))
        for sequence, tokens in named.items()
    ]


def _contradicts(typed: dict[str, frozenset[str]], named: dict[str, frozenset[str]], numbers: frozenset[str]) -> bool:
    """Whether a word has one version in what was typed and another one in the name («llama 5», «phi 5»)."""
    return any(
        word in named and not numbers & named[word] and not any(_agree(a, b) for a in versions for b in named[word])
        for word, versions in typed.items()
    )


def _same_versions(typed: dict[str, frozenset[str]], named: dict[str, frozenset[str]]) -> bool:
    """Whether each word has the version that it has in the name: InternVL3 is no InternVL3.5, Baichuan no Baichuan2."""
    telling = (word for word in named if len(word) > 1 and word not in _NEUTRAL)
    return all(typed.get(word) == named[word] for word in telling)


def _agree(typed: str, named: str) -> bool:
    return typed == named or typed.startswith(named + ".") or named.startswith(typed + ".")


def _penalty(typed: Tokens, form: _Form) -> float | None:
    """How much of a form that has all typed words and sizes was not typed; None where something else contradicts it."""
    penalty = 0.0
    for number in typed.numbers - form.tokens.numbers - form.free_numbers:
        if "." not in number and float(number) in form.tokens.sizes and not typed.sizes:
            penalty += _NUMBER_AS_SIZE
        elif any(other.startswith(number + ".") for other in typed.numbers & form.tokens.numbers):
            continue  # «internlm2:20b-chat-v2.5» says it twice
        else:
            return None
    meant = typed.words & form.tokens.words - _NEUTRAL
    if all(len(word) == 1 or word in _GENERIC or _PART_SIZE.match(word) for word in meant) and not (
        typed.sizes and any(not _PART_SIZE.match(word) for word in typed.words & form.free_words - _NEUTRAL)
    ):
        return None
    missing = {word for word in form.tokens.words - typed.words - _NEUTRAL if not _PART_SIZE.match(word)}
    untyped = [0.0]
    if not typed.sizes and not typed.words & _CLASS and missing & _CLASS:
        missing -= _CLASS
        untyped.append(_UNTYPED_CLASS)
    if missing - form.free_words and typed.sizes - form.tokens.sizes:
        return None  # neither the name nor the size is the typed one
    penalty += _UNWANTED_WORD * len(missing)
    if typed.sizes:
        penalty += _UNWANTED_WORD * len(form.tokens.sizes - typed.sizes)  # «7B Instruct 1M» is more than a 7B
    if penalty > _UNWANTED_WORD * len(meant) and not typed.numbers and not typed.sizes:
        return None  # more of the name is missing than was typed
    for number in form.tokens.numbers - typed.numbers:
        if _DATE.match(number):
            untyped.append(_UNWANTED_DATE)
        elif _VERSION.match(number):
            untyped.append(_UNTYPED_VERSION if typed.sizes else _ANY_VERSION)
    penalty += max(untyped)
    return penalty or (0.0 if form.tokens.sizes - typed.sizes else _COMPLETE)
