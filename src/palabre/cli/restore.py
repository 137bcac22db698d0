"""``palabre restore``: put a backup back, all of it or nothing."""

import secrets
import tempfile
from pathlib import Path

import click

from palabre.cli.backup import holds
from palabre.cli.configuration import DEFAULT
from palabre.cli.house_files import SETTINGS, put_back
from palabre.cli.progress import shown
from palabre.settings import Settings, SettingsError, load
from palabre.storage.archive import ArchiveError, read_file
from palabre.storage.backup import restore as put
from palabre.wiring_store import database_url, now

_WORDS = {"rows": "writing the rows", "check": "checking the backup"}


@click.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--force", is_flag=True, help="Also over a database that holds comments.")
@click.pass_obj
def restore(config: Path | None, file: Path, *, force: bool) -> None:
    """Put the backup FILE in the place of the database; the server must be stopped.

    Settings and rules come from the backup only where there are none. An older schema is brought
    up to date.
    """
    path = (config or DEFAULT).resolve()
    try:
        settings = load(path) if path.exists() else _settings_in(file)
        with shown(_WORDS) as tell:
            done = put(database_url(settings, path.parent), file, force=force, at=now(), tell=tell)
    except ArchiveError as error:
        raise click.ClickException(f"nothing was changed: {error}") from error
    for line in put_back(done.files, path):
        click.echo(line)
    _ensure_key(settings, path.parent)
    if done.kept:
        click.echo(f"{done.kept}: the database as it was; remove it when it is needed no more")
    click.echo(f"{file}: restored, {holds(done.manifest)}")


def _settings_in(file: Path) -> Settings:
    """Return the settings of the backup itself: a new machine has none."""
    text = read_file(file, SETTINGS)
    if text is None:
        raise SettingsError("there are no settings here and none in the backup: palabre init")
    with tempfile.NamedTemporaryFile(suffix=".toml") as kept:
        kept.write(text)
        kept.flush()
        return load(Path(kept.name))


def _ensure_key(settings: Settings, folder: Path) -> None:
    """Make a secret key where there is none: backups never hold one."""
    path = folder / settings.server.secret_key_file
    if settings.server.secret_key or path.exists():
        return
    path.touch(mode=0o600)
    path.write_text(secrets.token_urlsafe(32) + "\n", encoding="utf-8")
    click.echo(f"{path}: a new secret key")
