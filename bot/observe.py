"""What can be seen of a running bot from outside: counters, times, and whether it is well."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from aiohttp import web
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

Kind = Literal["command", "control", "choices", "form"]

_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)
_DELAY_EVERY_S = 1.0


class Seen:
    """One interaction while it is being answered; ``outcome`` is a status of an answer, or ``fault``."""

    def __init__(self) -> None:
        self.outcome = "answered"


class Metrics:
    """Counters of one bot. Labels are names of commands and outcomes: never ids, never what was typed."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._count = Counter(
            "willitrun_interactions", "Interactions answered", ("kind", "command", "outcome"), registry=self.registry
        )
        self._seconds = Histogram(
            "willitrun_interaction_seconds",
            "From its arrival to its answer",
            ("command",),
            buckets=_BUCKETS,
            registry=self.registry,
        )
        self._delay = Gauge("willitrun_event_loop_delay_seconds", "How late the loop wakes", registry=self.registry)
        self._latency = Gauge("willitrun_gateway_latency_seconds", "Of a heartbeat", ("shard",), registry=self.registry)
        self._catalog = Gauge("willitrun_catalog", "1 for the version in use", ("version",), registry=self.registry)

    @contextmanager
    def interaction(self, kind: Kind, command: str) -> Iterator[Seen]:
        """Count what happens in the block, and time it."""
        seen, began = Seen(), time.perf_counter()
        try:
            yield seen
        except BaseException:
            seen.outcome = "fault"
            raise
        finally:
            self._count.labels(kind, command, seen.outcome).inc()
            self._seconds.labels(command).observe(time.perf_counter() - began)

    def catalog(self, version: str) -> None:
        """Say which catalog is in use."""
        self._catalog.clear()
        self._catalog.labels(version).set(1)

    def latency(self, shard: int, seconds: float) -> None:
        """Say how long a shard's heartbeat took."""
        self._latency.labels(str(shard)).set(seconds)

    async def watch_loop(self) -> None:
        """Measure how late the event loop wakes, until cancelled."""
        while True:
            began = time.perf_counter()
            await asyncio.sleep(_DELAY_EVERY_S)
            self._delay.set(max(0.0, time.perf_counter() - began - _DELAY_EVERY_S))

    def text(self) -> bytes:
        """All of it in the format of Prometheus."""
        return generate_latest(self.registry)


class Health:
    """Whether the bot takes interactions now."""

    def __init__(self) -> None:
        self.ready = False


def add_routes(app: web.Application, metrics: Metrics, health: Health) -> None:
    """``/healthz`` (alive), ``/readyz`` (takes interactions) and ``/metrics``."""

    async def healthz(_: web.Request) -> web.Response:
        return web.Response(text="ok\n")

    async def readyz(_: web.Request) -> web.Response:
        return web.Response(text="ready\n" if health.ready else "not ready\n", status=200 if health.ready else 503)

    async def shown(_: web.Request) -> web.Response:
        return web.Response(body=metrics.text(), headers={"Content-Type": CONTENT_TYPE_LATEST})

    app.router.add_get("/healthz", healthz)
    app.router.add_get("/readyz", readyz)
    app.router.add_get("/metrics", shown)
