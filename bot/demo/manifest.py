"""Where the app's manifest is."""

from pathlib import Path

NAME = "manifest.yml"


def find_manifest() -> Path | None:
    """Return the manifest in the current folder or beside the package, None where there is neither."""
    places = (Path.cwd(), Path(__file__).parents[2])
    return next((place / NAME for place in places if (place / NAME).is_file()), None)
