"""``palabre retention``: what has had its time leaves; what would leave; what has left."""

import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import click

from palabre.application.retention import Retention
from palabre.cli.configuration import read_settings
from palabre.domain.retention import Leaves
from palabre.storage.migrate import upgrade
from palabre.storage.store import SqlStore
from palabre.wiring_privacy import old_backups, retention_of
from palabre.wiring_store import database_url, now

_FIRST, _HOUR = 60.0, 3600.0  # seconds


@click.group()
def retention() -> None:
    """Let data leave on its day; the periods stand in [retention]."""


@retention.command()
@click.option("--dry-run", is_flag=True, help="Say what would leave, and leave it.")
@click.option("--if-due", is_flag=True, help="Only if nobody has run it for a day.")
@click.pass_obj
def run(config: Path | None, *, dry_run: bool, if_due: bool) -> None:
    """Remove what has had its time; `palabre serve` does it once a day."""
    settings, path = read_settings(config)
    with _job(config) as job:
        if if_due and not job.is_due():
            click.echo("not due")
            return
        _tell(job.due() if dry_run else job(), "would leave" if dry_run else "left")
    for backup in old_backups(settings, path.parent, now()):
        if not dry_run:
            backup.unlink()
        click.echo(f"{backup}: {'would be removed' if dry_run else 'removed'}")


@retention.command()
@click.option("--lines", default=50, show_default=True, type=click.IntRange(min=1))
@click.pass_obj
def log(config: Path | None, lines: int) -> None:
    """Show what has left, newest first."""
    with _job(config) as job, job.store.reading() as unit:
        for line in unit.upkeep.runs(limit=lines):
            click.echo(f"{line.at:%Y-%m-%d %H:%M}  {line.kind:<14} {line.removed}")


def beside_server(config: Path) -> None:
    """Let the job run once a day for as long as this process lives; any number may do so.

    A process of its own does the work and ends, so that none of it stays in the server's memory.
    """
    command = [sys.executable, "-m", "palabre.cli", "--config", str(config)]

    def keep() -> None:
        time.sleep(_FIRST)  # a server that starts has better things to do
        while True:
            subprocess.run(  # noqa: S603 -- our own command
                [*command, "retention", "run", "--if-due"],
                check=False,
                stdout=subprocess.DEVNULL,
            )
            time.sleep(_HOUR)

    threading.Thread(target=keep, name="palabre-retention", daemon=True).start()


@contextmanager
def _job(config: Path | None) -> Iterator[Retention]:
    settings, path = read_settings(config)
    url = database_url(settings, path.parent)
    upgrade(url)
    store = SqlStore(url, durability=settings.database.durability, readers=1)
    try:
        yield retention_of(settings, store, now)
    finally:
        store.close()


def _tell(counts: Mapping[Leaves, int], word: str) -> None:
    for kind, number in counts.items():
        click.echo(f"{kind.value:<14} {number} {word}")
    if not counts:
        click.echo(f"nothing {word}")
