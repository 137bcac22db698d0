"""Write the spam model with its card, and the ordinary comments that ship beside it."""

import gzip
import hashlib
import io
import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from palabre.moderation import spamwords
from palabre.moderation.detectors import ngrams

if TYPE_CHECKING:
    from palabre.learning.spam import Text

MODEL = "spam.npz"
ORDINARY = "ordinary.txt.gz"


def write(
    out: Path, coefficients: Any, bias: float, curve: tuple[float, float],  # noqa: ANN401
    ordinary: Sequence[str], rows: "Sequence[Text]",
) -> None:  # fmt: skip
    """Write ``spam.npz`` (float16 weights), ``ordinary.txt.gz`` and ``card.json``."""
    from palabre.learning.spam import VERSION  # noqa: PLC0415 -- it imports this file

    out.mkdir(parents=True, exist_ok=True)
    weights = np.asarray(coefficients, np.float32)
    buffer = io.BytesIO()
    np.savez_compressed(
        buffer,
        words=weights[: spamwords.BUCKETS].astype(np.float16),
        form=weights[spamwords.BUCKETS :],
        bias=np.float32(bias),
    )
    (out / MODEL).write_bytes(buffer.getvalue())
    text = "\n".join(ordinary) + "\n"
    (out / ORDINARY).write_bytes(gzip.compress(text.encode(), mtime=0))
    counted = Counter(("spam" if row.spam else "ordinary", row.lang) for row in rows)
    card = {
        "name": "palabre-spam",
        "version": VERSION,
        "words": spamwords.VERSION,
        "ngrams": ngrams.VERSION,
        "curve": {"a": round(curve[0], 5), "b": round(curve[1], 5)},
        "learned_from": {
            side: {lang: n for (s, lang), n in sorted(counted.items()) if s == side}
            for side in ("spam", "ordinary")
        },
        "texts": hashlib.sha256("\n".join(row.text for row in rows).encode()).hexdigest(),
        "licence": "CC0-1.0: texts/spam, texts/fr and texts/patterns, written for this project",
        "files": {
            name: hashlib.sha256((out / name).read_bytes()).hexdigest()
            for name in (MODEL, ORDINARY)
        },
    }
    (out / "card.json").write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8")
