"""Write docs/reference/settings.md from the settings: python tests/docs/settings_page.py."""

from pathlib import Path

import msgspec

from palabre.settings import SECTIONS, SectionSettings, Settings, SiteSettings, describe

PAGE = Path(__file__).parents[2] / "docs/reference/settings.md"

HEAD = """\
# Settings

`palabre init` writes them all, with these descriptions, into `palabre.toml`. Each key of a
`[section]` can also be given in the environment; the environment wins. Lists are separated by
commas there. An unknown key is an error that names the nearest known one.

This page is made from the code (`python tests/docs/settings_page.py`), and a test compares the two.
"""


def page() -> str:
    """Return the page as it should be."""
    parts = [HEAD]
    for section, struct in SECTIONS.items():
        parts.append(f"## [{section}]\n\n{(struct.__doc__ or '').strip()}\n")
        parts.append(_table(struct, getattr(Settings(), section), f"PALABRE_{section.upper()}_"))
    parts.append(f"## [[sites]]\n\n{(SiteSettings.__doc__ or '').strip()}\n")
    parts.append(_table(SiteSettings, None, None))
    parts.append(f"### [[sites.sections]]\n\n{(SectionSettings.__doc__ or '').strip()}\n")
    parts.append(_table(SectionSettings, None, None))
    return "\n".join(parts)


def _table(struct: type[msgspec.Struct], defaults: object | None, prefix: str | None) -> str:
    fields = {f.name: f for f in msgspec.structs.fields(struct)}
    rows = []
    for key, text in describe(struct).items():
        default = getattr(defaults, key) if defaults else _default(fields[key])
        environment = f" | `{prefix}{key.upper()}`" if prefix else ""
        rows.append(f"| `{key}` | {text} | {_shown(default)}{environment} |")
    head = "| key | meaning | default |" + (" environment |" if prefix else "")
    return "\n".join([head, "|---" * head.count(" |") + "|", *rows, ""])


def _default(field: msgspec.structs.FieldInfo) -> object:
    if field.default is not msgspec.NODEFAULT:
        return field.default
    return None if field.default_factory is msgspec.NODEFAULT else []


def _shown(value: object) -> str:
    if value is None:
        return "required"
    if value in ("", []):
        return "none"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
