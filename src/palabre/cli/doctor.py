"""``palabre doctor``: look at an installation and say the remedy for what is wrong."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import click

from palabre.cli.configuration import DEFAULT
from palabre.cli.doctor_advisers import advisers_check
from palabre.cli.doctor_database import Ill, database_checks
from palabre.cli.doctor_ledger import ledger_check
from palabre.cli.doctor_models import models_check
from palabre.moderation.facts import Facts
from palabre.moderation.rulebook import RulesError
from palabre.notify.transport import Unreachable
from palabre.rendering.catalogue import load_catalogues
from palabre.settings import Settings, SettingsError, load, secret_key
from palabre.storage.location import sqlite_path
from palabre.wiring_mail import sender_of, transport_of
from palabre.wiring_parts import load_rules, load_shelf, watchful
from palabre.wiring_store import database_url

_LOW_DISK = 200 * 1024 * 1024


@click.command()
@click.pass_obj
def doctor(config: Path | None) -> None:
    """Check the installation; exit 1 when something needs a hand."""
    path = (config or DEFAULT).resolve()
    ill = 0
    for name, check in _checks(path):
        try:
            said = check()
        except Ill as finding:
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
    yield "models", lambda: models_check(load_shelf(settings, folder))
    yield "house rules", lambda: _rules(settings, folder)
    yield from database_checks(settings, folder)
    yield "ledger", lambda: ledger_check(settings, folder)
    yield "mail", lambda: _mail(settings, folder)
    yield "advisers", lambda: advisers_check(settings, folder)
    yield "disk", lambda: _disk(settings, folder)
    yield "languages", lambda: ", ".join(sorted(load_catalogues()))


def _fail(message: str) -> str:
    raise Ill(message)


def _secret(settings: Settings, folder: Path) -> str:
    try:
        return f"{len(secret_key(settings, folder))} bytes"
    except SettingsError as error:
        raise Ill(str(error)) from error


def _sites(settings: Settings) -> str:
    if not any(site.origins for site in settings.sites):
        raise Ill(
            "no site with an origin is registered, so every comment is refused as unknown_site; "
            "add [[sites]] with id, name and origins to the settings"
        )
    return ", ".join(f"{s.name} ({' '.join(s.origins)})" for s in settings.sites)


def _rules(settings: Settings, folder: Path) -> str:
    try:
        rules = load_rules(settings, folder, load_shelf(settings, folder))
    except RulesError as error:
        raise Ill(str(error)) from error
    except OSError as error:
        raise Ill(f"{error}; set [rules] file to a file that is there, or to nothing") from error
    missing = watchful(rules)("Bonjour.", Facts(lang="fr")).not_checked
    if missing:
        raise Ill(
            f"the rules ask for what is not there ({', '.join(missing)}), so every comment is "
            "held; take the need out of the rules file, or install what it names"
        )
    return f"{len(rules.rules)} rules, version {rules.version}"


def _mail(settings: Settings, folder: Path) -> str:
    if not settings.sends_mail:
        return "none is sent ([smtp] host is empty)"
    transport = transport_of(settings, folder)
    try:
        transport.open()
    except Unreachable as error:
        raise Ill(
            f"{settings.smtp.host}:{settings.smtp.port} does not take our mail ({error}); "
            "see docs/how-to/mail.md"
        ) from error
    finally:
        transport.close()
    place = settings.smtp.folder or f"{settings.smtp.host}:{settings.smtp.port}"
    return f"from {sender_of(settings)} by {place}"


def _disk(settings: Settings, folder: Path) -> str:
    file = sqlite_path(database_url(settings, folder))
    folder = file.parent if file and file.parent.exists() else folder
    free = shutil.disk_usage(folder).free
    if free < _LOW_DISK:
        raise Ill(f"{free // 2**20} MB free; make room, or comments will be refused (store_full)")
    return f"{free // 2**30} GB free"
