"""Reads a model's ``config.json`` into an :class:`Architecture`."""

from typing import Any

from pydantic import ValidationError

from bot.fit.architecture import Architecture, Compressed, Indexer, Mla, Moe, Recurrent, Sliding

Config = dict[str, Any]

_TIED = ("gemma", "cohere")
"""Beginnings of families that tie the output to the embedding unless they say otherwise."""
_UNGATED = {
    "starcoder2", "gpt_neox", "phi", "falcon", "nemotron", "nemotron_h", "arcee", "apertus", "gpt2", "bloom",
    "mpt", "rwkv7",
}  # fmt: skip
_FUSED_QKV = {"phi3", "gpt_neox", "falcon", "gpt2", "bloom", "mpt", "chatglm", "dbrx"}
_CLASS_DEFAULTS: dict[str, Config] = {
    "smollm3": {
        "num_hidden_layers": 36, "hidden_size": 2048, "intermediate_size": 11008, "num_attention_heads": 16,
        "num_key_value_heads": 4, "vocab_size": 128256, "tie_word_embeddings": True,
    },
    "qwen3_next": {
        "num_hidden_layers": 48, "hidden_size": 2048, "num_attention_heads": 16, "num_key_value_heads": 2,
        "head_dim": 256, "vocab_size": 151936, "linear_conv_kernel_dim": 4, "linear_key_head_dim": 128,
        "linear_value_head_dim": 128, "linear_num_key_heads": 16, "linear_num_value_heads": 32, "num_experts": 512,
        "num_experts_per_tok": 10, "moe_intermediate_size": 512, "shared_expert_intermediate_size": 512,
    },
    "glm4_moe": {
        "num_hidden_layers": 46, "hidden_size": 4096, "intermediate_size": 10944, "num_attention_heads": 96,
        "num_key_value_heads": 8, "vocab_size": 151552, "max_position_embeddings": 131072, "n_routed_experts": 128,
        "num_experts_per_tok": 8, "n_shared_experts": 1, "moe_intermediate_size": 1408, "first_k_dense_replace": 1,
    },
    "glm4_moe_lite": {
        "num_hidden_layers": 47, "hidden_size": 2048, "intermediate_size": 10240, "num_attention_heads": 20,
        "vocab_size": 154880, "max_position_embeddings": 202752, "n_routed_experts": 64, "num_experts_per_tok": 4,
        "n_shared_experts": 1, "moe_intermediate_size": 1536, "first_k_dense_replace": 1, "q_lora_rank": 768,
        "kv_lora_rank": 512, "qk_nope_head_dim": 192, "qk_rope_head_dim": 64, "v_head_dim": 256,
    },
    "laguna": {"mlp_layer_types": ["dense", "sparse"]},
}  # fmt: skip
"""What a config.json may leave out because it equals the default of its class in transformers (5.23)."""

_UNKNOWN_LAYERS = {
    "linear_attn_config", "block_types", "hybrid_layer_ids", "layer_group_size", "mamba_step",
}  # fmt: skip
"""What configs have whose layers the maths does not know (Kimi Linear, Griffin, Zamba, Ling hybrids, PLaMo)."""
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
    family = str(text.get("model_type") or config.get("model_type") or "").replace("_unified", "")
    if not family:
        raise UnknownArchitecture("config.json names no model_type")
    text = {**_CLASS_DEFAULTS.get(family, {}), **text}
    try:
        return _translate(family, text)
    except KeyError as missing:
        raise UnknownArchitecture(f"config.json lacks {missing.args[0]}") from missing
    except ValidationError as fault:
        first = fault.errors(include_input=False, include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise UnknownArchitecture(f"{where}: {first['msg']}" if where else first["msg"]) from fault
    except (TypeError, ValueError, ArithmeticError, AttributeError, IndexError) as fault:
        raise UnknownArchitecture(f"config.json has a value that cannot be: {fault}") from fault


def _translate(family: str, c: Config) -> Architecture:
    unknown = sorted(_UNKNOWN_LAYERS & c.keys())
    if 0 in c.get("attn_type_list", ()):
        unknown.append("attn_type_list")
    if unknown:
        raise UnknownArchitecture(f"its layers are of a kind that the maths does not know ({unknown[0]})")
    layers = int(c.get("num_hidden_layers") or len(c.get("layers_block_type", ())) or c["num_hidden_layers"])
    hidden = int(c["hidden_size"])
    heads = int(c.get("num_attention_heads") or 0)
    head_dim = int(c.get("head_dim") or (hidden // heads if heads else 0))
    v_head_dim = c.get("v_head_dim") if "kv_lora_rank" not in c else None
    kv_heads = _falcon_kv_heads(c, heads) if family == "falcon" else int(c.get("num_key_value_heads") or heads)
    blocks = c.get("block_configs")
    ffn_by_layer, kv_heads_by_layer = _blocks(blocks, hidden, heads) if blocks else (None, None)
    ffn = c.get("intermediate_size") or c.get("block_ff_dim") or c.get("ffn_hidden_size") or 0
    if family == "falcon":
        ffn = ffn or 4 * hidden
    recurrent = _recurrent(family, c)
    pattern = _pattern(family, c, layers)
    if family == "granitemoehybrid" and not set(pattern) & set("rRb"):
        family = "granite"  # as llama.cpp converts the ones that only attend
    sliding = _sliding(family, c, pattern)
    global_dim = c.get("global_head_dim")
    if global_dim and sliding:
        sliding = sliding.model_copy(update={"head_dim": head_dim, "kv_heads": kv_heads})
        head_dim = int(global_dim)
        kv_heads = int(c.get("num_global_key_value_heads") or kv_heads)
    if by_layer := c.get("num_attention_heads_per_layer"):
        heads, sliding = _heads_by_kind(by_layer, pattern, sliding)
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
        ffn_by_layer=ffn_by_layer,
        kv_heads_by_layer=kv_heads_by_layer,
        tied=bool(c.get("tie_word_embeddings", family.startswith(_TIED))),
        gated=family not in _UNGATED,
        fused_qkv=family in _FUSED_QKV,
        pattern=pattern,
        sliding=sliding,
        mla=_mla(c),
        indexer=_indexer(c),
        compressed=_compressed(c, layers),
        moe=moe,
        recurrent=recurrent,
        kv_shared_layers=int(c.get("num_kv_shared_layers") or 0),
        per_layer_input=int(c.get("hidden_size_per_layer_input") or 0),
        mtp_layers=_mtp_layers(family, c),
    )


def _mtp_layers(family: str, c: Config) -> int:
    """Layers that guess further tokens, of the families whose are known to be blocks like the others."""
    known = family.startswith(("qwen3_5", "qwen3_next")) and not c.get("mtp_use_dedicated_embeddings")
    return int(c.get("mtp_num_hidden_layers") or 0) if known else 0


def _heads_by_kind(heads: list[int], pattern: str, sliding: Sliding | None) -> tuple[int, Sliding | None]:
    """Query heads of layers that see all tokens, and the others with theirs (Laguna)."""
    kinds = [pattern[index % len(pattern)] for index in range(len(heads))]
    by_kind = {kind: {n for n, own in zip(heads, kinds, strict=True) if own == kind} for kind in set(kinds)}
    if any(len(numbers) > 1 for numbers in by_kind.values()) or "f" not in by_kind:
        raise UnknownArchitecture("num_attention_heads_per_layer differs among layers of a kind")
    (full,) = by_kind["f"]
    return full, sliding and sliding.model_copy(update={"heads": next(iter(by_kind["s"]))})


def _falcon_kv_heads(c: Config, heads: int) -> int:
    """One for all heads at first, some in later models."""
    if c.get("new_decoder_architecture"):
        return int(c.get("num_kv_heads") or c.get("n_head_kv") or heads)
    return 1 if c.get("multi_query", True) else heads


def _blocks(blocks: list[Config], hidden: int, heads: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Feed-forward widths and KV heads of NVIDIA's pruned Llamas, 0 where a block was removed."""
    widths, kv_heads = [], []
    for block in blocks:
        mult = 0.0 if block["ffn"].get("no_op") else float(block["ffn"].get("ffn_mult") or 0.0)
        widths.append(-(-int(2 * mult * hidden / 3) // 256) * 256)
        group = block["attention"].get("n_heads_in_group")
        kv_heads.append(0 if block["attention"].get("no_op") or not group else heads // int(group))
    return tuple(widths), tuple(kv_heads)


def _indexer(c: Config) -> Indexer | None:
    if not c.get("index_n_heads") or not c.get("kv_lora_rank"):
        return None
    types = c.get("indexer_types")
    own = tuple(i for i, kind in enumerate(types) if kind == "full") if types and "shared" in types else None
    return Indexer(heads=c["index_n_heads"], head_dim=c["index_head_dim"], layers=own)


def _compressed(c: Config, layers: int) -> Compressed | None:
    if not c.get("compress_ratios"):
        return None
    return Compressed(
        ratios=tuple(c["compress_ratios"][:layers]),
        q_lora_rank=c["q_lora_rank"],
        o_groups=c["o_groups"],
        o_lora_rank=c["o_lora_rank"],
        index_heads=c["index_n_heads"],
        index_head_dim=c["index_head_dim"],
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
    if "layers_block_type" in c:
        blocks = {"mamba": "R", "attention": "F", "moe": "E", "mlp": "-"}
        return "".join(blocks[kind] for kind in c["layers_block_type"])
    if "compress_ratios" in c:
        return "s"
    if "hybrid_override_pattern" in c:
        return str(c["hybrid_override_pattern"]).translate(str.maketrans("M*", "RF"))
    if family == "rwkv7":
        return "r"
    if family == "falcon_h1":
        return "b"
    if "attn_layer_period" in c:
        every, first = int(c["attn_layer_period"]), int(c.get("attn_layer_offset") or 0)
        return "".join("f" if index % every == first else "r" for index in range(every))
    if "attn_layer_indices" in c:
        return "".join("f" if index in c["attn_layer_indices"] else "r" for index in range(layers))
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
    if family == "cohere2":
        return "s" * (int(c.get("sliding_window_pattern") or 4) - 1) + "f"
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
    if types := c.get("mlp_layer_types"):
        first_dense = types.index("sparse")
    freq = c.get("moe_layer_freq")
    if isinstance(freq, list):
        first_dense = freq.index(1)
    return Moe(
        experts=int(experts),
        active=int(active or 1),
        expert_ffn=int(expert_ffn),
        shared_ffn=shared_ffn or int(shared) * int(expert_ffn),
        first_dense_layers=int(first_dense or 0),
        every=int(
            c.get("interleave_moe_layer_step") or c.get("decoder_sparse_step") or c.get("expert_layer_period") or 1
        ),
        latent=c.get("moe_latent_size"),
        beside_dense=family.startswith("gemma4"),
        stored_as="MXFP4" if c.get("expert_dtype") == "fp4" or family == "gpt_oss" else None,
    )


def _recurrent(family: str, c: Config) -> Recurrent | None:
    if family == "rwkv7":
        ranks = tuple(int(c[f"{name}_low_rank_dim"]) for name in ("decay", "a", "v", "gate"))
        return Recurrent(kind="rwkv7", conv_kernel=2, state=int(c["head_dim"]), ranks=ranks)
    if family in ("mamba", "falcon_mamba"):
        return Recurrent(
            kind="mamba1",
            conv_kernel=c["conv_kernel"],
            inner=c["intermediate_size"],
            state=c["state_size"],
            dt_rank=c["time_step_rank"],
        )
    if family == "jamba":
        return Recurrent(
            kind="mamba1",
            conv_kernel=c["mamba_d_conv"],
            inner=int(c["mamba_expand"]) * int(c["hidden_size"]),
            state=c["mamba_d_state"],
            dt_rank=c["mamba_dt_rank"],
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
