"""``palabre key``: keys by which programs have comments judged here (Akismet, Perspective)."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from palabre.application.issue_key import Keys
from palabre.cli.configuration import read_settings
from palabre.domain.client import Counts, KeyRole, SpamWhen
from palabre.storage.migrate import upgrade
from palabre.storage.store import SqlStore
from palabre.wiring_store import database_url, now, site_of


@click.group()
def key() -> None:
    """Keys of programs that speak Akismet's or Perspective's protocol."""


@key.command()
@click.option("--site", help="The site it belongs to; needed where there are several.")
@click.option("--label", default="command line", show_default=True, help="What it is for.")
@click.option(
    "--role",
    type=click.Choice([r.value for r in KeyRole]),
    default=KeyRole.CLIENT.value,
    show_default=True,
    help="moderator: what it reports counts as the newsroom's own word.",
)
@click.option(
    "--spam-when",
    type=click.Choice([w.value for w in SpamWhen]),
    default=SpamWhen.SPAM.value,
    show_default=True,
    help="Answer 'spam' also to what the house rules refuse, or hold.",
)
@click.option("--own-site-only", is_flag=True, help="Only for a blog on the site's own origins.")
@click.pass_obj
def add(
    config: Path | None,
    site: str | None,
    label: str,
    role: str,
    spam_when: str,
    *,
    own_site_only: bool,
) -> None:
    """Issue a key and print it, once."""
    with _keys(config) as (keys, sites):
        if site is None and len(sites) != 1:
            raise click.UsageError(f"name a site with --site: {', '.join(sites) or 'none yet'}")
        if site is not None and site not in sites:
            raise click.UsageError(f"no such site: {site}; known: {', '.join(sites)}")
        _, secret = keys.issue(
            site or sites[0],
            label=label,
            by="command line",
            role=KeyRole(role),
            spam_when=SpamWhen(spam_when),
            own_site_only=own_site_only,
        )
    click.echo(secret)
    click.echo(
        "Kept as a hash: note it now. Its first four letters name it from here on.", err=True
    )


@key.command("list")
@click.pass_obj
def list_keys(config: Path | None) -> None:
    """Show all keys and their use in this month; never the keys themselves."""
    with _keys(config) as (keys, _):
        for each, used in keys.all():
            total = sum((u.counts for u in used), Counts())
            state = f"revoked {each.revoked_at:%Y-%m-%d}" if each.revoked_at else "active"
            click.echo(
                f"{each.hint}...  {each.id}  {each.site_id}  {each.role}"
                f"  spam-when={each.spam_when}  {state}"
                f"  calls={total.calls} spam={total.spam} ham={total.ham}"
                f" reported={total.missed_spam}+{total.false_positives}  {each.label}"
            )


@key.command()
@click.argument("named", metavar="KEY")
@click.option("--with-reports", is_flag=True, help="Take back all that it reported, too.")
@click.pass_obj
def revoke(config: Path | None, named: str, *, with_reports: bool) -> None:
    """End a key: its id, or its first four characters."""
    with _keys(config) as (keys, _):
        ended = keys.revoke(keys.find(named).id, with_labels=with_reports)
    click.echo(f"{ended.hint}...: revoked")


@key.command()
@click.argument("named", metavar="KEY")
@click.option("--lines", default=50, show_default=True, type=click.IntRange(min=1))
@click.pass_obj
def reports(config: Path | None, named: str, lines: int) -> None:
    """Show what a key reported, newest first."""
    with _keys(config) as (keys, _):
        key_id = keys.find(named).id
        with keys.store.reading() as unit:
            found = unit.labels.of_key(key_id, limit=lines)
    for each in found:
        said = " ".join(f"{name}={value:g}" for name, value in each.labels.items())
        gone = "  taken back" if each.taken_back_at else ""
        text = " ".join(each.text.split())[:80]
        click.echo(f"{each.id}  {each.at:%Y-%m-%d %H:%M}  {said}{gone}  {text}")


@key.command("take-back")
@click.argument("named", metavar="KEY")
@click.option("--report", help="Only this one; its id as `palabre key reports` shows it.")
@click.option("--undo", is_flag=True, help="Let it count again.")
@click.pass_obj
def take_back(config: Path | None, named: str, report: str | None, *, undo: bool) -> None:
    """Let what a key reported count no more: nothing is learned from it."""
    with _keys(config) as (keys, _):
        key_id = keys.find(named).id
        act = keys.give_back if undo else keys.take_back
        changed = act(key_id, label_id=report)
    click.echo(f"{changed} {'given' if undo else 'taken'} back")


@contextmanager
def _keys(config: Path | None) -> Iterator[tuple[Keys, tuple[str, ...]]]:
    settings, path = read_settings(config)
    url = database_url(settings, path.parent)
    upgrade(url)
    store = SqlStore(url, durability=settings.database.durability, readers=1)
    try:
        with store.writing() as unit:
            for site in settings.sites:
                unit.sites.register(site_of(site))
            ids = tuple(site.id for site in unit.sites.all())
        yield Keys(store=store, clock=now), ids
    finally:
        store.close()
