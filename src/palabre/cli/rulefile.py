"""Find the house rules for a command: named, or from the settings, or as shipped."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import click

from palabre.cli.configuration import DEFAULT, read_settings
from palabre.moderation.house import house_rules
from palabre.moderation.models.shelf import Shelf, read_shelf
from palabre.moderation.rulebook import RuleBook
from palabre.settings import load

_F = TypeVar("_F", bound=Callable[..., object])


def rules_option(command: _F) -> _F:
    """Add ``--rules FILE`` to a command."""
    return click.option(
        "--rules",
        type=click.Path(path_type=Path, exists=True, dir_okay=False),
        help="The house's own rules over the shipped ones; default: those of the settings.",
    )(command)


def rules_file(config: Path | None, named: Path | None) -> Path | None:
    """Return the house's own rules file, or None where only the shipped rules apply."""
    if named is not None:
        return named
    if config is None and not DEFAULT.exists():
        return None
    settings, path = read_settings(config)
    return path.parent / settings.rules.file if settings.rules.file else None


def wanted_shelf(config: Path | None) -> Shelf:
    """Return the models of the settings, or of the environment alone; none is opened yet."""
    if config is None and not DEFAULT.exists():
        settings, folder = load(None), Path()
    else:
        settings, path = read_settings(config)
        folder = path.parent
    named = settings.judge.models
    return read_shelf(folder / named if named else None, threads=settings.judge.threads)


def wanted_rules(config: Path | None, named: Path | None, shelf: Shelf | None = None) -> RuleBook:
    """Return the rules to judge by, or raise ``RulesError`` with every problem."""
    file = rules_file(config, named)
    own = file.read_text(encoding="utf-8") if file else None
    return house_rules(own, shelf or wanted_shelf(config), site_name=str(file))
