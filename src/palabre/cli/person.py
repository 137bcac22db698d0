"""``palabre person``: what a reader may ask for in writing, and what a court may."""

import importlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

import click

from palabre.application.erase_person import ErasePerson
from palabre.application.export_person import ExportPerson
from palabre.application.hold_comment import HoldComment
from palabre.application.person import Person, Scope, of_address, of_tokens
from palabre.application.ports import Store
from palabre.application.sealed_store import OpenSealed
from palabre.application.traces import Remember
from palabre.cli.configuration import read_settings
from palabre.settings import secret_key
from palabre.storage.migrate import upgrade
from palabre.storage.store import SqlStore
from palabre.wiring_store import database_url, now

_WHOSE = (
    click.option("--address", help="The mail address that the comments carry."),
    click.option("--comment", help="A comment of theirs: all of the same author are meant."),
)


def _whose(command: click.decorators.FC) -> click.decorators.FC:
    for option in reversed(_WHOSE):
        command = option(command)
    return command


@click.group()
def person() -> None:
    """Export, erase or hold what is kept on one reader; open the sealed store."""


@person.command()
@_whose
@click.option("--out", type=click.Path(path_type=Path), help="File to write; must not exist.")
@click.pass_obj
def export(config: Path | None, address: str | None, comment: str | None, out: Path | None) -> None:
    """Write all that is held on a reader as JSON."""
    with _house(config) as house:
        found = ExportPerson(store=house.store, clock=now)(house.person(address, comment))
    text = json.dumps(found, ensure_ascii=False, indent=1) + "\n"
    if out is None:
        click.echo(text, nl=False)
        return
    with out.open("x", encoding="utf-8") as file:
        out.chmod(0o600)
        file.write(text)
    click.echo(f"{out}: {len(found['comments'])} comments, {len(found['votes'])} votes")


@person.command()
@_whose
@click.option(
    "--scope",
    type=click.Choice([s.value for s in Scope]),
    default=Scope.EVERYTHING.value,
    show_default=True,
    help="identity leaves published texts, nobody's; comment: only the one that --comment names.",
)
@click.option("--reference", required=True, help="Of the written request, for the record.")
@click.confirmation_option(prompt="This cannot be undone. Erase?")
@click.pass_obj
def erase(
    config: Path | None, address: str | None, comment: str | None, scope: str, reference: str
) -> None:
    """Erase what is held on a reader, for good."""
    with _house(config) as house:
        erase = ErasePerson(store=house.store, clock=now, remember=Remember(secret=house.secret))
        erased = erase(
            house.person(address, comment),
            Scope(scope),
            comment_id=comment,
            asked_by=f"command line: {reference}"[:200],
        )
    click.echo(
        f"erased: {erased.comments} comments, {erased.votes} votes, "
        f"{erased.subscriptions} subscriptions; {erased.held} kept apart by a hold"
    )


@person.command()
@click.argument("comment")
@click.option("--reason", required=True, help="What needs it: a claim, its number.")
@click.option("--until", required=True, type=click.DateTime(["%Y-%m-%d"]))
@click.option("--by", required=True, help="Who decided it.")
@click.pass_obj
def hold(config: Path | None, comment: str, reason: str, until: datetime, by: str) -> None:
    """Keep what COMMENT says until a day, whatever is erased meanwhile."""
    with _house(config) as house:
        placed = HoldComment(store=house.store, clock=now).place(
            comment, reason=reason, until=until.replace(tzinfo=UTC), placed_by=by
        )
    click.echo(f"{comment}: held until {placed.ends_at:%Y-%m-%d}")


@person.command()
@click.argument("comment")
@click.pass_obj
def release(config: Path | None, comment: str) -> None:
    """End the hold on COMMENT; its copy goes with the next run of retention."""
    with _house(config) as house:
        HoldComment(store=house.store, clock=now).release(comment)
    click.echo(f"{comment}: no longer held")


@person.command()
@click.argument("file", type=click.Path(path_type=Path))
def keys(file: Path) -> None:
    """Make the key pair of the sealed store: the private one goes to FILE, away from here."""
    private, public = _sealing().new_pair()
    with file.open("x", encoding="ascii") as written:
        file.chmod(0o600)
        written.write(private + "\n")
    click.echo(f"{file}: the private key. Take it off this machine, and keep two copies of it.")
    click.echo(f'In palabre.toml, [privacy]: sealed_store = true, sealed_key = "{public}"')


@person.command("open")
@click.argument("comment")
@click.option("--key", required=True, type=click.Path(path_type=Path, exists=True))
@click.option("--reason", required=True, help="The order that asks for it, with its number.")
@click.option("--reader", required=True, help="Who reads.")
@click.option("--witness", required=True, help="Who stands by: another person.")
@click.pass_obj
def open_sealed(
    config: Path | None, comment: str, key: Path, reason: str, reader: str, witness: str
) -> None:
    """Show where COMMENT came from; the reading is recorded before anything is shown."""
    try:
        opened = _sealing().opener(key.read_text(encoding="ascii"))
        with _house(config) as house:
            case = OpenSealed(store=house.store, clock=now, open=opened)
            lines = case(comment, reader=reader, witness=witness, reason=reason)
    except ValueError as error:
        raise click.ClickException(str(error)) from error
    for line in lines:
        click.echo(json.dumps(line))
    click.echo(f"{len(lines)} lines; the reading is recorded", err=True)


@person.command()
@click.option("--lines", default=50, show_default=True, type=click.IntRange(min=1))
@click.pass_obj
def readings(config: Path | None, lines: int) -> None:
    """Show who had the sealed store opened, for what reason."""
    with _house(config) as house, house.store.reading() as unit:
        for each in unit.legal.readings(limit=lines):
            click.echo(
                f"{each.at:%Y-%m-%d %H:%M}  {each.comment_id}  {each.reader} with {each.witness}: "
                f"{each.reason} ({each.lines} lines)"
            )


def _sealing() -> ModuleType:
    try:
        return importlib.import_module("palabre.sealing")
    except ImportError as error:
        raise click.ClickException("this needs the extra: pip install 'palabre[sealed]'") from error


@dataclass(frozen=True, slots=True)
class _House:
    store: Store
    secret: bytes

    def person(self, address: str | None, comment: str | None) -> Person:
        """Return who has the address or wrote the comment."""
        if not address and not comment:
            raise click.UsageError("name --address or --comment")
        found = of_address(address, self.secret) if address else Person()
        if comment:
            with self.store.reading() as unit:
                about = unit.comments.get(comment)
            if about is None:
                raise click.ClickException(f"{comment}: no such comment")
            found |= of_tokens(about.author_key, None)
        return found


@contextmanager
def _house(config: Path | None) -> Iterator[_House]:
    settings, path = read_settings(config)
    url = database_url(settings, path.parent)
    upgrade(url)
    store = SqlStore(url, durability=settings.database.durability, readers=1)
    try:
        yield _House(store, secret_key(settings, path.parent))
    finally:
        store.close()
