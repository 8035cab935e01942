"""XML, and files that are none."""
import pytest
from message_names import message_names

from mmwsss.utils.errors import InputError
from mmwsss.utils.xml_file import read_xml


def test_a_root_with_its_children(tmp_path):
    path = tmp_path / 'a.xml'
    path.write_bytes('<?xml version="1.0" encoding="latin-1"?><a><b>\xe9t\xe9</b></a>'.encode('latin-1'))
    root = read_xml(path)
    assert root.tag == 'a' and root.findtext('b') == '\xe9t\xe9'


@pytest.mark.parametrize('content', [b'', b'<a>', b'\xff\xd8\xff\xe0', b'<?xml version="1.0" encoding="klingon"?><a/>'])
def test_a_file_that_is_none(tmp_path, content):
    path = tmp_path / 'a.xml'
    path.write_bytes(content)
    with pytest.raises(InputError, match=message_names(path, 'Unpack it.')):
        read_xml(path, 'Unpack it.')


def test_a_folder_and_a_missing_file(tmp_path):
    with pytest.raises(InputError, match=message_names(tmp_path)):
        read_xml(tmp_path)
    with pytest.raises(FileNotFoundError, match='no.xml'):
        read_xml(tmp_path / 'no.xml')
