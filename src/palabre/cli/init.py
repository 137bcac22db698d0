"""``palabre init``: write the files that a new installation needs."""

import secrets
import tomllib
from pathlib import Path
from urllib.parse import urlsplit

import click

from palabre.settings import SECTIONS, Settings, SiteSettings, describe, load
from palabre.wiring import build_parts

_HOUSE_RULES = """\
# The house's own rules. The shipped rules apply already; what stands here overrides them by id
# or adds to them. `palabre rules check` reads this file, `palabre rules try TEXT` tries it.
# Every key is explained in docs/reference/house-rules.md.

version = 1
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


def settings_text(
    site: dict[str, str | list[str]],
    *,
    base_url: str = "",
    rules_file: str = "house-rules.toml",
) -> str:
    """Return a settings file with every key, its description and its default."""
    lines = ["# Settings of Palabre. Each key also as PALABRE_<SECTION>_<KEY> in the environment."]
    for section, struct in SECTIONS.items():
        defaults = getattr(Settings(), section)
        lines += ["", f"# {(struct.__doc__ or '').strip()}", f"[{section}]"]
        for key, text in describe(struct).items():
            if key == "secret_key":
                continue  # it has a file of its own
            value = getattr(defaults, key)
            if (section, key) == ("server", "base_url"):
                value = base_url
            if (section, key) == ("rules", "file"):
                value = rules_file
            lines += [f"# {text}", f"{key} = {_toml(value)}"]
    lines += ["", f"# {(SiteSettings.__doc__ or '').strip()}", "[[sites]]"]
    for key, text in describe(SiteSettings).items():
        if key != "sections":
            lines += [f"# {text}", f"{key} = {_toml(site.get(key, _default(key)))}"]
    text = "\n".join(lines) + "\n"
    tomllib.loads(text)
    return text


def _default(key: str) -> bool | list[str]:
    return False if key.endswith("_required") else []


def _toml(value: str | int | list[str]) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return str(value)
    if isinstance(value, list):
        return "[" + ", ".join(_toml(v) for v in value) + "]"
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


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
