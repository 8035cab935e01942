"""Text files of people."""
import pytest
from message_names import message_names

from mmwsss.utils.errors import InputError
from mmwsss.utils.text_file import read_text


def test_with_and_without_a_byte_order_mark(tmp_path):
    path = tmp_path / 'list.txt'
    for data in ('katze\nhündin\n'.encode(), 'katze\nhündin\n'.encode('utf-8-sig')):
        path.write_bytes(data)
        assert read_text(path) == 'katze\nhündin\n'


@pytest.mark.parametrize('name', ['list.txt', 'list'])
def test_what_is_no_text(tmp_path, name):
    (tmp_path / name).write_bytes(bytes(range(128, 256)))
    with pytest.raises(InputError, match=message_names(tmp_path / name, 'UTF-8')):
        read_text(tmp_path / name)
    for path in (tmp_path, tmp_path / 'nothere'):
        with pytest.raises(InputError, match=message_names(path)):
            read_text(path)
