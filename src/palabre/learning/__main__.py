"""``python -m palabre.learning``: the commands of training, each of which resumes."""

from pathlib import Path

import click


@click.group()
def main() -> None:
    """Train, calibrate and export the models that ship."""


@main.command()
@click.option(
    "--data", type=click.Path(path_type=Path, exists=True), default=Path("../shared/data")
)
@click.option("--texts", type=click.Path(path_type=Path, exists=True), default=Path("texts"))
@click.option("--work", type=click.Path(path_type=Path), default=Path("out/learn"))
@click.option(
    "--begin", type=click.Path(path_type=Path, exists=True), help="Weights to go on from."
)
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Folder of the run.")
@click.option("--epochs", type=int, default=1)
@click.option("--rate", type=float, default=1.5e-4)
@click.option("--minutes", type=float, help="End after so long at the latest.")
@click.option("--threads", type=int, default=2)
@click.option("--seed", type=int, default=1)
def train(  # noqa: PLR0917 - click passes them by name
    data: Path, texts: Path, work: Path, begin: Path | None, out: Path, epochs: int,
    rate: float, minutes: float | None, threads: int, seed: int,
) -> None:  # fmt: skip
    """Train the encoder; killed at any time, the same command goes on."""
    import torch  # noqa: PLC0415 - the help must not pay for it

    from palabre.learning import recipe, stages  # noqa: PLC0415
    from palabre.learning.samples import learning_only, open_data, own_texts  # noqa: PLC0415
    from palabre.learning.training import Plan  # noqa: PLC0415
    from palabre.learning.training import train as run  # noqa: PLC0415

    torch.set_num_threads(threads)
    stages.make_base(work / "base", data, texts)
    samples = learning_only([*open_data(data), *own_texts(texts)])
    mix = recipe.mixed(samples)
    for name, found in recipe.counts(mix).items():
        click.echo(f"{name}: {found}")
    encoder = stages.load(begin or work / "base" / "base.pt")
    plan = Plan(epochs=epochs, rate=rate, seed=seed, minutes=minutes)
    run(encoder, mix, stages.tokenizer_of(work / "base"), plan, out, click.echo)
    stages.save(encoder, out / "encoder.pt")


if __name__ == "__main__":
    main()
