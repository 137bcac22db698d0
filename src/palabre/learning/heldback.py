"""Write the rows that are held back for the report: ``python -m palabre.learning.heldback FOLDER``.

One file a source, as ``palabre evaluate`` reads them. What calibrates is not among them, nor what
training may learn from: ``samples`` decides, and this only writes it down.
"""

import json
from collections import defaultdict
from pathlib import Path
from typing import Final

import click

from palabre.learning.parts import LABELS
from palabre.learning.samples import REPORT, Sample, folded, open_data, own_texts, share_of

MOST: Final = 1_500


def report_rows(samples: list[Sample], most: int = MOST) -> dict[str, list[Sample]]:
    """Return the rows for the report by language and source, at most ``most`` of each.

    Texts that look alike count once. Which ones are kept depends on the texts alone.
    """
    found: dict[str, dict[str, Sample]] = defaultdict(dict)
    for sample in samples:
        if sample.part == REPORT:
            found[f"{sample.lang}-{sample.source}"].setdefault(folded(sample.text), sample)
    return {
        name: [rows[text] for text in sorted(rows, key=lambda t: share_of("report", t))[:most]]
        for name, rows in sorted(found.items())
    }


def as_row(sample: Sample, identifier: str) -> dict[str, object]:
    """Return a sample as ``palabre evaluate`` reads it."""
    return {
        "id": identifier,
        "text": sample.text,
        "lang": sample.lang,
        "source": sample.source,
        "kind": sample.kind,
        "group": sample.group,
        "labels": dict(zip(LABELS, sample.labels, strict=True)),
    }


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--data", type=click.Path(path_type=Path, exists=True), default=Path("../shared/data")
)
@click.option("--texts", type=click.Path(path_type=Path, exists=True), default=Path("texts"))
@click.option("--most", type=click.IntRange(min=1), default=MOST, show_default=True)
def main(folder: Path, data: Path, texts: Path, most: int) -> None:
    """Write the held-back rows into FOLDER."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.jsonl"):
        old.unlink()
    for name, rows in report_rows([*open_data(data), *own_texts(texts)], most).items():
        lines = [
            json.dumps(as_row(row, f"{name}-{number}"), ensure_ascii=False)
            for number, row in enumerate(rows)
        ]
        (folder / f"{name}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
        click.echo(f"{name}: {len(rows)}")


if __name__ == "__main__":
    main()
