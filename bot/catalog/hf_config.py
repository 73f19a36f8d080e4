"""Reads a model's ``config.json`` into an :class:`Architecture`."""

from typing import Any

from bot.fit.architecture import Architecture, Indexer, Mla, Moe, Recurrent, Sliding

Config = dict[str, Any]

_TIED = {"gemma", "gemma2", "gemma3", "gemma3_text", "gemma3n_text", "gemma4_text", "cohere", "cohere2"}
_UNGATED = {"starcoder2", "gpt_neox", "phi", "nemotron", "nemotron_h", "arcee", "gpt2", "bloom", "mpt"}
_FUSED_QKV = {"phi3", "gpt_neox", "falcon", "gpt2", "bloom", "mpt", "chatglm", "dbrx", "phi"}
_LAYER_LETTERS = {
    "full_attention": "f",
    "attention": "f",
    "sliding_attention": "s",
    "chunked_attention": "s",
    "linear_attention": "r",
    "conv": "r",
    "mamba": "r",
    "hybrid": "b",
}


class UnknownArchitecture(ValueError):
    """The config describes something that the maths does not know; the message says what."""


def architecture_from_config(config: Config) -> Architecture:
    """Translate a Hugging Face ``config.json`` (already parsed).

    Raises:
        UnknownArchitecture: a fact that memory depends on is missing or contradicts another.
    """
    parts = (config, config.get("text_config") or {}, config.get("language_config") or {})
    text = {key: value for part in parts for key, value in part.items() if value is not None}
    family = str(text.get("model_type") or config.get("model_type") or "")
    if not family:
        raise UnknownArchitecture("config.json names no model_type")
    try:
        return _translate(family, text)
    except KeyError as missing:
        raise UnknownArchitecture(f"config.json lacks {missing.args[0]}") from missing
    except (TypeError, ValueError) as fault:
        raise UnknownArchitecture(str(fault)) from fault


def _translate(family: str, c: Config) -> Architecture:
    layers = int(c["num_hidden_layers"])
    hidden = int(c["hidden_size"])
    heads = int(c.get("num_attention_heads") or 0)
    head_dim = int(c.get("head_dim") or (hidden // heads if heads else 0))
    v_head_dim = c.get("v_head_dim") if "kv_lora_rank" not in c else None
    kv_heads = int(c.get("num_key_value_heads") or heads)
    ffn = c.get("intermediate_size") or c.get("block_ff_dim") or 0
    recurrent = _recurrent(family, c)
    pattern = _pattern(family, c, layers)
    sliding = _sliding(family, c, pattern)
    global_dim = c.get("global_head_dim")
    if global_dim and sliding:
        sliding = sliding.model_copy(update={"head_dim": head_dim, "kv_heads": kv_heads})
        head_dim = int(global_dim)
        kv_heads = int(c.get("num_global_key_value_heads") or kv_heads)
    moe = _moe(family, c)
    if moe and family in ("qwen3_moe", "mixtral", "gpt_oss", "minimax_m2", "phimoe", "granitemoehybrid", "llama4_text"):
        ffn = int(c.get("intermediate_size_mlp") or ffn)
    if isinstance(ffn, list):
        ffn = ffn[0]
    return Architecture(
        family=family,
        layers=layers,
        hidden=hidden,
        vocab=int(c["vocab_size"]),
        max_context=int(c.get("max_position_embeddings") or c.get("max_sequence_length") or 1_048_576),
        heads=heads,
        kv_heads=kv_heads if heads and "kv_lora_rank" not in c else 0,
        head_dim=head_dim if heads else 0,
        v_head_dim=v_head_dim,
        ffn=_conv_ffn(c) if family == "lfm2" else int(ffn),
        tied=bool(c.get("tie_word_embeddings", family in _TIED)),
        gated=family not in _UNGATED,
        fused_qkv=family in _FUSED_QKV,
        pattern=pattern,
        sliding=sliding,
        mla=_mla(c),
        indexer=Indexer(heads=c["index_n_heads"], head_dim=c["index_head_dim"]) if c.get("index_n_heads") else None,
        moe=moe,
        recurrent=recurrent,
        kv_shared_layers=int(c.get("num_kv_shared_layers") or 0),
        per_layer_input=int(c.get("hidden_size_per_layer_input") or 0),
    )


def _conv_ffn(c: Config) -> int:
    """LFM2 shrinks its FFN to two thirds, rounded up to a multiple."""
    ffn = int(c.get("block_ff_dim") or c["intermediate_size"])
    if c.get("block_auto_adjust_ff_dim"):
        ffn = int(2 * ffn / 3 * float(c.get("block_ffn_dim_multiplier") or 1.0))
        multiple = int(c.get("block_multiple_of") or 256)
        ffn = -(-ffn // multiple) * multiple
    return ffn


def _pattern(family: str, c: Config, layers: int) -> str:
    if "hybrid_override_pattern" in c:
        return str(c["hybrid_override_pattern"]).translate(str.maketrans("M*", "RF"))
    if family in {"mamba", "falcon_mamba"}:
        return "R"
    if family == "mimo_v2_flash":
        return "".join("s" if x else "f" for x in c["hybrid_layer_pattern"])
    types = c.get("layer_types")
    if types:
        letters = "".join(_LAYER_LETTERS[t] for t in types)
        return _shortest_period(letters[:layers])
    if family in ("qwen3_next", "qwen3_5_text", "qwen3_5_moe_text", "qwen3_5", "qwen3_5_moe"):
        every = int(c.get("full_attention_interval") or 4)
        return "r" * (every - 1) + "f"
    if family == "llama4_text":
        return "sssf"
    if family in ("gemma2",):
        return "sf"
    if family in ("gemma3", "gemma3_text"):
        return "s" * (int(c.get("sliding_window_pattern") or 6) - 1) + "f"
    if family == "afmoe":
        return "s" * (int(c.get("global_attn_every_n_layers") or 4) - 1) + "f"
    if family == "gpt_oss":
        return "sf"
    return "f"


def _shortest_period(letters: str) -> str:
    for size in range(1, len(letters)):
        if (letters[:size] * -(-len(letters) // size))[: len(letters)] == letters:
            return letters[:size]
    return letters


def _sliding(family: str, c: Config, pattern: str) -> Sliding | None:
    if not set(pattern) & set("sS"):
        return None
    if family == "llama4_text":
        return Sliding(window=int(c.get("attention_chunk_size") or 8192), chunked=True)
    if family == "mimo_v2_flash":
        return Sliding(
            window=c["sliding_window"],
            kv_heads=c["swa_num_key_value_heads"],
            head_dim=c["swa_head_dim"],
            v_head_dim=c["swa_v_head_dim"],
        )
    return Sliding(window=int(c["sliding_window"]))


def _mla(c: Config) -> Mla | None:
    if not c.get("kv_lora_rank"):
        return None
    return Mla(
        kv_lora_rank=c["kv_lora_rank"],
        q_lora_rank=c.get("q_lora_rank"),
        qk_nope_head_dim=c["qk_nope_head_dim"],
        qk_rope_head_dim=c["qk_rope_head_dim"],
        v_head_dim=c["v_head_dim"],
    )


def _moe(family: str, c: Config) -> Moe | None:
    experts = (
        c.get("num_experts") or c.get("num_local_experts") or c.get("n_routed_experts") or c.get("moe_num_experts")
    )
    if not experts:
        return None
    active = (
        c.get("num_experts_per_tok") or c.get("experts_per_token") or c.get("moe_topk") or c.get("moe_k")
        or c.get("top_k_experts")
    )  # fmt: skip
    expert_ffn = c.get("moe_intermediate_size") or c["intermediate_size"]
    shared = c.get("n_shared_experts") or c.get("num_shared_experts") or c.get("num_shared_expert")
    shared = shared or c.get("moe_num_shared_experts") or 0
    shared_ffn = int(c.get("shared_expert_intermediate_size") or c.get("moe_shared_expert_intermediate_size") or 0)
    if family == "llama4_text":
        shared_ffn = expert_ffn
    if family == "granitemoehybrid":
        shared_ffn = int(c.get("shared_intermediate_size") or 0)
    first_dense = c.get("first_k_dense_replace", c.get("num_dense_layers", c.get("moe_layer_start_index", 0)))
    freq = c.get("moe_layer_freq")
    if isinstance(freq, list):
        first_dense = freq.index(1)
    return Moe(
        experts=int(experts),
        active=int(active or 1),
        expert_ffn=int(expert_ffn),
        shared_ffn=shared_ffn or int(shared) * int(expert_ffn),
        first_dense_layers=int(first_dense or 0),
        every=int(c.get("interleave_moe_layer_step") or c.get("decoder_sparse_step") or 1),
        latent=c.get("moe_latent_size"),
        beside_dense=family.startswith("gemma4"),
    )


def _recurrent(family: str, c: Config) -> Recurrent | None:
    if family in ("mamba", "falcon_mamba"):
        return Recurrent(
            kind="mamba1",
            conv_kernel=c["conv_kernel"],
            inner=c["intermediate_size"],
            state=c["state_size"],
            dt_rank=c["time_step_rank"],
        )
    if "linear_num_value_heads" in c:
        return Recurrent(
            kind="gated_deltanet",
            conv_kernel=c["linear_conv_kernel_dim"],
            inner=c["linear_num_value_heads"] * c["linear_value_head_dim"],
            state=c["linear_key_head_dim"],
            groups=c["linear_num_key_heads"],
            heads=c["linear_num_value_heads"],
        )
    if "mamba_n_heads" in c or "mamba_num_heads" in c:
        heads = int(c.get("mamba_n_heads") or c["mamba_num_heads"])
        dim = int(c.get("mamba_d_head") or c["mamba_head_dim"])
        return Recurrent(
            kind="mamba2",
            conv_kernel=int(c.get("mamba_d_conv") or c["conv_kernel"]),
            inner=heads * dim,
            state=int(c.get("mamba_d_state") or c["ssm_state_size"]),
            groups=int(c.get("mamba_n_groups") or c["n_groups"]),
            heads=heads,
        )
    if "conv_L_cache" in c:
        return Recurrent(kind="short_conv", conv_kernel=c["conv_L_cache"])
    return None
