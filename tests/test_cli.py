"""The program as a person starts it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import MEASURED, ROOT


@pytest.fixture
def program(catalog_file: Path, tmp_path: Path) -> "Program":
    return Program(catalog_file, tmp_path)


class Program:
    def __init__(self, catalog_file: Path, home: Path) -> None:
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "WILLITRUN_CATALOG_FILE": str(catalog_file),
            "COLUMNS": "100",
            **MEASURED,
        }

    def __call__(self, *arguments: str, given: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "bot", *arguments],
            cwd=ROOT,
            input=given,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
            env={**self.environment, **environment},
        )


def test_ask(program: Program) -> None:
    done = program("ask", "/willitrun model: llama 3.1 8b q4_k_m gpu: rtx 3060 12gb context: 8k")
    assert done.returncode == 0
    assert done.stdout.startswith("Fits: Llama 3.1 8B Instruct Q4_K_M")
    assert "5.99 GiB" in done.stdout


def test_ask_as_json(program: Program) -> None:
    done = program("ask", "--json", "/willitrun model: llama 3.1 8b gpu: rtx 3060")
    assert json.loads(done.stdout)["status"] == "ask_back"
    assert done.stdout.count("\n") == 1


def test_exit_codes(program: Program) -> None:
    assert program("ask", "/willitrun gpu: 3090").returncode == 1
    assert program("ask", "/weather").returncode == 2
    assert program("nonsense").returncode == 2
    assert program("sync").returncode == 2
    assert program("--version").stdout.startswith("willitrun ")


def test_batch_goes_on_after_a_broken_line(program: Program) -> None:
    lines = [
        '{"command": "glossary", "options": {"term": "rlhf"}, "id": 1}',
        "{broken",
        "",
        '{"command": "error", "options": {"text": "cuda oom"}, "id": 3}',
        '{"command": "willitrun", "options": {"model": "llama 3.1 8b q4", "gpu": "3060 12gb", "quant": null,'
        ' "context": "8k", "kv": null, "ram_gib": 32, "runtime": null}, "id": 4}',
        '{"command": "compare", "options": {"a": "rtx 3090", "b": "rx 7900 xtx", "c": null}, "id": 5}',
    ]
    done = program("batch", given="\n".join(lines) + "\n")
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [a["status"] for a in answers] == ["answered", "invalid", "answered", "answered", "answered"]
    assert [a.get("id") for a in answers] == [1, None, 3, 4, 5]
    assert all(isinstance(a["elapsed_us"], int) for a in answers)


def test_batch_of_a_thousand(program: Program) -> None:
    questions = [
        {"command": "willitrun", "options": {"model": "qwen3 30b a3b", "gpu": "2x 3090", "context": "32k"}},
        {"command": "error", "options": {"text": "ollama not using gpu"}},
        {"command": "glossary", "options": {"term": "kv cache"}},
        {"command": "compare", "options": {"a": "gemma 3 27b", "b": "qwen3 32b"}},
        {"command": "willitrun", "options": {"model": "?", "gpu": "?"}},
    ]
    given = "".join(json.dumps({**questions[n % 5], "id": n}) + "\n" for n in range(1000))
    done = program("batch", given=given)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [a["id"] for a in answers] == list(range(1000))


def test_catalog_check_and_stats(program: Program, tmp_path: Path) -> None:
    assert program("catalog", "check").returncode == 0
    stats = json.loads(program("catalog", "stats", "--json").stdout)
    assert list(stats) == [
        "models", "hardware", "tools", "prices", "benchmarks", "errors", "troubleshooting", "glossary", "answers",
        "lessons", "guides", "prompts",
    ]  # fmt: skip
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "x.toml").write_text('[[model]]\nid = "x"\n')
    broken = program("catalog", "check", "--data", str(tmp_path))
    assert broken.returncode == 1
    assert "models/x.toml: x: name: Field required" in broken.stdout


def test_chat_answers_what_is_piped_in_and_leaves(program: Program) -> None:
    given = "/willitrun model: llama 3.1 8b gpu: rtx 3060\n1\nhello\n/glossary rlhf\n"
    done = program("--terminal", given=given)
    assert done.returncode == 0
    assert "WILLITRUN_DISCORD_TOKEN" in done.stdout
    assert "Which card do you mean" in done.stdout
    assert "Fits: Llama 3.1 8B Instruct" in done.stdout
    assert "This is not a command" in done.stdout
    assert "Reinforcement Learning" in done.stdout


def test_chat_without_input_leaves_cleanly(program: Program) -> None:
    done = program("run", "--terminal")
    assert done.returncode == 0
    assert done.stderr == ""


def test_a_broken_catalog_is_named_at_start(program: Program, tmp_path: Path) -> None:
    (tmp_path / "data" / "models").mkdir(parents=True)
    (tmp_path / "data" / "models" / "x.toml").write_text('[[model]]\nid = "x"\n')
    done = program(
        "ask",
        "/glossary rlhf",
        WILLITRUN_DATA_DIR=str(tmp_path / "data"),
        WILLITRUN_CATALOG_FILE=str(tmp_path / "c.sqlite"),
    )
    assert done.returncode == 1
    assert "models/x.toml: x: name: Field required" in done.stderr


def test_what_users_gave_is_backed_up(program: Program, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'state.sqlite'}"
    nothing = program("state", "backup", str(tmp_path / "copy"), WILLITRUN_DATABASE_URL=url)
    assert (nothing.returncode, nothing.stderr) == (1, "Nothing has been stored yet.\n")
    assert program("state", "reports", DATABASE_URL=url).stdout == "0 open.\n"
    assert program("state", "backup", str(tmp_path / "copy"), WILLITRUN_DATABASE_URL=url).returncode == 0
    again = program("state", "backup", str(tmp_path / "copy"), WILLITRUN_DATABASE_URL=url)
    assert again.returncode == 1
    assert "could not be written" in again.stderr
    server = program("state", "backup", "x", WILLITRUN_DATABASE_URL="postgresql://somebody@127.0.0.1:9/x")
    assert "pg_dump" in server.stderr
    assert program("state", "reports", WILLITRUN_DATABASE_URL="postgresql://a@127.0.0.1:9/x").returncode == 1


@pytest.mark.parametrize(
    ("setting", "value", "said"),
    [
        ("WILLITRUN_DATABASE_URL", "mysql://u:secret@h/x", "sqlite:///file or postgresql://"),
        ("WILLITRUN_PLAYGROUND_PORT", "99999", "65535"),
        ("WILLITRUN_PUBLIC_KEY", "abc", "PUBLIC_KEY"),
        ("WILLITRUN_LOG_FORMAT", "xml", "json"),
    ],
)
def test_a_wrong_setting_is_named(program: Program, setting: str, value: str, said: str) -> None:
    done = program("ask", "/about", **{setting: value})
    assert done.returncode == 2
    assert said in done.stderr
    assert "secret" not in done.stderr
    assert "Traceback" not in done.stderr


def test_serving_needs_a_token_and_a_key(program: Program) -> None:
    assert "WILLITRUN_PUBLIC_KEY" in program("serve", WILLITRUN_DISCORD_TOKEN="x").stderr
    assert program("serve").returncode == 2
    assert program("sync").returncode == 2
    assert program("healthy", WILLITRUN_PORT="9").returncode == 1
