"""The French prose on which re-anchoring is measured, as JSON: [{"name", "paragraphs"}].

The article that this project began with, those of the demonstration, and texts of the project's own
(texts/fr, CC0-1.0) put together to the length of an article, a paragraph each.
"""

import json
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
SEED = ROOT.parent / "shared/seed/article-page.fr.txt"
LONG, TEXTS = 3000, 22


def texts() -> list[dict[str, object]]:
    """Return all texts, in the same order each time."""
    found: list[dict[str, object]] = []
    if SEED.exists():
        lines = SEED.read_text(encoding="utf-8").partition("Jforum.fr")[0].splitlines()
        paragraphs = [line.strip() for line in lines if line.strip()]
        found.append({"name": "seed", "paragraphs": paragraphs})
    demo = ROOT / "src/palabre/web/demo/articles.toml"
    articles = tomllib.loads(demo.read_text(encoding="utf-8"))
    found += [
        {"name": f"demo: {article['slug']}", "paragraphs": article["paragraphs"]}
        for article in next(v for v in articles.values() if isinstance(v, list))
        if article["lang"] == "fr"
    ]
    return found + _own()


def _own() -> list[dict[str, object]]:
    made: list[dict[str, object]] = []
    for path in sorted((ROOT / "texts/fr").glob("*.jsonl")):
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        own = [r["text"] for r in rows if not any(r.get(k) for k in ("hate", "insult", "threat"))]
        long = [text for text in own if len(text) > 90]
        size, paragraphs = 0, []
        for text in long:
            paragraphs.append(" ".join(text.split()))
            size += len(text)
            if size > LONG:
                break
        if size > LONG and len(made) < TEXTS:
            made.append({"name": f"texts/fr/{path.name}", "paragraphs": paragraphs})
    return made


if __name__ == "__main__":
    print(json.dumps(texts(), ensure_ascii=False))
