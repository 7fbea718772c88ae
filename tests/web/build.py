"""The built pages as a folder of a test's own, to be replaced by another build of the same."""

from __future__ import annotations

import json
import shutil
from pathlib import Path


class Build:
    """A copy of built pages under a number of its own."""

    def __init__(self, pages: Path, folder: Path) -> None:
        shutil.copytree(pages, folder, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
        self.folder = folder
        self.number: str = json.loads((folder / "build.json").read_text())["build"]

    def become(self, number: str) -> None:
        """What `web/build.mjs` would have written had anything been changed."""
        for name in ("build.json", "sw.js"):
            file = self.folder / name
            text = file.read_text()
            assert self.number in text, f"{name} does not name its build"
            file.write_text(text.replace(self.number, number))
        self.number = number
