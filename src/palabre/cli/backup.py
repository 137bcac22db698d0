"""``palabre backup``: one checked file that holds the house, taken while readers write."""

import re
from datetime import datetime
from pathlib import Path

import click

from palabre import __version__
from palabre.cli.configuration import read_settings
from palabre.cli.house_files import house_files
from palabre.cli.progress import shown
from palabre.storage.archive import ArchiveError, Manifest
from palabre.storage.backup import back_up
from palabre.wiring_store import database_url, now

_WORDS = {"pages": "copying the database", "rows": "copying the rows", "check": "checking"}
# Only names that this command makes are ever removed by it.
_OURS = re.compile(r"palabre-\d{8}T\d{6}Z\.tar\.gz")


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--keep",
    type=click.IntRange(min=1),
    metavar="N",
    help="In a folder: afterwards remove all but the newest N backups.",
)
@click.pass_obj
def backup(config: Path | None, file: Path, keep: int | None) -> None:
    """Write a backup to FILE, or under today's name into the folder FILE.

    The server may go on; every comment acknowledged before is in it. What was written is checked.
    """
    settings, path = read_settings(config)
    if keep is not None and not file.is_dir():
        raise click.UsageError("--keep N needs a folder, where backups get their names by the date")
    moment = now()
    target = file / _name(moment) if file.is_dir() else file
    files, left = house_files(settings, path)
    for line in left:
        click.echo(line, err=True)
    try:
        with shown(_WORDS) as tell:
            manifest = back_up(
                database_url(settings, path.parent),
                target.resolve(),
                files=files,
                palabre=__version__,
                at=moment,
                tell=tell,
            )
    except ArchiveError as error:
        raise click.ClickException(f"no backup was made: {error}") from error
    click.echo(f"{target}: {_size(target)}, {holds(manifest)}")
    if keep is not None:
        for old in _old(file, keep):
            old.unlink()
            click.echo(f"{old}: removed")


def holds(manifest: Manifest) -> str:
    """Return in one line what a backup holds."""
    rows = manifest.counts
    return (
        f"{rows.get('comments', 0)} comments in {rows.get('threads', 0)} threads, "
        f"{rows.get('votes', 0)} votes, {rows.get('decisions', 0)} decisions, "
        f"schema {manifest.schema}, checked"
    )


def _size(file: Path) -> str:
    megabytes = file.stat().st_size / 1e6
    return f"{megabytes:.1f} MB" if megabytes >= 1 else f"{megabytes * 1000:.0f} kB"


def _name(moment: datetime) -> str:
    return f"palabre-{moment:%Y%m%dT%H%M%SZ}.tar.gz"


def _old(folder: Path, keep: int) -> list[Path]:
    return sorted(p for p in folder.iterdir() if _OURS.fullmatch(p.name))[:-keep]
