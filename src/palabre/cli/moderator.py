"""``palabre moderator``: accounts of the newsroom."""

import secrets
from pathlib import Path

import click

from palabre.application.sign_in import MIN_PASSWORD
from palabre.cli.configuration import read_settings
from palabre.domain.errors import Refusal
from palabre.domain.person import Role
from palabre.wiring_parts import build_parts, sign_in_of


@click.group()
def moderator() -> None:
    """Accounts of the newsroom."""


@moderator.command()
@click.argument("login")
@click.option("--name", help="Name as the log shows it; default: the login.")
@click.option(
    "--role",
    type=click.Choice([r.value for r in Role]),
    default=Role.MODERATOR.value,
    show_default=True,
)
@click.option("--site", "sites", multiple=True, help="Only this site; may be given again.")
@click.option("--generate", is_flag=True, help="Make a password and print it once.")
@click.pass_obj
def add(
    config: Path | None,
    login: str,
    name: str | None,
    role: str,
    sites: tuple[str, ...],
    *,
    generate: bool,
) -> None:
    """Create the account LOGIN, or give it a new password."""
    settings, path = read_settings(config)
    unknown = set(sites) - {s.id for s in settings.sites}
    if unknown:
        raise click.UsageError(f"no such site: {', '.join(sorted(unknown))}")
    if generate:
        password = secrets.token_urlsafe(15)
    else:
        password = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    parts = build_parts(settings, path.parent)
    try:
        account = sign_in_of(parts).add_moderator(
            login=login, name=name or login, password=password, role=Role(role), site_ids=sites
        )
    except Refusal as error:
        if error.field != "password":
            raise
        raise click.ClickException(
            f"the password is too short: {MIN_PASSWORD} characters or more"
        ) from error
    finally:
        parts.store.close()
    click.echo(f"{account.login}: account ready ({account.role.value})")
    if generate:
        click.echo(f"password: {password}")
