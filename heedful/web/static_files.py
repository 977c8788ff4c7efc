"""Scripts and pictures under names that change with what is in them, so that a browser keeps each for ever."""

from typing import Any

from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # WhiteNoise has no types
    """WhiteNoise's files with their packed copies; what was never laid out is served under its plain name."""

    manifest_strict = False

    def hashed_name(self, name: str, content: Any = None, filename: str | None = None) -> str:
        """The name with the digest of what is in it."""
        try:
            return str(super().hashed_name(name, content, filename))
        except ValueError:  # it is not in the data folder: no command has prepared it
            return name
