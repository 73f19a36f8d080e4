"""What users give us: stored, read back, changed, forgotten, and never half written."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect

from bot.state.database import Database, Unavailable, back_up, downgrade, upgrade
from bot.state.lessons import done_lessons, keep_lesson
from bot.state.privacy import all_about, forget
from bot.state.reports import decide, keep_report, open_reports
from bot.state.rigs import MOST_RIGS, Rig, TooMany, clear_rigs, keep_rig, rig_in_use, rigs_of, share_rig, use_rig
from bot.state.servers import ServerRules, Servers
from bot.state.tables import metadata
from bot.state.votes import Tally, cast_vote
from tests.support import ROOT

DESK = Rig(name="desk", hardware="2x rtx-3090", ram_gib=128, system="linux")


async def test_migrations_go_up_and_down_and_make_the_tables_of_the_program(database: Database) -> None:
    await database.migrate()

    def differs(connection: Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(connection), metadata))

    async with database.writing() as connection:
        assert await connection.run_sync(differs) == []
        await connection.run_sync(downgrade, "base")
        assert await connection.run_sync(lambda c: inspect(c).get_table_names()) == ["alembic_version"]
        await connection.run_sync(upgrade)
        assert await connection.run_sync(differs) == []


async def test_rigs(database: Database) -> None:
    assert await rig_in_use(database, 1) is None
    await keep_rig(database, 1, DESK)
    await keep_rig(database, 1, Rig(name="laptop", hardware="rtx-4060-laptop"))
    assert [rig.name for rig in await rigs_of(database, 1)] == ["desk", "laptop"]
    assert await rigs_of(database, 2) == ()
    assert (await rig_in_use(database, 1)) == Rig(name="laptop", hardware="rtx-4060-laptop", in_use=True)
    assert await use_rig(database, 1, "desk")
    assert not await use_rig(database, 1, "attic")
    assert await rig_in_use(database, 1) == DESK.model_copy(update={"in_use": True})
    assert await share_rig(database, 1, "desk", shared=True)
    assert not await share_rig(database, 2, "desk", shared=True)
    assert [rig.shared for rig in await rigs_of(database, 1)] == [True, False]
    await keep_rig(database, 1, DESK.model_copy(update={"hardware": "rtx-5090"}))
    assert [rig.hardware for rig in await rigs_of(database, 1)] == ["rtx-5090", "rtx-4060-laptop"]
    await use_rig(database, 1, None)
    assert await rig_in_use(database, 1) is None
    assert await clear_rigs(database, 1, "desk") == 1
    assert await clear_rigs(database, 1) == 1
    assert await clear_rigs(database, 1) == 0


async def test_fifty_rigs_are_too_many(database: Database) -> None:
    for number in range(MOST_RIGS):
        await keep_rig(database, 1, Rig(name=f"rig {number}", hardware="rtx-3090"))
    with pytest.raises(TooMany):
        await keep_rig(database, 1, Rig(name="one more", hardware="rtx-3090"))
    await keep_rig(database, 1, Rig(name="rig 3", hardware="rtx-4090"))
    assert len(await rigs_of(database, 1)) == MOST_RIGS
    assert (await rig_in_use(database, 1)) == Rig(name="rig 3", hardware="rtx-4090", in_use=True)


async def test_one_vote_a_person_that_can_be_changed(database: Database) -> None:
    assert await cast_vote(database, 1, "cuda-oom", worked=True) == Tally(1, 0)
    assert await cast_vote(database, 2, "cuda-oom", worked=True) == Tally(2, 0)
    assert await cast_vote(database, 2, "cuda-oom", worked=False) == Tally(1, 1)
    assert await cast_vote(database, 2, "other", worked=False) == Tally(0, 1)


async def test_a_course_remembers_what_was_answered_rightly(database: Database) -> None:
    assert await keep_lesson(database, 1, "hardware", 1, right=True) == {1}
    assert await keep_lesson(database, 1, "hardware", 2, right=False) == {1}
    assert await keep_lesson(database, 1, "hardware", 2, right=True) == {1, 2}
    assert await done_lessons(database, 1, "hardware") == {1, 2}
    assert await done_lessons(database, 1, "memory") == frozenset()


async def test_a_report_is_decided_once_and_by_its_own_server(database: Database) -> None:
    number = await keep_report(database, 1, 77, "/gpu gpu: rtx-3090", "It has 24 GB, not 12.")
    assert [(r.id, r.words, r.state) for r in await open_reports(database, 77)] == [
        (number, "It has 24 GB, not 12.", "open")
    ]
    assert not await decide(database, number, 78, "accepted")
    assert await decide(database, number, 77, "accepted")
    assert not await decide(database, number, 77, "rejected")
    assert await open_reports(database) == ()


async def test_rules_of_a_server(database: Database, database_url: str) -> None:
    servers = Servers(database)
    assert await servers.rules(5) == ServerRules()
    assert await servers.rules(None) == ServerRules()
    changed = await servers.change(5, private_channels=frozenset({1, 2}), commands_off=frozenset({"cost"}))
    assert await servers.rules(5) == changed
    other_process = Database(database_url)
    assert await Servers(other_process).rules(5) == changed
    await other_process.close()
    await servers.change(5, language="de", report_channel=9)
    assert await Servers(database).rules(5) == ServerRules(
        language="de", report_channel=9, private_channels=frozenset({1, 2}), commands_off=frozenset({"cost"})
    )


async def test_everything_about_a_person_is_handed_out_and_forgotten(database: Database) -> None:
    for person in (1, 2):
        await keep_rig(database, person, DESK)
        await cast_vote(database, person, "cuda-oom", worked=True)
        await keep_lesson(database, person, "hardware", 1, right=True)
        await keep_report(database, person, None, "/about", "Wrong.")
    about = await all_about(database, 1)
    assert {table: len(rows) for table, rows in about.items()} == {"rig": 1, "vote": 1, "lesson": 1, "report": 1}
    assert about["rig"][0]["hardware"] == "2x rtx-3090"
    assert str(about["rig"][0]["at"]).endswith("+00:00")
    assert await forget(database, 1) == 4
    assert sum(len(rows) for rows in (await all_about(database, 1)).values()) == 0
    assert sum(len(rows) for rows in (await all_about(database, 2)).values()) == 4


WRITER = """
import asyncio, sys
from bot.state.database import Database
from bot.state.votes import cast_vote
async def main():
    database = Database(sys.argv[1])
    for person in range(int(sys.argv[2]), 10**6):
        await cast_vote(database, person, "cuda-oom", worked=True)
        print(person, flush=True)
asyncio.run(main())
"""


def _writer(database_url: str, first: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", WRITER, database_url, str(first)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


async def test_what_was_said_to_be_stored_survives_kill_9_of_two_processes(
    database: Database, database_url: str
) -> None:
    writers = [_writer(database_url, 1), _writer(database_url, 500_000)]
    said: list[int] = []
    for writer in writers:
        assert writer.stdout
        said += [int(writer.stdout.readline()) for _ in range(30)]
    for writer in writers:
        os.kill(writer.pid, signal.SIGKILL)
        assert writer.stdout
        said += [int(line) for line in writer.stdout.read().splitlines() if line]
        writer.wait()
        writer.stdout.close()
    tally = await cast_vote(database, 0, "cuda-oom", worked=True)
    # The last vote of each may have been stored before its number was printed.
    assert len(said) + 1 <= tally.worked <= len(said) + 3
    for person in said:
        assert len((await all_about(database, person))["vote"]) == 1


async def test_many_write_at_once(database: Database) -> None:
    await asyncio.gather(*(cast_vote(database, person, "cuda-oom", worked=person % 2 == 0) for person in range(20)))
    assert await cast_vote(database, 99, "cuda-oom", worked=True) == Tally(11, 10)


async def test_a_locked_database_is_said_to_be_and_works_again_later(tmp_path: Path) -> None:
    import sqlite3

    file = tmp_path / "state.sqlite"
    database = Database(f"sqlite:///{file}")
    await cast_vote(database, 1, "x", worked=True)
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(Unavailable):
        await cast_vote(database, 2, "x", worked=True)
    other.execute("ROLLBACK")
    other.close()
    assert await cast_vote(database, 2, "x", worked=True) == Tally(2, 0)


async def test_a_database_that_is_gone_broken_or_cannot_be_made(tmp_path: Path) -> None:
    file = tmp_path / "state.sqlite"
    database = Database(f"sqlite:///{file}")
    await cast_vote(database, 1, "x", worked=True)
    for left in tmp_path.iterdir():
        left.unlink()
    with pytest.raises(Unavailable):
        await cast_vote(database, 1, "x", worked=True)
    file.write_text("This is no database. " * 100)
    with pytest.raises(Unavailable):
        await rigs_of(database, 1)
    with pytest.raises(Unavailable):
        await rigs_of(Database(f"sqlite:///{file}/inside/a/file.sqlite"), 1)
    with pytest.raises(Unavailable):
        await rigs_of(Database("postgresql://nobody@127.0.0.1:9/nothing"), 1)
    with pytest.raises(ValueError, match="not supported"):
        Database("mysql://localhost/x")


async def test_a_full_disk_stores_nothing_and_loses_nothing(tmp_path: Path) -> None:
    file = tmp_path / "state.sqlite"
    database = Database(f"sqlite:///{file}")
    await cast_vote(database, 1, "x", worked=True)

    async with database.writing() as connection:
        pages = (await connection.exec_driver_sql("PRAGMA page_count")).scalar_one()

    async def fill() -> None:
        async with database.writing() as connection:
            # SQLite reports a full disk the same way when it may not grow.
            await connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")
            for person in range(2, 2000):
                await connection.exec_driver_sql("INSERT INTO vote VALUES (?, ?, 1, '2026-01-01')", (person, "y" * 100))

    with pytest.raises(Unavailable):
        await fill()
    assert await cast_vote(database, 2, "x", worked=True) == Tally(2, 0)


async def test_a_backup_is_whole_and_never_overwrites(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'state.sqlite'}")
    await keep_rig(database, 1, DESK)
    assert database.file
    back_up(database.file, tmp_path / "copy.sqlite")
    assert [rig.name for rig in await rigs_of(Database(f"sqlite:///{tmp_path / 'copy.sqlite'}"), 1)] == ["desk"]
    with pytest.raises(FileExistsError):
        back_up(database.file, tmp_path / "copy.sqlite")


async def test_postgresql_restarted_is_used_again(postgres: object, request: pytest.FixtureRequest) -> None:
    from tests.state.postgres import Postgres

    assert isinstance(postgres, Postgres)
    database = Database(postgres.new_database())
    await cast_vote(database, 1, "x", worked=True)
    postgres.stop()
    with pytest.raises(Unavailable):
        await cast_vote(database, 2, "x", worked=True)
    postgres.start()
    database._rests_until = 0.0
    assert await cast_vote(database, 2, "x", worked=True) == Tally(2, 0)
    await database.close()


async def test_a_database_that_says_nothing_is_not_waited_for_again_and_again() -> None:
    silences: list[asyncio.Task[None]] = []

    async def says_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()
        await writer.wait_closed()

    def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        silences.append(asyncio.create_task(says_nothing(reader, writer)))

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    database = Database(f"postgresql://somebody@127.0.0.1:{port}/nothing")
    results = await asyncio.gather(*(rigs_of(database, person) for person in range(20)), return_exceptions=True)
    assert all(isinstance(result, Unavailable) for result in results)
    assert len(silences) == 1
    await database.close()
    server.close()
    await asyncio.wait_for(asyncio.gather(*silences), timeout=20)
