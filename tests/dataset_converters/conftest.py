"""The path of the converters, and data sets shared by their tests."""
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parent
sys.path[:0] = [str(FOLDER.parents[1] / 'tools' / 'dataset_converters'), str(FOLDER / 'support')]


@pytest.fixture(scope='session')
def drawn(tmp_path_factory) -> Path:
    """A small sample."""
    from drawn_sample.folder import write_sample
    from small_sample import SIZE
    folder = tmp_path_factory.mktemp('sample') / 'out'
    assert write_sample(folder, **SIZE) == 8
    return folder


@pytest.fixture(scope='session')
def archives(tmp_path_factory) -> Path:
    """A folder of downloads."""
    from fake_voc import sbd_files, voc_files, write_archive
    folder = tmp_path_factory.mktemp('downloads')
    write_archive(folder / 'VOCtrainval_11-May-2012.tar', voc_files(), 'w')
    write_archive(folder / 'benchmark.tgz', sbd_files(), 'w:gz')
    return folder


@pytest.fixture
def root(tmp_path, archives) -> Path:
    """A prepared folder."""
    from voc_2012.prepare import prepare
    root = tmp_path / 'VOCdevkit' / 'VOC2012'
    prepare(root, archives, workers=1)
    return root
