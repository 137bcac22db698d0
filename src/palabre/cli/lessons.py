"""``palabre lessons``: what sites learn from their moderators, by number; learn anew, go back."""

import getpass
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from palabre.application.learn_site import LearnSite
from palabre.cli.configuration import read_settings
from palabre.moderation.spammodel import ordinary_comments
from palabre.storage.migrate import upgrade
from palabre.storage.store import SqlStore
from palabre.wiring_store import database_url, now


@click.group()
def lessons() -> None:
    """Let sites learn from what their moderators decide."""


@lessons.command()
@click.argument("site")
@click.option("--least-new", default=5, show_default=True, type=click.IntRange(min=1))
@click.pass_obj
def learn(config: Path | None, site: str, least_new: int) -> None:
    """Learn anew from a site's decisions; the layer takes over where it is no worse."""
    with _case(config) as case:
        done = case(site, least_new=least_new)
    if done is None:
        click.echo(f"fewer than {least_new} new decisions: nothing learned")
        return
    told = {key: value for key, value in done.report.items() if key != "learned"}
    click.echo(f"layer {done.number}: {'in use' if done.taken else 'kept, not used'}")
    click.echo(json.dumps(told, sort_keys=True))


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
