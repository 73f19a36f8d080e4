"""The project keeps its word: documentation, limits, imports, and nothing of the machine it was made on."""

import re
import subprocess
import sys
from importlib.metadata import distribution, distributions
from pathlib import Path

import pytest
from discord import app_commands
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from benchmarks.fuzz import attack, parsers
from bot.answers.knowledge import Knowledge
from bot.answers.personal import PERSONAL
from bot.answers.router import COMMANDS
from bot.catalog.place import Live
from bot.client import COGS, LocalBot
from bot.settings import Settings
from bot.state.database import Database
from bot.state.privacy import ABOUT_A_PERSON
from bot.state.tables import metadata
from tests.support import MEASURED, ROOT

README = (ROOT / "README.md").read_text()


@pytest.fixture
async def commands(live: Live[Knowledge]) -> list[app_commands.Command]:  # type: ignore[type-arg]
    bot = LocalBot(live, Database("sqlite:///never-opened.sqlite"))
    for cog in COGS:
        await bot.load_extension(cog)
    found = [c for c in bot.tree.walk_commands() if isinstance(c, app_commands.Command)]
    await bot.close()
    return found


async def test_every_command_is_described_documented_and_within_discords_limits(
    commands: list[app_commands.Command],  # type: ignore[type-arg]
) -> None:
    personal = {command.qualified_name for command in commands} - set(COMMANDS)
    assert {name.split()[0] for name in personal} == {*PERSONAL, "settings"}
    for command in commands:
        assert f"`/{command.qualified_name.split()[0]}" in README
        assert 10 < len(command.description) <= 100
        size = len(command.name) + len(command.description)
        for parameter in command.parameters:
            description = str(parameter.description)
            assert 5 < len(description) <= 100
            assert description != "…"
            assert len(parameter.choices) <= 25
            size += len(parameter.name) + len(description)
        assert size <= 8000
        if command.qualified_name in personal:
            continue
        assert {p.name for p in command.parameters} == set(COMMANDS[command.name].options)
        assert {p.name for p in command.parameters if p.required} == set(COMMANDS[command.name].required)


def test_every_setting_is_in_the_example_file() -> None:
    example = (ROOT / ".env.example").read_text()
    for name in Settings.model_fields:
        assert f"WILLITRUN_{name.upper()}=" in example


def test_the_readme_starts_with_the_two_commands() -> None:
    assert README.index("make run") < README.index("make test") < 1500


@pytest.mark.parametrize("arguments", [["ask", "/glossary rlhf", "--json"], ["batch"], ["ask", "/error cuda oom"]])
def test_answers_in_the_terminal_import_neither_discord_nor_a_web_library(
    arguments: list[str], catalog_file: Path
) -> None:
    program = (
        "import sys, runpy; sys.argv = ['bot', *sys.argv[1:]]\n"
        "try:\n    runpy.run_module('bot', run_name='__main__')\nexcept SystemExit: pass\n"
        "found = [m for m in ('discord', 'aiohttp', 'PIL', 'requests', 'httpx', 'sqlalchemy') if m in sys.modules]\n"
        "sys.exit(f'imported {found}' if found else 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        cwd=ROOT,
        input=b'{"command": "glossary", "options": {"term": "rlhf"}}\n',
        capture_output=True,
        check=False,
        env={"PATH": "", "WILLITRUN_CATALOG_FILE": str(catalog_file), **MEASURED},
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout


def test_no_file_names_a_place_of_the_machine_it_was_made_on() -> None:
    pattern = re.compile(r"/work/(?:main|shared|\.library)|/opt/pypi|/opt/wheels|uv\.lock\b")
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout.split()
    for name in listed:
        path = ROOT / name
        if path.suffix in {".py", ".md", ".toml", ".yml", ".txt", ""} and path.is_file() and path != Path(__file__):
            found = pattern.search(path.read_text(errors="ignore"))
            assert found is None, f"{name}: {found and found[0]}"


def test_the_privacy_page_lists_every_column_that_is_stored() -> None:
    page = (ROOT / "PRIVACY.md").read_text()
    listed = {
        row.split("|")[1].strip(" `"): set(re.findall(r"`(\w+)`", row.split("|")[2]))
        for row in page.splitlines()
        if row.startswith("| `")
    }
    assert listed == {table.name: {column.name for column in table.columns} for table in metadata.tables.values()}
    about_people = {table.name for table in metadata.tables.values() if "user_id" in table.columns}
    assert about_people == {table.name for table in ABOUT_A_PERSON}


def test_made_up_input_is_no_fault_for_any_parser(knowledge: Knowledge) -> None:
    for parser in parsers(knowledge):
        tried = attack(parser, max(20, round(150 * parser.share)), seed=7)
        assert tried.faults == [], parser.name


def requirements(name: str) -> list[Requirement]:
    lines = (ROOT / "requirements" / name).read_text().splitlines()
    return [Requirement(line.removesuffix(" \\")) for line in lines if "==" in line]


def test_every_dependency_is_hashed_and_has_its_licence_listed() -> None:
    packages = {one.name for one in requirements("run.txt")}
    assert (ROOT / "requirements" / "run.txt").read_text().count("--hash=sha256:") >= len(packages)
    listed = re.findall(
        r"^\| ([a-z0-9_.\-]+) \| (\S.*) \|$", (ROOT / "docs" / "dependencies.md").read_text(), re.MULTILINE
    )
    assert {name for name, _ in listed} - {"package"} == packages
    assert not any("GPL" in licence or licence == "?" for _, licence in listed)


def test_packages_asked_for_with_extras_are_pinned_with_them() -> None:
    """The pip of Python 3.11 takes `coverage[toml]` for another package than `coverage` and stops at a newer one."""
    pinned = {canonicalize_name(one.name): one.extras for one in requirements("test.txt")}
    installed = [distribution(name) for name in pinned if any(distributions(name=name))]
    asked = [Requirement(text) for one in installed for text in one.requires or ()]
    missing = [
        str(one)
        for one in asked
        if (not one.marker or one.marker.evaluate({"extra": ""}))
        and not one.extras <= pinned[canonicalize_name(one.name)]
    ]
    assert not missing
