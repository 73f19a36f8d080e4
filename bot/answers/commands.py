"""The commands that run a model as planned, ready to be pasted."""

from bot.answers.draft import Guess
from bot.answers.runs import usual_quant
from bot.answers.runtime import Runtime
from bot.catalog.records import Model
from bot.fit.engines import LLAMA_CPP, VLLM, shares_layers
from bot.fit.kv_cache import key_and_value
from bot.fit.plan import Load, Plan
from bot.fit.verdict import Judged

_VLLM_ON_LOADING = {"FP8": "fp8", "BNB-4bit": "bitsandbytes"}
"""Formats that vLLM makes of the original 16-bit files while it loads them."""


def run_commands(
    model: Model, runtime: Runtime, load: Load, judged: Judged, guess: Guess | None = None
) -> dict[str, str]:
    """Command lines by runtime; a runtime is left out where the catalog knows no file for it."""
    if runtime.engine is VLLM:
        return _vllm(model, load, judged)
    if runtime.engine is not LLAMA_CPP:
        return {}
    repo = model.gguf_repos[0] if model.gguf_repos else None
    if runtime.name == "lm-studio":
        return _lm_studio(repo, load, judged.plan) if repo else {}
    if runtime.name == "koboldcpp":
        return _koboldcpp(repo, load, judged.plan) if repo else {}
    llama_server = _llama_server(repo, load, judged.plan) if repo else {}
    if guess:
        return {name: command + _drafting(guess) for name, command in llama_server.items()}
    return {**llama_server, **_ollama(model, repo, load)}


def _gpu_layers(plan: Plan, mtp_layers: int = 0) -> str:
    """Layers that guess ahead lie before the output, and are counted with the rest."""
    return "99" if plan.gpu_layers == plan.total_layers else str(plan.gpu_layers + mtp_layers)


def _drafting(guess: Guess) -> str:
    if guess.model is None:
        return f" --spec-type draft-mtp --spec-draft-n-max {guess.draft.tokens}"
    repo = guess.model.gguf_repos[0] if guess.model.gguf_repos else f"{guess.model.hf_id}-GGUF"
    return f" -hfd {repo}:{guess.draft.quant}"


def _file_quant(load: Load) -> str:
    return "MXFP4" if load.quant == "MXFP4_MOE" else load.quant


def _llama_server(repo: str, load: Load, plan: Plan) -> dict[str, str]:
    mtp_layers = load.architecture.mtp_layers if load.draft and load.draft.model is None and plan.gpu_layers else 0
    words = ["llama-server", "-hf", f"{repo}:{_file_quant(load)}", "-c", str(load.context)]
    words += ["-ngl", _gpu_layers(plan, mtp_layers)]
    if plan.cpu_experts_layers:
        words += ["--n-cpu-moe", str(plan.cpu_experts_layers)]
    if load.kv_type != "f16":
        key, value = key_and_value(load.kv_type)
        words += ["-fa", "on", "-ctk", key, "-ctv", value]
    if load.engine.keeps_all_tokens:
        words.append("--swa-full")
    return {"llama.cpp": " ".join(words)}


def _ollama(model: Model, repo: str | None, load: Load) -> dict[str, str]:
    tag = f"hf.co/{repo}:{_file_quant(load)}" if repo else None
    if model.ollama and load.quant == (model.ollama_quant or usual_quant(model)):
        tag = model.ollama[0]
    if not tag:
        return {}
    # Ollama's own default context depends on the card's memory, so the planned one is set for the server.
    cache = f" OLLAMA_FLASH_ATTENTION=1 OLLAMA_KV_CACHE_TYPE={load.kv_type}" if load.kv_type in ("q8_0", "q4_0") else ""
    return {"ollama": f"OLLAMA_CONTEXT_LENGTH={load.context}{cache} ollama serve &\nollama run {tag}"}


def _lm_studio(repo: str, load: Load, plan: Plan) -> dict[str, str]:
    gpu = "max" if plan.all_on_devices else f"{max(plan.gpu_layers - 1, 0) / (plan.total_layers - 1):.2f}"
    name = repo.rsplit("/", maxsplit=1)[-1].removesuffix("-GGUF").lower()
    get = f"lms get https://huggingface.co/{repo}@{_file_quant(load)}"
    return {"lm-studio": f"{get}\nlms load {name} --context-length {load.context} --gpu {gpu}"}


def _koboldcpp(repo: str, load: Load, plan: Plan) -> dict[str, str]:
    file = f"*{_file_quant(load)}*.gguf"
    words = ["koboldcpp", "--model", f"./{file}", "--contextsize", str(load.context)]
    words += ["--gpulayers", _gpu_layers(plan)]
    if load.kv_type in ("q8_0", "q4_0"):
        words += ["--flashattention", "--quantkv", "1" if load.kv_type == "q8_0" else "2"]
    if plan.cpu_experts_layers:
        words += ["--moecpu", str(plan.cpu_experts_layers)]
    return {"koboldcpp": f'hf download {repo} --include "{file}" --local-dir .\n{" ".join(words)}'}


def _vllm(model: Model, load: Load, judged: Judged) -> dict[str, str]:
    """The original files as they are, or quantised while loading; checkpoints made by others are not guessed."""
    if load.quant not in (*_VLLM_ON_LOADING, "BF16", "F16", "MXFP4"):
        return {}
    words = ["vllm", "serve", model.hf_id, "--max-model-len", str(load.context)]
    if load.quant in _VLLM_ON_LOADING:
        words += ["--quantization", _VLLM_ON_LOADING[load.quant]]
    if load.kv_type == "fp8":
        words += ["--kv-cache-dtype", "fp8"]
    count = len(judged.devices)
    if count > 1:
        split = shares_layers(load.engine, load.architecture, count)
        words += ["--tensor-parallel-size" if split else "--pipeline-parallel-size", str(count)]
    return {"vllm": " ".join(words)}
