"""Find and read the settings for a command, and stop with one line when they cannot be used."""

from pathlib import Path

import click

from palabre.settings import Settings, SettingsError, load

DEFAULT = Path("palabre.toml")


def read_settings(config: Path | None) -> tuple[Settings, Path]:
    """Return the settings and the file they came from."""
    path = (config or DEFAULT).resolve()
    try:
        return load(path), path
    except SettingsError as error:
        raise click.ClickException(str(error)) from error
