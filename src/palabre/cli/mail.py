"""``palabre mail``: what comes back, an address that was left alone, and a trial."""

import sys
from pathlib import Path

import click

from palabre.application.mail_tokens import address_hash
from palabre.application.stop_mail import StopMail
from palabre.cli.configuration import read_settings
from palabre.domain.errors import Refusal
from palabre.notify.returned import Fate, read_report
from palabre.settings import Settings, secret_key
from palabre.storage.store import SqlStore
from palabre.wiring_store import database_url, now

_TRY_AGAIN = 75  # EX_TEMPFAIL of sysexits.h


@click.group()
def mail() -> None:
    """Look after the house's mail."""


@mail.command()
@click.option("--recipient", help="Envelope recipient, where the mail server knows it.")
@click.pass_obj
def returned(config: Path | None, recipient: str | None) -> None:
    """Read one returned mail from standard input: a delivery report or a complaint.

    What is neither is left aside, with exit code 0: no server is to send a report about a report.
    Where the store does not answer it ends with 75 (EX_TEMPFAIL), and the server tries again.
    """
    settings, path = read_settings(config)
    raw = sys.stdin.buffer.read()
    report = read_report(raw, secret_key(settings, path.parent), recipient=recipient)
    if report.mail_id is None:
        click.echo("not about a mail of ours")
        return
    store = _store(settings, path)
    stop = StopMail(store=store, clock=now)
    try:
        if report.fate is Fate.COMPLAINT:
            stop.complained(report.mail_id)
        elif report.fate is not Fate.NOTHING:
            stop.refused(report.mail_id, for_good=report.fate is Fate.GONE)
    except Refusal as refusal:
        click.echo(refusal.code.value, err=True)
        raise click.exceptions.Exit(_TRY_AGAIN) from refusal
    finally:
        store.close()
    click.echo(report.fate.name.lower())


@mail.command()
@click.argument("address")
@click.pass_obj
def allow(config: Path | None, address: str) -> None:
    """Let ADDRESS ask again, whose mail bounced, that complained, or that never confirmed."""
    settings, path = read_settings(config)
    store = _store(settings, path)
    stop = StopMail(store=store, clock=now)
    done = stop.allow(address_hash(address, secret_key(settings, path.parent)))
    store.close()
    click.echo("it may ask again" if done else "nothing kept it from asking")


@mail.command()
@click.pass_obj
def waiting(config: Path | None) -> None:
    """Count what is on its way."""
    settings, path = read_settings(config)
    store = _store(settings, path)
    with store.reading() as unit:
        for name, count in unit.mails.waiting().items():
            click.echo(f"{name}: {count}")
    store.close()


def _store(settings: Settings, path: Path) -> SqlStore:
    return SqlStore(database_url(settings, path.parent), durability=settings.database.durability)
