"""The committed element is what its sources build to, and small."""

import gzip
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
WIDGET = ROOT / "widget"
BUILT = ROOT / "src" / "palabre" / "web" / "static" / "palabre.js"
TOOLS = WIDGET / "node_modules"

needs_node = pytest.mark.skipif(
    shutil.which("node") is None or not TOOLS.exists(), reason="no Node: run `make widget-tools`"
)


@needs_node
def test_the_committed_build_is_the_build_of_the_sources(tmp_path: Path) -> None:
    out = tmp_path / "palabre.js"
    subprocess.run(["node", "build.mjs", "--out", str(out)], cwd=WIDGET, check=True)
    assert out.read_text() == BUILT.read_text(), "run `make widget` and commit the result"


@needs_node
def test_its_types_hold() -> None:
    compiler = TOOLS / "typescript" / "bin" / "tsc"
    result = subprocess.run(
        ["node", str(compiler), "-p", "."], cwd=WIDGET, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stdout


def test_it_weighs_little() -> None:
    """Script and style of the element together: budget 12 kB, kept well below it."""
    assert len(gzip.compress(BUILT.read_bytes(), 9)) < 6_500


def test_it_asks_nobody_else() -> None:
    text = BUILT.read_text()
    assert "http://" not in text
    assert "https://" not in text
