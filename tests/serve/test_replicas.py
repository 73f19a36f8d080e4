"""Three processes behind nginx, on one PostgreSQL: a rolling restart loses nothing, kill −9 only what it had."""

import asyncio
import itertools
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine
from pathlib import Path
from typing import Any

import aiohttp
import orjson
import pytest
from nacl.signing import SigningKey

from benchmarks.loopback import discord_on, interaction_of
from tests.serve.test_serve import slash
from tests.state.postgres import Postgres
from tests.support import MEASURED, ROOT

KEY = SigningKey.generate()
A_SECOND = 200
NGINX = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/bin")

pytestmark = pytest.mark.skipif(
    NGINX is None and "CI" not in os.environ, reason="nginx is not installed (Debian: apt-get install nginx-light)"
)


def _free_ports(count: int) -> list[int]:
    """Ports that nobody listens on."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [int(s.getsockname()[1]) for s in sockets]
    for s in sockets:
        s.close()
    return ports


class Replicas:
    """Three processes and the balancer in front of them."""

    def __init__(self, folder: Path, catalog: Path, database_url: str) -> None:
        self._folder = folder
        self._catalog = catalog
        self._environment = {
            "PATH": os.environ["PATH"],
            "WILLITRUN_DISCORD_TOKEN": "token",
            "WILLITRUN_PUBLIC_KEY": bytes(KEY.verify_key).hex(),
            "WILLITRUN_DATABASE_URL": database_url,
            "WILLITRUN_DRAIN_S": "1",
            **MEASURED,
        }
        self.front, *self.ports = _free_ports(4)
        self.processes: dict[int, subprocess.Popen[bytes]] = {}

    def start(self, port: int) -> None:
        command = [sys.executable, "-m", "tests.serve.replica", str(self._folder / "discord"), str(self._catalog)]
        environment = {**self._environment, "WILLITRUN_PORT": str(port)}
        self.processes[port] = subprocess.Popen(command, cwd=ROOT, env=environment)

    async def ready(self, session: aiohttp.ClientSession, port: int) -> None:
        for _ in range(300):
            try:
                async with session.get(f"http://127.0.0.1:{port}/readyz") as response:
                    if response.status == 200:
                        return
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(0.1)
        pytest.fail(f"the process on port {port} did not become ready")

    def errors(self) -> str:
        """What nginx complained of."""
        lines = (self._folder / "errors").read_text().splitlines()
        return "\n".join(line for line in lines if "refused" not in line)[-3000:]

    def balance(self) -> subprocess.Popen[bytes]:
        """nginx as `deploy/nginx.conf` has it, with the addresses of this test."""
        upstream = "\n".join(f"server 127.0.0.1:{port} max_fails=1 fail_timeout=1s;" for port in self.ports)
        written = (ROOT / "deploy" / "nginx.conf").read_text()
        written = written.replace(
            "server bot-1:8080;\n        server bot-2:8080;\n        server bot-3:8080;", upstream
        )
        written = written.replace("listen 8443;", f"listen 127.0.0.1:{self.front};")
        assert upstream in written
        assert str(self.front) in written
        (self._folder / "nginx.conf").write_text(f"daemon off;\npid {self._folder}/nginx.pid;\n{written}")
        assert NGINX
        return subprocess.Popen(
            [NGINX, "-p", str(self._folder), "-c", str(self._folder / "nginx.conf"), "-e", str(self._folder / "errors")]
        )


@pytest.fixture
async def replicas(tmp_path: Path, catalog_file: Path, postgres: Postgres) -> AsyncIterator[Replicas]:
    running = Replicas(tmp_path, catalog_file, postgres.new_database())
    with discord_on(tmp_path / "discord"):
        for port in running.ports:
            running.start(port)
        balancer = running.balance()
        async with aiohttp.ClientSession() as session:
            for port in running.ports:
                await running.ready(session, port)
        try:
            yield running
        finally:
            balancer.terminate()
            for process in running.processes.values():
                process.kill()
                process.wait()
            balancer.wait()


async def under_load(
    front: int, meanwhile: Callable[[aiohttp.ClientSession], Coroutine[Any, Any, None]]
) -> Counter[str]:
    """What 200 requests a second are answered with while something happens."""
    seen: Counter[str] = Counter()
    numbers = itertools.count(6 * 10**17)

    async def ask(session: aiohttp.ClientSession) -> None:
        body = orjson.dumps(interaction_of(str(next(numbers)), 2, slash("glossary", term="rlhf")))
        stamp = str(int(time.time()))
        headers = {
            "X-Signature-Ed25519": KEY.sign(stamp.encode() + body).signature.hex(),
            "X-Signature-Timestamp": stamp,
        }
        try:
            async with session.post(f"http://127.0.0.1:{front}/interactions", data=body, headers=headers) as response:
                answer = await response.read()
                whole = response.status == 200 and orjson.loads(answer)["type"] == 4
                seen["answered" if whole else f"status {response.status}"] += 1
        except (aiohttp.ClientError, TimeoutError) as problem:
            seen[type(problem).__name__] += 1

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session, asyncio.TaskGroup() as asking:
        doing = asyncio.create_task(meanwhile(session))
        while not doing.done():
            asking.create_task(ask(session))
            await asyncio.sleep(1 / A_SECOND)
        await doing
    return seen


async def test_a_rolling_restart_loses_nothing(replicas: Replicas) -> None:
    async def restart(session: aiohttp.ClientSession) -> None:
        for port in replicas.ports:
            old = replicas.processes[port]
            old.send_signal(signal.SIGTERM)
            assert await asyncio.to_thread(old.wait, 20) == 0
            replicas.start(port)
            await replicas.ready(session, port)

    seen = await under_load(replicas.front, restart)
    assert seen["answered"] > 300
    assert set(seen) == {"answered"}, (seen, replicas.errors())


async def test_kill_9_loses_what_it_was_answering_and_no_more(replicas: Replicas) -> None:
    async def kill(session: aiohttp.ClientSession) -> None:
        await asyncio.sleep(1)
        replicas.processes[replicas.ports[0]].kill()
        replicas.processes[replicas.ports[0]].wait()
        await asyncio.sleep(2)
        replicas.start(replicas.ports[0])
        await replicas.ready(session, replicas.ports[0])

    seen = await under_load(replicas.front, kill)
    failed = seen.total() - seen["answered"]
    assert seen["answered"] > 300
    assert failed <= 5, seen  # in flight on it: a few milliseconds of a third of 200 a second
