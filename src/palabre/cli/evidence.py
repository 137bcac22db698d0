"""``palabre evidence``: is a file under seal what was sealed, and what does it say."""

import importlib
import json
from pathlib import Path

import click

from palabre.application.seal_evidence import check_file
from palabre.cli.configuration import read_settings
from palabre.storage.store import SqlStore
from palabre.wiring_store import database_url


@click.group()
def evidence() -> None:
    """Check evidence that was put under seal at the desk."""


@evidence.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--key",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="The private key: the seal is opened, and the content checked as well.",
)
@click.option("--out", type=click.Path(path_type=Path), help="Write the content; must not exist.")
@click.pass_obj
def verify(config: Path | None, file: Path, key: Path | None, out: Path | None) -> None:
    """Compare FILE with the ledger; with --key also what is under the seal."""
    if out is not None and key is None:
        raise click.UsageError("--out needs --key")
    settings, path = read_settings(config)
    store = SqlStore(database_url(settings, path.parent), readers=1)
    try:
        opener = None
        if key is not None:
            opener = importlib.import_module("palabre.sealing").opener(
                key.read_text(encoding="ascii")
            )
        with store.reading() as unit:
            found = check_file(file.read_bytes(), unit.ledger.get, opener)
    except ImportError as error:
        raise click.ClickException("this needs the extra: pip install 'palabre[sealed]'") from error
    except ValueError as error:
        raise click.ClickException(f"{file}: {error}") from error
    finally:
        store.close()
    for each in found.wrong:
        click.echo(f"✗ {each}", err=True)
    if found.wrong:
        raise click.exceptions.Exit(1)
    what = "seal and content are" if found.content is not None else "the seal is"
    click.echo(f"✓ {what} as line {found.number} of the ledger says ({found.line_id})")
    if out is not None:
        with out.open("x", encoding="utf-8") as written:
            out.chmod(0o600)
            json.dump(found.content, written, ensure_ascii=False, indent=1)
    click.echo("`palabre doctor` checks that no line of the ledger was changed.", err=True)
