"""The trained models: their files, their cards, and what opens and asks them (see ``shelf.py``)."""
