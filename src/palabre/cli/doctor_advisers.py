"""What ``palabre doctor`` looks at in the advisers: each is asked about a harmless sentence."""

import time
from pathlib import Path

from palabre.application.adviser_ports import AdviserFailedError, Question
from palabre.cli.doctor_database import Ill
from palabre.settings import Settings, SettingsError
from palabre.wiring_advisers import advisers_of
from palabre.wiring_parts import load_rules, load_shelf

_TEXT = "Merci pour cet article, que j'ai lu avec intérêt."


def advisers_check(settings: Settings, folder: Path) -> str:
    """Return who answers and how quickly; raise ``Ill`` where one does not."""
    if not settings.advisers.hosts:
        return "none is asked; no comment leaves this machine for advice"
    try:
        advisers = advisers_of(
            settings, folder, load_rules(settings, folder, load_shelf(settings, folder))
        )
    except SettingsError as error:
        raise Ill(str(error)) from error
    origin = next((o for site in settings.sites for o in site.origins), settings.base_url)
    said = []
    for adviser in advisers:
        begin = time.perf_counter()
        try:
            adviser.ask(Question(text=_TEXT, lang="fr", origin=origin))
        except AdviserFailedError as error:
            raise Ill(
                f"{adviser.name} gives no usable answer ({error}); comments wait for a person as "
                "without it; look at [advisers] and docs/how-to/advisers.md"
            ) from error
        said.append(f"{adviser.name} answers in {time.perf_counter() - begin:.1f} s")
    return ", ".join(said)
