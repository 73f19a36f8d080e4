"""Asks the Hub about a repository: few, small, bounded requests, and never with anybody's token."""

import asyncio
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any, NamedTuple
from urllib.parse import urljoin, urlsplit

import orjson

from bot.catalog.hf_config import UnknownArchitecture, architecture_from_config
from bot.catalog.records import Model
from bot.fit.architecture import MIB, Architecture
from bot.fit.quants import PRESET_BASE
from bot.fit.tensors import inventory
from bot.hub.address import Address
from bot.hub.gguf import BrokenHeader, config_from_header, read_header
from bot.naming.quants import find_quant
from bot.naming.text import plain

MAX_CONFIG_BYTES = 2 * 1024 * 1024
DEADLINE_S = 20.0
"""For all requests about one repository together."""
_REQUEST_S = 8.0
_KEEP_S = 3600.0
_KEEP_FAULT_S = 60.0
_REST_S = 30.0
"""After it could not be reached, the Hub is left alone for so long."""
_KEPT = 256
_AT_ONCE = 4
_MOST_REDIRECTS = 5
_REDIRECTS = (301, 302, 303, 307, 308)

_WEIGHT_SUFFIXES = (".safetensors", ".bin", ".pth", ".pt", ".gguf")
_METHODS = {
    "awq": "AWQ",
    "gptq": "GPTQ",
    "fp8": "FP8",
    "bitsandbytes": "BNB-4bit",
    "mxfp4": "MXFP4",
    "exl3": "EXL3-4.0",
}
_STATUS = {401: "gated", 403: "gated", 404: "missing", 429: "rate_limited"}
"""What a status of the Hub means."""
_MOST, _LEAST = 1.1, 0.6
"""Bounds of what the config gives for one parameter counted by the Hub, which counts vision towers and the like too."""


class HubFault(Exception):
    """A repository cannot be described. ``code`` is put into words by ``show``."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.detail = "".join(c if c.isalnum() or c in " .,_'-():" else " " for c in detail)[:160]


class Found(NamedTuple):
    """A model read from the Hub, and the quant that its address or its files name."""

    model: Model
    quant: str | None


class Hub:
    """The Hub at ``endpoint`` (``HF_ENDPOINT``, or huggingface.co). Answers are kept for an hour, faults a minute."""

    def __init__(self, endpoint: str | None = None) -> None:
        self.endpoint = (endpoint or os.environ.get("HF_ENDPOINT") or "https://huggingface.co").rstrip("/")
        self._kept: dict[Address, tuple[float, Found | HubFault]] = {}
        self._rests_until = 0.0
        self._slots = asyncio.Semaphore(_AT_ONCE)

    async def find(self, address: Address) -> Found:
        """Describe the model at ``address``.

        Raises:
            HubFault: with the code ``missing``, ``gated``, ``rate_limited``, ``offline``, ``slow``, ``no_weights``,
                ``config`` or ``gguf`` (the last two with a detail).
        """
        until, kept = self._kept.get(address, (0.0, None))
        if kept is None or until < time.monotonic():
            if time.monotonic() < self._rests_until:
                raise HubFault("offline")
            async with self._slots:
                kept = await self._ask(address)
            while len(self._kept) >= _KEPT:
                del self._kept[next(iter(self._kept))]
            keep = _KEEP_FAULT_S if isinstance(kept, HubFault) else _KEEP_S
            if isinstance(kept, HubFault) and kept.code in ("offline", "slow"):
                self._rests_until = time.monotonic() + _REST_S
            self._kept[address] = (time.monotonic() + keep, kept)
        if isinstance(kept, HubFault):
            raise HubFault(kept.code, kept.detail)
        return kept

    async def _ask(self, address: Address) -> Found | HubFault:
        try:
            return await asyncio.to_thread(_Visit(self.endpoint).describe, address)
        except HubFault as fault:
            return fault


class _Visit:
    """The requests about one repository, in a thread of their own, under one deadline."""

    def __init__(self, endpoint: str) -> None:
        self._endpoint = endpoint
        self._deadline = time.monotonic() + DEADLINE_S

    def describe(self, address: Address) -> Found:
        """Read a GGUF file's header where the address names one; otherwise look at what the repository has."""
        try:
            return self._file(address, address.file) if address.file else self._repository(address)
        except UnknownArchitecture as unknown:
            raise HubFault("config", str(unknown)) from unknown
        except BrokenHeader as broken:
            raise HubFault("gguf", str(broken)) from broken

    def _file(self, address: Address, file: str) -> Found:
        architecture, size = self._from_gguf(address, file)
        quant = _quant_of(file)
        sizes = {quant: size / MIB} if quant in PRESET_BASE and size else {}
        return Found(_record(address, architecture, sizes), quant)

    def _repository(self, address: Address) -> Found:
        info = self._info(address)
        files = {str(f.rfilename): int(f.size or 0) for f in info.siblings or ()}
        ggufs = {name: size for name, size in files.items() if name.endswith(".gguf") and "mmproj" not in name.lower()}
        if not any(name.endswith(_WEIGHT_SUFFIXES) for name in files):
            raise HubFault("no_weights")
        quant = _quant_of(address.quant or "")
        if ggufs and not _has_original_weights(files):
            architecture, _ = self._from_gguf(address, _one_of(ggufs, quant))
            return Found(_record(address, architecture, _sizes(ggufs)), quant)
        config = self._config(address)
        architecture = architecture_from_config(config)
        quant = quant or _published_quant(config)
        _check(architecture, info, published=quant)
        return Found(_record(address, architecture, {}), quant)

    def _info(self, address: Address) -> Any:
        from httpx2 import HTTPError
        from huggingface_hub import HfApi
        from huggingface_hub.errors import (
            GatedRepoError,
            HfHubHTTPError,
            HFValidationError,
            OfflineModeIsEnabled,
        )

        api = HfApi(endpoint=self._endpoint, token=False)
        try:
            return api.model_info(
                address.repo,
                revision=None if address.revision == "main" else address.revision,
                files_metadata=True,
                timeout=self._left(),
            )
        except GatedRepoError as fault:
            raise HubFault("gated") from fault
        except HfHubHTTPError as fault:
            status = fault.response.status_code if fault.response is not None else 0
            if status == 401 and fault.response.headers.get("X-Error-Code") == "RepoNotFound":
                status = 404  # the Hub does not say whether a private repository exists
            raise HubFault(_STATUS.get(status, "offline")) from fault
        except HFValidationError as fault:
            raise HubFault("missing") from fault
        except OfflineModeIsEnabled as fault:
            raise HubFault("offline") from fault
        except HTTPError as fault:
            raise HubFault("slow" if "timeout" in type(fault).__name__.lower() else "offline") from fault
        except (ValueError, TypeError, KeyError) as fault:
            raise HubFault("offline") from fault

    def _config(self, address: Address) -> dict[str, Any]:
        raw, _ = self._read(address, "config.json", 0, MAX_CONFIG_BYTES + 1)
        if len(raw) > MAX_CONFIG_BYTES:
            raise HubFault("config", "config.json is longer than any model's")
        try:
            config = orjson.loads(raw)
        except orjson.JSONDecodeError as fault:
            raise HubFault("config", "config.json is not JSON") from fault
        if not isinstance(config, dict):
            raise HubFault("config", "config.json is not an object")
        return config

    def _from_gguf(self, address: Address, file: str) -> tuple[Architecture, int]:
        """The architecture, and the bytes of the file (0 where it is one of several parts)."""
        whole = 0

        def read(start: int, length: int) -> bytes:
            nonlocal whole
            piece, whole = self._read(address, file, start, length)
            return piece

        header = read_header(read)
        if header.split_count == 1 and header.tensor_bytes > whole:
            raise BrokenHeader("its tensors are larger than the file")
        return architecture_from_config(config_from_header(header)), whole if header.split_count == 1 else 0

    def _read(self, address: Address, file: str, start: int, length: int) -> tuple[bytes, int]:
        """Up to ``length`` bytes of a file from ``start`` on (none past its end), and the size of the file."""
        from httpx2 import HTTPError
        from huggingface_hub import get_session, hf_hub_url

        url = hf_hub_url(address.repo, file, revision=address.revision, endpoint=self._endpoint)
        headers = {"Range": f"bytes={start}-{start + length - 1}", "Accept-Encoding": "identity"}
        taken = bytearray()
        try:
            with self._opened(get_session(), url, headers) as response:
                status = response.status_code
                if status == 416:
                    return b"", start
                if status not in (200, 206):
                    raise HubFault(_STATUS.get(status, "offline"))
                whole = _whole_size(response.headers, partial=status == 206)
                skip = start if status == 200 else 0  # a server that knows no ranges sends all of it
                for piece in response.iter_raw():
                    taken += piece[skip:] if skip else piece
                    skip = max(0, skip - len(piece))
                    self._left()
                    if len(taken) >= length:
                        break
        except HTTPError as fault:
            raise HubFault("slow" if "timeout" in type(fault).__name__.lower() else "offline") from fault
        return bytes(taken[:length]), whole or start + len(taken)

    @contextmanager
    def _opened(self, session: Any, url: str, headers: dict[str, str]) -> Iterator[Any]:
        """The answer at ``url``, or where the Hub sends us on to: to itself or to its own file hosts, nowhere else."""
        for _ in range(_MOST_REDIRECTS):
            with session.stream("GET", url, headers=headers, follow_redirects=False, timeout=self._left()) as response:
                target = response.headers.get("Location") if response.status_code in _REDIRECTS else None
                if target is None:
                    yield response
                    return
            url = urljoin(url, target)
            if not may_follow(url, self._endpoint):
                raise HubFault("offline")
        raise HubFault("offline")

    def _left(self) -> float:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise HubFault("slow")
        return min(left, _REQUEST_S)


def may_follow(url: str, endpoint: str) -> bool:
    """Whether a redirect leads to the endpoint itself, or by https to a host of Hugging Face."""
    target, own = urlsplit(url), urlsplit(endpoint)
    if (target.scheme, target.netloc) == (own.scheme, own.netloc):
        return True
    host = target.hostname or ""
    return target.scheme == "https" and target.port in (None, 443) and host.endswith((".huggingface.co", ".hf.co"))


def _whole_size(headers: Any, *, partial: bool) -> int:
    """Bytes of the whole file by the headers of an answer; 0 where they do not say."""
    stated = str(headers.get("Content-Range", "")).rpartition("/")[2] if partial else headers.get("Content-Length", "")
    return int(stated) if str(stated).isdigit() else 0


def _has_original_weights(files: dict[str, int]) -> bool:
    return any(name.endswith((".safetensors", ".bin", ".pth", ".pt")) for name in files)


def _quant_of(text: str) -> str | None:
    found = find_quant(plain(text.rsplit("/", 1)[-1]).replace(".gguf", ""))
    return found.name if found else None


def _sizes(ggufs: dict[str, int]) -> dict[str, float]:
    """MiB of the GGUF files by quant, parts added up; a quant that several files claim is left out."""
    parts: dict[str, dict[str, int]] = {}
    for name, size in ggufs.items():
        quant = _quant_of(name)
        if quant in PRESET_BASE:
            stem = name.rsplit("/", 1)[-1].split("-of-")[0].rsplit("-", 1)[0] if "-of-" in name else name
            parts.setdefault(quant or "", {}).setdefault(stem, 0)
            parts[quant or ""][stem] += size
    return {quant: next(iter(by.values())) / MIB for quant, by in parts.items() if len(by) == 1 and any(by.values())}


def _one_of(ggufs: dict[str, int], quant: str | None) -> str:
    """The file to read the header of: the asked quant's first part, or the smallest file."""
    named = [name for name in ggufs if quant and _quant_of(name) == quant]
    first = [name for name in (named or ggufs) if "-of-" not in name or "-00001-of-" in name]
    return min(first or list(ggufs), key=lambda name: (ggufs[name], name))


def _published_quant(config: dict[str, Any]) -> str | None:
    """The format of a checkpoint that was published quantised."""
    mlx = config.get("quantization")
    if isinstance(mlx, dict) and mlx.get("bits") in (2, 3, 4, 5, 6, 8):
        return f"MLX-{mlx['bits']}bit"
    quantised = config.get("quantization_config")
    if not isinstance(quantised, dict):
        return None
    method = str(quantised.get("quant_method", "")).lower()
    if method == "gptq" and quantised.get("group_size") in (32, 64):
        return f"GPTQ-{quantised['group_size']}g"
    if method == "bitsandbytes" and quantised.get("load_in_8bit"):
        return "BNB-8bit"
    return _METHODS.get(method)


def _check(architecture: Architecture, info: Any, *, published: str | None) -> None:
    """Hold the config against the number of parameters that the Hub counted in the weights.

    Raises:
        UnknownArchitecture: they contradict each other, so one of them is wrong or the maths lacks something.
    """
    counted = getattr(info.safetensors, "total", None) if info.safetensors else None
    if not counted or published:
        return
    computed = inventory(architecture).weights
    if not _LEAST < computed / counted < _MOST:
        raise UnknownArchitecture(
            f"config.json gives {computed / 1e9:.2f} billion parameters, the weights have {counted / 1e9:.2f}"
        )


def _record(address: Address, architecture: Architecture, sizes: dict[str, float]) -> Model:
    org, name = address.repo.split("/")
    weights = inventory(architecture).weights
    return Model(
        id=f"hub.{plain(org)}.{plain(name)}".replace(" ", "-").replace("_", "-")[:64].rstrip("-."),
        name=name,
        org=org,
        family=architecture.family or "unknown",
        hf_id=address.repo,
        params=weights,
        context=architecture.max_context,
        gguf_repos=(address.repo,) if sizes else (),
        file_mib=sizes,
        architecture=architecture,
        sources=(f"https://huggingface.co/{address.repo}",),
        checked=date.today(),
    )
