"""Plots as small SVG, drawn by hand: no library, nothing to load, readable in print.

The second system is told from the first by dashes and shape, not by colour alone. Every plot has a
name for who cannot see it, and its figures stand in a table beside it.
"""

from collections.abc import Callable, Sequence
from html import escape
from itertools import pairwise
from typing import Final

from palabre.learning.evaluation.measure import Bin, Shares

Number = Callable[[float], str]
Point = tuple[float, float]
_SIZE: Final = 300
_LEFT: Final = 46
_TOP: Final = 12
_SPAN: Final = 232
_TICKS: Final = (0.0, 0.25, 0.5, 0.75, 1.0)
_DOT: Final = 3.5
STYLE: Final = """
.plot{color:#1a1a1a;background:#fff;font:12px system-ui,sans-serif}
.plot text{fill:currentColor}
.plot .frame{fill:none;stroke:currentColor;stroke-width:1}
.plot .grid{stroke:currentColor;stroke-opacity:.15}
.plot .ideal{stroke:currentColor;stroke-opacity:.5;stroke-dasharray:2 4}
.plot .first{fill:none;stroke:#0b5cad;stroke-width:2}
.plot .second{fill:none;stroke:#b3401a;stroke-width:2;stroke-dasharray:7 4}
.plot .first-dot{fill:#0b5cad}.plot .second-dot{fill:#fff;stroke:#b3401a;stroke-width:2}
.plot .publish{fill:#5b8c5a}.plot .hold{fill:#e0b040}.plot .refuse{fill:#a63a2b}
"""


def precision_recall(
    curves: Sequence[Sequence[Point]], *, name: str, across: str, up: str, number: Number
) -> str:
    """Return the precision-recall curves of one or two systems."""
    lines = []
    for kind, points in zip(("first", "second"), curves, strict=False):
        if points:
            placed = [(0.0, points[0][1]), *points]
            lines.append(f'<polyline class="{kind}" points="{_steps(placed)}"/>')
    return _framed("".join(lines), name=name, across=across, up=up, number=number)


def reliability(
    systems: Sequence[Sequence[Bin]], *, name: str, across: str, up: str, number: Number
) -> str:
    """Return what share of the rows is positive at each score; the diagonal is perfect."""
    drawn = [
        f'<line class="ideal" x1="{_x(0)}" y1="{_y(0)}" x2="{_x(1)}" y2="{_y(1)}"/>',
    ]
    for kind, bins in zip(("first", "second"), systems, strict=False):
        for one in bins:
            if one.share.value is None or one.share.low is None or one.share.high is None:
                continue
            x = _x(one.mean)
            drawn.append(
                f'<line class="{kind}" style="stroke-dasharray:none;stroke-width:1" '
                f'x1="{x}" x2="{x}" y1="{_y(one.share.low)}" y2="{_y(one.share.high)}"/>'
            )
        points = [(one.mean, one.share.value) for one in bins if one.share.value is not None]
        if points:
            joined = " ".join(f"{_x(x)},{_y(y)}" for x, y in points)
            drawn.append(f'<polyline class="{kind}" points="{joined}"/>')
        drawn += [
            f'<circle class="{kind}-dot" cx="{_x(x)}" cy="{_y(y)}" r="{_DOT}"/>' for x, y in points
        ]
    return _framed("".join(drawn), name=name, across=across, up=up, number=number)


def verdict_bar(shares: Shares, *, name: str) -> str:
    """Return what became of the rows, as one bar."""
    width, height = 480, 26
    parts, x = [], 0.0
    for kind in ("publish", "hold", "refuse"):
        share = getattr(shares, kind).value or 0.0
        parts.append(
            f'<rect class="{kind}" x="{x:.1f}" width="{share * width:.1f}" height="{height}"/>'
        )
        x += share * width
    return (
        f'<svg class="plot bar" viewBox="0 0 {width} {height}" role="img" '
        f'aria-label="{escape(name)}" xmlns="http://www.w3.org/2000/svg">{"".join(parts)}</svg>'
    )


def alone(svg: str) -> str:
    """Return a plot as a file of its own, with its style inside."""
    head, _, rest = svg.partition(">")
    return f"{head}><style>{STYLE}</style>{rest}\n"


def _framed(inside: str, *, name: str, across: str, up: str, number: Number) -> str:
    marks = []
    for tick in _TICKS:
        x, y = _x(tick), _y(tick)
        marks.append(
            f'<line class="grid" x1="{x}" x2="{x}" y1="{_y(0)}" y2="{_y(1)}"/>'
            f'<line class="grid" x1="{_x(0)}" x2="{_x(1)}" y1="{y}" y2="{y}"/>'
            f'<text x="{x}" y="{_TOP + _SPAN + 16}" text-anchor="middle">{number(tick)}</text>'
            f'<text x="{_LEFT - 6}" y="{y + 4}" text-anchor="end">{number(tick)}</text>'
        )
    middle, centre = _TOP + _SPAN / 2, _LEFT + _SPAN / 2
    return (
        f'<svg class="plot" viewBox="0 0 {_SIZE} {_SIZE}" role="img" aria-label="{escape(name)}" '
        f'xmlns="http://www.w3.org/2000/svg">{"".join(marks)}'
        f'<rect class="frame" x="{_LEFT}" y="{_TOP}" width="{_SPAN}" height="{_SPAN}"/>{inside}'
        f'<text x="{centre}" y="{_SIZE - 8}" text-anchor="middle">{escape(across)}</text>'
        f'<text transform="translate(12 {middle}) rotate(-90)" text-anchor="middle">'
        f"{escape(up)}</text></svg>"
    )


def _steps(points: Sequence[Point]) -> str:
    """Return points joined by steps: precision between two cuts is that of the lower one."""
    made = []
    for (x, _), (next_x, next_y) in pairwise(points):
        made += [f"{_x(x)},{_y(next_y)}", f"{_x(next_x)},{_y(next_y)}"]
    return " ".join(made)


def _x(value: float) -> float:
    return round(_LEFT + value * _SPAN, 1)


def _y(value: float) -> float:
    return round(_TOP + (1 - value) * _SPAN, 1)
