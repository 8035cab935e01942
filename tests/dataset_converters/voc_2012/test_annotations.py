"""Image-level labels from annotations."""
import json
import re

import pytest
from converter_parts.mmwsss_utils import InputError
from fake_voc import annotation
from message_names import message_names
from voc_2012.prepare import prepare


def test_images_without_annotation_get_no_labels(root, capsys):
    (root / 'Annotations' / '2008_000001.xml').unlink()
    prepare(root, None, workers=1)
    assert '2008_000001' not in json.loads((root / 'image_labels.json').read_text())
    assert re.search(message_names('warning', 1, '2008_000001'), capsys.readouterr().err)


@pytest.mark.parametrize('content, named', [(b'<annotation><obj', []), (annotation(['unicorn']), ['unicorn'])])
def test_bad_annotations_are_named(root, content, named):
    (root / 'Annotations' / '2008_000001.xml').write_bytes(content)
    with pytest.raises(InputError, match=message_names('2008_000001.xml', *named)):
        prepare(root, None, workers=1)
