"""The pages that are made from code say what the code says."""

from __future__ import annotations

import re
from pathlib import Path

from api.config import settings_markdown
from collab import errors

ROOT = Path(__file__).parents[1]


def test_settings_page_lists_the_settings_as_they_are() -> None:
    page = (ROOT / "docs" / "settings.md").read_text()
    assert page.endswith(settings_markdown().rstrip("\n") + "\n"), (
        "docs/settings.md is old: put the output of `mirepoix settings` there"
    )


def test_protocols_page_lists_every_close_code() -> None:
    page = (ROOT / "docs" / "protocols.md").read_text()
    listed = {int(code) for code in re.findall(r"^\| (\d{4}) \|", page, re.MULTILINE)}
    classes = [one for one in vars(errors).values() if isinstance(one, type)]
    used = {one.close_code for one in classes if issubclass(one, errors.MirepoixError)}
    assert used <= listed


def test_every_page_the_readme_links_to_exists() -> None:
    for page in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]:
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text()):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"
