"""What to tell whoever runs a Palabre on a database of another version."""


def wrong_schema(found: str, expected: str) -> str:
    """Return the sentence for a schema that is not the present one, with the remedy.

    Revisions count upwards; what is not a number was made by something else than a release.
    """
    if found == "none":
        return "the database has no tables yet; palabre init or palabre serve makes them"
    if found.isdigit() and found < expected:
        return (
            f"the database has the older schema {found}, this Palabre works with {expected}; "
            "take a backup, then run: palabre upgrade"
        )
    return (
        f"the database has schema {found}, made by a newer Palabre; this one knows {expected} at "
        "most and leaves it alone. Install the newer version again, or put back a backup taken "
        "before its upgrade: palabre restore FILE --force"
    )
