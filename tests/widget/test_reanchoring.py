"""Passages are found again after machine-made edits of real prose, and none is put elsewhere."""

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_two_hundred_edits() -> None:
    node = shutil.which("node")
    assert node, "node is missing: run `make widget-tools`"
    texts = subprocess.run(
        [sys.executable, ROOT / "benchmarks/reanchoring_texts.py"], capture_output=True, check=True
    ).stdout
    measured = subprocess.run(
        [node, ROOT / "benchmarks/reanchoring.mjs", "--seed", "2026", "--verbose"],
        input=texts,
        capture_output=True,
        check=False,
    )
    said = measured.stdout.decode() + measured.stderr.decode()
    assert "200 edits" in said
    assert measured.returncode == 0, said
