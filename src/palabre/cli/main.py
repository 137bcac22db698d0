"""``palabre``: the commands. Exit codes: 0 done, 1 refused or partly failed, 2 usage."""

import importlib
import os
from pathlib import Path
from typing import Final

import click

from palabre import __version__
from palabre.cli.schema_words import wrong_schema
from palabre.domain.errors import Refusal
from palabre.moderation.rulefile import RulesError
from palabre.settings import SettingsError

# A command's module is imported when it is asked for: `palabre judge` need not pay for the web.
COMMANDS: Final = {
    "backup": "palabre.cli.backup:backup",
    "demo": "palabre.cli.demo:demo",
    "doctor": "palabre.cli.doctor:doctor",
    "evaluate": "palabre.cli.evaluate:evaluate",
    "evidence": "palabre.cli.evidence:evidence",
    "init": "palabre.cli.init:init",
    "judge": "palabre.cli.judge:judge_lines",
    "lessons": "palabre.cli.lessons:lessons",
    "key": "palabre.cli.key:key",
    "mail": "palabre.cli.mail:mail",
    "moderator": "palabre.cli.moderator:moderator",
    "person": "palabre.cli.person:person",
    "rejudge": "palabre.cli.rejudge:rejudge",
    "report": "palabre.cli.report:report",
    "restore": "palabre.cli.restore:restore",
    "retention": "palabre.cli.retention:retention",
    "rules": "palabre.cli.rules:rules",
    "serve": "palabre.cli.serve:serve",
    "thresholds": "palabre.cli.thresholds:thresholds",
    "upgrade": "palabre.cli.upgrade:upgrade",
    "wordpress-plugin": "palabre.cli.wordpress_plugin:wordpress_plugin",
    "worker": "palabre.cli.worker:worker",
}


class Commands(click.Group):
    """The group of commands, each loaded when used."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Return the names of all commands."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Return a command by name."""
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        return command

    def invoke(self, ctx: click.Context) -> object:
        """Run a command; what the configuration or the store refuses is said in one line."""
        try:
            return super().invoke(ctx)
        except (SettingsError, RulesError) as error:
            raise click.ClickException(str(error)) from error
        except Refusal as error:
            raise click.ClickException(_told(error)) from error
        except BrokenPipeError:
            # Whoever read our output has gone: `palabre judge | head` is no failure to tell of.
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
            raise click.exceptions.Exit(1) from None
        except OSError as error:
            raise click.ClickException(str(error)) from error


@click.group(cls=Commands)
@click.version_option(__version__, prog_name="palabre")
@click.option(
    "--config",
    type=click.Path(path_type=Path, dir_okay=False),
    envvar="PALABRE_CONFIG",
    help="Settings file; palabre.toml in this folder when there is one.",
)
@click.pass_context
def main(context: click.Context, config: Path | None) -> None:
    """Reader comments that a newsroom can leave open."""
    context.obj = config


def _told(error: Refusal) -> str:
    """Return what the store refused, with the remedy."""
    if {"found", "expected"} <= error.values.keys():
        return wrong_schema(str(error.values["found"]), str(error.values["expected"]))
    details = ", ".join(f"{key}: {value}" for key, value in error.values.items())
    return f"{error.code}{f' ({details})' if details else ''}; run: palabre doctor"
