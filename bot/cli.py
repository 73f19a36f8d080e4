"""The command line: ``python -m bot`` and ``willitrun``."""

import asyncio
import logging
import sys
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

from bot import __version__
from bot.catalog.build import BrokenCatalog
from bot.log import set_up
from bot.settings import Settings

app = typer.Typer(add_completion=False, no_args_is_help=False, pretty_exceptions_enable=False, rich_markup_mode=None)
catalog_app = typer.Typer(help="Check and count the catalog.", no_args_is_help=True)
app.add_typer(catalog_app, name="catalog")
state_app = typer.Typer(help="What users gave the bot.", no_args_is_help=True)
app.add_typer(state_app, name="state")

STATS_KEYS = (
    "models", "hardware", "tools", "prices", "benchmarks", "errors", "troubleshooting", "glossary", "answers",
    "lessons", "guides", "prompts",
)  # fmt: skip
_KINDS_OF = {
    "models": ("model",),
    "hardware": ("hardware",),
    "tools": ("tool",),
    "prices": ("api_price", "rental_price", "hardware_price", "electricity_price"),
    "errors": ("error",),
    "troubleshooting": ("troubleshooting",),
    "glossary": ("glossary",),
    "answers": ("answer",),
    "lessons": ("lesson",),
    "guides": ("guide",),
    "prompts": ("kit",),
}


def main() -> None:
    """Entry point of the program."""
    try:
        app()
    except BrokenCatalog as broken:
        for fault in broken.faults:
            print(fault, file=sys.stderr)
        sys.exit(1)
    except ValidationError as wrong:  # of the settings: nothing else is left to be caught here
        for problem in wrong.errors(include_input=False, include_url=False):
            name = str(problem["loc"][0]) if problem["loc"] else "settings"
            print(f"{name.upper()}: {problem['msg']}. See .env.example.", file=sys.stderr)
        sys.exit(2)
    except BrokenPipeError:  # the reader of our output went away, as `| head` does
        sys.stderr.close()
        sys.exit(0)


@app.callback(invoke_without_command=True)
def default(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version and leave.")] = False,
    terminal: Annotated[bool, typer.Option("--terminal", help="Chat in the terminal.")] = False,
) -> None:
    """Does this model run on this card? Without a command: connect to Discord, or open the playground."""
    if version:
        print(f"willitrun {__version__}")
        raise typer.Exit
    settings = Settings()
    dsn = settings.sentry_dsn.get_secret_value() if settings.sentry_dsn else None
    set_up(settings.log_level, settings.log_format, dsn)
    if context.invoked_subcommand is None:
        run(terminal=terminal)


@app.command()
def run(
    terminal: Annotated[bool, typer.Option("--terminal", help="Chat in the terminal.")] = False,
) -> None:
    """Connect to Discord when a token is set; otherwise serve the playground, a page to try the bot in."""
    settings = Settings()
    if terminal:
        from bot.chat import run_chat

        asyncio.run(run_chat(settings))
    elif settings.discord_token:
        from bot.client import run_client

        asyncio.run(run_client(settings))
    else:
        logging.getLogger("discord").setLevel(logging.ERROR)  # it warns of what a simulated Discord lacks
        from bot.playground.server import run_playground

        try:
            asyncio.run(run_playground(settings))
        except OSError as taken:
            port = settings.playground_port
            print(f"Port {port} is in use ({taken.strerror}). Set WILLITRUN_PLAYGROUND_PORT.", file=sys.stderr)
            raise typer.Exit(1) from None


@app.command()
def ask(
    text: Annotated[str, typer.Argument(help='For example "/willitrun model: llama 3.1 8b gpu: rtx 3060 12gb".')],
    json: Annotated[bool, typer.Option("--json", help="Print one line of JSON.")] = False,
) -> None:
    """Answer one question in the terminal."""
    raise typer.Exit(asyncio.run(_ask(text, json=json)))


async def _ask(text: str, *, json: bool) -> int:
    from bot.answers.router import answer
    from bot.answers.typed import NotACommand, read_typed
    from bot.start import start

    try:
        question = read_typed(text)
    except NotACommand as problem:
        print(problem, file=sys.stderr)
        return 2
    knowledge = await start(Settings())
    reply = await answer(question, knowledge.value)
    if json:
        from bot.show.as_json import as_json

        sys.stdout.buffer.write(as_json(reply) + b"\n")
    else:
        from rich.console import Console

        from bot.show.terminal import render

        Console(highlight=False).print(render(reply))
    return 1 if reply.status == "invalid" else 0


@app.command()
def batch() -> None:
    """Read one JSON question a line on standard input, write one JSON answer a line."""
    asyncio.run(_batch())


async def _batch() -> None:
    from bot.answers.answer import Answer, InvalidOut
    from bot.answers.router import Fault, answer, read_question
    from bot.show.as_json import as_json
    from bot.start import start

    knowledge = await start(Settings())
    for line in sys.stdin.buffer:
        if not line.strip():
            continue
        question = read_question(line)
        if isinstance(question, Answer):
            reply = question
        else:
            try:
                reply = await answer(question, knowledge.value)
            except Fault as fault:
                trouble = InvalidOut(field="question", code="fault", detail=fault.reference)
                reply = Answer(command=question.command, status="invalid", id=question.id, answer=trouble)
        sys.stdout.buffer.write(as_json(reply) + b"\n")
        sys.stdout.buffer.flush()


@app.command()
def serve() -> None:
    """Serve Discord's HTTP interactions endpoint, without a gateway."""
    settings = Settings()
    if not settings.discord_token or not settings.public_key:
        print("Set WILLITRUN_DISCORD_TOKEN and WILLITRUN_PUBLIC_KEY (or put them into .env) to serve.", file=sys.stderr)
        raise typer.Exit(2)
    from bot.serve import run_server

    try:
        asyncio.run(run_server(settings))
    except OSError as taken:
        print(f"{settings.host}:{settings.port} cannot be listened on ({taken.strerror}).", file=sys.stderr)
        raise typer.Exit(1) from None


@app.command()
def healthy() -> None:
    """Exit with 0 if the bot that runs here says that it is ready: for the health check of a container."""
    import urllib.error
    import urllib.request

    settings = Settings()
    for port in filter(None, (settings.metrics_port, settings.port)):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2):
                return
        except urllib.error.URLError:
            continue
    raise typer.Exit(1)


@app.command()
def sync() -> None:
    """Register the slash commands with Discord."""
    settings = Settings()
    if not settings.discord_token:
        print("Set WILLITRUN_DISCORD_TOKEN (or put it into .env) to register commands.", file=sys.stderr)
        raise typer.Exit(2)
    from bot.client import sync_commands

    count = asyncio.run(sync_commands(settings))
    print(f"{count} commands registered.")


@catalog_app.command("check")
def catalog_check(
    data: Annotated[Path | None, typer.Option("--data", help="Folder to check; default: the catalog in use.")] = None,
) -> None:
    """Validate the catalog's files; one line for each fault, exit code 1 if there are any."""
    from bot.catalog.check import check
    from bot.catalog.load import load
    from bot.catalog.place import data_folder
    from bot.kb.check import check_examples

    loaded = load(data or Settings().data_dir or data_folder())
    faults = loaded.faults or [*check(loaded), *check_examples(loaded)]
    for fault in faults:
        print(fault)
    if faults:
        raise typer.Exit(1)
    print(f"{sum(len(rows) for rows in loaded.records.values())} records, no faults.")


@catalog_app.command("stats")
def catalog_stats(
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Count the records of every kind."""
    import orjson

    from bot.catalog.load import load
    from bot.catalog.place import data_folder

    loaded = load(Settings().data_dir or data_folder())
    counts = {key: sum(len(loaded.records[kind]) for kind in _KINDS_OF.get(key, ())) for key in STATS_KEYS}
    counts["benchmarks"] = len(loaded.benchmarks)
    if json:
        sys.stdout.buffer.write(orjson.dumps(counts) + b"\n")
        return
    for key, count in counts.items():
        print(f"{key:<16}{count:>6}")


@catalog_app.command("diff")
def catalog_diff(
    old: Annotated[Path, typer.Argument(help="Folder of the older catalog.", exists=True, file_okay=False)],
    new: Annotated[Path, typer.Argument(help="Folder of the newer catalog.", exists=True, file_okay=False)],
) -> None:
    """Print what changed between two catalogs, one line a difference."""
    from bot.catalog.edit import differences
    from bot.catalog.load import load

    for change in differences(load(old), load(new)):
        print(change)


@catalog_app.command("add")
def catalog_add(
    source: Annotated[str, typer.Argument(help="Where from: hf, the Hugging Face Hub.")],
    repo: Annotated[str, typer.Argument(help="The repository, org/name.")],
) -> None:
    """Print a new model's record, made from the Hub's config, for a contributor to finish."""
    from bot.catalog.edit import model_as_toml
    from bot.hub.address import read_address
    from bot.hub.client import Hub, HubFault

    address = read_address(repo)
    if source != "hf" or address is None:
        print("Usage: willitrun catalog add hf <org/repo>", file=sys.stderr)
        raise typer.Exit(2)
    try:
        found = asyncio.run(Hub().find(address))
    except HubFault as fault:
        print(f"{address.repo}: {fault.code} {fault.detail}".rstrip(), file=sys.stderr)
        raise typer.Exit(1) from None
    print("# To finish: name, family, aliases, licence and commercial, released, capabilities, sources; then run")
    print("# `willitrun catalog check`. What the Hub does not say stays out.")
    print(model_as_toml(found.model), end="")


@catalog_app.command("pages")
def catalog_pages(
    folder: Annotated[Path, typer.Option("--docs", help="Folder of the documentation.")] = Path("docs"),
) -> None:
    """Write the pages of the documentation that are made from the catalog."""
    from typing import cast

    from bot.catalog.load import load
    from bot.catalog.pages import errors_page
    from bot.catalog.place import data_folder
    from bot.catalog.records import ErrorEntry

    loaded = load(Settings().data_dir or data_folder())
    page = errors_page(cast(list[ErrorEntry], loaded.records["error"]))
    (folder / "errors.md").write_text(page, encoding="utf-8")
    print(f"{folder / 'errors.md'} written.")


@state_app.command("backup")
def state_backup(
    target: Annotated[Path, typer.Argument(help="The file to write; it must not exist yet.", dir_okay=False)],
) -> None:
    """Copy the database of what users gave, whole, also while the bot runs."""
    import sqlite3

    from bot.state.database import Database, back_up

    source = Database(Settings().database()).file
    if source is None:
        print("This database is a server's; back it up with pg_dump.", file=sys.stderr)
        raise typer.Exit(2)
    if not source.is_file():
        print("Nothing has been stored yet.", file=sys.stderr)
        raise typer.Exit(1)
    try:
        back_up(source, target)
    except (OSError, sqlite3.Error) as problem:
        print(f"{target} could not be written: {problem}", file=sys.stderr)
        raise typer.Exit(1) from None
    print(f"{target} written.")


@state_app.command("reports")
def state_reports() -> None:
    """Print the reports that nobody has decided on, oldest first."""
    from bot.state.database import Database, Unavailable
    from bot.state.reports import open_reports

    try:
        reports = asyncio.run(open_reports(Database(Settings().database())))
    except Unavailable as problem:
        print(f"The database cannot be read ({problem}).", file=sys.stderr)
        raise typer.Exit(1) from None
    for report in reports:
        print(f"{report.id}\t{report.at:%Y-%m-%d}\t{report.question}\n\t{report.words}")
    print(f"{len(reports)} open.")
