"""A page that holds everything it shows: it can be mailed, and opens without a network."""
import os
from dataclasses import dataclass, field
from pathlib import Path

import jinja2

from mmwsss.utils.atomic import atomic_path

TEMPLATE = Path(__file__).with_suffix('.html')


@dataclass
class Section:
    """Figures under a heading.

    Attributes:
        title: the heading.
        figures: caption and data URI of each.
        note: a sentence below the heading.
    """
    title: str
    figures: list[tuple[str, str]]
    note: str = ''


@dataclass
class Row:
    """One image in all its versions.

    Attributes:
        name: of the image.
        uris: a data URI for each panel; `None` where there is none.
    """
    name: str
    uris: list[str | None]


@dataclass
class Page:
    """What a report shows.

    Attributes:
        title: of the page.
        subtitle: a sentence below.
        columns: names of the table's columns; those behind the second hold numbers.
        rows: of the table, as text.
        sections: of figures.
        panels: names of the versions of an image.
        images: in all their versions.
        image_note: a sentence above the images.
        legend: name and colour (`#rrggbb`) of each class.
    """
    title: str
    subtitle: str
    columns: list[str]
    rows: list[tuple[str, ...]]
    sections: list[Section] = field(default_factory=list)
    panels: list[str] = field(default_factory=list)
    images: list[Row] = field(default_factory=list)
    image_note: str = ''
    legend: list[tuple[str, str]] = field(default_factory=list)


def write_page(page: Page, path: str | os.PathLike) -> None:
    """Write a page as HTML; text is escaped.

    Args:
        page: what it shows.
        path: of the file, UTF-8; one that is there is replaced once the new one is complete.
    """
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
    html = environment.from_string(TEMPLATE.read_text(encoding='utf-8')).render(vars(page))
    with atomic_path(path) as temporary:
        temporary.write_text(html, encoding='utf-8')
