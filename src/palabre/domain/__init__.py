"""Nouns and laws, as an editor could read them aloud. Standard library only."""
