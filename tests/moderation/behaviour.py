"""Reads the behaviour tables."""

import tomllib
from pathlib import Path

FOLDER = Path(__file__).parent / "cases"


def _cases():
    for file in sorted(FOLDER.glob("*.toml")):
        table = tomllib.loads(file.read_text(encoding="utf-8"))
        for number, case in enumerate(table["cases"], start=1):
            lang = case.get("lang", table.get("lang"))
            yield {**case, "lang": lang, "id": f"{file.stem}-{number}"}


CASES = tuple(_cases())
