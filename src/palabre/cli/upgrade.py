"""``palabre upgrade``: bring the database to this version's schema."""

from pathlib import Path

import click

from palabre.cli.configuration import read_settings
from palabre.storage.condition import revision_at
from palabre.storage.migrate import upgrade as bring_up
from palabre.storage.schema import NONE
from palabre.wiring_store import database_url


@click.command()
@click.pass_obj
def upgrade(config: Path | None) -> None:
    """Bring the database's schema up to date; `palabre serve` does the same when it starts.

    A database that a newer Palabre has changed is refused and left as it is.
    """
    settings, path = read_settings(config)
    url = database_url(settings, path.parent)
    before = revision_at(url)
    after = bring_up(url)
    if before == after:
        click.echo(f"schema {after}: up to date")
    else:
        click.echo(f"schema {'made' if before == NONE else before} -> {after}")
