"""Devices: how much of their memory a model can use, and what the backend takes for itself."""

from itertools import pairwise
from typing import Literal

from pydantic import Field

from bot.fit.architecture import Part

Backend = Literal["cuda", "rocm", "metal", "vulkan", "sycl", "cpu"]

OVERHEAD_MIB: dict[Backend, float] = {
    "cuda": 450.0,
    "rocm": 330.0,
    "vulkan": 220.0,
    "sycl": 300.0,
    "metal": 100.0,
    "cpu": 0.0,
}
"""Memory a backend takes per process and card beside what llama.cpp counts (context, kernels, libraries).

Seen in public logs as the difference between what the driver reports in use and what llama.cpp prints:
CUDA 350 to 500 MiB, ROCm about 330 MiB, Vulkan 150 to 220 MiB in use, Metal small. SYCL: taken between
CUDA and Vulkan, for want of published figures.
"""

CHIP_OVERHEAD_MIB: dict[str, float] = {"Hopper": 620.0}
"""The same where a chip was seen to take more: on an H100 we measured 602 to 628 MiB under 14 dense models (and about
100 more under mixtures, Mamba and F16, whose products go through cuBLAS)."""

_WIRED_LIMIT = ((8, 0.67), (16, 0.74), (64, 0.80), (128, 0.84), (512, 0.84))
"""Share of memory that macOS lets the GPU hold (``recommendedMaxWorkingSetSize``) by memory in GiB.

Reported by users of 16, 64 and 128 GB machines; straight lines between. 8 GB: two thirds, as in public logs.
"""

_WIRED_LIMIT_BEFORE = (2 / 3, 3 / 4)
"""The same on older macOS: two thirds on smaller machines, three quarters from 36 GB on (public logs)."""

_SHARED_LIMIT: dict[tuple[str, bool], tuple[float, float]] = {
    ("unified", True): (0.86, 0.90),
    ("unified", False): (0.75, 0.86),
    ("integrated", True): (0.50, 0.75),
    ("integrated", False): (0.50, 0.75),
}
"""Share of shared memory that a GPU can hold outside of macOS: as delivered, and with the system's settings raised.

By kind and whether it is CUDA's. DGX Spark and Jetson hold all that the system leaves (128 GB there are decimal:
119 GiB); Strix Halo is given up to 96 of 128 GB by firmware or Windows, and 110 by Linux (GTT) in public
runs; other integrated chips share half unless told otherwise.
"""

OS_RESERVE_MIB = 3072.0
"""System memory that the operating system and a desktop keep."""


class Device(Part):
    """One card, chip or host as the maths sees it."""

    id: str
    name: str
    kind: Literal["gpu", "unified", "integrated", "cpu"]
    backend: Backend
    memory_mib: float = Field(gt=0)
    bandwidth_gb_s: float = Field(gt=0)
    fp16_tflops: float | None = Field(default=None, gt=0)
    fp32_tflops: float | None = Field(default=None, gt=0)
    architecture: str = ""
    """Generation of the chip (Ampere, RDNA 3, M4 Max), which its efficiency goes by."""

    @property
    def tflops(self) -> float | None:
        """Throughput that a prompt is read with: matrix units in 16 bits, or what there is without them."""
        return self.fp16_tflops or self.fp32_tflops


def usable_mib(device: Device) -> float:
    """Memory of a device that a model and its backend can take together, in MiB.

    A discrete card loses what driver and display hold (1 %, at least 256 MiB); a Mac the part that macOS does not
    let the GPU wire; other shared-memory chips what the system keeps; a CPU what the operating system keeps.
    """
    memory = device.memory_mib
    if device.kind == "gpu":
        return memory - max(256.0, 0.01 * memory)
    if device.kind == "cpu":
        return max(0.0, memory - OS_RESERVE_MIB)
    if device.backend == "metal":
        return memory * _wired_share(memory / 1024)
    return memory * _SHARED_LIMIT[device.kind, device.backend == "cuda"][1]


def headroom_mib(device: Device) -> float:
    """Free memory below which a plan is called tight: 4 % of the device, at least 512 MiB.

    It covers a desktop's other windows, growth of the context's fragments and the error of the estimate. Shared
    memory must be free as well where only a newer macOS or raised settings give it to the GPU.
    """
    memory = device.memory_mib
    spare = max(512.0, 0.04 * memory)
    if device.kind not in ("unified", "integrated"):
        return spare
    if device.backend == "metal":
        smaller, larger = _WIRED_LIMIT_BEFORE
        sure = memory * (smaller if memory < 36 * 1024 else larger)
    else:
        sure = memory * _SHARED_LIMIT[device.kind, device.backend == "cuda"][0]
    return max(spare, usable_mib(device) - sure)


def host_memory_mib(devices: tuple[Device, ...], ram_mib: float) -> float:
    """System memory that offloaded parts can use, in MiB.

    Chips with shared memory have no other: what their GPU does not hold is all there is.
    """
    shared = [d for d in devices if d.kind in ("unified", "integrated")]
    if shared:
        return sum(max(0.0, d.memory_mib - usable_mib(d) - OS_RESERVE_MIB) for d in shared)
    if any(d.kind == "cpu" for d in devices):
        return 0.0
    return max(0.0, ram_mib - OS_RESERVE_MIB)


def _wired_share(memory_gib: float) -> float:
    for (low, share_low), (high, share_high) in pairwise(_WIRED_LIMIT):
        if memory_gib <= high:
            along = max(0.0, (memory_gib - low) / (high - low))
            return share_low + along * (share_high - share_low)
    return _WIRED_LIMIT[-1][1]
