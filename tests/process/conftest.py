"""The real server as a process group of its own, as the benchmarks start it."""

import sys
from pathlib import Path

# What starts, kills and questions a server stands with the benchmarks, once.
sys.path.append(str(Path(__file__).parents[2] / "benchmarks"))
