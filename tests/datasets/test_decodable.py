"""Which images can be decoded."""
import logging

import pytest
from message_names import message_names
from mmengine.logging import MMLogger
from PIL import Image

from mmwsss.datasets.decodable import decodable
from mmwsss.utils.errors import InputError


def test_bad_images_are_named_in_one_warning(tmp_path):
    paths = [str(tmp_path / f'{name}.jpg') for name in 'abc']
    for path in paths:
        Image.new('RGB', (20, 16), (200, 90, 30)).save(path)
    data = (tmp_path / 'a.jpg').read_bytes()
    (tmp_path / 'a.jpg').write_bytes(data[:-40])  # cut off
    (tmp_path / 'c.jpg').write_bytes(b'')
    records = []
    handler = logging.Handler()
    handler.emit = records.append
    logger = MMLogger.get_current_instance()
    logger.addHandler(handler)
    try:
        assert decodable(paths) == [False, True, False]
        assert decodable(paths[1:2]) == [True]
    finally:
        logger.removeHandler(handler)
    warnings = [record.getMessage() for record in records if record.levelno == logging.WARNING]
    assert len(warnings) == 1 and all(name in warnings[0] for name in (paths[0], paths[2], '2 of 3'))
    with pytest.raises(InputError, match=message_names(2, 'a.jpg', 'c.jpg')):
        decodable(paths[::2])
