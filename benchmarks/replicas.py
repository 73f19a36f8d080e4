"""One, two and four processes of `serve`, asked over HTTP with signatures: how many answers a second.

The asking runs beside them on the same machine, in a process of its own, and signs each request: with few cores it
takes its share, and the table says how many there are.
"""

import asyncio
import contextlib
import itertools
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import aiohttp
import orjson
from nacl.signing import SigningKey
from rich.console import Console
from rich.table import Table

from benchmarks.loopback import discord_on, interaction_of
from benchmarks.timing import shipped_catalog

PORTS = (18481, 18482, 18483, 18484)
AT_ONCE = 50
_KEY = SigningKey.generate()
_COMMAND = 2
_ASKED = {"id": "1", "name": "glossary", "type": 1, "options": [{"name": "term", "type": 3, "value": "rlhf"}]}
_ROOT = Path(__file__).parent.parent


class Rate(NamedTuple):
    """Answers a second and their times, at so many processes."""

    processes: int
    a_second: float
    p50_ms: float
    p99_ms: float
    failed: int


@contextlib.contextmanager
def replicas(folder: Path, count: int) -> Iterator[None]:
    """So many processes, until the block ends."""
    running = [
        subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", "tests.serve.replica", str(folder / "discord"), str(folder / "catalog.sqlite")],
            cwd=_ROOT,
            env={
                "PATH": os.environ["PATH"],
                "WILLITRUN_DISCORD_TOKEN": "token",
                "WILLITRUN_PUBLIC_KEY": bytes(_KEY.verify_key).hex(),
                "WILLITRUN_DATABASE_URL": f"sqlite:///{folder / 'state.sqlite'}",
                "WILLITRUN_DRAIN_S": "0",
                "WILLITRUN_PORT": str(port),
            },
            stderr=subprocess.DEVNULL,
        )
        for port in PORTS[:count]
    ]
    try:
        yield
    finally:
        for process in running:
            process.terminate()
        for process in running:
            process.wait()


async def rate(count: int, seconds: float) -> Rate:
    """Ask ``count`` processes in turn, ``AT_ONCE`` requests open at a time."""
    numbers, ports = itertools.count(8 * 10**17), itertools.cycle(PORTS[:count])
    times: list[float] = []
    failed = 0
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        for port in PORTS[:count]:
            await _ready(session, port)

        async def one_after_another(until: float) -> None:
            nonlocal failed
            while time.perf_counter() < until:
                body = orjson.dumps(interaction_of(str(next(numbers)), _COMMAND, _ASKED))
                stamp = str(int(time.time()))
                signature = _KEY.sign(stamp.encode() + body).signature.hex()
                headers = {"X-Signature-Ed25519": signature, "X-Signature-Timestamp": stamp}
                start = time.perf_counter()
                url = f"http://127.0.0.1:{next(ports)}/interactions"
                async with session.post(url, data=body, headers=headers) as response:
                    await response.read()
                    failed += response.status != 200
                times.append(time.perf_counter() - start)

        await asyncio.gather(*(one_after_another(time.perf_counter() + 1) for _ in range(AT_ONCE)))
        times.clear()
        start = time.perf_counter()
        await asyncio.gather(*(one_after_another(start + seconds) for _ in range(AT_ONCE)))
        whole = time.perf_counter() - start
    times.sort()
    p50, p99 = (1000 * times[int(len(times) * share)] for share in (0.5, 0.99))
    return Rate(count, len(times) / whole, p50, p99, failed)


async def _ready(session: aiohttp.ClientSession, port: int) -> None:
    for _ in range(300):
        with contextlib.suppress(aiohttp.ClientError):
            async with session.get(f"http://127.0.0.1:{port}/readyz") as response:
                if response.status == 200:
                    return
        await asyncio.sleep(0.1)
    raise RuntimeError(f"the process on port {port} did not become ready")


def main(seconds: float) -> None:
    """Run and print; ratios first."""
    rates = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shipped_catalog(folder)
        with discord_on(folder / "discord"):
            for count in (1, 2, 4):
                with replicas(folder, count):
                    rates.append(asyncio.run(rate(count, seconds)))
    table = Table(
        "processes", "× one", "a second", "p50, ms", "p99, ms", "failed",
        title=f"/glossary by HTTP, signed, {AT_ONCE} at once, {os.cpu_count()} cores, the asking included",
    )  # fmt: skip
    for r in rates:
        ratio = f"{r.a_second / rates[0].a_second:.2f}"
        table.add_row(
            str(r.processes), ratio, f"{r.a_second:,.0f}", f"{r.p50_ms:.1f}", f"{r.p99_ms:.1f}", str(r.failed)
        )
    Console(width=100).print(table)


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 10.0)
