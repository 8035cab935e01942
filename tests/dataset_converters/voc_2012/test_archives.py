"""Archives that are damaged or would write outside the folder."""
import tarfile

import pytest
from fake_voc import sbd_files, voc_files, write_archive
from message_names import message_names
from voc_2012.archives import unpack_archives

from mmwsss.utils.errors import InputError


@pytest.mark.parametrize('name, files, mode', [('VOCtrainval_11-May-2012.tar', voc_files, 'w'),
                                               ('benchmark.tgz', sbd_files, 'w:gz')])
def test_damaged_archives_are_named(tmp_path, name, files, mode):
    archive = write_archive(tmp_path / 'downloads' / name, files(), mode)
    whole = archive.read_bytes()
    for content in (whole[:len(whole) * 2 // 5], b'', b'<html>not found</html>' * 100):
        archive.write_bytes(content)
        with pytest.raises(InputError, match=message_names(name)):
            unpack_archives(archive.parent, tmp_path / 'root')
    assert not [path for path in (tmp_path / 'root').rglob('.*')]


@pytest.mark.parametrize('path', ['../evil/JPEGImages/a.jpg', '/tmp/JPEGImages/a.jpg', 'VOC2012/JPEGImages/../../../a',
                                  'VOC2012\\..\\JPEGImages/a.jpg'])
def test_paths_out_of_the_folder_are_refused(tmp_path, path):
    write_archive(tmp_path / 'in' / 'VOCtrainval_2012.tar', {path: b'evil'}, 'w')
    with pytest.raises(InputError, match=message_names('VOCtrainval_2012.tar', repr(path))):
        unpack_archives(tmp_path / 'in', tmp_path / 'deep' / 'root')
    assert [path.name for path in tmp_path.rglob('*')] == ['in', 'VOCtrainval_2012.tar']


@pytest.mark.parametrize('kind', [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE])
def test_links_and_devices_are_refused(tmp_path, kind):
    link = tarfile.TarInfo('VOCdevkit/VOC2012/JPEGImages/a.jpg')
    link.type, link.linkname = kind, '../../../../secret'
    write_archive(tmp_path / 'VOCtrainval_2012.tar', {}, 'w', link)
    with pytest.raises(InputError, match=message_names('VOCtrainval_2012.tar', 'VOCdevkit/VOC2012/JPEGImages/a.jpg')):
        unpack_archives(tmp_path, tmp_path / 'root')
    assert not (tmp_path / 'root').exists()
