"""The plot of a translated threshold: which share of the comments lies above each score. SVG."""

from html import escape

from palabre.application.translate_threshold import Translation

_WIDTH, _HEIGHT = 640, 400
_LEFT, _TOP, _RIGHT, _BOTTOM = 64, 40, 24, 56
_INK, _PALE, _OURS, _THEIRS = "#1b1b1b", "#d7d7d7", "#0b5cad", "#b3470b"


def plot(found: Translation, score: str) -> str:
    """Return the plot as one SVG document that needs nothing else."""
    title = f"Comments above each threshold of {score}"
    said = (
        f"At {found.threshold:.3f}, {found.after:.1%} of {found.comments} comments lie above;"
        f" {found.before:.1%} were turned away before."
    )
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" '
            f'aria-labelledby="t d" font-family="sans-serif" font-size="13" fill="{_INK}">'
        ),
        f'<title id="t">{escape(title)}</title><desc id="d">{escape(said)}</desc>',
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#fff"/>',
        f'<text x="{_LEFT}" y="24" font-size="15">{escape(title)}</text>',
    ]
    top = _top(found)
    for step in range(6):
        share = top * step / 5
        y = _y(share, top)
        parts.append(f'<path d="M{_LEFT} {y:.1f}H{_WIDTH - _RIGHT}" stroke="{_PALE}"/>')
        parts.append(f'<text x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{share:.0%}</text>')
    for step in range(6):
        x = _x(step / 5)
        parts.append(
            f'<text x="{x:.1f}" y="{_HEIGHT - _BOTTOM + 20}" text-anchor="middle">{step / 5:.1f}'
            "</text>"
        )
    drawn = [(x, share) for x, share in found.curve if share <= top]
    line = " ".join(f"{_x(x):.1f},{_y(share, top):.1f}" for x, share in drawn)
    parts.append(f'<polyline points="{line}" fill="none" stroke="{_OURS}" stroke-width="2.5"/>')
    y, x = _y(found.before, top), _x(found.threshold)
    parts.append(
        f'<path d="M{_LEFT} {y:.1f}H{_WIDTH - _RIGHT}" stroke="{_THEIRS}" stroke-dasharray="6 4"/>'
    )
    parts.append(
        f'<text x="{_WIDTH - _RIGHT}" y="{y - 6:.1f}" text-anchor="end" fill="{_THEIRS}">'
        f"turned away before: {found.before:.1%}</text>"
    )
    parts.append(
        f'<path d="M{x:.1f} {_TOP}V{_HEIGHT - _BOTTOM}" stroke="{_OURS}" stroke-dasharray="2 3"/>'
    )
    side, anchor = (8, "start") if found.threshold < 0.6 else (-8, "end")  # noqa: PLR2004
    parts.append(
        f'<text x="{x + side:.1f}" y="{_TOP + 14}" text-anchor="{anchor}" fill="{_OURS}">'
        f"{found.threshold:.3f}: {found.after:.1%}</text>"
    )
    parts.append(
        f'<text x="{(_LEFT + _WIDTH - _RIGHT) / 2}" y="{_HEIGHT - 14}" text-anchor="middle">'
        f"threshold of {escape(score)}</text></svg>\n"
    )
    return "".join(parts)


def _top(found: Translation) -> float:
    """Return the axis' end: the old share fills half of it, so that the crossing can be seen."""
    return min(1.0, max(0.1, round(found.before * 2.5 + 0.05, 1)))


def _x(threshold: float) -> float:
    return _LEFT + threshold * (_WIDTH - _LEFT - _RIGHT)


def _y(share: float, top: float) -> float:
    return _HEIGHT - _BOTTOM - share / top * (_HEIGHT - _TOP - _BOTTOM)
