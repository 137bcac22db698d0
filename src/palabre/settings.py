"""Every setting, typed and described: one TOML file and the environment.

A key ``[section] key`` can also be given as ``PALABRE_<SECTION>_<KEY>``; the environment wins. The
descriptions below are the documentation: ``palabre init`` writes them into the file, and a test
holds ``docs/reference/settings.md`` against them. An unknown key is an error that names the
nearest known one, since a misspelt setting that is ignored is a setting that does the opposite.
"""

import difflib
import os
import stat
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, get_args, get_type_hints

import msgspec
from msgspec import Meta

from palabre.settings_check import complaint

_PREFIX = "PALABRE_"
_OTHERS_MAY = stat.S_IRWXG | stat.S_IRWXO


def _about(text: str) -> Meta:
    return Meta(description=text)


class Server(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Where Palabre listens and how the world reaches it."""

    host: Annotated[str, _about("Address to listen on.")] = "127.0.0.1"
    port: Annotated[int, _about("Port to listen on.")] = 8000
    base_url: Annotated[
        str,
        _about("Public address of this server, as readers reach it; empty: http://host:port."),
    ] = ""
    timezone: Annotated[str, _about("Time zone in which pages tell the time (IANA name).")] = (
        "Europe/Paris"
    )
    workers: Annotated[int, _about("Processes that answer requests.")] = 1
    memory_megabytes: Annotated[
        int,
        _about("Public pages and API answers that each process keeps ready; 0: none."),
    ] = 32
    trusted_proxies: Annotated[
        list[str],
        _about("Networks whose X-Forwarded-For is believed, such as 127.0.0.1/32."),
    ] = []
    metrics_from: Annotated[
        list[str],
        _about("Networks that may ask for /metrics; * lets everybody."),
    ] = msgspec.field(default_factory=lambda: ["127.0.0.0/8", "::1/128"])
    secret_key: Annotated[
        str,
        _about("Signs forms and keys the hashes of addresses; better kept in secret_key_file."),
    ] = ""
    secret_key_file: Annotated[
        str,
        _about("File that holds the secret key, readable by its owner only."),
    ] = "palabre.secret"  # noqa: S105 -- the name of a file


class Database(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Where comments live."""

    url: Annotated[
        str, _about("Database; a SQLite path is relative to the folder of this file.")
    ] = "sqlite:///palabre.db"
    durability: Annotated[
        str,
        _about("power: survives a power cut; process: survives a crash, faster."),
    ] = "power"


class Limits(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Rate limits per client address, and flood rules."""

    enabled: Annotated[bool, _about("Off: no rate limit and no flood rule (benchmarks).")] = True
    post: Annotated[str, _about("Comments from one address.")] = "6/minute;60/hour"
    edit: Annotated[str, _about("Edits from one address.")] = "20/minute"
    vote: Annotated[str, _about("Votes from one address.")] = "30/minute"
    sign_in: Annotated[str, _about("Attempts to sign in from one address.")] = "5/minute;30/hour"
    body_bytes: Annotated[int, _about("Longest request body, in bytes.")] = 131_072
    waiting_writes: Annotated[
        int,
        _about("Writes that may wait in one process; whoever comes then is told to come again."),
    ] = 64
    redis_url: Annotated[
        str,
        _about("Redis or Valkey in which all processes count together; empty: each for itself."),
    ] = ""


class Comments(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What readers may write and see."""

    text_length: Annotated[int, _about("Longest comment, in characters.")] = 10_000
    page_size: Annotated[int, _about("Conversations on one page of a thread.")] = 25
    view_all_size: Annotated[int, _about("Conversations on one page of the view of all.")] = 500
    edit_minutes: Annotated[int, _about("Minutes in which an author may edit.")] = 15
    close_after_days: Annotated[
        int, _about("Days after its first comment at which a thread closes; 0: never by itself.")
    ] = 0


class Rules(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The house rules."""

    file: Annotated[
        str,
        _about("The house's own rules, which override the shipped ones by id; empty: none."),
    ] = ""


class Judge(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How comments are judged."""

    depth: Annotated[
        str,
        _about(
            "full: the encoder reads every comment; fast: only what a first look leaves in doubt; "
            "rules: no model."
        ),
    ] = "full"
    threads: Annotated[int, _about("Processor cores that reading one comment may use.")] = 1
    models: Annotated[
        str, _about("Folder of other models; empty: those that come with Palabre.")
    ] = ""


class Desk(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The moderators' desk."""

    session_hours: Annotated[int, _about("Hours after which a moderator signs in again.")] = 12


class Log(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is written about requests: never a text, a name, an address or a token."""

    level: Annotated[str, _about("debug, info, warning or error.")] = "info"
    reads: Annotated[
        bool,
        _about("Whether answers from memory are logged; a line takes longer than the answer."),
    ] = False


class SectionSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A section of a site: articles whose path begins with ``path``."""

    id: Annotated[str, _about("Short name of the section.")]
    name: Annotated[str, _about("Name of the section as readers know it.")]
    path: Annotated[str, _about("How the paths of its articles begin, such as /politique/.")]


class SiteSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A registered publication; one ``[[sites]]`` table each."""

    id: Annotated[str, _about("Short name of the site, never changed afterwards.")]
    name: Annotated[str, _about("Name of the publication; no guest may sign with it.")]
    lang: Annotated[str, _about("Language of the site (BCP 47).")] = "fr"
    origins: Annotated[
        list[str], _about("Origins that articles are served from, such as https://example.org.")
    ] = []
    reserved_names: Annotated[
        list[str], _about("Names of the staff; no guest may sign with them.")
    ] = []
    name_required: Annotated[bool, _about("Whether a guest must give a name.")] = False
    email_required: Annotated[bool, _about("Whether a guest must give a mail address.")] = False
    sections: Annotated[list[SectionSettings], _about("Sections of the site.")] = []


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """All settings."""

    server: Server = Server()
    database: Database = Database()
    limits: Limits = Limits()
    comments: Comments = Comments()
    rules: Rules = Rules()
    judge: Judge = Judge()
    desk: Desk = Desk()
    log: Log = Log()
    sites: list[SiteSettings] = []

    @property
    def base_url(self) -> str:
        """The public address without a trailing slash."""
        return (self.server.base_url or f"http://{self.server.host}:{self.server.port}").rstrip("/")


class SettingsError(Exception):
    """The configuration cannot be used; the message says which key, and what to do."""


SECTIONS: dict[str, type[msgspec.Struct]] = {
    "server": Server,
    "database": Database,
    "limits": Limits,
    "comments": Comments,
    "rules": Rules,
    "judge": Judge,
    "desk": Desk,
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
        mode = path.stat().st_mode
        if mode & _OTHERS_MAY:
            raise SettingsError(f"{path}: readable by others; run: chmod 600 {path.name}")
        key = path.read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        raise SettingsError(
            f"{path}: no secret key; `palabre init` makes one, or set PALABRE_SERVER_SECRET_KEY"
        ) from None
    if not key:
        raise SettingsError(f"{path}: empty; delete it and run `palabre init`")
    return key.encode()


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
