"""The deployment files name what is there: ports, settings, commands, probes."""

import re
from typing import Any

import orjson
import pytest
import yaml

from bot.settings import Settings
from tests.support import ROOT

DEPLOYED = [path for path in (ROOT / "deploy").rglob("*") if path.is_file()] + [
    ROOT / "Dockerfile",
    ROOT / "compose.yaml",
]
KUBERNETES: list[dict[str, Any]] = list(yaml.safe_load_all((ROOT / "deploy/kubernetes/willitrun.yaml").read_text()))


@pytest.mark.parametrize("path", DEPLOYED, ids=lambda path: path.name)
def test_only_settings_that_exist_are_named(path: Any) -> None:
    known = {f"WILLITRUN_{name.upper()}" for name in Settings.model_fields}
    assert set(re.findall(r"WILLITRUN_[A-Z_]+", path.read_text())) <= known


def test_kubernetes() -> None:
    by_kind = {document["kind"]: document for document in KUBERNETES}
    assert set(by_kind) == {
        "Deployment", "Service", "HorizontalPodAutoscaler", "PodDisruptionBudget", "NetworkPolicy",
    }  # fmt: skip
    pod = by_kind["Deployment"]["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    assert pod["securityContext"]["runAsNonRoot"]
    assert container["securityContext"]["readOnlyRootFilesystem"]
    assert container["readinessProbe"]["httpGet"]["path"] == "/readyz"
    drain_s = next(float(e["value"]) for e in container["env"] if e["name"] == "WILLITRUN_DRAIN_S")
    assert drain_s + 10 < pod["terminationGracePeriodSeconds"]
    assert container["envFrom"] == [{"secretRef": {"name": "willitrun"}}]


def test_compose_and_image() -> None:
    compose = yaml.safe_load((ROOT / "compose.yaml").read_text())
    assert all(service.get("read_only", True) for service in compose["services"].values())
    assert {name for name, s in compose["services"].items() if s.get("command") == "serve"} == {
        "bot-1",
        "bot-2",
        "bot-3",
    }
    image = (ROOT / "Dockerfile").read_text()
    assert "USER 10001" in image
    assert "--require-hashes" in image


def test_the_dashboard_asks_for_metrics_that_are_there() -> None:
    from bot.observe import Metrics

    metrics = Metrics()
    with metrics.interaction("command", "about"):
        pass
    metrics.latency(0, 0.1)
    there = metrics.text().decode()
    board = orjson.loads((ROOT / "deploy/grafana.json").read_bytes())
    asked = re.findall(r"willitrun_\w+", str([t["expr"] for panel in board["panels"] for t in panel["targets"]]))
    assert asked
    assert all(name in there for name in asked)
