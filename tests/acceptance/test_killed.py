"""A run killed, or one that meets another, a full disk or a lost database: nothing is lost, doubled or half-written."""

from __future__ import annotations

import multiprocessing
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import redirect_stderr
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from crt_return.acceptance.examining import Examination, Task
from crt_return.acceptance.problem import Stopped
from crt_return.acceptance.register import Register
from crt_return.acceptance.store import Store
from crt_return.sampling.writing import files_of, write_zip
from tests.acceptance.runs import EARLIER, LATER, STANDARD, Place, a_return, empty_place, rejected_return

KILLS = 50
Filled = tuple[Place, dict[str, Any]]
CONTEXT = multiprocessing.get_context("forkserver")


def fill(place: Place) -> None:
    """An inbox with something of everything that changes the store: quarters, versions, a duplicate, a rejection."""
    place.put("RZA-q3.zip", a_return("RZA", EARLIER))
    place.put("RZA-q4-v1.zip", a_return("RZA", LATER))
    place.put("RZA-q4-v2.zip", a_return("RZA", LATER, version=2))
    place.put("RZB-q4.zip", a_return("RZB", LATER))
    place.put("RZB-q4-copy.zip", a_return("RZB", LATER))
    place.put("RZC-q4.zip", rejected_return("RZC", LATER))
    place.expect(*((provider, period, 1) for provider in ("RZA", "RZB", "RZC") for period in (EARLIER, LATER)))


def accepting(place: Place) -> None:
    """Accept the inbox in a process of its own; the examinations are kept: what is killed comes after them."""
    with Path(os.devnull).open("w") as nowhere, redirect_stderr(nowhere):
        place.accept()


def started(place: Place) -> Any:
    process = CONTEXT.Process(target=accepting, args=(place,))
    process.start()
    return process


def to_the_end(place: Place) -> float:
    """How long a whole run takes, in seconds."""
    began = time.perf_counter()
    process = started(place)
    process.join()
    assert process.exitcode == 0
    return time.perf_counter() - began


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory, kept: Path) -> tuple[Place, dict[str, Any]]:
    """An inbox accepted by a run that nothing disturbs, and the state the run ends in."""
    CONTEXT.set_forkserver_preload(["tests.acceptance.warmed", "tests.acceptance.test_killed"])
    reference = empty_place(tmp_path_factory.mktemp("undisturbed"), kept)
    fill(reference)
    reference.accept()
    return reference, reference.state()


@pytest.fixture
def filled(place: Place, undisturbed: tuple[Place, dict[str, Any]]) -> Filled:
    """The same inbox not yet accepted, and the state to end in."""
    reference, state = undisturbed
    copy_inbox(reference, place)
    return place, state


def copy_inbox(reference: Place, place: Place) -> None:
    shutil.copytree(reference.inbox, place.inbox, dirs_exist_ok=True)
    shutil.copy(reference.folder / "expected_providers.csv", place.folder)


def start_again(place: Place) -> None:
    shutil.rmtree(place.folder / "store", ignore_errors=True)
    for file in place.folder.glob("register.db*"):
        file.unlink()


@pytest.mark.slow
def test_killed_at_fifty_random_moments_and_run_again_it_ends_in_the_same_state(
    filled: Filled,
) -> None:
    place, reference = filled
    to_the_end(place)  # the first run waits for the processes to be made ready
    start_again(place)
    whole = to_the_end(place)
    assert place.state() == reference
    moments = random.Random(2007)
    cut_short = 0
    for _ in range(KILLS):
        start_again(place)
        process = started(place)
        time.sleep(moments.uniform(0, whole))
        process.kill()
        process.join()
        cut_short += process.exitcode == -signal.SIGKILL
        to_the_end(place)
        assert place.state() == reference
    assert cut_short > KILLS // 2, "most runs were still at work when they were killed"


@pytest.mark.slow
def test_two_runs_at_once_double_nothing(filled: Filled) -> None:
    place, reference = filled
    both = [started(place) for _ in range(2)]
    for process in both:
        process.join()
    assert [process.exitcode for process in both] == [0, 0]
    assert place.state() == reference


@pytest.mark.slow
def test_two_runs_with_stores_of_their_own_register_each_submission_once(filled: Filled, tmp_path: Path) -> None:
    """The lock is the store's; the register guards itself."""
    place, reference = filled
    other = replace(place, folder=tmp_path / "other")
    shutil.copytree(place.inbox, other.inbox)
    both = [started(one) for one in (place, other)]
    for process in both:
        process.join()
    names = [entry.submission for entry in place.entries()]
    assert sorted(names) == sorted({row["submission"] for row in reference["register"]})


def limited(place: Place, most: int, said: Path) -> None:
    """A run on a disk that takes no file larger than `most` bytes, as a full one takes none."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    try:
        place.accept()
    except Stopped as stopped:
        os.write(os.open(said, os.O_WRONLY | os.O_CREAT), str(stopped).encode()[:most])


@pytest.mark.slow
@pytest.mark.parametrize("most", [512, 6_000, 20_000, 60_000])
def test_a_full_disk_ends_in_a_sentence_and_nothing_half_written(most: int, filled: Filled, tmp_path: Path) -> None:
    place, reference = filled
    said = tmp_path / "said"
    process = CONTEXT.Process(target=limited, args=(place, most, said))
    process.start()
    process.join()
    assert process.exitcode == 0, "a full disk is no fault of ours"
    assert "run the same command again" in said.read_text(encoding="utf-8")
    to_the_end(place)
    assert place.state() == reference


@pytest.mark.slow
def test_a_lost_database_ends_in_a_sentence_and_the_next_run_goes_on(
    place_in_postgresql: Place, postgresql: Any, undisturbed: tuple[Place, dict[str, Any]]
) -> None:
    place = place_in_postgresql
    copy_inbox(undisturbed[0], place)
    examine = place.workers()

    def losing(tasks: Sequence[Task]) -> Iterator[Examination]:
        for number, made in enumerate(examine(tasks)):
            if number == 1:
                drop_connections(postgresql, place)
            yield made

    with pytest.raises(Stopped, match="run the same command again"):
        place.accept(losing)
    let_in(postgresql, place)
    place.accept()
    assert place.standing() == {
        ("RZA", EARLIER): "RZA-q3.zip", ("RZA", LATER): "RZA-q4-v2.zip", ("RZB", LATER): "RZB-q4-copy.zip",
    }  # fmt: skip
    assert len(place.entries()) == 6


def drop_connections(server: Any, place: Place) -> None:
    """Take the database away: no connection is left, and none is let in."""
    name = sa.make_url(place.url).database
    server.psql(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false;")
    server.psql(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}';")


def let_in(server: Any, place: Place) -> None:
    """Give the database back."""
    server.psql(f"ALTER DATABASE {sa.make_url(place.url).database} ALLOW_CONNECTIONS true;")


@pytest.mark.slow
def test_the_command_itself_killed_leaves_no_worker_behind_and_goes_on(tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    for provider in ("RZA", "RZB"):
        write_zip(files_of(a_return(provider), STANDARD), inbox / f"{provider}.zip")
    register = f"sqlite:///{tmp_path / 'register.db'}"
    command = [sys.executable, "-m", "crt_return", "accept", str(inbox), "--register", register, "--store", "store"]
    process = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.DEVNULL)
    while not (workers := children(process.pid)):
        time.sleep(0.2)
    time.sleep(3)
    workers |= children(process.pid)
    process.kill()
    process.wait()
    until = time.monotonic() + 60
    while time.monotonic() < until and any(Path(f"/proc/{worker}").exists() for worker in workers):
        time.sleep(0.5)
    assert not [worker for worker in workers if running(worker)]
    again = [*command, "--processes", "1"]
    done = subprocess.run(again, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    with Register(register) as kept:
        assert [one.outcome for one in kept.entries()] == ["accepted", "accepted"]
        assert all(Store(tmp_path / "store").holds(one) for one in kept.entries())


def children(process: int) -> set[int]:
    """The processes another has started."""
    listed = Path(f"/proc/{process}/task/{process}/children")
    return {int(one) for one in listed.read_text(encoding="ascii").split()} if listed.exists() else set()


def running(process: int) -> bool:
    """Whether a process is there and not merely waiting to be buried."""
    status = Path(f"/proc/{process}/stat")
    return status.exists() and status.read_text(encoding="ascii").rpartition(")")[2].split()[0] != "Z"


@pytest.fixture(scope="module")
def forty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An inbox of forty versions of a return."""
    place = empty_place(tmp_path_factory.mktemp("forty"))
    for one in range(40):
        place.put(f"{one}.zip", a_return("RZA", LATER, version=one + 1))
    return place.inbox


@pytest.mark.slow
@pytest.mark.parametrize("seconds", [0, 0.5, 1, 1.5])
def test_a_run_stopped_by_its_user_ends_at_once_with_130_and_no_traceback(
    place: Place, forty: Path, seconds: float
) -> None:
    where = ("--register", place.url, "--store", str(place.store.folder))
    command = (sys.executable, "-m", "crt_return", "accept", str(forty), *where)
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True) as run:
        while not (place.folder / "register.db").exists() and run.poll() is None:
            time.sleep(0.01)  # while it is imported, Python has its own word for a stop
        time.sleep(seconds)
        os.killpg(run.pid, signal.SIGINT)  # as a terminal does: to all that the command has started
        _, said = run.communicate(timeout=20)
    assert run.returncode == 130
    assert said.decode().split()[-1:] == ["Stopped."]
    assert "Traceback" not in said.decode()
