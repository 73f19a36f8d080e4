"""The parsers of ``benchmarks.fuzz`` on inputs that are led by what they reach: ``python -m benchmarks.guided_fuzz``.

Needs Google's atheris (``pip install atheris``), which follows the branches that an input takes and keeps what reaches
new ones. Each parser runs in a process of its own; a fault that it does not declare, or an input that takes five
seconds, ends it and is printed.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:  # imported under instrumentation
    from bot.answers.knowledge import Knowledge

RUNS = 20_000
_LONGEST = 400
_SECONDS = 5


def main(
    runs: Annotated[int, typer.Option(help="Inputs for each parser.")] = RUNS,
    parser: Annotated[str, typer.Option(help="One parser, in this process.")] = "",
) -> None:
    """Fuzz every parser, and print what each reached."""
    if parser:
        _one(parser, runs)
        return
    from benchmarks.fuzz import parsers

    table = Table("parser", "inputs", "branches", "fault")
    with tempfile.TemporaryDirectory() as folder:
        for name in [each.name for each in parsers(_knowledge(Path(folder)))]:
            command = [sys.executable, "-m", "benchmarks.guided_fuzz", "--parser", name, "--runs", str(runs)]
            done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
            lines = done.stderr.splitlines()
            reached = [line.split("cov: ")[1].split()[0] for line in lines if "cov: " in line]
            fault = "" if done.returncode == 0 else next((line for line in lines if "Error" in line), lines[-1])
            table.add_row(name, f"{runs:,}", reached[-1] if reached else "-", fault[:100])
    Console(width=140).print(table)


def _knowledge(folder: Path) -> "Knowledge":
    from benchmarks.timing import shipped_catalog
    from bot.answers.knowledge import Knowledge

    return Knowledge(shipped_catalog(folder))


def _one(name: str, runs: int) -> None:
    import atheris

    with atheris.instrument_imports(include=["bot"]):
        from benchmarks.fuzz import parsers

    with tempfile.TemporaryDirectory() as folder:
        chosen = next(each for each in parsers(_knowledge(Path(folder))) if each.name == name)
        corpus = Path(folder) / "corpus"
        corpus.mkdir()
        for number, seed in enumerate(chosen.seeds[:200]):
            (corpus / str(number)).write_text(seed, encoding="utf-8")

        def attack(data: bytes) -> None:
            given = data.decode("utf-8", "replace") if chosen.seeds else data
            try:
                chosen.parse(given)
            except chosen.declared:
                return

        arguments = [f"-runs={runs}", f"-max_len={_LONGEST}", f"-timeout={_SECONDS}", "-seed=1", str(corpus)]
        os.chdir(folder)  # where libFuzzer writes an input that fails
        atheris.Setup(["guided_fuzz", *arguments], attack)
        atheris.Fuzz()


if __name__ == "__main__":
    typer.run(main)
