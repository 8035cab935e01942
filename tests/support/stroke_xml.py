"""Annotations of strokes as XML, of an image of 50 x 40 pixels, and the classes they are of."""
from pathlib import Path

from mmwsss.datasets.label_ids import ClassIds

IDS = dict(background=0, cat=1, dog=255, cow=3)  # dog is not used
BOTH = ClassIds(IDS, {0: 0, 1: 1, 2: 255, 3: 3})
SIZE = (40, 50)
HEAD = '<annotation><size><width>50</width><height>40</height></size>'


def write_xml(folder: Path, *parts: str, head: str = HEAD) -> Path:
    """An annotation with these parts, in `folder/a.xml`."""
    path = folder / 'a.xml'
    path.write_text(head + ''.join(parts) + '</annotation>')
    return path


def scribble(tag: str, *points: tuple) -> str:
    """A scribble of ScribbleSup."""
    dots = ''.join(f'<point><X>{x}</X><Y>{y}</Y></point>' for x, y in points)
    return f'<polygon><tag>{tag}</tag>{dots}</polygon>'


def box(name: str, *corners: float | str) -> str:
    """An object of VOC with a part, which does not count."""
    return f'<object><name>{name}</name><bndbox>' + ''.join(
        f'<{key}>{value}</{key}>' for key, value in zip(('xmin', 'ymin', 'xmax', 'ymax'), corners, strict=True)
    ) + '</bndbox><part><name>head</name><bndbox><xmin>1</xmin></bndbox></part></object>'
