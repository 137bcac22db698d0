"""``palabre serve``: answer readers."""

import os
from pathlib import Path

import click
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from palabre.cli import lessons, retention
from palabre.cli.configuration import read_settings
from palabre.cli.worker import beside_server
from palabre.process import before_forking
from palabre.wiring import CONFIG_VARIABLE, build_house
from palabre.wiring_parts import build_parts, open_models


@click.command()
@click.option("--host", help="Address to listen on; default: [server] host.")
@click.option("--port", type=click.IntRange(1, 65_535), help="Port; default: [server] port.")
@click.option("--workers", type=click.IntRange(1, 64), help="Processes that answer requests.")
@click.pass_obj
def serve(config: Path | None, host: str | None, port: int | None, workers: int | None) -> None:
    """Answer readers until interrupted."""
    settings, path = read_settings(config)
    # Everything that can be wrong shows here, once, and not in each worker.
    parts = build_parts(settings, path.parent)
    build_house(parts)
    open_models(parts)
    parts.store.close()
    beside_server(settings, path)
    retention.beside_server(path)
    lessons.beside_server(settings, path)
    run_server(
        "palabre.wiring:application",
        path,
        host=host or settings.server.host,
        port=port or settings.server.port,
        workers=workers or settings.server.workers,
    )


def run_server(target: str, config: Path, *, host: str, port: int, workers: int) -> None:
    """Run an application factory under Granian until interrupted."""
    os.environ[CONFIG_VARIABLE] = str(config)
    before_forking()
    Granian(
        target,
        factory=True,
        address=host,
        port=port,
        interface=Interfaces.ASGI,
        workers=workers,
        websockets=False,
        log_access=False,
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
        backlog=1024,
    ).serve()
