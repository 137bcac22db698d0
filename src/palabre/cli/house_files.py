"""The house's own files in a backup: its settings without secrets, and its rules.

The key that signs forms, passwords of databases and whatever else is secret stay behind: a backup
travels, and none of them is needed to read it. ``palabre restore`` makes a new key where there is
none; forms that readers had open before must then be loaded again, and nothing else is lost.
"""

import re
from collections.abc import Mapping
from pathlib import Path

import msgspec
import sqlalchemy as sa

from palabre.settings import Settings, load

SETTINGS = "palabre.toml"
RULES = "house-rules.toml"

_SECRET = re.compile(r"^(\s*\w*(?:secret_key|password|token)\s*=\s*).*$", re.MULTILINE)
_IN_URL = re.compile(r"(://[^:/@\s\"']*):[^@\s\"']*@")


def house_files(settings: Settings, config: Path) -> tuple[dict[str, bytes], list[str]]:
    """Return the files to keep by name, and a sentence for each that had to be left out."""
    files: dict[str, bytes] = {}
    left: list[str] = []
    text = without_secrets(config.read_text(encoding="utf-8"))
    if any(secret in text for secret in _secrets(settings)):
        left.append(f"{config.name}: a secret stands where it cannot be taken out; left out")
    else:
        files[SETTINGS] = text.encode()
    if settings.rules.file:
        files[RULES] = (config.parent / settings.rules.file).read_bytes()
    return files, left


def without_secrets(text: str) -> str:
    """Return a settings file with every secret emptied, line by line."""
    return _IN_URL.sub(r"\1@", _SECRET.sub(r'\1""', text))


def put_back(files: Mapping[str, bytes], config: Path) -> list[str]:
    """Write what is not there yet, and say of each file what became of it."""
    said = [_put(config, files.get(SETTINGS))]
    if config.exists() and RULES in files:
        own = load(config).rules.file
        said += [_put(config.parent / own, files[RULES])] if own else []
    return [line for line in said if line]


def _put(path: Path, content: bytes | None) -> str:
    if content is None:
        return ""
    if not path.exists():
        path.write_bytes(content)
        return f"{path}: written from the backup"
    same = path.read_bytes() == content or without_secrets(
        path.read_text(encoding="utf-8", errors="replace")
    ) == content.decode(errors="replace")
    return f"{path}: kept as it is" + ("" if same else "; the one in the backup differs")


def _secrets(settings: Settings) -> list[str]:
    """Return all values that no backup may hold."""
    found = [str(sa.make_url(settings.database.url).password or "")]
    for section in msgspec.structs.asdict(settings).values():
        if isinstance(section, msgspec.Struct):
            found += [
                str(value)
                for name, value in msgspec.structs.asdict(section).items()
                if name.endswith(("secret_key", "password", "token"))
            ]
    return [secret for secret in found if secret]
