"""The real server for tests: ``palabre serve`` in a process group of its own, on a free port."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

import forked

PALABRE = (sys.executable, "-m", "palabre.cli")
ORIGIN = "https://journal.example"


def palabre(folder: Path, *arguments: str, **variables: str) -> str:
    """Run a command in ``folder`` and return what it said."""
    done = forked.run(arguments, cwd=folder, env=_environment(variables))
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


@contextmanager
def serving(
    folder: Path, *, workers: int = 1, by_shell: bool = False, port: int = 0, **variables: str
) -> Iterator[str]:
    """Serve the house in ``folder`` and return its address; all of it is gone afterwards.

    It is forked from what has imported the program, or started as the shell would.
    """
    port = port or free_port()
    command = ["serve", "--port", str(port), "--workers", str(workers)]
    given: dict[str, Any] = {"cwd": folder, "env": _environment(variables)}
    process: subprocess.Popen[bytes] | forked.Forked
    with (folder / f"{port}.log").open("wb") as log, Path(os.devnull).open("r+b") as nothing:
        if by_shell:
            whole = [*PALABRE, *command]
            process = subprocess.Popen(whole, stderr=log, start_new_session=True, **given)
        else:
            streams = (nothing, nothing, log)
            process = forked.Forked(command, streams=streams, own_session=True, **given)
    address = f"http://127.0.0.1:{port}"
    try:
        while not _answers(address):
            assert process.poll() is None, (folder / f"{port}.log").read_text()
            time.sleep(0.05)
        yield address
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(address: str) -> bool:
    try:
        return httpx.get(f"{address}/readyz", timeout=5).status_code == httpx.codes.OK
    except httpx.TransportError:
        return False


def _environment(variables: dict[str, str]) -> dict[str, str]:
    own = {k: v for k, v in os.environ.items() if not k.startswith("PALABRE_")}
    # What a model thinks of a test's words is no matter of these tests; those of models say so.
    return own | {"PALABRE_LIMITS_ENABLED": "false", "PALABRE_JUDGE_DEPTH": "rules"} | variables
