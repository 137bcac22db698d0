"""The two shapes of plot that docs/benchmarks.md shows, as SVG files."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import matplotlib as mpl

mpl.use("svg")
# The same figures give the same bytes, and text stays text.
mpl.rcParams |= {"svg.hashsalt": "palabre", "svg.fonttype": "none", "font.family": "sans-serif"}

from matplotlib import pyplot as plt  # noqa: E402 -- the backend is chosen before

OWN, OTHER = "#0b6e4f", "#9aa5b1"


def bars(path: Path, title: str, values: Mapping[str, float], unit: str, own: str) -> None:
    """Draw one bar for each value on a scale of powers of ten; those of ``own`` stand out."""
    figure, axes = plt.subplots(figsize=(8, 1.2 + 0.33 * len(values)), layout="constrained")
    names, sizes = list(values), list(values.values())
    colours = [OWN if own in name else OTHER for name in names]
    drawn = axes.barh(names, sizes, color=colours)
    axes.bar_label(drawn, [f"{size:,.0f}" for size in sizes], padding=4)
    axes.invert_yaxis()
    axes.set(title=title, xlabel=unit, xscale="log", xlim=(min(sizes) / 3, max(sizes) * 4))
    _save(figure, path)


def lines(
    path: Path, title: str, rows: Mapping[str, Sequence[tuple[float, float]]], x: str, y: str
) -> None:
    """Draw one line for each row of points, both axes in powers of ten."""
    figure, axes = plt.subplots(figsize=(9, 5), layout="constrained")
    for name, row in rows.items():
        width = 3 if name == "Palabre" else 1.3
        axes.plot(*zip(*row, strict=True), marker="o", linewidth=width, label=name)
    axes.set(title=title, xlabel=x, ylabel=y, xscale="log", yscale="log")
    axes.grid(visible=True, which="major", alpha=0.3)
    axes.legend(loc="upper left", bbox_to_anchor=(1.01, 1), frameon=False)
    _save(figure, path)


def _save(figure: plt.Figure, path: Path) -> None:
    axes = figure.axes[0]
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)
