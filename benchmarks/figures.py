"""Where a benchmark leaves its figures for docs/benchmarks.md, beside what it prints.

``benchmarks/bench.py`` names a folder in FIGURES_FOLDER; one that runs alone keeps nothing.
"""

import json
import os
from pathlib import Path


def keep(name: str, **figures: object) -> None:
    """Leave figures under a name: values, lists and mappings that JSON can hold."""
    folder = os.environ.get("FIGURES_FOLDER")
    if folder:
        text = json.dumps(figures, ensure_ascii=False, indent=1)
        (Path(folder) / f"{name}.json").write_text(text + "\n")
