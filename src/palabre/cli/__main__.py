"""Run the commands as ``python -m palabre.cli``."""

from palabre.cli.main import main

main()
