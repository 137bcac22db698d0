"""Train, calibrate and export what ships: an extra (``learn``), never imported at run time.

``docs/explanation/model-card.md`` says what came of it; ``python -m palabre.learning reproduce``
makes it again.
"""
