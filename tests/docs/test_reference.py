"""The reference fails the build when it lies."""

import importlib.util
from pathlib import Path

ROOT = Path(__file__).parents[2]


def _module(path: Path):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_setting_is_described_as_it_is():
    pages = _module(Path(__file__).parent / "settings_page.py")
    assert pages.PAGE.read_text(encoding="utf-8") == pages.page()


def test_every_command_is_described():
    from palabre.cli.main import COMMANDS

    text = (ROOT / "docs/reference/commands.md").read_text(encoding="utf-8")
    for command in COMMANDS:
        assert f"## palabre {command}" in text


def test_every_dependency_has_its_reason():
    import re
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    wanted = [*project["dependencies"]]
    for extra in set(extras) - {"test", "check", "dev", "fuzz", "learn"}:
        wanted += extras[extra]
    names = {re.split(r"[<>=~!\[ ]", d)[0] for d in wanted}
    text = (ROOT / "docs/explanation/dependencies.md").read_text(encoding="utf-8")
    assert names == set(re.findall(r"^\| `([^`]+)` ", text, flags=re.MULTILINE))


def test_the_make_targets_of_the_readme_exist():
    import re

    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, flags=re.MULTILINE))
    for page in ("README.md", "CONTRIBUTING.md"):
        text = (ROOT / page).read_text(encoding="utf-8")
        assert set(re.findall(r"^make ([a-z-]+)", text, flags=re.MULTILINE)) <= targets


def test_no_page_links_to_a_file_that_is_not_there():
    import re

    for page in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]:
        text = page.read_text(encoding="utf-8")
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text):
            if "://" not in target and not target.startswith("mailto:"):
                assert (page.parent / target).exists(), f"{page.name} -> {target}"
