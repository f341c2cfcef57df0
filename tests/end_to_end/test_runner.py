"""The runner: whatever happens to workers, everything else is done, once."""

from __future__ import annotations

import os
import threading
from concurrent.futures import BrokenExecutor, Executor, Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from sim.experiment.files import UnwritableError
from sim.experiment.runner import Executors, Failure, InProcess, Processes, Runner, local


def square(number: int) -> int:
    """The task of these tests: 13 breaks a rule, 99 finds the disk full."""
    if number == 13:
        raise ValueError("unlucky")
    if number == 99:
        raise UnwritableError("results", "No space left on device")
    return number * number


def dies_once(marker: Path, number: int) -> int:
    """Kill the worker the first time that 3 is tried."""
    if number == 3 and not marker.exists():
        marker.touch()
        os._exit(9)
    return number * number


def always_dies_at_3(number: int) -> int:
    """Kill the worker whenever 3 is tried."""
    if number == 3:
        os._exit(9)
    return number * number


class FragileExecutor(Executor):
    """Breaks for good when given 3, ``breaks`` times over all its kind."""

    breaks = 1

    def __init__(self) -> None:
        self.is_broken = False

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        """A future that is done, or broken."""
        future: Future[Any] = Future()
        if args == (3,) and FragileExecutor.breaks > 0:
            FragileExecutor.breaks -= 1
            self.is_broken = True
        if self.is_broken:
            future.set_exception(BrokenExecutor("a worker died"))
        else:
            future.set_result(fn(*args, **kwargs))
        return future


class CountingPool(ThreadPoolExecutor):
    """Counts the futures that are not done whenever one is submitted."""

    def __init__(self, most: list[int]) -> None:
        super().__init__(2)
        self.most, self.futures = most, set[Future[Any]]()

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        """As the pool does."""
        future = super().submit(fn, *args, **kwargs)
        self.futures = {other for other in self.futures if not other.done()} | {future}
        self.most.append(len(self.futures))
        return future


def run(task: Any, numbers: list[int], make_executor: Any = InProcess, workers: int = 2) -> tuple[Any, Any]:
    """What was done, by number, and what failed."""
    done: dict[int, int] = {}

    def note(number: int, result: int) -> None:
        assert number not in done
        done[number] = result

    return done, Runner(task, note, Executors(make_executor, workers)).run(numbers)


def test_all_work_is_done_in_this_process() -> None:
    assert run(square, [1, 2, 3]) == ({1: 1, 2: 4, 3: 9}, [])


def test_work_that_raises_is_reported_and_the_rest_is_done() -> None:
    done, failures = run(square, [1, 13, 3])
    assert done == {1: 1, 3: 9}
    assert [(failure.work, failure.reason) for failure in failures] == [(13, "ValueError: unlucky")]
    assert "in square" in failures[0].details


def test_a_full_disk_stops_everything() -> None:
    with pytest.raises(UnwritableError, match="cannot write results: No space left on device"):
        run(square, [1, 99, 3])


def test_no_more_than_the_given_number_is_in_flight() -> None:
    most: list[int] = []
    done, _ = run(square, list(range(12)), partial(CountingPool, most), workers=2)
    assert len(done) == 12
    assert max(most) <= 4


def test_what_was_in_flight_when_a_worker_died_is_done_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FragileExecutor, "breaks", 1)
    done, failures = run(square, [1, 2, 3, 4, 5, 6], FragileExecutor)
    assert (sorted(done), failures) == ([1, 2, 3, 4, 5, 6], [])


def test_work_that_kills_its_worker_again_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FragileExecutor, "breaks", 99)
    done, failures = run(square, [1, 2, 3, 4, 5, 6], FragileExecutor)
    assert sorted(done) == [1, 2, 4, 5, 6]
    assert failures == [Failure(3, "its worker process died, twice", "")]


def test_a_pool_of_processes_survives_the_death_of_one(tmp_path: Path) -> None:
    done, failures = run(partial(dies_once, tmp_path / "died"), [1, 2, 3, 4, 5], partial(Processes, 2))
    assert (sorted(done), failures) == ([1, 2, 3, 4, 5], [])


def test_a_pool_of_processes_gives_up_only_the_work_that_kills() -> None:
    done, failures = run(always_dies_at_3, [1, 2, 3, 4, 5], partial(Processes, 2))
    assert sorted(done) == [1, 2, 4, 5]
    assert [failure.work for failure in failures] == [3]


class HeldPool(ThreadPoolExecutor):
    """Does nothing until it is told to go."""

    def __init__(self, go: threading.Event) -> None:
        super().__init__(2)
        self.go = go

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        """As the pool does, later."""
        return super().submit(lambda: (self.go.wait(10), fn(*args, **kwargs))[1])


@pytest.mark.parametrize("numbers", [[], [1], [1, 2, 3, 4, 5, 6, 7, 8]])
def test_something_else_is_done_once_while_2_workers_have_their_work(numbers: list[int]) -> None:
    go, done, when = threading.Event(), dict[int, int](), list[int]()

    def meanwhile() -> None:
        when.append(len(done))
        go.set()

    runner = Runner(square, done.__setitem__, Executors(partial(HeldPool, go), 2))
    assert runner.run(numbers, meanwhile) == []
    assert (when, sorted(done)) == ([0], numbers)


def test_something_else_is_done_once_though_a_worker_dies(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FragileExecutor, "breaks", 99)
    done, when = dict[int, int](), list[int]()
    Runner(square, done.__setitem__, Executors(FragileExecutor, 2)).run([1, 2, 3, 4], lambda: when.append(len(done)))
    assert (len(when), sorted(done)) == (1, [1, 2, 4])


def who(number: int) -> int:
    """The process that does it; 13 kills it."""
    if number == 13:
        os._exit(1)
    return os.getpid()


def test_the_processes_of_one_run_do_the_next_unless_one_of_them_has_died() -> None:
    executors, found = local(2), []
    for numbers in ([1, 2, 3, 4], [5, 6, 7, 8], [13], [9, 10]):
        done: dict[int, int] = {}
        Runner(who, done.__setitem__, executors).run(numbers)
        found.append(set(done.values()))
    first, second, killed, fresh = found
    assert len(first | second) <= 2
    assert killed == set()
    assert fresh
    assert not fresh & (first | second)
