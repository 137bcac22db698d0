"""Every setting, typed and described: one TOML file and the environment.

A key ``[section] key`` can also be given as ``PALABRE_<SECTION>_<KEY>``; the environment wins. The
keys stand in ``settings_sections``. An unknown key is an error that names the nearest known one,
since a misspelt setting that is ignored is a setting that does the opposite.
"""

import difflib
import os
import stat
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, get_args, get_type_hints

import msgspec
from msgspec import Meta

from palabre.settings_advisers import Advisers
from palabre.settings_check import complaint
from palabre.settings_clients import Clients
from palabre.settings_law import Audit, Law, Webhooks
from palabre.settings_privacy import Privacy, Retention
from palabre.settings_sections import (
    Comments,
    Database,
    Desk,
    Judge,
    Limits,
    Log,
    Mail,
    Rules,
    SectionSettings,
    Server,
    SiteSettings,
    Smtp,
)

__all__ = ["SectionSettings", "Settings", "SettingsError", "SiteSettings", "load"]

_PREFIX = "PALABRE_"
_OTHERS_MAY = stat.S_IRWXG | stat.S_IRWXO


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """All settings."""

    server: Server = Server()
    database: Database = Database()
    limits: Limits = Limits()
    comments: Comments = Comments()
    rules: Rules = Rules()
    judge: Judge = Judge()
    clients: Clients = Clients()
    advisers: Advisers = Advisers()
    desk: Desk = Desk()
    smtp: Smtp = Smtp()
    mail: Mail = Mail()
    privacy: Privacy = Privacy()
    retention: Retention = Retention()
    law: Law = Law()
    audit: Audit = Audit()
    webhooks: Webhooks = Webhooks()
    log: Log = Log()
    sites: list[SiteSettings] = []

    @property
    def base_url(self) -> str:
        """The public address without a trailing slash."""
        return (self.server.base_url or f"http://{self.server.host}:{self.server.port}").rstrip("/")

    @property
    def sends_mail(self) -> bool:
        """Whether there is a way for mail to leave."""
        return bool(self.smtp.host or self.smtp.folder)


class SettingsError(Exception):
    """The configuration cannot be used; the message says which key, and what to do."""


SECTIONS: dict[str, type[msgspec.Struct]] = {
    "server": Server,
    "database": Database,
    "limits": Limits,
    "comments": Comments,
    "rules": Rules,
    "judge": Judge,
    "clients": Clients,
    "advisers": Advisers,
    "desk": Desk,
    "smtp": Smtp,
    "mail": Mail,
    "privacy": Privacy,
    "retention": Retention,
    "law": Law,
    "audit": Audit,
    "webhooks": Webhooks,
    "log": Log,
}


def describe(section: type[msgspec.Struct]) -> dict[str, str]:
    """Return the description of each key of a section."""
    hints = get_type_hints(section, include_extras=True)
    return {
        name: next(m.description or "" for m in get_args(hint)[1:] if isinstance(m, Meta))
        for name, hint in hints.items()
    }


def load(path: Path | None, environ: Mapping[str, str] = os.environ) -> Settings:
    """Read the file (None: defaults only) and the environment over it."""
    data: dict[str, Any] = {}
    if path is not None:
        try:
            data = tomllib.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise SettingsError(f"{path}: no such file; `palabre init` writes one") from None
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise SettingsError(f"{path}: not valid TOML: {error}") from error
    where = str(path) if path else "environment"
    _refuse_unknown(data, where)
    for section, key, text in _from_environment(environ):
        data.setdefault(section, {})[key] = text
    try:
        settings = msgspec.convert(data, Settings, strict=False)
    except msgspec.ValidationError as error:
        raise SettingsError(f"{where}: {error}") from error
    wrong = complaint(settings)
    if wrong:
        raise SettingsError(f"{where}: {wrong}")
    return settings


def secret_key(settings: Settings, folder: Path) -> bytes:
    """Return the secret key from the environment or its file, or say how to make one."""
    if settings.server.secret_key:
        return settings.server.secret_key.encode()
    path = folder / settings.server.secret_key_file
    try:
        key = private_text(path)
    except FileNotFoundError:
        raise SettingsError(
            f"{path}: no secret key; `palabre init` makes one, or set PALABRE_SERVER_SECRET_KEY"
        ) from None
    if not key:
        raise SettingsError(f"{path}: empty; delete it and run `palabre init`")
    return key.encode()


def smtp_password(settings: Settings, folder: Path) -> str:
    """Return the SMTP server's password from the environment or its file; empty without one."""
    if settings.smtp.password or not settings.smtp.password_file:
        return settings.smtp.password
    return named_secret(folder, settings.smtp.password_file, "[smtp] password_file")


def named_secret(folder: Path, file: str, setting: str) -> str:
    """Return what stands in the private file that a setting names, or say that it is not there."""
    try:
        return private_text(folder / file)
    except FileNotFoundError:
        raise SettingsError(f"{setting}: {folder / file}: no such file") from None


def private_text(path: Path) -> str:
    """Return the text of a file that only its owner may read."""
    if path.stat().st_mode & _OTHERS_MAY:
        raise SettingsError(f"{path}: readable by others; run: chmod 600 {path.name}")
    return path.read_text(encoding="utf-8").strip()


def _from_environment(environ: Mapping[str, str]) -> list[tuple[str, str, Any]]:
    found = []
    for name, text in environ.items():
        if not name.startswith(_PREFIX) or name == "PALABRE_CONFIG":
            continue
        section, _, key = name.removeprefix(_PREFIX).lower().partition("_")
        fields = SECTIONS[section].__struct_fields__ if section in SECTIONS else ()
        if key not in fields:
            known = [f"{_PREFIX}{s}_{k}".upper() for s in SECTIONS for k in _keys(s)]
            raise SettingsError(f"environment: unknown setting {name}{_nearest(name, known)}")
        is_list = isinstance(getattr(SECTIONS[section](), key), list)
        value = [part.strip() for part in text.split(",") if part.strip()] if is_list else text
        found.append((section, key, value))
    return found


def _keys(section: str) -> tuple[str, ...]:
    return SECTIONS[section].__struct_fields__


def _refuse_unknown(data: Mapping[str, Any], where: str) -> None:
    for section, value in data.items():
        if section not in SECTIONS and section != "sites":
            hint = _nearest(section, [*SECTIONS, "sites"])
            raise SettingsError(f"{where}: unknown section [{section}]{hint}")
        tables = value if section == "sites" else [value]
        keys = SiteSettings.__struct_fields__ if section == "sites" else _keys(section)
        if not isinstance(tables, list) or not all(isinstance(t, dict) for t in tables):
            raise SettingsError(f"{where}: [{section}] must be a table")
        for key in (k for table in tables for k in table if k not in keys):
            raise SettingsError(f"{where}: [{section}] unknown key {key!r}{_nearest(key, keys)}")


def _nearest(word: str, known: Iterable[str]) -> str:
    known = list(known)
    close = difflib.get_close_matches(word, known, n=1, cutoff=0.5)
    return f"; did you mean {close[0]!r}?" if close else f"; known: {', '.join(known)}"
