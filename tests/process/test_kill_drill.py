"""Ten rounds of the kill drill; `make campaign` runs two hundred."""

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.process

ROOT = Path(__file__).parents[2]


def test_a_kill_in_mid_write_loses_nothing():
    done = subprocess.run(
        [sys.executable, "benchmarks/kill_drill.py", "--rounds", "10"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "lost: 0, half written: 0, counters that disagree: 0" in done.stdout
