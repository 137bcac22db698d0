"""``palabre doctor``: look at an installation and say the remedy for what is wrong."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import click

from palabre.cli.configuration import DEFAULT
from palabre.domain.errors import Refusal
from palabre.moderation.facts import Facts
from palabre.moderation.rulebook import RulesError
from palabre.rendering.catalogue import load_catalogues
from palabre.settings import Settings, SettingsError, load, secret_key
from palabre.storage.store import SqlStore
from palabre.wiring import database_url, load_rules, watchful

_LOW_DISK = 200 * 1024 * 1024


class _Ill(Exception):  # noqa: N818 -- a finding, not an accident
    """Something is wrong; the text says what, and what to do."""


@click.command()
@click.pass_obj
def doctor(config: Path | None) -> None:
    """Check the installation; exit 1 when something needs a hand."""
    path = (config or DEFAULT).resolve()
    ill = 0
    for name, check in _checks(path):
        try:
            said = check()
        except _Ill as finding:
            ill += 1
            click.secho(f"✗ {name}: {finding}", fg="red")
        else:
            click.secho(f"✓ {name}: {said}", fg="green")
    if ill:
        raise click.exceptions.Exit(1)


def _checks(path: Path) -> Iterator[tuple[str, Callable[[], str]]]:
    try:
        settings = load(path)
    except SettingsError as error:
        message = str(error)
        yield "settings", lambda: _fail(message)
        return
    folder = path.parent
    yield "settings", lambda: str(path)
    yield "secret key", lambda: _secret(settings, folder)
    yield "sites", lambda: _sites(settings)
    yield "house rules", lambda: _rules(settings, folder)
    yield "database", lambda: _database(settings, folder)
    yield "disk", lambda: _disk(folder)
    yield "languages", lambda: ", ".join(sorted(load_catalogues()))


def _fail(message: str) -> str:
    raise _Ill(message)


def _secret(settings: Settings, folder: Path) -> str:
    try:
        return f"{len(secret_key(settings, folder))} bytes"
    except SettingsError as error:
        raise _Ill(str(error)) from error


def _sites(settings: Settings) -> str:
    if not any(site.origins for site in settings.sites):
        raise _Ill(
            "no site with an origin is registered, so every comment is refused as unknown_site; "
            "add [[sites]] with id, name and origins to the settings"
        )
    return ", ".join(f"{s.name} ({' '.join(s.origins)})" for s in settings.sites)


def _rules(settings: Settings, folder: Path) -> str:
    try:
        rules = load_rules(settings, folder)
    except RulesError as error:
        raise _Ill(str(error)) from error
    except OSError as error:
        raise _Ill(f"{error}; set [rules] file to a file that is there, or to nothing") from error
    missing = watchful(rules)("Bonjour.", Facts(lang="fr")).not_checked
    if missing:
        raise _Ill(
            f"the rules ask for what is not there ({', '.join(missing)}), so every comment is "
            "held; take the need out of the rules file, or install what it names"
        )
    return f"{len(rules.rules)} rules, version {rules.version}"


def _database(settings: Settings, folder: Path) -> str:
    url = database_url(settings, folder)
    path = url.removeprefix("sqlite:///")
    if path != url and not Path(path).exists():
        raise _Ill(f"{path} is not there; `palabre init` or `palabre serve` creates it")
    store = SqlStore(url, durability=settings.database.durability)
    try:
        store.check()
        with store.reading() as unit:
            count = len(unit.sites.all())
    except Refusal as error:
        detail = ", ".join(f"{k} {v}" for k, v in error.values.items())
        raise _Ill(f"{error.code} {detail}; `palabre serve` brings an older schema up") from error
    finally:
        store.close()
    return f"answers, schema up to date, {count} site(s)"


def _disk(folder: Path) -> str:
    free = shutil.disk_usage(folder).free
    if free < _LOW_DISK:
        raise _Ill(f"{free // 2**20} MB free; make room, or comments will be refused (store_full)")
    return f"{free // 2**30} GB free"
