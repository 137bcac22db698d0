"""``python -m palabre.learning``: the commands of training, each of which resumes."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from palabre.learning.compose import main as compose

THERE = click.Path(path_type=Path, exists=True)
FOLDER = click.Path(path_type=Path)
SHIPPED = Path("src/palabre/moderation/models")
VERSION = "1"
TURNS = (  # as the shipped model was trained: minutes on two busy cores
    {"minutes": "64"},
    {"seed": "2", "rate": "0.0001", "head_rate": "0.0003", "minutes": "27"},
    {"seed": "3", "rate": "0.0001", "head_rate": "0.0003", "minutes": "12"},
    {"seed": "4", "rate": "0.00012", "head_rate": "0.0003", "minutes": "22", "pieces": "112"},
    {"seed": "5", "rate": "0.00012", "head_rate": "0.0003", "minutes": "60", "pieces": "112",
     "epochs": "2"},
)  # fmt: skip


@click.group()
def main() -> None:
    """Train, calibrate and export the models that ship."""


def _places(command: Callable[..., None]) -> Callable[..., None]:
    for name, kind, default, words in (
        ("--work", FOLDER, Path("out/learn"), "Folder of all intermediate files."),
        ("--texts", THERE, Path("texts"), "The project's own texts."),
        ("--data", THERE, Path("../shared/data"), "The labelled texts of others."),
    ):
        option = click.option(name, type=kind, default=default, show_default=True, help=words)
        command = option(command)
    return command


@main.command()
@_places
@click.option("--out", type=FOLDER, required=True, help="Folder of the run.")
@click.option("--begin", type=THERE, help="Weights to go on from, instead of the pretrained ones.")
@click.option("--plan", "settings", multiple=True, help="KEY=NUMBER of training.Plan, repeatable.")
def train(
    data: Path, texts: Path, work: Path, out: Path, begin: Path | None, settings: tuple[str, ...]
) -> None:  # fmt: skip
    """Train the encoder; killed at any time, the same command goes on."""
    _train(data, texts, work, out, begin, dict(one.split("=", 1) for one in settings))


def _train(
    data: Path, texts: Path, work: Path, out: Path, begin: Path | None, settings: dict[str, str]
) -> None:  # fmt: skip
    import torch  # noqa: PLC0415 - the help must not pay for it

    from palabre.learning import recipe, stages  # noqa: PLC0415
    from palabre.learning.samples import learning_only, open_data, own_texts  # noqa: PLC0415
    from palabre.learning.training import Plan  # noqa: PLC0415
    from palabre.learning.training import train as run  # noqa: PLC0415

    torch.set_num_threads(int(settings.pop("threads", "2")))
    stages.make_base(work / "base", data, texts)
    turn = int(settings.get("seed", "1"))
    mix = recipe.mixed(learning_only([*open_data(data), *own_texts(texts)]), turn)
    for name, found in recipe.counts(mix).items():
        click.echo(f"{name}: {found}")
    encoder = stages.load(begin or work / "base" / "base.pt")
    given: dict[str, Any] = {
        key: float(value) if "." in value or key == "minutes" else int(value)
        for key, value in settings.items()
    }
    run(encoder, mix, stages.tokenizer_of(work / "base"), Plan(**given), out, click.echo)
    stages.save(encoder, out / "encoder.pt")


@main.command()
@_places
@click.option("--run", "trained", type=THERE, required=True, help="Folder of a finished run.")
@click.option("--out", type=FOLDER, required=True, help="Folder for encoder/ and linear/.")
@click.option("--version", default=VERSION, show_default=True)
def ship(data: Path, texts: Path, work: Path, trained: Path, out: Path, version: str) -> None:
    """Export, calibrate and measure; fit the linear model beside."""
    _ship(data, texts, work, trained, out, version)


def _ship(data: Path, texts: Path, work: Path, trained: Path, out: Path, version: str) -> None:
    from palabre.learning import background, recipe, shipping  # noqa: PLC0415
    from palabre.learning.samples import learning_only, open_data, own_texts  # noqa: PLC0415

    samples = [*open_data(data), *own_texts(texts)]
    held = shipping.held_back(samples)
    shipping.export(trained, work / "base", out / "encoder", shipping.listened(samples))
    shipping.ship_encoder(out / "encoder", held, version, click.echo)
    learned = recipe.mixed(learning_only(samples), len(TURNS))
    shipping.ship_linear(out / "linear", out / "encoder", learned, held, version, click.echo)
    background.make(out, data, texts)  # what rules by example learn beside their examples
    for line in shipping.table(out / "encoder"):
        click.echo(line)


@main.command()
@_places
@click.option("--out", type=FOLDER, default=Path("out/learn/reproduced"), show_default=True)
def reproduce(data: Path, texts: Path, work: Path, out: Path) -> None:
    """Make the shipped models again, from nothing; say how far they are from those."""
    begin = None
    for turn, settings in enumerate(TURNS, 1):
        folder = out / f"turn-{turn}"
        if not (folder / "encoder.pt").is_file():
            _train(data, texts, work, folder, begin, dict(settings))
        begin = folder / "encoder.pt"
    _ship(data, texts, work, folder, out, VERSION)
    old, new = (
        json.loads((folder / "encoder" / "card.json").read_text())["figures"]
        for folder in (SHIPPED, out)
    )
    for lang, scores in old.items():
        for name, one in scores.items():
            if one["given"] and new[lang][name]["given"]:
                gap = new[lang][name]["macro_f1"] - one["macro_f1"]
                click.echo(f"{lang} {name}: macro-F1 {gap:+.3f} against the shipped model")


@main.command()
@click.argument("models", type=THERE, default=SHIPPED)
@click.argument("page", type=THERE, default=Path("docs/explanation/model-card.md"))
def figures(models: Path, page: Path) -> None:
    """Write the figures of MODELS into PAGE."""
    from palabre.learning.figures import write  # noqa: PLC0415

    write(models, page)


main.add_command(compose, "compose")

if __name__ == "__main__":
    main()
