"""Links in the docs lead somewhere, and every page is reachable from the site's menu."""

import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md"), *ROOT.glob("plugins/*/README.md"), ROOT / "changes" / "README.md"])
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")


def without_code(text: str) -> str:
    """`text` without code blocks and code spans, in which brackets mean other things."""
    return re.sub(r"`[^`\n]*`", "", re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL))


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[\s-]+", "-", re.sub(r"[^\w\s-]", "", heading).strip().lower()) for heading in headings}


def broken(page: Path, target: str) -> bool:
    """Whether the relative link `target` on `page` leads nowhere."""
    path, _, anchor = target.partition("#")
    file = (page.parent / path) if path else page
    return not file.exists() or (bool(anchor) and anchor not in anchors(file))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page):
    targets = [target for target in LINK.findall(without_code(page.read_text(encoding="utf-8"))) if "://" not in target]
    assert [target for target in targets if broken(page, target)] == []


@pytest.mark.parametrize("page", sorted(DOCS.rglob("*.md")), ids=lambda page: page.relative_to(DOCS).as_posix())
def test_links_of_the_site_stay_within_it(page):
    targets = [target.partition("#")[0] for target in LINK.findall(without_code(page.read_text(encoding="utf-8")))]
    inside = [(page.parent / target).resolve() for target in targets if target and "://" not in target]
    assert [path for path in inside if not path.is_relative_to(DOCS)] == []


def test_the_menu_lists_every_page_once():
    menu = [page for entry in yaml.safe_load((ROOT / "mkdocs.yml").read_text())["nav"] for page in entry.values()]
    assert sorted(menu) == sorted(page.relative_to(DOCS).as_posix() for page in DOCS.rglob("*.md"))


@pytest.mark.parametrize(
    ("text", "links"),
    [("[a](b.md)", ["b.md"]), ("![picture](c.png)", ["c.png"]), ("`[a](b)`", []), ("```\n[a](b)\n```", []), ("[a]", [])],
)
def test_links_are_found_outside_code_only(text, links):
    assert LINK.findall(without_code(text)) == links


def test_a_link_to_nothing_is_broken(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("# One title, of many\n")
    assert broken(page, "absent.md")
    assert broken(page, "#another")
    assert not broken(page, "page.md#one-title-of-many")


def test_the_glossary_has_each_word_once_in_order():
    words = re.findall(r"^- \*\*(.+?)\*\*: ", (DOCS / "glossary.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert len(words) > 20
    assert words == sorted(set(words))
