"""Where a SQLite database lies, and that none but its owner may read it."""

from pathlib import Path

import sqlalchemy as sa

_OTHERS_MAY = 0o077


def sqlite_path(url: str) -> Path | None:
    """Return the file that a URL names; None when it names a server."""
    parsed = sa.make_url(url)
    return Path(str(parsed.database)) if parsed.get_backend_name() == "sqlite" else None


def sqlite_url(path: Path) -> str:
    """Return the URL of a file."""
    return sa.URL.create("sqlite", database=str(path)).render_as_string()


def make_private(url: str) -> None:
    """Create the database's file, readable by its owner only, where there is none.

    Mail addresses and hashes of tokens lie in it. SQLite gives its log and its index the mode of
    the file; one that is there already keeps its own, and ``palabre doctor`` looks at it.
    """
    path = sqlite_path(url)
    if path is not None and not path.exists():
        path.touch(mode=0o600, exist_ok=True)


def is_private(path: Path) -> bool:
    """Tell whether none but the owner may read the file and what SQLite keeps beside it."""
    files = (path.with_name(path.name + ending) for ending in ("", "-wal", "-shm"))
    return not any(file.stat().st_mode & _OTHERS_MAY for file in files if file.exists())
