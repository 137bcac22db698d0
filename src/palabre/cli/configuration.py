"""Find and read the settings for a command."""

from pathlib import Path

from palabre.settings import Settings, load

DEFAULT = Path("palabre.toml")


def read_settings(config: Path | None) -> tuple[Settings, Path]:
    """Return the settings and the file they came from."""
    path = (config or DEFAULT).resolve()
    return load(path), path
