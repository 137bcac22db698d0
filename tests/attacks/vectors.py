"""The table of attacks as the tests use it."""

import tomllib
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Vector:
    """One text to type, and the way in that it tries."""

    kind: str
    text: str
    bare: bool

    @property
    def line(self) -> str:
        """Return it fit for a field of one line."""
        return " ".join(self.text.splitlines())

    @property
    def is_readable(self) -> bool:
        """Tell whether the server takes such text at all: NUL is refused where it is decoded."""
        return "\x00" not in self.text


def _load() -> tuple[Vector, ...]:
    table = tomllib.loads(Path(__file__).with_name("vectors.toml").read_text(encoding="utf-8"))
    return tuple(
        Vector(kind, text, bool(group.get("bare")))
        for kind, group in table.items()
        for text in group["vectors"]
    )


VECTORS = _load()
READABLE = tuple(v for v in VECTORS if v.is_readable)


def one_of_each_kind() -> tuple[Vector, ...]:
    """Return the first readable vector of each way in."""
    return tuple({v.kind: v for v in reversed(READABLE)}.values())


def packed(size: int = 9000) -> list[str]:
    """Return all readable vectors in as few texts of at most ``size`` characters as hold them."""
    texts = [""]
    for vector in READABLE:
        if len(texts[-1]) + len(vector.text) + 2 > size:
            texts.append("")
        texts[-1] += f"{vector.text}\n\n"
    return texts
