"""The settings file as it is written for a new installation: every key with its description."""

import tomllib
from collections.abc import Mapping, Sequence

import msgspec

from palabre.settings import SECTIONS, Settings, SiteSettings, describe


def settings_text(
    site: Mapping[str, str | Sequence[str]],
    *,
    base_url: str = "",
    rules_file: str = "house-rules.toml",
) -> str:
    """Return a settings file with every key, its description and its default."""
    lines = ["# Settings of Palabre. Each key also as PALABRE_<SECTION>_<KEY> in the environment."]
    for section, struct in SECTIONS.items():
        defaults = getattr(Settings(), section)
        lines += ["", f"# {(struct.__doc__ or '').strip()}", f"[{section}]"]
        for key, text in describe(struct).items():
            if key == "secret_key":
                continue  # it has a file of its own
            value = getattr(defaults, key)
            if (section, key) == ("server", "base_url"):
                value = base_url
            if (section, key) == ("rules", "file"):
                value = rules_file
            lines += [f"# {text}", f"{key} = {_toml(value)}"]
    lines += ["", f"# {(SiteSettings.__doc__ or '').strip()}", "[[sites]]"]
    for key, text in describe(SiteSettings).items():
        if key != "sections":
            lines += [f"# {text}", f"{key} = {_toml(site.get(key, _default(key)))}"]
    text = "\n".join(lines) + "\n"
    tomllib.loads(text)
    return text


def _default(key: str) -> str | Sequence[str]:
    """Return what a site has where nothing is said; what must be said stands there empty."""
    field = next(f for f in msgspec.structs.fields(SiteSettings) if f.name == key)
    if field.default is not msgspec.NODEFAULT:
        value: str | Sequence[str] = field.default
        return value
    return [] if field.default_factory is list else ""


def _toml(value: str | float | Sequence[str]) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return str(value)
    if not isinstance(value, str):
        return "[" + ", ".join(_toml(v) for v in value) + "]"
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
