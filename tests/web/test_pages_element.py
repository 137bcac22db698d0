"""The committed element is what its sources build to, and small."""

import gzip
import shutil
import subprocess
from pathlib import Path

import pytest

from palabre.web.assets import asset_url

ROOT = Path(__file__).parents[2]
WIDGET = ROOT / "widget"
STATIC = ROOT / "src" / "palabre" / "web" / "static"
BUILT = STATIC / "palabre.js"
PARTS = sorted(STATIC.glob("palabre-*.js"))
TOOLS = WIDGET / "node_modules"

needs_node = pytest.mark.skipif(
    shutil.which("node") is None or not TOOLS.exists(), reason="no Node: run `make widget-tools`"
)


@needs_node
def test_the_committed_build_is_the_build_of_the_sources(tmp_path: Path) -> None:
    subprocess.run(["node", "build.mjs", "--out", str(tmp_path)], cwd=WIDGET, check=True)
    made = {file.name: file.read_text() for file in tmp_path.iterdir()}
    kept = {file.name: file.read_text() for file in (BUILT, *PARTS)}
    assert made == kept, "run `make widget` and commit the result"


def test_the_element_asks_for_its_parts_by_the_hash_of_their_content() -> None:
    for part in PARTS:
        assert asset_url(part.name).rpartition("=")[2] in BUILT.read_text()


@needs_node
def test_its_types_hold() -> None:
    compiler = TOOLS / "typescript" / "bin" / "tsc"
    result = subprocess.run(
        ["node", str(compiler), "-p", "."], cwd=WIDGET, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stdout


def packed(*files: Path) -> int:
    return sum(len(gzip.compress(file.read_bytes(), 9)) for file in files)


def test_it_weighs_little() -> None:
    """Script and style together: what is fetched before a reader acts, and all that there is."""
    assert packed(BUILT) < 12_000
    assert packed(BUILT, *PARTS) < 20_000


def test_it_asks_nobody_else() -> None:
    for file in (BUILT, *PARTS):
        assert "http://" not in file.read_text()
        assert "https://" not in file.read_text()
