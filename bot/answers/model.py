"""``/model``: what a model is, what we think of it, and what it runs on."""

from bot.answers.answer import NameOut, Payload, Question
from bot.answers.knowledge import Knowledge
from bot.answers.options import check_names, required_text
from bot.answers.record import OpinionOut, RecordOut, RunOut, facts
from bot.answers.resolve import one_model
from bot.answers.runs import card_of, run_on
from bot.catalog.records import Model
from bot.naming.text import MAX_LENGTH

OPTIONS = ("model",)

_CARDS_GB = (6, 8, 12, 16, 24, 32, 48, 80)
_CONTEXT = 8192
_PARTS = ("good_for", "strengths", "limits", "pick_if", "skip_if")
_RELATED = 6


async def model(question: Question, knowledge: Knowledge) -> Payload:
    """Facts, verdict, cards that it fits, and its relatives."""
    check_names(question, OPTIONS)
    record = one_model("model", required_text(question, "model", limit=MAX_LENGTH), knowledge)
    verdict = knowledge.catalog.model_verdicts.get(record.id)
    opinion = [(part, getattr(verdict, part)) for part in _PARTS] if verdict else []
    lineage = record.lineage
    return "answered", RecordOut(
        kind="model",
        id=record.id,
        name=record.name,
        facts=facts(
            ("org", record.org, ""),
            ("modality", record.modality, ""),
            ("capabilities", record.capabilities, ""),
            ("params", round(record.params / 1e9, 2), "B"),
            ("active_params", record.active_params and round(record.active_params / 1e9, 2), "B"),
            ("context", record.context, "tokens"),
            ("licence", record.licence, ""),
            ("commercial", record.commercial, ""),
            ("released", record.released_text, ""),
            (lineage.kind if lineage else "", knowledge.catalog.models[lineage.of].name if lineage else None, ""),
            ("hf_id", record.hf_id, ""),
            ("ollama", record.ollama[:1], ""),
            ("gguf", record.gguf_repos[:2], ""),
        ),
        opinion=tuple(OpinionOut(part=p, sentences=(t,) if isinstance(t, str) else t) for p, t in opinion),
        runs=_cards(record),
        related=_related(record, knowledge),
        sources=record.sources[:3],
        checked=record.checked.isoformat(),
    )


def _cards(record: Model) -> tuple[RunOut, ...]:
    """The best quant by size of card, from the largest card on which it does not fit whole up to the first with Q8."""
    rows: list[RunOut] = []
    context = min(_CONTEXT, record.context or _CONTEXT)
    for size in _CARDS_GB:
        row = run_on(f"{size} GB card", record, card_of(size), context)
        if row is None:
            return ()
        rows.append(row.model_copy(update={"decode_tok_s": None}))
        if row.verdict == "fits" and row.quant in ("BF16", record.native_quant):
            break
    first = next((i for i, row in enumerate(rows) if row.verdict != "no"), len(rows) - 1)
    return tuple(rows[first:])


def _related(record: Model, knowledge: Knowledge) -> tuple[NameOut, ...]:
    same = (m for m in knowledge.catalog.models.values() if m.family == record.family and m.id != record.id)
    return tuple(NameOut(id=m.id, name=m.name) for m in sorted(same, key=lambda m: m.rank)[:_RELATED])
