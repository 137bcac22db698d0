"""Palabre: reader comments that a newsroom can leave open.

Start reading at ``application/post_comment.py``; ``ARCHITECTURE.md`` says what each room is for.
"""

__version__ = "0.1.0"
