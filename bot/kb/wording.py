"""What people type about trouble, made comparable: the words that tell something, and how alike two phrases are."""

import re
from collections.abc import Iterator

import re2
from rapidfuzz import fuzz, process

from bot.naming.text import by_spelling, plain

MAX_PHRASE = 160
"""A text longer than this is no phrase someone typed: it is told in sentences, or a log."""

_MOST_READ = 640
"""Characters that are read of what people tell."""

_NUMBER = re.compile(r"\d{1,2}[bk]?")
"""Versions and sizes of models, which tell nothing of an error; exit codes and years have more figures."""
_STOP = frozenset(
    """
    a an the my i it is to in on of with for and or when getting get got error problem issue help why does do how
    what im using use after while me this that says keeps please fix during since yesterday today now suddenly anymore
    again always still really very extremely quite just also even about although though despite constantly constant
    utilize utilizes utilizing utilized utilise utilises utilising utilised normal
    """.split()
)
TOOLS = {
    tool: re.compile(pattern)
    for tool, pattern in {
        "ollama": r"\bollama",
        "vllm": r"\bvllm",
        "llama-cpp-python": r"llama[-_]cpp[-_]python|\bllama_cpp\b",
        "llama.cpp": r"llama\.?cpp\b(?![-_]python)|llama-(?:server|cli)",
        "comfyui": r"\bcomfy",
        "lm-studio": r"\blm ?studio",
        "open-webui": r"open ?webui",
        "automatic1111": r"a1111|automatic1111",
        "koboldcpp": r"kobold",
        "mlx-lm": r"\bmlx",
        "docker": r"\bdocker|\bcontainer",
    }.items()
}
"""Programs as they are named in a chat."""
_ASIDE = re.compile(
    r"\d+(?:\.\d+)?(?:gi?b|[bgk])|(?:rtx|gtx|rx|arc|tesla|radeon|geforce|ti|xt|xtx|super|laptop|macbook|m[1-5])"
    r"|[a-z]?\d{3,4}(?:ti|xtx?|s|m)?|(?:llama|qwen|gemma|mistral|mixtral|deepseek|phi|glm|minimax|kimi|nemotron|granite|olmo|falcon|wan|flux|sdxl|ltx)\d*"
    r"|windows|linux|ubuntu|mac|colab|kaggle|model|fine|tuning|finetuning|train|qlora"
)
"""Words that tell where it happened rather than what: cards, sizes, models, systems."""
_ASIDE_WEIGHT = 0.3
_LEAST_COVERED = 0.75
"""Share of the typed words that a phrase must have more of: «sudo: command not found» is not about Ollama's."""

_NEGATION = re.compile(
    r"\b(?:does|do|did|is|are|was|wo|ca|could|would|should|has|have)n['’]?t\b|\bcannot\b|\bunable to\b"
)
RATE = re.compile(r"\bt(?:ok(?:en)?s?)?(?:/| per )s(?:ec(?:ond)?)?\b|\btps\b")
"""Tokens per second."""
_SLOW_RATE = re.compile(r"\b[0-3](?:\.\d+)? (?=tokens? per second)")
"""So few that they are what somebody complains of."""
_TROUBLE = re2.compile(
    r"(?i)error|fail|allocat|\bno\b|\bnot\b|n['’]t\b|\b(?:is|are|do|does|did|ca|wo)nt\b|\bnever\b|without|unable|missing"
    r"|invalid|unsupported|unknown|unexpected|unrecogni[sz]ed|incompatible|mismatch|crash|stuck|hang|freez|slow|\boom"
    r"|out of|outofmem|kill|denied|refus|time[d ]*out|wrong|garbage|gibberish|nonsense|broken|corrupt|abort|exit"
    r"|exception|assert|traceback|fatal|illegal|insufficient|unreachable|so long|forever|\bbreaks?\b|\bbroke\b|ignore"
    r"|\blow\b|empty|too (?:small|large|long|big|old|new|many|few|low|high)|larger than|smaller than|only|instead"
    r"|cannot|stop|lost|exceed|black|full|repeat|ask|require|must|need|re-?install|undefined|disabled|truncat|nan\b"
    r"|\binf\b|\b(?:4[0-3]|50)\d\b"
)
"""What tells that something is wrong: without it the words of a healthy log say nothing."""
_FINE = re2.compile(
    r"(?i)\bno(?: more)? (?:error|issue|problem|complaint|wait|trouble|worr|need|idea)\w*|\bno more\b"
    r"|\b(?:can ?no|can['’]?)t wait\b|\bnever (?:had|crash|fail|break|broke)\w*"
    r"|\bonly (?:took|takes|costs?|needs?|ha(?:ve|s))\b|n['’]?o?t (?:sure|hurt|bad|needed|as good)\b"
    r"|\bhow (?:much|many)\b[^.\n]*\bneed(?:s|ed)?\b|\b(?:fixed|solved)\b"
)
"""What says that all is well, though it has a word of trouble in it."""
_SHORTEST_STEM = 4
_FORMS = by_spelling(
    {
        "detected": "see sees seen find finds found detect detects recognize recognise visible discovered",
        "start": "starts launch launches open opens begin run runs running",
        "stuck": "hang hangs hung freeze freezes frozen stall stalls",
        "crash": "crashes crashed crashing",
        "build": "built compile compiles compiled compiling builds",
        "cpu": "processor",
        "gpu": "gpus card cards graphics",
        "download": "downloads downloading downloaded",
        "support": "supports supported",
        "slow": "slowly slower",
        "garbage": "gibberish nonsense",
        "oom": "outofmemory ooming ooms oomed",
    }
)
"""Words of the field that say the same in a report."""
_TURNING = frozenset({*TOOLS, "no", "not", "slow", "low"})
"""Words without which a phrase says something else."""


def in_trouble(text: str) -> bool:
    """Whether ``text`` tells that something is wrong."""
    return bool(_TROUBLE.search(_FINE.sub("", text)))


def tools_in(text: str) -> frozenset[str]:
    """The programs that ``text`` names."""
    typed = text.casefold()
    return frozenset(tool for tool, pattern in TOOLS.items() if pattern.search(typed))


def telling_words(text: str) -> str:
    """The words of a phrase that say something about an error, plain, in order, and in one form each."""
    typed = _SLOW_RATE.sub("slow ", RATE.sub("tokens per second", plain(text[:_MOST_READ])))
    words = re.findall(r"[a-z0-9]+", _NEGATION.sub(" not ", typed))
    return " ".join(_form(word) for word in words if word not in _STOP and not _NUMBER.fullmatch(word))


def pattern_words(pattern: str) -> list[str]:
    """The same of a signature or the name of a program, where words stand among signs."""
    return [_form(word) for word in re.findall(r"[a-z0-9]{3,}", pattern.lower()) if not _NUMBER.fullmatch(word)]


def _form(word: str) -> str:
    """The one form of words that say the same: «doesn't see», «isn't detected» and «not found» are alike."""
    return _FORMS.get(word) or next((_FORMS.get(stem, stem) for stem in _stems(word)), word)


def _stems(word: str) -> Iterator[str]:
    for ending in ("ing", "ed", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST_STEM and not word.endswith("ss"):
            yield word.removesuffix(ending)


def phrase_likeness(query: str, phrase: str, *, score_cutoff: float | None = None) -> float:  # noqa: ARG001
    """Likeness of two phrases in which every word that was typed must count for something."""
    a, b = query.split(), phrase.split()
    if not set(a) & set(b) and len(a) > 1:
        return 0.0
    ordered = fuzz.token_sort_ratio(query, phrase)
    covered, covers = _share(a, b, aside=_ASIDE_WEIGHT), _share(b, a)
    if covered == 1.0 and covers >= 0.6:
        return float(max(ordered, 88.0 + 10 * covers))
    if min(covered, covers) >= 0.75 and covered * covers >= 0.64 and not (set(b) - set(a)) & _TURNING:
        ordered = max(ordered, 78.0 + 12 * covered * covers)
    if covers == 1.0 and len(b) > 1 and covered >= (0.4 if len(b) > 2 else 0.5):
        return float(max(ordered, 80.0 + 12 * covered))
    return float(ordered) if covered > _LEAST_COVERED else 0.0


def _share(words: list[str], others: list[str], *, aside: float = 1.0) -> float:
    """Share of ``words`` that are among ``others``, typing errors forgiven; ``aside`` is what one by the way counts."""
    known = frozenset(others)
    missing = [word for word in words if word not in known]
    if len(missing) > 0.8 * len(words):
        return 0.0  # too few to matter, whatever the rest is like
    mended = {word for word in missing if process.extractOne(word, others, scorer=fuzz.ratio, score_cutoff=80)}
    lost = sum(aside if _ASIDE.fullmatch(word) else 1.0 for word in missing if word not in mended)
    there = len(words) - len(missing) + len(mended)
    return there / (there + lost)
