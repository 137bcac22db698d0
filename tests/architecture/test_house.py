"""The house keeps its own laws: rooms, file sizes, time, and nothing of one machine."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "src/palabre").rglob("*.py"))
# A migration is history: it is never rewritten, so it is not split either.
LIMITED = [p for p in SOURCES if p.parent.name != "versions"]
MAX_LINES = 300


def test_rooms_import_as_the_contracts_say():
    command = [ROOT / ".venv/bin/lint-imports", "--no-cache"]
    if not command[0].exists():
        command[0] = "lint-imports"
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("path", LIMITED, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_file_holds_one_thing(path: Path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MAX_LINES


def test_no_file_knows_the_present_moment_but_wiring():
    naive = re.compile(r"utcnow\(|datetime\.now\(|time\.time\(|date\.today\(")
    found = {p.name for p in SOURCES if naive.search(p.read_text(encoding="utf-8"))}
    assert found == {"wiring_store.py"}


def test_no_package_file_prints():
    found = [
        str(p.relative_to(ROOT))
        for p in SOURCES
        if re.search(r"^\s*print\(", p.read_text(encoding="utf-8"), flags=re.MULTILINE)
    ]
    assert found == []


def test_tracked_files_name_no_machine_and_no_registry():
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False
    ).stdout
    machine = re.compile(rb"/work/(main|shared)|/root/|/home/\w|--(extra-)?index-url|\"resolved\":")
    here = Path(__file__).name
    for name in listed.decode().split("\0"):
        path = ROOT / name
        if name and path.name != here and path.is_file() and not path.is_symlink():
            assert not machine.search(path.read_bytes()), name
