"""Use cases: one file each, one transaction each; they speak to Protocols only."""
