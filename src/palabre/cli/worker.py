"""``palabre worker``: send what waits; and the same beside ``palabre serve``."""

import signal
import subprocess
import sys
import threading
import time
from datetime import timedelta
from pathlib import Path

import click

from palabre.cli.configuration import read_settings
from palabre.process import configure_logging, die_with_parent
from palabre.settings import Settings
from palabre.storage.migrate import upgrade
from palabre.storage.store import SqlStore
from palabre.wiring_mail import build_worker
from palabre.wiring_store import database_url, now

_AGAIN = 5.0  # seconds before a worker that ended is started again


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
    """Send mail until interrupted; any number of workers may run, each does what is due."""
    if with_parent:
        die_with_parent()
    settings, path = read_settings(config)
    if not settings.sends_mail:
        raise click.ClickException("[smtp] host is empty: there is no way for mail to leave")
    configure_logging(settings.log.level)
    url = database_url(settings, path.parent)
    upgrade(url)
    store = SqlStore(url, durability=settings.database.durability, readers=2)
    made = build_worker(settings, path.parent, store, now, lease=timedelta(seconds=lease))
    over = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: over.set())
    if until_empty:
        while made.round() and not over.is_set():
            pass
        made.transport.close()
    else:
        made.run(over)
    store.close()


def beside_server(settings: Settings, config: Path) -> None:
    """Keep a worker running for as long as this process does, if the settings ask for one.

    It is a process of its own: writing mails takes the interpreter that readers are answered by.
    """
    if not (settings.sends_mail and settings.mail.worker):
        return
    command = [sys.executable, "-m", "palabre.cli", "--config", str(config)]

    # The thread must live as long as the process: the kernel ends a child with the thread that
    # started it (PR_SET_PDEATHSIG).
    def keep() -> None:
        while True:
            subprocess.run([*command, "worker", "--with-parent"], check=False)  # noqa: S603
            time.sleep(_AGAIN)

    threading.Thread(target=keep, name="palabre-worker", daemon=True).start()
