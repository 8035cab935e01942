"""A self-contained HTML page: you can mail it and open it offline."""
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from mmwsss.utils.atomic import atomic_path

TEMPLATE = Path(__file__).with_suffix('.html')
SCRIPT = Path(__file__).with_suffix('.js')


@dataclass
class Section:
    """Figures under a heading.

    Attributes:
        title: the heading.
        figures: caption and data URI of each figure.
        note: a sentence below the heading.
    """
    title: str
    figures: list[tuple[str, str]]
    note: str = ''


@dataclass
class Row:
    """The panels of one image.

    Attributes:
        name: name of the image.
        uris: one data URI per panel; `None` for a missing panel.
    """
    name: str
    uris: list[str | None]


@dataclass
class Page:
    """The content of a report.

    Attributes:
        title: title of the page.
        subtitle: a sentence below the title.
        columns: column names of the table; columns after the second contain numbers.
        rows: rows of the table, as text.
        sections: sections with figures.
        panels: names of the panels of each image.
        images: one row of panels per image.
        image_note: a sentence above the images.
        legend: name and colour (`#rrggbb`) of each class.
        table_title: heading of the table.
        explorer: from `explorer_data`, for masks that follow a threshold, a filter and an order of the images; `None`
            for a page without a script.
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
    table_title: str = 'Stages'
    explorer: dict[str, Any] | None = None


def write_page(page: Page, path: str | os.PathLike) -> None:
    """Write a page as HTML; text is escaped.

    Args:
        page: its content.
        path: the file to write, UTF-8, atomically.
    """
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
    html = environment.from_string(TEMPLATE.read_text(encoding='utf-8')).render(
        vars(page), script=Markup(SCRIPT.read_text(encoding='utf-8')))
    with atomic_path(path) as temporary:
        temporary.write_text(html, encoding='utf-8')
