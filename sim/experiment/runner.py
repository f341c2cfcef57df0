"""Doing many blocks of work on any executor: a bounded number at a time, whatever happens to the workers."""

from __future__ import annotations

import gc
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from multiprocessing import get_context
from multiprocessing.connection import Connection
from traceback import format_exception
from typing import Any, Generic, ParamSpec, TypeVar

from sim.experiment.files import StoreError

Work = TypeVar("Work")
Done = TypeVar("Done")
P = ParamSpec("P")
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")


def nothing() -> None:
    """Do nothing."""


@dataclass(frozen=True)
class Failure(Generic[Work]):
    """Work that could not be done, why in one line, and the traceback if there is one."""

    work: Work
    reason: str
    details: str


def shut_down(executor: Executor, is_idle: bool) -> None:
    """End an executor, waiting for its workers if they have nothing to do."""
    executor.shutdown(wait=is_idle, cancel_futures=True)


@dataclass(frozen=True)
class Executors:
    """How to come by an executor (a new one after a worker died), how many tasks it can do at once, and what becomes of
    it after a run; `leave` is told whether all of its work is done and its workers live, `close` ends what was kept."""

    make: Callable[[], Executor]
    workers: int
    leave: Callable[[Executor, bool], None] = shut_down
    close: Callable[[], None] = lambda: None

    @property
    def in_flight(self) -> int:
        """Tasks that are submitted and not done: enough that no worker waits for the next."""
        return 2 * self.workers if self.workers > 1 else 1


@dataclass(frozen=True)
class Runner(Generic[Work, Done]):
    """Does ``task`` for each piece of work, a bounded number at a time, and calls ``on_done`` with each result.

    Work during which a worker dies is done again, alone in a new executor; if the worker dies again, or the task
    raises, it is a `Failure` and the rest goes on. A `StoreError` stops everything.
    """

    task: Callable[[Work], Done]
    on_done: Callable[[Work, Done], None]
    executors: Executors

    def run(self, works: Iterable[Work], meanwhile: Callable[[], None] = nothing) -> list[Failure[Work]]:
        """Do all of it, and ``meanwhile`` once in this process when the first of it has been handed out; what failed is
        returned."""
        waiting, once = deque(works), cache(meanwhile)
        failures: list[Failure[Work]] = []
        while waiting:
            for suspect in self._drain(waiting, failures, once):
                if self._drain(deque([suspect]), failures, once):
                    failures.append(Failure(suspect, "its worker process died, twice", ""))
        once()
        return failures

    def _drain(self, waiting: deque[Work], failures: list[Failure[Work]], meanwhile: Callable[[], None]) -> list[Work]:
        """Work until nothing is waiting or a worker has died; returns what was in flight then."""
        executor = self.executors.make()
        running: dict[Future[Done], Work] = {}
        lost: list[Work] = []
        try:
            while (waiting or running) and not lost:
                self._submit(executor, waiting, running)
                meanwhile()
                finished, _ = wait(running, return_when=FIRST_COMPLETED)
                lost += self._settle(finished, running, failures)
            if lost:
                lost += self._settle(wait(running).done, running, failures)
        finally:
            self.executors.leave(executor, not (lost or running))
        return lost

    def _submit(self, executor: Executor, waiting: deque[Work], running: dict[Future[Done], Work]) -> None:
        while waiting and len(running) < self.executors.in_flight:
            work = waiting.popleft()
            running[submitted(executor, self.task, work)] = work

    def _settle(
        self, finished: Iterable[Future[Done]], running: dict[Future[Done], Work], failures: list[Failure[Work]]
    ) -> list[Work]:
        lost = []
        for future in finished:
            work, error = running.pop(future), future.exception()
            if error is None:
                self.on_done(work, future.result())
            elif isinstance(error, BrokenExecutor):
                lost.append(work)
            elif isinstance(error, StoreError):
                raise error
            else:
                failures.append(Failure(work, f"{type(error).__name__}: {error}", "".join(format_exception(error))))
        return lost


def submitted(executor: Executor, task: Callable[P, Done], /, *args: P.args, **kwargs: P.kwargs) -> Future[Done]:
    """The future of a task; of a broken executor one that says so."""
    try:
        return executor.submit(task, *args, **kwargs)
    except BrokenExecutor as error:
        future: Future[Done] = Future()
        future.set_exception(error)
        return future


def local(workers: int) -> Executors:
    """Executors of this machine: this process for one worker, else processes that stay from run to run."""
    if workers == 1:
        return Executors(InProcess, 1)
    pool = LastingPool(workers)
    return Executors(pool.take, workers, pool.leave, pool.close)


class LastingPool:
    """Processes that one run leaves to the next, for starting them takes seconds."""

    def __init__(self, workers: int) -> None:
        self._workers = workers
        self._kept: Executor | None = None

    def take(self) -> Executor:
        """The processes left by the last run, or fresh ones."""
        executor, self._kept = self._kept or Processes(self._workers), None
        return executor

    def leave(self, executor: Executor, is_idle: bool) -> None:
        """Keep the processes if they are fit for the next run."""
        if is_idle and self._kept is None:
            self._kept = executor
        else:
            shut_down(executor, is_idle)

    def close(self) -> None:
        """End the processes that were kept."""
        if self._kept is not None:
            shut_down(self._kept, True)
            self._kept = None


class InProcess(Executor):
    """Does each task at once, in this process."""

    def submit(self, fn: Callable[P, Any], /, *args: P.args, **kwargs: P.kwargs) -> Future[Any]:
        """A future that is done when it is returned."""
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:  # noqa: BLE001 - kept in the future, as executors do
            future.set_exception(error)
        return future


class Processes(ProcessPoolExecutor):
    """Processes of this machine, one thread each, which leave Ctrl-C to this process.

    They end, whatever they are at, when this process does or when they are not waited for. Shutting down always waits
    for what this process keeps of them, since the interpreter's own exit may trip over it.
    """

    def __init__(self, workers: int) -> None:
        os.environ.update(ONE_THREAD)
        context = get_context("spawn")
        end_seen, self._end = context.Pipe(duplex=False)
        super().__init__(workers, context, _start_worker, (end_seen,))

    def submit(self, fn: Callable[P, Done], /, *args: P.args, **kwargs: P.kwargs) -> Future[Done]:
        """A future of one of the processes; those that are started for it never hear of Ctrl-C."""
        with _interrupts_held():
            return super().submit(fn, *args, **kwargs)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the processes, those at work too if they are not waited for."""
        if not wait:
            self._end.close()
        super().shutdown(wait=True, cancel_futures=cancel_futures)


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """Ctrl-C comes after this block, and never to processes that are started in it."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _start_worker(end_seen: Connection) -> None:
    """Get a process ready. Garbage is collected between works only: in a block there is next to none."""
    import pyarrow as pa

    gc.disable()
    pa.set_cpu_count(1)
    pa.set_io_thread_count(1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, args=(end_seen,), daemon=True).start()


def _end_with_parent(end_seen: Connection) -> None:
    end_seen.poll(None)
    os._exit(1)
