"""``palabre`` as a process of its own that need not import everything again.

A process that has imported the program waits for orders and forks for each: what is forked has its
own arguments, folder, environment, standard streams and exit status, as a command of the shell has.
Starting Python and importing the web costs 1.5 s of processor each time, a fork some milliseconds.
``tests/cli/test_judge.py``, ``tests/attacks/test_rude_clients.py`` and the drills start the program
as the shell does.
"""

import array
import atexit
import contextlib
import io
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, NoReturn

_KEPT: list[tuple[socket.socket, subprocess.Popen[bytes]]] = []


class Forked:
    """A running ``palabre``: the part of ``subprocess.Popen`` that tests use."""

    def __init__(
        self,
        arguments: Sequence[str],
        *,
        cwd: Path,
        env: Mapping[str, str],
        streams: tuple[IO[bytes], IO[bytes], IO[bytes]],
        own_session: bool = False,
    ) -> None:
        told, tell = os.pipe()
        order = {
            "arguments": list(arguments),
            "cwd": str(cwd),
            "env": dict(env),
            "own_session": own_session,
        }
        with tempfile.TemporaryFile() as paper:
            paper.write(json.dumps(order).encode())
            paper.flush()
            given = array.array("i", [paper.fileno(), tell, *(s.fileno() for s in streams)])
            _waiting().sendmsg([b"."], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, given)])
        os.close(tell)
        self._told = os.fdopen(told, "rb", buffering=0)
        self.args = order["arguments"]
        self.pid = int(self._line())
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """Return the exit status if it has ended; a signal as a negative number."""
        if self.returncode is None and select.select([self._told], [], [], 0)[0]:
            self._end()
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait until it has ended."""
        if self.returncode is None:
            if not select.select([self._told], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired(self.args, timeout or 0)
            self._end()
        assert self.returncode is not None
        return self.returncode

    def _end(self) -> None:
        self.returncode = int(self._line())
        self._told.close()

    def _line(self) -> bytes:
        said = b""
        while not said.endswith(b"\n"):
            more = self._told.read(1)
            assert more, "what forks palabre has died"
            said += more
        return said


def run(
    arguments: Sequence[str],
    *,
    cwd: Path,
    env: Mapping[str, str],
    input: bytes = b"",  # noqa: A002 -- as in subprocess.run
    timeout: float = 60,
) -> subprocess.CompletedProcess[bytes]:
    """Run a command to its end, as ``subprocess.run`` with ``capture_output`` does."""
    with (
        tempfile.TemporaryFile() as given,
        tempfile.TemporaryFile() as out,
        tempfile.TemporaryFile() as err,
    ):
        given.write(input)
        given.seek(0)
        process = Forked(arguments, cwd=cwd, env=env, streams=(given, out, err), own_session=True)
        try:
            code = process.wait(timeout)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            raise
        out.seek(0)
        err.seek(0)
        return subprocess.CompletedProcess(process.args, code, out.read(), err.read())


def _waiting() -> socket.socket:
    """Return the way to what forks; it is started at the first order and ends with us."""
    if not _KEPT:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        clean = {k: v for k, v in os.environ.items() if not k.startswith("PALABRE_")}
        command = [sys.executable, __file__, str(theirs.fileno())]
        forking = subprocess.Popen(
            command, pass_fds=[theirs.fileno()], env=clean, start_new_session=True
        )
        theirs.close()
        _KEPT.append((ours, forking))
        atexit.register(_give_no_more_orders)
    return _KEPT[0][0]


def _give_no_more_orders() -> None:
    ours, forking = _KEPT.pop()
    ours.close()
    forking.wait(timeout=30)


def _take_orders(orders: socket.socket) -> None:
    """Fork for each order until nobody gives any."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # who waits for a command is reaped by nobody
    while True:
        _, fds, _, _ = socket.recv_fds(orders, 1, 8)
        if not fds:
            return
        if os.fork() == 0:
            orders.close()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            _carry_out(fds)
        for fd in fds:
            os.close(fd)


def _carry_out(fds: list[int]) -> NoReturn:
    """Start the command, tell its number, wait for its end, tell its status."""
    paper, tell, *streams = fds
    os.lseek(paper, 0, os.SEEK_SET)
    with os.fdopen(paper, "rb") as read:
        order = json.loads(read.read())
    # Told apart from what forks at once: the number is known before anything can go wrong in it.
    child = os.fork()
    if child == 0:
        os.close(tell)
        _become(order, streams)
    for fd in streams:
        os.close(fd)
    os.write(tell, b"%d\n" % child)
    _, status = os.waitpid(child, 0)
    with contextlib.suppress(BrokenPipeError):
        os.write(tell, b"%d\n" % os.waitstatus_to_exitcode(status))
    os._exit(0)


def _become(order: dict[str, object], streams: list[int]) -> NoReturn:
    """Be the command: nothing of what forked it is left but what it had imported."""
    if order["own_session"]:
        os.setsid()
    for number, fd in enumerate(streams):
        os.dup2(fd, number)
        os.close(fd)
    os.chdir(str(order["cwd"]))
    os.environ.clear()
    os.environ.update(order["env"])  # type: ignore[call-overload]
    time.tzset()
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        raw = os.fdopen(number, "rb" if number == 0 else "wb", buffering=0, closefd=False)
        kept = io.BufferedReader(raw) if number == 0 else io.BufferedWriter(raw)
        errors = "backslashreplace" if name == "stderr" else "surrogateescape"
        setattr(sys, name, io.TextIOWrapper(kept, "utf-8", errors, line_buffering=name == "stderr"))
    sys.argv = ["palabre", *order["arguments"]]  # type: ignore[misc]
    code = 1
    try:
        from palabre.cli.main import main

        main(prog_name="palabre")
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:  # noqa: BLE001
        sys.excepthook(*sys.exc_info())
    finally:
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(Exception):
                stream.flush()
        # What the program left to be done at its end (files, pools) is done, as Python would.
        atexit._run_exitfuncs()
        os._exit(code)


if __name__ == "__main__":
    import importlib

    from palabre.cli import main as commands

    for place in commands.COMMANDS.values():
        with contextlib.suppress(ImportError):  # a command with an extra that is not installed
            importlib.import_module(place.partition(":")[0])
    _take_orders(socket.socket(fileno=int(sys.argv[1])))
