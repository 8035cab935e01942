"""Image-level labels from annotations."""
import json

import pytest
from converter_parts.mmwsss_utils import InputError
from fake_voc import annotation
from voc_2012.prepare import prepare


def test_images_without_annotation_get_no_labels(root, capsys):
    (root / 'Annotations' / '2008_000001.xml').unlink()
    prepare(root, None, workers=1)
    assert '2008_000001' not in json.loads((root / 'image_labels.json').read_text())
    assert '1 images have no annotation' in capsys.readouterr().err


@pytest.mark.parametrize('content, message', [(b'<annotation><obj', 'damaged'), (annotation(['unicorn']), 'unicorn')])
def test_bad_annotations_are_named(root, content, message):
    (root / 'Annotations' / '2008_000001.xml').write_bytes(content)
    with pytest.raises(InputError, match=rf'2008_000001\.xml.*{message}'):
        prepare(root, None, workers=1)
