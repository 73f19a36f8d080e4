"""Pasted logs and chat phrases → error entries."""

import math
import re
from collections import Counter
from itertools import chain
from typing import NamedTuple

import re2
from rapidfuzz import fuzz, process

from bot.catalog.records import ErrorEntry
from bot.kb.pasted import EXCERPT, unwrapped
from bot.kb.wording import MAX_PHRASE, TOOLS, in_trouble, pattern_words, phrase_likeness, telling_words, tools_in
from bot.naming.text import plain, postings

MAX_LOG = 1_000_000
"""Characters of a pasted log that are read."""
MAX_TOLD = 1_000
"""A text longer than this is not told in sentences."""
MAX_LINE = 2_000
MAX_LINES = 20_000

_MOST_APART = 4
"""So few lines are looked at one by one where the whole finds nothing: one is the error, the others greet."""
_PATTERN_MEMORY = 64 << 20
"""Bytes that all signatures together may take; they need between 8 and 12 MiB."""
_PHRASE_CUTOFF = 84.0
_NEAR_CUTOFF = 70.0
_FEW_WORDS = 3
"""Of more, a phrase that shares just one is not alike."""
_TOOL_COUNTS = 3.0
_GENERIC = frozenset(
    "out memory failed fail exit code permission denied refused connection found 403 404 429 500 1 137".split()
)
"""Words that name no error of local AI by themselves."""

_FIELD = frozenset(
    """
    ollama llama llamacpp cpp gguf ggml vllm sglang comfyui a1111 forge stable diffusion sdxl flux torch pytorch cuda
    cudnn cublas nvcc nvidia nvml rocm hip amdgpu gfx vulkan sycl metal mps mlx huggingface hf hub transformers
    diffusers tokenizer tokenizers tokens bitsandbytes xformers triton flash attn sageattention exllama exl2 exl3 gptq
    awq kobold koboldcpp lmstudio lms oobabooga textgen langchain whisper ctranslate2 onnxruntime webui openwebui
    sillytavern llm llms model models checkpoint ckpt lora vae clip unet gpu gpus vram wsl xid nccl qwen mistral
    mixtral gemma deepseek phi 11434 quant quantized context unsloth lora qlora safetensors kv lfs radeon compiler
    rtx gtx geforce quadro oss glm kimi olmo minimax granite nemotron finetune finetuned sd
    """.split()
)
"""Words of local AI: a text without one is about something else, however alike it sounds."""
_TELLS_NOTHING = _FIELD | _GENERIC | frozenset("has have not can are more new with best still".split())
"""Words that no entry is known by."""
_OTHERS = frozenset(
    """
    java jvm tomcat postgres postgresql psql mysql mariadb mongodb redis kafka elasticsearch npm yarn webpack vite react
    angular jquery nginx apache php laravel wordpress kubectl terraform aws s3 github gitlab minecraft steam unreal
    unity photoshop premiere excel outlook printer twitter android xcode chrome firefox blender davinci obs handbrake
    game games fortnite plex jellyfin django flask gunicorn rails rust golang cargo pandas wifi
    kubernetes typescript javascript nodejs lightroom mysqld solidworks autocad
    """.split()
)
"""Other programs: their errors are not ours, unless something of local AI is named as well."""
_HARDWARE = frozenset(
    "cuda nvidia nvml rocm hip amdgpu vulkan metal gpu gpus vram context radeon rtx gtx geforce quadro".split()
)
"""Of those, what other programs use too."""
_COMMAND = re2.compile(r"[$ ]*ollama (?:pull|run|show|create|push) \S*[\d:]\S*\s*")
"""A command alone."""
_CODE = re2.compile(r"(?s)```(?:\w+\n)?(.+?)```")
"""A block of code in Markdown."""
_QUESTION = re2.compile(r"(?i) *(?:how|what|where|which|who|when|is|are|can|should|does|do)\b")
"""What only asks."""
_PRINTED = re2.compile(r"\b[A-Z]\w*(?:Error|Exception)\b *:")
"""What a program printed: it is known by its pattern, and its words alone must say more."""
_WORDED = re2.compile(r"^[A-Z].*(?:[.!]$|\w_\w|[`'\"(;=%]|--\w|: )")
"""What is worded as programs do, with a capital, full stops, names of variables: its words must say more too."""
_LEAST_WEIGHT = 9.0
_LEAST_SHARE = 0.38
_MARGIN = 1.05
_LEAST_SHARE_UNTOLD = 0.8
_MARGIN_UNTOLD = 1.3
_MOST_UNTOLD = 8
"""The same, and how many words, of a text that does not say that something is wrong («red boxes in my workflow»)."""
_ALL_OF_IT = 1.2
"""Share of a text's weight that an entry has where all of its words come up there often."""
_MARGIN_OUTSIDE = 1.6
"""And its distance to the next where nothing of local AI is named («only question marks in the answer»)."""
_PROSE = 0.88
"""Share of letters and spaces in what people tell; logs have more figures and signs."""
_LEAST_TOLD = 33.0
_LEAST_SHARE_TOLD = 0.32
_MARGIN_TOLD = 1.2
"""Weight of shared words, its share of all and its distance to the next, for a few sentences to be about an entry."""
_LEAST_OTHER = 5.0
"""Weight of the words that an entry shares with a text, for it to be offered beside another."""
_LEAST_SHARE_OF_BEST = 0.5
"""And its share of the weight of the entry that shares most."""


class Hit(NamedTuple):
    """An entry that was found, and how."""

    entry: ErrorEntry
    score: float
    matched_by: str


class _Typed(NamedTuple):
    """A text, read once."""

    text: str
    words: tuple[str, ...]
    """Those that tell something, in order."""
    tools: frozenset[str]
    """Programs that are named."""

    @property
    def in_field(self) -> bool:
        """Whether something of local AI is named: a word of it, with a figure or without (qwen3), or a program."""
        return any({word, word.rstrip("0123456789")} & _FIELD for word in self.words) or _of_field(self.tools)


class ErrorIndex:
    """Finds the error entry that a text is about."""

    def __init__(self, entries: dict[str, ErrorEntry]) -> None:
        self._entries = entries
        self._signatures: list[tuple[str, str]] = []
        options = re2.Options()
        options.case_sensitive = False  # people type what a program wrote in capitals as they like
        options.max_mem = _PATTERN_MEMORY
        self._set = re2.Set.SearchSet(options)
        for entry in entries.values():
            for pattern in entry.signatures:
                self._set.Add(pattern)
                self._signatures.append((entry.id, pattern))
        self._has_signatures = bool(self._signatures)
        if self._has_signatures:
            self._set.Compile()
        phrases = [(telling_words(p), entry.id) for entry in entries.values() for p in (entry.title, *entry.phrases)]
        self._documents = {entry.id: _document(entry) for entry in entries.values()}
        count = Counter(word for words in self._documents.values() for word in words)
        self._weights = {word: math.log(1 + len(entries) / (n + 0.5)) for word, n in count.items()}
        self._phrases = [p for p, _ in phrases]
        self._phrase_entry = [entry_id for _, entry_id in phrases]
        self._phrases_with = postings(phrase.split() for phrase in self._phrases)

    def find(self, text: str, limit: int = 5) -> list[Hit]:
        """Entries for ``text``, best first; empty when nothing is meant.

        Signatures decide where there are any: the first line that has one beats its consequences further down, and the
        longer pattern (the more specific) beats the shorter on the same line. Short texts are compared with phrases,
        and where no phrase is like them, by the words that they share with an entry; so are a few sentences, and each
        line of a few.
        """
        words = set(re.findall(r"[a-z0-9]+", text[:MAX_LINE].casefold()))
        if words & _OTHERS and not (words & (_FIELD - _HARDWARE) or _of_field(tools_in(text[:MAX_LINE]))):
            return []
        if _COMMAND.fullmatch(text) and not in_trouble(text):
            return []
        by_signature = self._by_signature(text[:MAX_LOG].splitlines())
        if not by_signature and len(text) <= EXCERPT:
            by_signature = self._by_signature(unwrapped(text))
        hits = list(by_signature.values())
        sharing: list[Hit] = []
        if not hits and MAX_PHRASE < len(text) <= MAX_TOLD:
            hits = self._told(_read(text))
        if len(text) <= MAX_PHRASE:
            typed = _read(text)
            hits += [hit for hit in self._by_phrase(typed) if hit.entry.id not in by_signature]
            sharing = self._sharing_words(typed)
            hits = hits or self._standing_out(typed, sharing)
        if not hits and len(text) <= MAX_TOLD:
            hits = max((self.find(part, limit) for part in _parts(text)), key=_best, default=[])
        hits.sort(key=lambda hit: (hit.entry.wrapper and hit.matched_by == "signature", -hit.score))
        if hits and sharing:  # what else may be meant
            found = {hit.entry.id for hit in hits}
            least = max(_LEAST_OTHER, _LEAST_SHARE_OF_BEST * sharing[0].score)
            hits += [hit for hit in sharing if hit.entry.id not in found and hit.score >= least]
        return hits[:limit]

    def _by_signature(self, lines: list[str]) -> dict[str, Hit]:
        found: dict[str, Hit] = {}
        if not self._has_signatures:
            return found
        for number, line in enumerate(lines[:MAX_LINES]):
            for index in self._set.Match(line[:MAX_LINE]) or ():
                entry_id, pattern = self._signatures[index]
                score = 200.0 + min(len(pattern), 99) - min(number, 50) / 2
                known = found.get(entry_id)
                if known is None or score > known.score:
                    found[entry_id] = Hit(self._entries[entry_id], score, "signature")
        return found

    def _by_phrase(self, typed: _Typed) -> list[Hit]:
        words, query = typed.words, " ".join(typed.words)
        if set(words) <= _GENERIC:
            return []
        best: dict[str, float] = {}
        sharing = Counter(chain.from_iterable(self._phrases_with.get(word, ()) for word in set(words)))
        least = 2 if len(words) > _FEW_WORDS else 1
        phrases = (
            {index: self._phrases[index] for index in sorted(sharing) if sharing[index] >= least}
            if len(words) > 1
            else dict(enumerate(self._phrases))
        )
        # What is alike by our measure is alike by this one too, which is far faster.
        near = process.extract(query, phrases, scorer=fuzz.token_set_ratio, score_cutoff=_NEAR_CUTOFF, limit=None)
        phrases = {index: phrase for phrase, _, index in near}
        found = process.extract(query, phrases, scorer=phrase_likeness, score_cutoff=_PHRASE_CUTOFF, limit=20)
        for _, score, index in found:
            entry_id = self._phrase_entry[index]
            best[entry_id] = max(best.get(entry_id, 0.0), score + self._of_tool(entry_id, typed.tools))
        return [Hit(self._entries[entry_id], score, "phrase") for entry_id, score in best.items()]

    def _of_tool(self, entry_id: str, tools: frozenset[str]) -> float:
        """What it counts that an entry is about a program that was named."""
        of_entry = set(self._entries[entry_id].tools)
        if not tools or not (tools & of_entry or of_entry <= TOOLS.keys()):
            return 0.0
        return _TOOL_COUNTS if tools & of_entry else -_TOOL_COUNTS

    def _sharing_words(self, typed: _Typed) -> list[Hit]:
        """Entries that share telling words with what was typed, by the weight of those."""
        query = list(dict.fromkeys(typed.words))
        found = []
        for entry_id, document in self._documents.items():
            shared = [word for word in query if word in document]
            if len(shared) < 2 or set(shared) <= _TELLS_NOTHING:
                continue
            weight = sum(self._weights[word] * (1 + 0.15 * min(document[word] - 1, 3)) for word in shared)
            weight *= 1 + self._of_tool(entry_id, typed.tools) / 20
            found.append(Hit(self._entries[entry_id], min(weight, 80.0), "text"))
        return sorted(found, key=lambda hit: -hit.score)

    def _standing_out(self, typed: _Typed, sharing: list[Hit]) -> list[Hit]:
        """The best of those, where the field is named, it covers enough of the text, and stands out."""
        text = typed.text
        asked = text.rstrip().endswith("?")  # a question tells of no error
        worded = 1.6 if _WORDED.search(text) else 1.0
        least = _LEAST_WEIGHT * (2.4 if _PRINTED.search(text) else 1.8 if asked else worded)
        share, margin = _LEAST_SHARE, _MARGIN
        if not in_trouble(text):
            if ": " in text or len(text.split()) > _MOST_UNTOLD or _QUESTION.match(text):
                return []  # a line of a healthy log, or no trouble at all
            share, margin = _LEAST_SHARE_UNTOLD, _MARGIN_UNTOLD
        return sharing[:1] if self._is_clear(typed, sharing, least, share, margin) else []

    def _told(self, typed: _Typed) -> list[Hit]:
        """What a few sentences are about: the entry that shares far more of their words than any other."""
        text = typed.text
        letters = sum(map(str.isalpha, text)) + text.count(" ")
        if letters < _PROSE * len(text) or not in_trouble(text):
            return []
        sharing = self._sharing_words(typed)
        if len(sharing) < 2 or not self._is_clear(typed, sharing, _LEAST_TOLD, _LEAST_SHARE_TOLD, _MARGIN_TOLD):
            return []
        return [hit for hit in sharing if hit.score >= _LEAST_SHARE_OF_BEST * sharing[0].score]

    def _is_clear(self, typed: _Typed, sharing: list[Hit], least: float, share: float, margin: float) -> bool:
        """Whether the field is named, and the first has weight enough: in all, of the text's, and beside the next."""
        if not sharing:
            return False
        best, second = sharing[0].score, sharing[1].score if len(sharing) > 1 else 0.0
        whole = self._weight(set(typed.words))
        if best >= _ALL_OF_IT * whole:  # every word tells of it: another that is as near is shown beside it
            return best >= max(least, second) and (typed.in_field or best >= _MARGIN_OUTSIDE * second)
        return typed.in_field and best >= max(least, share * whole, margin * second)

    def _weight(self, words: set[str]) -> float:
        """Weight of words together, those that no entry has included."""
        unknown = 0.55 * math.log(1 + 2 * len(self._entries))
        return sum(self._weights.get(word, unknown) for word in words)

    def nearest(self, text: str, limit: int = 5) -> list[ErrorEntry]:
        """Entries that a text which means none of them for sure may be about; often none.

        Those that tell of every word of a short one, else those that share words of weight, where the field is named.
        """
        if len(text) > MAX_TOLD:
            return []
        typed = _read(text)
        words = set(typed.words)
        if not words or words & _OTHERS:
            return []
        if len(text) > MAX_PHRASE:
            likely = self._sharing_words(typed) if typed.in_field and in_trouble(text) else []
            return [hit.entry for hit in likely[:limit] if hit.score >= _LEAST_TOLD / 2]
        weights = {
            entry_id: sum(document[word] for word in words)
            for entry_id, document in self._documents.items()
            if words <= document.keys()
        }
        if weights or not typed.in_field:
            return [self._entries[entry_id] for entry_id in sorted(weights, key=lambda i: (-weights[i], i))[:limit]]
        return [hit.entry for hit in self._sharing_words(typed)[:limit] if hit.score >= _LEAST_OTHER]

    def search(self, text: str, limit: int = 25) -> list[ErrorEntry]:
        """Entries for autocompletion."""
        query = plain(text)[:MAX_PHRASE]
        if not query:
            return sorted(self._entries.values(), key=lambda e: e.title)[:limit]
        titles = {entry.id: entry.title for entry in self._entries.values()}
        found = process.extract(query, titles, scorer=fuzz.WRatio, processor=plain, limit=limit)
        return [self._entries[entry_id] for _, _, entry_id in found]


def _read(text: str) -> _Typed:
    return _Typed(text, tuple(telling_words(text).split()), tools_in(text))


def _parts(text: str) -> list[str]:
    """What of a text may be the error: a block of code, or of few lines each that tells of trouble."""
    lines = [line for line in text.splitlines() if any(map(str.isalpha, line)) and not line.startswith("```")]
    few = 1 < len(lines) <= _MOST_APART
    return [*_CODE.findall(text), *(line for line in lines if few and in_trouble(line))]


def _best(hits: list[Hit]) -> float:
    return hits[0].score if hits else 0.0


def _of_field(tools: frozenset[str]) -> bool:
    """Whether a program of the field is named; Docker runs others as well."""
    return bool(tools - {"docker"})


def _document(entry: ErrorEntry) -> Counter[str]:
    """How often each word tells of an entry: in its phrases, examples, patterns and tools."""
    words = Counter(
        word for text in (entry.title, *entry.phrases, *entry.examples) for word in set(telling_words(text).split())
    )
    for text in (*entry.signatures, *entry.tools):
        words.update(set(pattern_words(text)))
    return words
