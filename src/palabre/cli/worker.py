"""``palabre worker``: send what waits; and the same beside ``palabre serve``."""

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import click
import structlog

from palabre.application.advise import Advise
from palabre.cli.configuration import read_settings
from palabre.domain.errors import Refusal
from palabre.process import configure_logging, die_with_parent
from palabre.settings import Settings
from palabre.storage.migrate import upgrade
from palabre.storage.store import SqlStore
from palabre.wiring_advisers import advise_of
from palabre.wiring_mail import build_worker
from palabre.wiring_parts import load_rules, load_shelf
from palabre.wiring_store import database_url, now

_AGAIN = 5.0  # seconds before a worker that ended is started again
_IDLE = 2.0  # seconds between two looks for what to ask advisers about
_log = structlog.get_logger("palabre.worker")


@click.command()
@click.option(
    "--lease",
    default=180,
    show_default=True,
    type=click.IntRange(1, 3600),
    help="Seconds after which mails that a killed worker had taken are taken again.",
)
@click.option("--until-empty", is_flag=True, help="End when nothing is due any more.")
@click.option("--with-parent", is_flag=True, hidden=True)
@click.pass_obj
def worker(config: Path | None, lease: int, *, until_empty: bool, with_parent: bool) -> None:
    """Send mail and ask advisers until interrupted; any number may run, each does what is due."""
    if with_parent:
        die_with_parent()
    settings, path = read_settings(config)
    if not settings.sends_mail and not settings.advisers.hosts:
        raise click.ClickException("[smtp] host is empty: there is no way for mail to leave")
    configure_logging(settings.log.level)
    url = database_url(settings, path.parent)
    upgrade(url)
    store = SqlStore(url, durability=settings.database.durability, readers=2)
    asks: Advise | None = None
    if settings.advisers.hosts:
        rules = load_rules(settings, path.parent, load_shelf(settings, path.parent))
        asks = advise_of(settings, path.parent, store, now, rules)
    over = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, ending(over))
    made = None
    if settings.sends_mail:
        made = build_worker(settings, path.parent, store, now, lease=timedelta(seconds=lease))
    # An adviser may take its time: no mail is to wait for that, nor whoever ends this process.
    beside = threading.Thread(target=_advise, args=(asks, over, until_empty), daemon=True)
    beside.start()
    if made is not None and until_empty:
        _empty(made.round, over)
        made.transport.close()
    elif made is not None:
        made.run(over)
    while beside.is_alive() and not over.is_set():
        beside.join(1.0)
    store.close()


def ending(over: threading.Event) -> Callable[..., None]:
    """Return what a signal calls to end a wait for ``over``.

    It may come while this very thread holds the event's lock, between two waits: setting it there
    would wait for itself for ever. So another thread sets it.
    """
    return lambda *_: threading.Thread(target=over.set).start()


def _advise(asks: Advise | None, over: threading.Event, until_empty: bool) -> None:
    """Ask advisers for as long as the worker runs."""
    if asks is None:
        return
    if until_empty:
        _empty(asks, over)
        return
    while not over.is_set():
        try:
            busy = asks()
        except Refusal as refusal:
            _log.warning("store", code=refusal.code.value)
            busy = False
        over.wait(0 if busy else _IDLE)


def _empty(turn: Callable[[], bool], over: threading.Event) -> None:
    while turn() and not over.is_set():
        pass


def beside_server(settings: Settings, config: Path) -> None:
    """Keep a worker running for as long as this process does, if the settings ask for one.

    It is a process of its own: writing mails takes the interpreter that readers are answered by.
    """
    if not ((settings.sends_mail or settings.advisers.hosts) and settings.mail.worker):
        return
    command = [sys.executable, "-m", "palabre.cli", "--config", str(config)]

    # The thread must live as long as the process: the kernel ends a child with the thread that
    # started it (PR_SET_PDEATHSIG).
    def keep() -> None:
        while True:
            subprocess.run([*command, "worker", "--with-parent"], check=False)  # noqa: S603
            time.sleep(_AGAIN)

    threading.Thread(target=keep, name="palabre-worker", daemon=True).start()
