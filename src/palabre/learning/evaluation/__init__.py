"""Measure the judge on labelled comments: figures with intervals, plots, one page to read.

Needs numpy and nothing that trains. ``palabre evaluate`` is the way in; ``rows`` reads, ``judging``
asks the judge, ``tally`` and ``measure`` count, ``page`` and ``summary`` write.
"""
