"""Write the figures of the shipped cards into the model card, between its two marks."""

import json
from pathlib import Path
from typing import Any, Final

BEGIN: Final = "<!-- figures: written by python -m palabre.learning figures -->"
END: Final = "<!-- end of figures -->"


def figures(models: Path) -> str:
    """Return the figures of both cards as Markdown."""
    parts = []
    for name, title in (("encoder", "The encoder"), ("linear", "The linear model")):
        card = json.loads((models / name / "card.json").read_text(encoding="utf-8"))
        parts += [f"### {title} ({card['name']} {card['version']})", *_table(card["figures"])]
        if name == "encoder":
            parts += ["### Thresholds of automatic refusal (encoder)", *_points(card["figures"])]
    return "\n\n".join(parts)


def write(models: Path, page: Path) -> None:
    """Replace the figures of a page; raise ``ValueError`` where its marks are missing."""
    text = page.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not end:
        raise ValueError(f"{page} has no '{BEGIN}' followed by '{END}'")
    whole = f"{before}{BEGIN}\n\n{figures(models)}\n\n{END}{after}"
    page.write_text(whole, encoding="utf-8")


def _table(found: dict[str, Any]) -> list[str]:
    lines = [
        "| language | score | texts (1 + 0) | macro-F1 | ROC-AUC | ECE | recall | false alarms |",
        "|---|---|---:|---:|---:|---:|---:|---:|",
    ]
    missing = []
    for lang, scores in found.items():
        for score, one in scores.items():
            if not one["given"]:
                missing.append(f"{lang} {score} ({one['positives']})")
                continue
            lines.append(
                f"| {lang} | {score} | {one['positives']} + {one['negatives']} | "
                f"{one['macro_f1']:.3f} | {one['auc']:.3f} | {one['calibration_error']:.3f} | "
                f"{_share(one['recall'])} | {_share(one['false_alarms'])} |"
            )
    null = "Null, for want of 200 held-back positives (found): " + ", ".join(missing) + "."
    return ["\n".join(lines), *([null] if missing else [])]


def _share(bounds: list[float]) -> str:
    value, low, high = (100 * bound for bound in bounds)
    return f"{value:.1f} % ({low:.1f} to {high:.1f})"


def _points(found: dict[str, Any]) -> list[str]:
    lines = []
    hold = []
    for lang, scores in found.items():
        for score, one in scores.items():
            if not one["given"]:
                continue
            point = one["operating_point"]
            if point["refuse_from"] is None:
                hold.append(f"{lang} {score}")
                continue
            lines.append(
                f"| {lang} | {score} | {point['refuse_from']} | {100 * point['recall']:.0f} % | "
                f"{100 * point['precision_low']:.1f} % |"
            )
    head = (
        "| language | score | refuse from | recall there | precision at 5 %, lower bound |\n"
        "|---|---|---:|---:|---:|"
    )
    table = ["\n".join([head, *lines])] if lines else ["No score reaches it."]
    return [*table, "These may only hold: " + ", ".join(hold) + "."]
