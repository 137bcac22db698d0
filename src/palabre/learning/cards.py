"""Write ``card.json`` beside a model's files."""

import hashlib
import json
from pathlib import Path
from typing import Any, Final

LICENCE: Final = (
    "Apache-2.0 for the weights, which come from intfloat/multilingual-e5-small (MIT); "
    "see docs/explanation/model-card.md for the sources of the texts and their attributions"
)


def write_card(folder: Path, files: tuple[str, ...], card: dict[str, Any]) -> None:
    """Write the card with the SHA-256 of the files that it speaks of."""
    sums = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in files}
    whole = card | {"licence": LICENCE, "files": sums}
    text = json.dumps(whole, indent=1, ensure_ascii=False) + "\n"
    (folder / "card.json").write_text(text, encoding="utf-8")
