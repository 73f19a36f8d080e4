"""A small Hub on loopback: repositories with real headers, and the ways in which a real one fails."""

import asyncio
import struct
from typing import Any

import orjson
from aiohttp import web


def config(**changes: Any) -> bytes:
    """A config.json of a Llama with 1.2 billion weights."""
    facts: dict[str, Any] = {
        "model_type": "llama", "hidden_size": 2048, "num_hidden_layers": 16, "num_attention_heads": 32,
        "num_key_value_heads": 8, "head_dim": 64, "intermediate_size": 8192, "vocab_size": 128256,
        "max_position_embeddings": 131072, "tie_word_embeddings": True,
    }  # fmt: skip
    return orjson.dumps({**facts, **changes})


PARAMS = 1_235_814_400


Shapes = list[tuple[str, tuple[int, ...], int]]


def gguf(*, metadata: dict[str, Any] | None = None, tensors: Shapes | None = None) -> bytes:
    """A GGUF header as llama.cpp writes it, with a tokenizer large enough to need several reads."""
    meta = {
        "general.architecture": "llama", "llama.block_count": 16, "llama.embedding_length": 2048,
        "llama.feed_forward_length": 8192, "llama.attention.head_count": 32, "llama.attention.head_count_kv": 8,
        "llama.attention.key_length": 64, "llama.context_length": 131072,
        "tokenizer.ggml.tokens": [f"token{n:06}" for n in range(60_000)],
    }  # fmt: skip
    meta.update(metadata or {})
    shapes = tensors if tensors is not None else [("token_embd.weight", (2048, 128256), 14)]
    out = b"GGUF" + struct.pack("<IQQ", 3, len(shapes), len(meta))
    for key, value in meta.items():
        out += _text(key) + _value(value)
    for name, shape, kind in shapes:
        out += _text(name) + struct.pack("<I", len(shape)) + struct.pack(f"<{len(shape)}Q", *shape)
        out += struct.pack("<IQ", kind, 0)
    return out


def _text(text: str) -> bytes:
    return struct.pack("<Q", len(text.encode())) + text.encode()


def _value(value: Any) -> bytes:
    if isinstance(value, str):
        return struct.pack("<I", 8) + _text(value)
    if isinstance(value, list) and isinstance(value[0], str):
        return struct.pack("<IIQ", 9, 8, len(value)) + b"".join(_text(v) for v in value)
    if isinstance(value, list):
        return struct.pack("<IIQ", 9, 4, len(value)) + struct.pack(f"<{len(value)}I", *value)
    return struct.pack("<II", 4, value)


class Loopback:
    """Serves ``repos``: by name, the files with their bytes and stated sizes; ``faults`` by name or path."""

    def __init__(self) -> None:
        self.repos: dict[str, dict[str, bytes]] = {}
        self.sizes: dict[str, int] = {}
        self.params: dict[str, int] = {}
        self.faults: dict[str, int] = {}
        self.slow: set[str] = set()
        self.no_ranges = False
        self.moved: dict[str, str] = {}
        """Where a path is redirected to."""
        self.requests: list[tuple[str, str]] = []

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_get("/api/models/{org}/{name}", self._info)
        app.router.add_get("/api/models/{org}/{name}/revision/{revision}", self._info)
        app.router.add_get("/{org}/{name}/resolve/{revision}/{file:.+}", self._file)
        return app

    async def _info(self, request: web.Request) -> web.Response:
        repo = f"{request.match_info['org']}/{request.match_info['name']}"
        self.requests.append((repo, ""))
        if repo in self.slow:
            await asyncio.sleep(3)
        if repo in self.faults:
            return web.Response(status=self.faults[repo])
        if repo not in self.repos:
            return web.Response(status=401, headers={"X-Error-Code": "RepoNotFound"})
        siblings = [
            {"rfilename": name, "size": self.sizes.get(f"{repo}/{name}", len(body))}
            for name, body in self.repos[repo].items()
        ]
        body: dict[str, Any] = {"id": repo, "siblings": siblings}
        if repo in self.params:
            body["safetensors"] = {"parameters": {"BF16": self.params[repo]}, "total": self.params[repo]}
        return web.json_response(body)

    async def _file(self, request: web.Request) -> web.Response:
        repo, file = f"{request.match_info['org']}/{request.match_info['name']}", request.match_info["file"]
        path = f"{repo}/{file}"
        self.requests.append((path, request.headers.get("Range", "")))
        assert "Authorization" not in request.headers
        if path in self.slow:
            await asyncio.sleep(3)
        if path in self.faults:
            return web.Response(status=self.faults[path])
        if path in self.moved:
            return web.Response(status=302, headers={"Location": self.moved[path]})
        body = self.repos.get(repo, {}).get(file)
        if body is None:
            return web.Response(status=404, headers={"X-Error-Code": "EntryNotFound"})
        if self.no_ranges:
            return web.Response(body=body)
        start, end = (int(n) for n in request.headers["Range"].removeprefix("bytes=").split("-"))
        if start >= len(body):
            return web.Response(status=416)
        whole = self.sizes.get(path, len(body))
        piece = body[start : end + 1]
        return web.Response(
            status=206, body=piece, headers={"Content-Range": f"bytes {start}-{start + len(piece) - 1}/{whole}"}
        )
