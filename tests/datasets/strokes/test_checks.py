"""An XML of another image, or none at all, whichever strokes it holds."""
from pathlib import PurePosixPath

import pytest
from message_names import message_names
from stroke_xml import IDS, SIZE, box, scribble, write_xml

from mmwsss.datasets.strokes import read_scribbles, read_voc_boxes
from mmwsss.utils.errors import InputError


@pytest.mark.parametrize('read', [read_scribbles, read_voc_boxes])
def test_an_xml_of_another_image_or_none_at_all(tmp_path, read):
    path = write_xml(tmp_path, scribble('cat', (1, 1)), box('cat', 1, 1, 2, 2))
    with pytest.raises(InputError, match=message_names(path, '40 x 50', '41 x 50')):
        read(path, IDS, (41, 50))
    (tmp_path / 'cut.xml').write_text('<annotation><size>')
    (tmp_path / 'other.xml').write_text('<robot/>')
    for name in ('cut.xml', 'other.xml', 'missing.xml'):
        with pytest.raises(InputError, match=message_names(tmp_path / name)):
            read(tmp_path / name, IDS, SIZE)
    named = '<annotation><filename>{}</filename>'
    for name in ('b.jpg', 'b', 'x/a.b.png'):
        other = write_xml(tmp_path, scribble('cat', (1, 1)), box('cat', 1, 1, 2, 2), head=named.format(name))
        with pytest.raises(InputError, match=message_names(other, 'filename', PurePosixPath(name).name)):
            read(other, IDS, SIZE)
    for name in ('a.jpg', 'a', 'a.PNG', 'x/a.jpg', r'C:\x\a.jpg', ' '):
        own = write_xml(tmp_path, scribble('cat', (1, 1)), box('cat', 1, 1, 2, 2), head=named.format(name))
        assert len(read(own, IDS, SIZE)) == 1
    no_size = write_xml(tmp_path, scribble('cat', (1, 1)), box('cat', 1, 1, 2, 2), head='<annotation>')
    assert len(read(no_size, IDS, SIZE)) == 1
