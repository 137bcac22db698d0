"""Show how far long work is: a bar on a terminal, a plain line for each part elsewhere."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

Tell = Callable[[str, int, int], None]


@contextmanager
def shown(words: dict[str, str]) -> Iterator[Tell]:
    """Yield what takes (part, done, total); ``words`` says each part to a person.

    It goes to standard error, which stays free of it where that is no terminal: there each part is
    one line when it begins.
    """
    console = Console(stderr=True)
    if not console.is_terminal:
        begun: set[str] = set()

        def note(part: str, done: int, total: int) -> None:
            del done, total
            if part not in begun:
                begun.add(part)
                console.print(words[part], highlight=False)

        yield note
        return
    bar = Progress(
        TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn(), console=console
    )
    tasks: dict[str, TaskID] = {}
    with bar:

        def move(part: str, done: int, total: int) -> None:
            if part not in tasks:
                tasks[part] = bar.add_task(words[part], total=total)
            bar.update(tasks[part], completed=done, total=total)

        yield move
