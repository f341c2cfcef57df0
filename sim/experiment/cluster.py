"""Running on a Dask cluster."""

from __future__ import annotations

from concurrent.futures import Executor, Future
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.experiment.files import StoreError
from sim.experiment.identity import source_digest
from sim.experiment.runner import Executors

if TYPE_CHECKING:
    from distributed import Client

CONNECT_SECONDS = 10


class ClusterError(StoreError):
    """A cluster that cannot be used."""


def dask_cluster(address: str, directory: Path) -> Executors:
    """The workers of a Dask scheduler, which must have the same rules and see the result directory.

    Raises `ClusterError`.
    """
    try:
        from distributed import Client
        from distributed.comm.addressing import get_address_host_port
    except ImportError as error:
        raise ClusterError("--scheduler needs Dask: install the extra, runway-sim[dask]") from error
    try:
        get_address_host_port(address)
        client = Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError) as error:
        raise ClusterError(f"no Dask scheduler answers at {address}: {error}") from error
    directory.mkdir(parents=True, exist_ok=True)
    workers = _checked(client, address, directory.resolve())
    return Executors(lambda: _Dask(client), workers)


def _checked(client: Client, address: str, directory: Path) -> int:
    """How many tasks the workers can do at once."""
    found: dict[str, Any] = client.run(_seen_by_worker, str(directory))
    if not found:
        raise ClusterError(f"the scheduler at {address} has no workers")
    for worker, (digest, sees) in found.items():
        if digest != source_digest():
            raise ClusterError(f"worker {worker} has other rules than this process: install the same version there")
        if not sees:
            raise ClusterError(
                f"worker {worker} does not see {directory}: it must be on storage that all machines share"
            )
    return sum(client.nthreads().values())


def _seen_by_worker(directory: str) -> tuple[str, bool]:
    return source_digest(), Path(directory).is_dir()


class _Dask(Executor):
    """A client as an executor that can be shut down without ending the cluster's other work."""

    def __init__(self, client: Client) -> None:
        self._executor = client.get_executor(pure=False)

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        """A future of the cluster."""
        future: Future[Any] = self._executor.submit(fn, *args, **kwargs)
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: ARG002
        """Drop what is not done."""
        self._executor.shutdown(wait=wait)
