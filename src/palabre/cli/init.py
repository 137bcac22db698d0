"""``palabre init``: write the files that a new installation needs."""

import secrets
from pathlib import Path
from urllib.parse import urlsplit

import click

from palabre.cli.settings_file import settings_text
from palabre.settings import load
from palabre.wiring_parts import build_parts

_HOUSE_RULES = """\
# The house's own rules. The shipped rules apply already; what stands here changes them by id or
# adds to them. `palabre rules check` reads this file, `palabre rules try TEXT` tries it. Every key
# is explained in docs/reference/house-rules.md.
#
# A rule of the shipped ones that this house does not want:
#
# [rules.profanity]
# enabled = false
"""


@click.command()
@click.option("--name", default="Mon journal", show_default=True, help="Name of the publication.")
@click.option(
    "--origin",
    "origins",
    multiple=True,
    default=["https://example.org"],
    show_default=True,
    help="Origin that articles are served from; may be given again.",
)
@click.option("--lang", default="fr", show_default=True, help="Language of the publication.")
@click.option("--base-url", default="", help="Public address of this server.")
@click.option(
    "--folder", type=click.Path(path_type=Path, file_okay=False), default=Path(), help="Where to."
)
def init(name: str, origins: tuple[str, ...], lang: str, base_url: str, folder: Path) -> None:
    """Write palabre.toml, house-rules.toml and the secret key, and create the database.

    Nothing that is there already is overwritten.
    """
    folder.mkdir(parents=True, exist_ok=True)
    config = folder / "palabre.toml"
    site = {"name": name, "lang": lang, "origins": list(origins), "id": _short(origins[0])}
    _write(config, settings_text(site, base_url=base_url))
    _write(folder / "house-rules.toml", _HOUSE_RULES)
    _write(folder / "palabre.secret", secrets.token_urlsafe(32) + "\n", mode=0o600)
    settings = load(config)
    build_parts(settings, folder.resolve()).store.close()
    click.echo("Next: palabre moderator add NAME --generate, then palabre serve")


def _short(origin: str) -> str:
    return (urlsplit(origin).hostname or "site").removeprefix("www.").replace(".", "-")


def _write(path: Path, text: str, *, mode: int = 0o644) -> None:
    try:
        path.touch(mode=mode, exist_ok=False)
        path.write_text(text, encoding="utf-8")
    except FileExistsError:
        click.echo(f"{path}: kept as it is")
    else:
        click.echo(f"{path}: written")
