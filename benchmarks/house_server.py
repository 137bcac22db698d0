"""Start and kill a real ``palabre serve`` in a folder of its own, as a process group."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

PALABRE = [sys.executable, "-m", "palabre.cli"]


class HouseServer:
    """One installation in ``folder``, made by ``palabre init``, served on a free port."""

    def __init__(self, folder: Path, *, workers: int = 1, **environment: str) -> None:
        self.folder = folder
        self.port = _free_port()
        self.workers = workers
        # Threads are measured with the rules alone: what the models cost, models.py measures.
        self._environment = {**os.environ, "PALABRE_JUDGE_DEPTH": "rules", **environment}
        self._process: subprocess.Popen | None = None
        subprocess.run(
            [*PALABRE, "init", "--folder", str(folder), "--origin", "https://example.org"],
            check=True,
            stdout=subprocess.DEVNULL,
            env=self._environment,
        )

    def start(self) -> float:
        """Start serving in a process group of its own; return the seconds until it answered."""
        begin = time.perf_counter()
        with (self.folder / "log").open("a") as log:
            self._process = subprocess.Popen(
                [
                    *(*PALABRE, "--config", str(self.folder / "palabre.toml"), "serve"),
                    *("--port", str(self.port), "--workers", str(self.workers)),
                ],
                start_new_session=True,
                env=self._environment,
                stderr=log,
            )
        while True:
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=1)
                return time.perf_counter() - begin
            if self._process.poll() is not None or time.perf_counter() - begin > 30:
                raise SystemExit((self.folder / "log").read_text()[-2000:])
            time.sleep(0.02)

    def kill(self) -> None:
        """Kill the whole group with SIGKILL, as a crash or the kernel would."""
        assert self._process
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        deadline = time.monotonic() + 10
        while _is_open(self.port):
            if time.monotonic() > deadline:
                raise SystemExit("a worker outlived the group that was killed")
            time.sleep(0.02)

    def stop(self) -> None:
        """End it in good order and remove the folder."""
        if self._process and self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def pid(self) -> int:
        """The process that the workers belong to."""
        assert self._process
        return self._process.pid

    @property
    def database(self) -> Path:
        """The SQLite file."""
        return self.folder / "palabre.db"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _is_open(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
