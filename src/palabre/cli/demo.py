"""``palabre demo``: a throw-away newspaper with its readers, on this machine alone.

What it shows went through the real use cases: the house rules judged each comment.
"""

import secrets
import tempfile
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import click
from msgspec.structs import replace

from palabre.application.post_comment import NewComment
from palabre.cli.serve import run_server
from palabre.cli.settings_file import settings_text
from palabre.cli.worker import beside_server
from palabre.domain.person import ANYBODY, Role, Viewer
from palabre.domain.vote import Value
from palabre.settings import load
from palabre.web.demo_pages import DemoComment, load_articles, load_comments
from palabre.web.house import DemoArticle, House
from palabre.wiring import build_house
from palabre.wiring_parts import build_parts, sign_in_of
from palabre.wiring_store import now

_NAME = "La Gazette de Valbonne-sur-Isle"
_LOGIN = "moderation"


class _StoryClock:
    """Tells the time of the story while the demonstration is being written."""

    def __init__(self) -> None:
        self.moment = now()

    def __call__(self) -> datetime:
        return self.moment


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65_535))
def demo(host: str, port: int) -> None:
    """Show a newspaper with comments, its desk included; everything is gone at the end."""
    base_url = f"http://{host}:{port}"
    origins = ["https://example.org", base_url]
    if host == "127.0.0.1":
        origins.append(f"http://localhost:{port}")
    with tempfile.TemporaryDirectory(prefix="palabre-demo-") as name:
        folder = Path(name)
        config = folder / "palabre.toml"
        site: dict[str, str | list[str]] = {
            "id": "demo",
            "name": _NAME,
            "lang": "fr",
            "origins": origins,
            "reserved_names": sorted({a.signature for a in load_articles()} | {"La rédaction"}),
        }
        mails = folder / "mails"
        mails.mkdir()
        text = settings_text(site, base_url=base_url, rules_file="")
        config.write_text(text.replace('folder = ""', 'folder = "mails"'), encoding="utf-8")
        (folder / "palabre.secret").touch(mode=0o600)
        (folder / "palabre.secret").write_text(secrets.token_urlsafe(32), encoding="utf-8")
        password = secrets.token_urlsafe(12)
        _write(config, base_url, password)
        click.echo(f"\n  {_NAME}: {base_url}/")
        click.echo(f"  The desk:  {base_url}/desk   login {_LOGIN}, password {password}")
        click.echo(f"  Mails:     {mails}/*.eml, written instead of sent")
        click.echo("  Everything written here is gone when you stop it with Ctrl-C.\n")
        beside_server(load(config), config)
        run_server("palabre.wiring:demo_application", config, host=host, port=port, workers=1)


def _write(config: Path, base_url: str, password: str) -> None:
    clock = _StoryClock()
    # The story has been moderated: what the models would have a person look at is long decided.
    settings = load(config)
    settings = replace(
        settings,
        judge=replace(settings.judge, depth="rules"),
        comments=replace(settings.comments, ask_for_proof=False),
    )
    parts = build_parts(settings, config.parent, clock=clock)
    sign_in_of(parts).add_moderator(
        login=_LOGIN, name="Modération", password=password, role=Role.ADMINISTRATOR
    )
    house = build_house(parts)
    comments = load_comments()
    for article in load_articles():
        written = comments.get(article.slug, [])
        if written:
            _write_thread(house, clock, f"{base_url}/articles/{article.slug}", article, written)
    parts.store.close()


def _write_thread(
    house: House,
    clock: _StoryClock,
    url: str,
    article: DemoArticle,
    written: Sequence[DemoComment],
) -> None:
    ids: dict[str, str] = {}
    # The story ends a quarter of an hour ago, whenever the demonstration is started.
    start = now() - timedelta(minutes=max(c.minutes for c in written) + 15)
    for comment in written:
        clock.moment = start + timedelta(minutes=comment.minutes)
        posted = house.post(
            NewComment(
                url=url,
                text=_first_version(comment),
                title=article.title,
                lang=article.lang,
                parent=ids[comment.parent] if comment.parent else None,
                name=comment.name,
                vouched=True,
            )
        )
        about = posted.stored.comment
        ids[comment.id] = about.id
        if comment.edited is not None:
            clock.moment = start + timedelta(minutes=comment.edited)
            house.edit(about.id, comment.text, Viewer(author_key=about.author_key))
        values: tuple[tuple[Value, int], ...] = ((1, comment.up), (-1, comment.down))
        for value, times in values:
            for _ in range(times):
                house.vote(about.id, value, voter=None, viewer=ANYBODY)


def _first_version(comment: DemoComment) -> str:
    """Return the text without the last sentence where the story has it added by an edit."""
    if comment.edited is None:
        return comment.text
    return comment.text.rstrip(".!?…").rpartition(". ")[0] + "."
