"""``palabre lessons``: what sites learn from their moderators, by number; learn anew, go back."""

import getpass
import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from palabre.application.learn_site import Learned, LearnSite
from palabre.cli.configuration import read_settings
from palabre.moderation.spammodel import ordinary_comments
from palabre.settings import Settings
from palabre.storage.migrate import upgrade
from palabre.storage.store import SqlStore
from palabre.wiring_store import database_url, now

_MINUTE = 60.0  # seconds


@click.group()
def lessons() -> None:
    """Let sites learn from what their moderators decide."""


@lessons.command()
@click.argument("site", required=False)
@click.option("--all", "everywhere", is_flag=True, help="Every site that decided enough anew.")
@click.option("--least-new", default=5, show_default=True, type=click.IntRange(min=1))
@click.pass_obj
def learn(config: Path | None, site: str | None, least_new: int, *, everywhere: bool) -> None:
    """Learn anew from a site's decisions; the layer takes over where it is no worse."""
    if everywhere == bool(site):
        raise click.UsageError("name a site, or give --all")
    with _case(config) as case:
        done = (
            case.everywhere(least_new=least_new)
            if site is None
            else [(site, case(site, least_new=least_new))]
        )
        for name, learned in done:
            _tell(name, learned)


def _tell(site: str, done: Learned | None) -> None:
    if done is None:
        click.echo(f"{site}: too few new decisions, nothing learned")
        return
    told = {key: value for key, value in done.report.items() if key != "learned"}
    click.echo(f"{site}: layer {done.number} {'in use' if done.taken else 'kept, not used'}")
    click.echo(json.dumps(told, sort_keys=True))


def beside_server(settings: Settings, config: Path) -> None:
    """Let sites learn for as long as this process lives; any number may do so.

    A process of its own does the work and ends: learning takes the interpreter for a second.
    """
    minutes = settings.judge.learn_minutes
    if minutes < 1:
        return
    command = [sys.executable, "-m", "palabre.cli", "--config", str(config), "lessons", "learn"]

    def keep() -> None:
        while True:
            time.sleep(_MINUTE * minutes)
            subprocess.run(  # noqa: S603 -- our own command
                [*command, "--all"], check=False, stdout=subprocess.DEVNULL
            )

    threading.Thread(target=keep, name="palabre-lessons", daemon=True).start()


@lessons.command(name="list")
@click.argument("site")
@click.pass_obj
def listed(config: Path | None, site: str) -> None:
    """Show a site's layers, newest first, and which is in use."""
    with _case(config) as case, case.store.reading() as unit:
        use = unit.lessons.in_use(site)
        for layer in unit.lessons.layers(site, limit=50):
            mark = "*" if use is not None and use.number == layer.number else " "
            click.echo(
                f"{mark} {layer.number:>4}  {layer.made_at:%Y-%m-%d %H:%M}  {layer.decisions}"
            )


@lessons.command()
@click.argument("site")
@click.argument("number", type=click.IntRange(min=0))
@click.pass_obj
def use(config: Path | None, site: str, number: int) -> None:
    """Judge a site with layer NUMBER from now on; 0: with what ships alone."""
    with _case(config) as case:
        case.use(site, number, by=getpass.getuser())
    click.echo(f"{site}: layer {number} in use")


@contextmanager
def _case(config: Path | None) -> Iterator[LearnSite]:
    settings, path = read_settings(config)
    url = database_url(settings, path.parent)
    upgrade(url)
    store = SqlStore(url, durability=settings.database.durability, readers=1)
    try:
        yield LearnSite(store=store, clock=now, ordinary=ordinary_comments)
    finally:
        store.close()
