"""What a site's own moderators have taught, by rule. It holds, and never refuses."""

from typing import Final

from palabre.domain.decision import Evidence
from palabre.moderation.facts import Facts
from palabre.moderation.material import Material
from palabre.moderation.prepared import Prepared

ENDING: Final = "_learned"
WELCOME: Final = "welcomed"
_SAID: Final = 0.3  # below, it is not worth a line


class Learned:
    """Asks the site's layer, where there is one."""

    name: Final = "learned"
    version: Final = "1"

    def __init__(self, material: Material) -> None:
        del material

    def examine(self, text: Prepared, facts: Facts) -> tuple[Evidence, ...]:
        """Return one piece of evidence for each rule that the text is like a refusal under."""
        layer = facts.layer
        if layer is None:
            return ()
        folded = text.plain.text
        said = {f"{rule}{ENDING}": score for rule, score in layer.read(folded).items()}
        said[WELCOME] = layer.welcome(folded)
        return tuple(
            Evidence(
                symbol=symbol,
                score=round(score, 3),
                detector=self.name,
                version=f"{self.version}+{layer.version}",
            )
            for symbol, score in said.items()
            if score >= _SAID
        )
