"""``palabre report``: what is published, handed over and recorded by duty, from the ledger."""

import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from palabre.application.ports import Store
from palabre.application.transparency_outcomes import DISPUTE
from palabre.application.transparency_table import Period
from palabre.cli.configuration import read_settings
from palabre.domain.identifier import is_id, new_id
from palabre.domain.ledger import Entry, LineKind, Words
from palabre.domain.report import Finding
from palabre.rendering.sheets import as_csv, as_xlsx
from palabre.settings import Settings, secret_key
from palabre.storage.migrate import upgrade
from palabre.storage.store import SqlStore
from palabre.wiring_law import flaggers, keep_ledger, report_year, webhooks_of
from palabre.wiring_parts import load_rules, load_shelf
from palabre.wiring_store import database_url, now


@click.group()
def report() -> None:
    """Publish and record what the law asks for (docs/reference/duties.md)."""


@report.command()
@click.argument("year", type=click.IntRange(2024, 2100))
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), default=Path())
@click.option("--format", "kind", type=click.Choice(["both", "csv", "xlsx"]), default="both")
@click.pass_obj
def transparency(config: Path | None, year: int, out: Path, kind: str) -> None:
    """Write the tables of Implementing Regulation (EU) 2024/2835 for a YEAR."""
    with _house(config) as (settings, _, store):
        made = report_year(settings, store, now)(year)
    out.mkdir(parents=True, exist_ok=True)
    if kind != "csv":
        path = out / f"transparency-{year}.xlsx"
        path.write_bytes(as_xlsx({t.name: [t.columns, *t.rows] for t in made.tables}))
        click.echo(str(path))
    if kind != "xlsx":
        for table in made.tables:
            path = out / f"{table.name}-{year}.csv"
            path.write_bytes(as_csv([table.columns, *table.rows]))
            click.echo(str(path))


@report.command("head")
@click.pass_obj
def show_head(config: Path | None) -> None:
    """Print how many lines the ledger has and the hash of the last: keep it elsewhere."""
    with _house(config) as (_, _, store), store.reading() as unit:
        found = unit.ledger.head()
    click.echo(f"{found.length} {found.hash}")


@report.command("flaggers")
@click.pass_obj
def show_flaggers(config: Path | None) -> None:
    """Print the form of each trusted flagger ([law] trusted_flaggers); it is theirs alone."""
    settings, path = read_settings(config)
    for token, name in flaggers(settings, secret_key(settings, path.parent)).items():
        click.echo(f"{name}\t{settings.base_url}/report?flagger={token}")


@report.command()
@click.option("--kind", type=click.Choice(["act", "inform"]), required=True)
@click.option("--authority", required=True, help="Who ordered it.")
@click.option("--state", default="FR", show_default=True, help="Member State (ISO 3166).")
@click.option("--reference", required=True, help="The authority's own reference.")
@click.option("--category", default="STATEMENT_CATEGORY_ILLEGAL_OR_HARMFUL_SPEECH")
@click.option("--comment", "comments", multiple=True, help="Comment; may be given several times.")
@click.option("--received", type=click.DateTime(), help="When (UTC); default: now.")
@click.pass_obj
def order(
    config: Path | None,
    kind: str,
    authority: str,
    state: str,
    reference: str,
    category: str,
    comments: tuple[str, ...],
    received: datetime | None,
) -> None:
    """Record an order of an authority (DSA, Arts. 9 and 10), before it is carried out."""
    wrong = [each for each in comments if not is_id(each)]
    if wrong:
        raise click.UsageError(f"not a comment: {wrong[0]}")
    at = received.replace(tzinfo=UTC) if received else now()
    with _house(config) as (settings, _, store), store.writing() as unit:
        for comment in comments or (None,):
            found = unit.comments.get(comment) if comment else None
            thread = unit.threads.get(found.thread_id) if found else None
            site_id = thread.article.site_id if thread else settings.sites[0].id
            line = unit.ledger.add(
                Entry(
                    id=new_id(at),
                    kind=LineKind.ORDER,
                    site_id=site_id,
                    at=at,
                    comment_id=comment,
                    content={
                        "order": kind,
                        "member_state": state,
                        "category": category,
                        "items": 1 if comment else 0,
                    },
                ),
                Words(
                    salt=secrets.token_bytes(32),
                    texts={"authority": authority, "reference": reference},
                ),
            )
            click.echo(line.id)


@report.command()
@click.argument("line")
@click.argument("step", type=click.Choice(["informed", "effect"]))
@click.pass_obj
def effect(config: Path | None, line: str, step: str) -> None:
    """Record that an authority was informed of an order's receipt, or that it took effect."""
    with _house(config) as (_, _, store), store.writing() as unit:
        found = unit.ledger.get(line)
        if found is None or found.kind is not LineKind.ORDER:
            raise click.UsageError(f"not an order: {line}")
        at = now()
        unit.ledger.add(
            Entry(
                id=new_id(at),
                kind=LineKind.EFFECT,
                site_id=found.site_id,
                at=at,
                comment_id=found.comment_id,
                subject=found.id,
                content={"step": step},
            )
        )


@report.command()
@click.argument("year", type=click.IntRange(2024, 2100))
@click.option("--platform", help="Name at the Transparency Database; default: the publisher's.")
@click.pass_obj
def statements(config: Path | None, year: int, platform: str | None) -> None:
    """Write a year's statements of reasons in the DSA Transparency Database's schema (JSON Lines).

    Nothing is sent here: ``[law] transparency_database`` has the server send what is new.
    """
    from palabre.application.statement_export import exported

    period = Period.year(year)
    with _house(config) as (_, _, store), store.reading() as unit:
        for line in unit.ledger.between([LineKind.STATEMENT], period.begin, period.end):
            content = exported(line, platform)
            if content is not None:
                click.echo(json.dumps(content, ensure_ascii=False))


@report.command()
@click.argument("line")
@click.argument("finding", type=click.Choice([f.value for f in Finding]))
@click.option("--received", type=click.DateTime(), required=True, help="When it began (UTC).")
@click.option("--implemented/--not-implemented", default=True, help="What was done with it.")
@click.pass_obj
def dispute(
    config: Path | None, line: str, finding: str, received: datetime, *, implemented: bool
) -> None:
    """Record how an out-of-court body ruled (DSA, Art. 21) on a statement or report, LINE."""
    with _house(config) as (_, _, store), store.writing() as unit:
        found = unit.ledger.get(line)
        if found is None or found.kind not in {LineKind.STATEMENT, LineKind.REPORT}:
            raise click.UsageError(f"neither a statement nor a report: {line}")
        at = now()
        took = at - received.replace(tzinfo=UTC)
        if took < timedelta(0):
            raise click.UsageError("--received lies ahead")
        unit.ledger.add(
            Entry(
                id=new_id(at),
                kind=LineKind.EFFECT,
                site_id=found.site_id,
                at=at,
                comment_id=found.comment_id,
                subject=found.id,
                content={
                    "step": DISPUTE,
                    "finding": finding,
                    "minutes": took // timedelta(minutes=1),
                    "implemented": implemented,
                },
            )
        )
    click.echo(f"{line}: {finding}")


@report.command()
@click.argument("url")
@click.argument("number", type=click.IntRange(min=1))
@click.pass_obj
def replay(config: Path | None, url: str, number: int) -> None:
    """Tell a system ([webhooks] urls) again from line NUMBER of the ledger on."""
    with _house(config) as (settings, folder, store):
        if url not in settings.webhooks.urls:
            raise click.UsageError(f"not among [webhooks] urls: {url}")
        webhooks_of(settings, folder, store, now).replay(url[:100], number)


@contextmanager
def _house(config: Path | None) -> Iterator[tuple[Settings, Path, Store]]:
    """Open the house with its ledger brought up to the last decision."""
    settings, path = read_settings(config)
    url = database_url(settings, path.parent)
    upgrade(url)
    store = SqlStore(url, durability=settings.database.durability, readers=2)
    try:
        rules = load_rules(settings, path.parent, load_shelf(settings, path.parent))
        keep_ledger(settings, store, now, rules)()
        yield settings, path.parent, store
    finally:
        store.close()
