"""The project's pages, and what they contain."""
import re
from pathlib import Path

from reference_network import REPO

LEFT_OUT = {'.venv', '.git', 'work_dirs', 'data', 'build', 'dist'}


def pages() -> list[Path]:
    """All Markdown files of the repository."""
    return sorted(path for path in REPO.rglob('*.md')
                  if not any(part in LEFT_OUT or part.startswith('.venv') for part in path.relative_to(REPO).parts))


def blocks(page: Path, language: str) -> list[str]:
    """The page's code blocks in a language."""
    return re.findall(rf'^```{language}\n(.*?)^```', page.read_text(encoding='utf-8'), re.S | re.M)


def example(page: Path, title: str) -> str:
    """The page's Python block under a comment."""
    found = [block for block in blocks(page, 'python') if block.startswith(f'# {title}\n')]
    assert len(found) == 1, title
    return found[0]


def prose(page: Path) -> str:
    """The page without code blocks."""
    return re.sub(r'^```.*?^```', '', page.read_text(encoding='utf-8'), flags=re.S | re.M)


def anchors(page: Path) -> set[str]:
    """The names by which links reach the page's headings, as GitHub makes them."""
    titles = re.findall(r'^#+ (.+)$', prose(page), re.M)
    return {re.sub(r'[^\w\- ]', '', title.lower()).replace(' ', '-') for title in titles}


def commands(page: Path) -> list[list[str]]:
    """The words of each command in the page's shell blocks, without comments and variables that are set before it."""
    found = []
    for block in blocks(page, 'bash'):
        for line in re.sub(r'\\\n', ' ', block).splitlines():
            words = re.sub(r'(^|\s)#.*', '', line).split()
            while words and re.match(r'[A-Z_0-9]+=', words[0]):
                words = words[1:]
            if words:
                found.append(words)
    return found
