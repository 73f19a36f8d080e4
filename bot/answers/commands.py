"""The commands that run a model as planned, ready to be pasted."""

from bot.catalog.records import Model
from bot.fit.verdict import Judged


def run_commands(model: Model, quant: str, context: int, kv_type: str, judged: Judged) -> dict[str, str]:
    """Command lines by runtime; a runtime is left out where the catalog knows no file for it."""
    commands: dict[str, str] = {}
    repo = model.gguf_repos[0] if model.gguf_repos else None
    file_quant = "MXFP4" if quant == "MXFP4_MOE" else quant
    plan = judged.plan
    if repo:
        # Ollama and llama-server name a file of a Hugging Face repository the same way.
        tail = ["-c", str(context), "-ngl", "99" if plan.gpu_layers == plan.total_layers else str(plan.gpu_layers)]
        if plan.cpu_experts_layers:
            tail += ["--n-cpu-moe", str(plan.cpu_experts_layers)]
        if kv_type != "f16":
            tail += ["-fa", "on", "-ctk", kv_type, "-ctv", kv_type]
        commands["llama.cpp"] = " ".join(["llama-server", "-hf", f"{repo}:{file_quant}", *tail])
    tag = None
    if model.ollama and quant in ("Q4_K_M", "MXFP4_MOE"):
        tag = model.ollama[0]
    elif repo:
        tag = f"hf.co/{repo}:{file_quant}"
    if tag:
        # Ollama's own default context depends on the card's memory, so the planned one is set for the server.
        cache = f" OLLAMA_FLASH_ATTENTION=1 OLLAMA_KV_CACHE_TYPE={kv_type}" if kv_type in ("q8_0", "q4_0") else ""
        commands["ollama"] = f"OLLAMA_CONTEXT_LENGTH={context}{cache} ollama serve &\nollama run {tag}"
    return commands
