"""The page on performance is the one that its figures make, and the reader finds it."""

from tests.bench.report import FIGURES, PAGE, load_figures, load_notes, page
from tests.tidy.source import ROOT


def test_the_page_is_made_from_its_figures_and_the_notes() -> None:
    assert FIGURES.exists() == PAGE.exists()
    if FIGURES.exists():
        assert PAGE.read_text(encoding="utf-8") == page(load_figures(), load_notes())


def test_readers_find_the_page_and_what_it_rests_on() -> None:
    for place, link in (
        ("README.md", "docs/reports/performance.md"),
        ("docs/testing.md", "reports/performance.md"),
        ("docs/performance.md", "reports/performance.md"),
    ):
        assert link in (ROOT / place).read_text(encoding="utf-8"), place
