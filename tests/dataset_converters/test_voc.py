import importlib.util
import io
import json
import re
import subprocess
import sys
import tarfile
from pathlib import Path

import numpy as np
import pytest
from mmseg.datasets import PascalVOCDataset
from PIL import Image

SCRIPT = Path(__file__).resolve().parents[2] / 'tools' / 'dataset_converters' / 'voc.py'
sys.path.insert(0, str(SCRIPT.parent))
import voc  # noqa: E402

TRAIN, VAL = ('2007_000001', '2007_000002'), ('2007_000003', )
# SBD has pictures of its own, one of VOC's train, and one of VOC's val.
SBD_TRAIN, SBD_VAL = ('2008_000001', '2007_000001'), ('2008_000002', '2007_000003')
PICTURES = sorted({*TRAIN, *VAL, *SBD_TRAIN, *SBD_VAL})
LABELS = {
    '2007_000001': ['person', 'cat'], '2007_000002': ['aeroplane'], '2007_000003': ['dog', 'dog'],
    '2008_000001': ['tvmonitor'], '2008_000002': ['horse', 'person']
}
SHAPE = (12, 20)


def sbd_mask(name: str) -> np.ndarray:
    """What the fake SBD says of a picture."""
    rng = np.random.default_rng(int(name[-1]) + 10 * int(name[3]))
    return rng.integers(0, 21, SHAPE, dtype=np.uint8)


def official_mask(name: str) -> np.ndarray:
    """What the fake VOC says: other than SBD, and with void."""
    mask = np.full(SHAPE, 255, dtype=np.uint8)
    mask[2:9, 3:15] = voc.CLASSES.index(LABELS[name][0])
    return mask


def png(mask: np.ndarray) -> bytes:
    """A palette PNG."""
    image = Image.fromarray(mask)
    image.putpalette([value for index in range(256) for value in (index, 0, 0)])
    buffer = io.BytesIO()
    image.save(buffer, 'png')
    return buffer.getvalue()


def jpeg(shape: tuple[int, int] = SHAPE) -> bytes:
    """A grey picture."""
    buffer = io.BytesIO()
    Image.new('RGB', shape[::-1], (120, 120, 120)).save(buffer, 'jpeg')
    return buffer.getvalue()


def mat(mask: np.ndarray) -> bytes:
    """A file with the structure of SBD's: a struct with boundaries in a cell of sparse matrices."""
    from scipy.io import savemat
    from scipy.sparse import csc_matrix
    boundaries = np.empty((20, 1), dtype=object)
    for index in range(20):
        boundaries[index, 0] = csc_matrix(np.zeros(mask.shape))
    buffer = io.BytesIO()
    savemat(buffer, {'GTcls': {'Boundaries': boundaries, 'Segmentation': mask,
                               'CategoriesPresent': np.unique(mask)[:, None]}}, do_compression=True)
    return buffer.getvalue()


def annotation(names: list[str]) -> bytes:
    """An XML like VOC's; the last object is a difficult one, the first has a part."""
    objects = ''.join(
        f'<object><name>{name}</name><difficult>{int(index == len(names) - 1)}</difficult>'
        '<part><name>head</name></part></object>' for index, name in enumerate(names))
    return f'<annotation><folder>VOC2012</folder>{objects}</annotation>'.encode()


def voc_files() -> dict[str, bytes]:
    """The fake VOC: path in the archive -> content."""
    top = 'VOCdevkit/VOC2012'
    files = {f'{top}/JPEGImages/{name}.jpg': jpeg() for name in PICTURES}
    files |= {f'{top}/Annotations/{name}.xml': annotation(LABELS[name]) for name in PICTURES}
    files |= {f'{top}/SegmentationClass/{name}.png': png(official_mask(name)) for name in (*TRAIN, *VAL)}
    files |= {f'{top}/SegmentationObject/{TRAIN[0]}.png': b'not needed'}
    files |= {f'{top}/ImageSets/Segmentation/{split}.txt': '\n'.join(ids).encode() + b'\n'
              for split, ids in (('train', TRAIN), ('val', VAL), ('trainval', (*TRAIN, *VAL)))}
    files |= {f'{top}/ImageSets/Main/train.txt': b'not needed'}
    return files


def sbd_files() -> dict[str, bytes]:
    """The fake SBD."""
    top = 'benchmark_RELEASE/dataset'
    files = {f'{top}/cls/{name}.mat': mat(sbd_mask(name)) for name in (*SBD_TRAIN, *SBD_VAL)}
    files |= {f'{top}/img/{name}.jpg': b'not needed' for name in SBD_TRAIN}
    files |= {f'{top}/train.txt': '\n'.join(SBD_TRAIN).encode(), f'{top}/val.txt': '\n'.join(SBD_VAL).encode()}
    return files


def write_archive(path: Path, files: dict[str, bytes], mode: str, *members: tarfile.TarInfo) -> Path:
    """A real tar or tgz."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(path, mode) as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
        for member in members:
            archive.addfile(member)
    return path


@pytest.fixture(scope='module')
def archives(tmp_path_factory) -> Path:
    """A folder of downloads."""
    folder = tmp_path_factory.mktemp('downloads')
    write_archive(folder / 'VOCtrainval_11-May-2012.tar', voc_files(), 'w')
    write_archive(folder / 'benchmark.tgz', sbd_files(), 'w:gz')
    return folder


@pytest.fixture
def root(tmp_path, archives) -> Path:
    """A prepared folder."""
    root = tmp_path / 'VOCdevkit' / 'VOC2012'
    voc.prepare(root, archives, workers=1)
    return root


def read_mask(path: Path) -> np.ndarray:
    with Image.open(path) as image:
        assert image.mode == 'P'
        return np.array(image)


def snapshot(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Time and content of every file."""
    return {str(path.relative_to(folder)): (path.stat().st_mtime_ns, path.read_bytes())
            for path in folder.rglob('*') if path.is_file()}


def run(*arguments) -> subprocess.CompletedProcess:
    return subprocess.run([sys.executable, str(SCRIPT), *map(str, arguments)], capture_output=True, text=True)


def test_runs_from_any_folder_by_its_path():
    spec = importlib.util.spec_from_file_location('voc_by_path', SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.CLASSES == voc.CLASSES == tuple(PascalVOCDataset.METAINFO['classes'])


def test_palette_is_that_of_mmseg():
    palette = np.array(voc.palette_image(np.zeros((1, 1), np.uint8)).getpalette()).reshape(-1, 3)
    np.testing.assert_array_equal(palette[:21], PascalVOCDataset.METAINFO['palette'])
    np.testing.assert_array_equal(palette[255], (224, 224, 192))  # the colour of VOC's contours


def test_command_line_prepares_all_with_processes(tmp_path, archives):
    root = tmp_path / 'new' / 'VOC2012'
    result = run(root, '--archives', archives, '--workers', 2)
    assert result.returncode == 0, result.stderr
    lists = {path.stem: path.read_text().split() for path in (root / 'ImageSets/Segmentation').iterdir()}
    assert lists == {
        'train': list(TRAIN), 'val': list(VAL), 'trainval': [*TRAIN, *VAL],
        'train_aug': ['2007_000001', '2007_000002', '2008_000001', '2008_000002']
    }
    masks = {path.stem: read_mask(path) for path in (root / 'SegmentationClassAug').iterdir()}
    assert sorted(masks) == PICTURES
    for name, mask in masks.items():
        expected = official_mask(name) if name in (*TRAIN, *VAL) else sbd_mask(name)
        np.testing.assert_array_equal(mask, expected, err_msg=name)
    assert json.loads((root / 'image_labels.json').read_text()) == {
        '2007_000001': ['cat', 'person'], '2007_000002': ['aeroplane'], '2007_000003': ['dog'],
        '2008_000001': ['tvmonitor'], '2008_000002': ['horse', 'person']
    }
    assert not (root / 'SegmentationObject').exists() and not (root / 'SBD' / 'img').exists()
    for name, count, wanted in (('train', 2, 1464), ('train_aug', 4, 10582), ('val', 1, 1449)):
        assert f'warning: {name} has {count} pictures; that of VOC 2012 has {wanted}.' in result.stderr
    assert 'name 4 pictures; the published ones name 11355' in result.stderr
    assert not [path for path in root.rglob('.*')]


def test_a_second_run_writes_nothing(root, archives, capsys):
    before = snapshot(root)
    capsys.readouterr()
    voc.prepare(root, archives, workers=1)
    assert snapshot(root) == before
    text = capsys.readouterr().out
    assert '0 files unpacked' in text and '0 masks of SBD converted, 2 were there' in text


def test_a_stopped_run_goes_on(root, archives):
    whole = {name: content for name, (_, content) in snapshot(root).items()}
    damaged = root / 'SegmentationClassAug' / '2008_000001.png'
    damaged.write_bytes(damaged.read_bytes()[:60])
    (root / 'SegmentationClassAug' / '2008_000002.png').unlink()
    (root / 'JPEGImages' / '2007_000002.jpg').write_bytes(b'')
    (root / 'SBD' / 'cls' / '2008_000002.mat').unlink()
    (root / 'image_labels.json').write_text('{"2007_0000')
    (root / 'ImageSets/Segmentation/train_aug.txt').write_text('2007_000001\n')
    voc.prepare(root, archives, workers=1)
    assert {name: content for name, (_, content) in snapshot(root).items()} == whole


def test_official_masks_replace_those_of_sbd(root):
    path = root / 'SegmentationClassAug' / '2007_000001.png'
    path.write_bytes(png(sbd_mask('2007_000001')))
    voc.prepare(root, None, workers=1)
    np.testing.assert_array_equal(read_mask(path), official_mask('2007_000001'))


def test_a_list_of_other_pictures_stays(root, capsys):
    path = root / 'ImageSets/Segmentation/train_aug.txt'
    path.write_text('2007_000001\n2009_000009\n')
    voc.prepare(root, None, workers=1)
    assert path.read_text() == '2007_000001\n2009_000009\n'
    text = capsys.readouterr().err
    assert f'{path} names 1 pictures that are in neither' in text
    assert '1 of 2 pictures of train_aug are missing' in text and '2009_000009' in text


def test_an_unpacked_sbd_is_found_beside_the_archives(tmp_path, root, archives):
    for path in (root / 'SegmentationClassAug').iterdir():
        path.unlink()
    (tmp_path / 'downloads' / 'benchmark_RELEASE').mkdir(parents=True)
    (root / 'SBD').rename(tmp_path / 'downloads' / 'benchmark_RELEASE' / 'dataset')
    voc.prepare(root, tmp_path / 'downloads', workers=1)
    np.testing.assert_array_equal(read_mask(root / 'SegmentationClassAug/2008_000001.png'), sbd_mask('2008_000001'))


def test_bad_mat_files_are_named_and_the_others_done(root):
    for path in (root / 'SegmentationClassAug').glob('2008*'):
        path.unlink()
    bad = root / 'SBD' / 'cls' / '2008_000001.mat'
    content = bad.read_bytes()
    for broken, message in ((content[:len(content) // 2], 'damaged'), (mat(np.zeros((5, 7), np.uint8)), r'\(5, 7\)'),
                            (mat(np.full(SHAPE, 33, np.uint8)), 'no classes of VOC: 33'), (b'', 'damaged')):
        bad.write_bytes(broken)
        with pytest.raises(voc.InputError, match=rf'1 of 2 masks.*2008_000001\.mat.*{message}'):
            voc.prepare(root, None, workers=1)
        assert not (root / 'SegmentationClassAug/2008_000001.png').exists()
        np.testing.assert_array_equal(read_mask(root / 'SegmentationClassAug/2008_000002.png'), sbd_mask('2008_000002'))
    bad.unlink()
    with pytest.raises(voc.InputError, match=r'2008_000001\.mat is missing'):
        voc.prepare(root, None, workers=1)


def test_scipy_is_asked_for_where_it_is_needed(root, monkeypatch):
    monkeypatch.setitem(sys.modules, 'scipy', None)
    with pytest.raises(voc.InputError, match='pip install scipy'):
        voc.prepare(root, None, workers=1)


def test_without_sbd_train_can_be_used(tmp_path, archives, capsys):
    only_voc = tmp_path / 'downloads'
    only_voc.mkdir()
    (only_voc / 'VOCtrainval_11-May-2012.tar').symlink_to(archives / 'VOCtrainval_11-May-2012.tar')
    root = tmp_path / 'VOC2012'
    voc.prepare(root, only_voc, workers=1)
    assert not (root / 'ImageSets/Segmentation/train_aug.txt').exists()
    assert sorted(json.loads((root / 'image_labels.json').read_text())) == [*TRAIN, *VAL]
    captured = capsys.readouterr()
    assert 'Semantic Boundaries Dataset' in captured.err and 'train_aug not written' in captured.out


def test_what_is_missing_is_named_with_its_source(tmp_path, root, archives):
    (root / 'ImageSets/Segmentation/val.txt').unlink()
    with pytest.raises(voc.InputError, match=r'lacks ImageSets/Segmentation/val\.txt\. .*VOC 2012 home page'):
        voc.prepare(root, None, workers=1)
    with pytest.raises(voc.InputError, match='lacks JPEGImages/, SegmentationClass/, Annotations/, '):
        voc.prepare(tmp_path / 'nothing', None, workers=1)
    with pytest.raises(voc.InputError, match='does not exist'):
        voc.prepare(root, tmp_path / 'nowhere', workers=1)
    (tmp_path / 'empty').mkdir()
    with pytest.raises(voc.InputError, match='holds no archive'):
        voc.prepare(root, tmp_path / 'empty', workers=1)
    (root / 'ImageSets/Segmentation/val.txt').write_text('\n'.join(VAL))
    (root / 'SBD' / 'val.txt').unlink()
    with pytest.raises(voc.InputError, match='has no val.txt'):
        voc.prepare(root, None, workers=1)


def test_pictures_without_annotation_get_no_labels(root, capsys):
    (root / 'Annotations' / '2008_000001.xml').unlink()
    voc.prepare(root, None, workers=1)
    assert '2008_000001' not in json.loads((root / 'image_labels.json').read_text())
    assert '1 pictures have no annotation' in capsys.readouterr().err


@pytest.mark.parametrize('content, message', [(b'<annotation><obj', 'damaged'), (annotation(['unicorn']), 'unicorn')])
def test_bad_annotations_are_named(root, content, message):
    (root / 'Annotations' / '2008_000001.xml').write_bytes(content)
    with pytest.raises(voc.InputError, match=rf'2008_000001\.xml.*{message}'):
        voc.prepare(root, None, workers=1)


@pytest.mark.parametrize('name, files, mode', [('VOCtrainval_11-May-2012.tar', voc_files, 'w'),
                                               ('benchmark.tgz', sbd_files, 'w:gz')])
def test_damaged_archives_are_named(tmp_path, name, files, mode):
    archive = write_archive(tmp_path / 'downloads' / name, files(), mode)
    whole = archive.read_bytes()
    for content in (whole[:len(whole) * 2 // 5], b'', b'<html>not found</html>' * 100):
        archive.write_bytes(content)
        with pytest.raises(voc.InputError, match=rf'{name} is damaged or not complete .* Download it again'):
            voc.unpack_archives(archive.parent, tmp_path / 'root')
    assert not [path for path in (tmp_path / 'root').rglob('.*')]


@pytest.mark.parametrize('path', ['../evil/JPEGImages/a.jpg', '/tmp/JPEGImages/a.jpg', 'VOC2012/JPEGImages/../../../a',
                                  'VOC2012\\..\\JPEGImages/a.jpg'])
def test_paths_out_of_the_folder_are_refused(tmp_path, path):
    write_archive(tmp_path / 'in' / 'VOCtrainval_2012.tar', {path: b'evil'}, 'w')
    with pytest.raises(voc.InputError, match='leads out of the folder'):
        voc.unpack_archives(tmp_path / 'in', tmp_path / 'deep' / 'root')
    assert [path.name for path in tmp_path.rglob('*')] == ['in', 'VOCtrainval_2012.tar']


@pytest.mark.parametrize('kind', [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE])
def test_links_and_devices_are_refused(tmp_path, kind):
    link = tarfile.TarInfo('VOCdevkit/VOC2012/JPEGImages/a.jpg')
    link.type, link.linkname = kind, '../../../../secret'
    write_archive(tmp_path / 'VOCtrainval_2012.tar', {}, 'w', link)
    with pytest.raises(voc.InputError, match='no plain file'):
        voc.unpack_archives(tmp_path, tmp_path / 'root')
    assert not (tmp_path / 'root').exists()


def test_check_passes_what_was_prepared(root, capsys):
    # The fake SBD's masks are noise: classes beyond the labels are told, not refused.
    capsys.readouterr()
    assert voc.check(root, workers=1)
    captured = capsys.readouterr()
    rows = {line.split()[0]: line.split() for line in captured.out.splitlines() if line}
    assert rows['train'] == ['train', '2', '1464', '2', '2', 'SegmentationClass', '2', '2', '2']
    assert rows['train_aug'] == ['train_aug', '4', '10582', '4', '4', 'SegmentationClassAug', '4', '4', '2']
    assert rows['val'] == ['val', '1', '1449', '1', '1', 'SegmentationClass', '1', '1', '1']
    assert '2 masks have classes that the labels do not name, e.g. 2008_000001 (' in captured.err


def damage_picture(root):
    (root / 'JPEGImages/2008_000001.jpg').write_bytes(jpeg()[:200])
    return r'picture: 1, .*2008_000001.jpg does not decode'


def remove_picture(root):
    (root / 'JPEGImages/2008_000001.jpg').unlink()
    return r'picture: 1, .*2008_000001.jpg is missing'


def remove_mask(root):
    (root / 'SegmentationClass/2007_000003.png').unlink()
    (root / 'SegmentationClassAug/2007_000003.png').unlink()
    return r'mask: 1, .*2007_000003.png is missing'


def write_colour_mask(root):
    Image.new('RGB', SHAPE[::-1]).save(root / 'SegmentationClass/2007_000003.png')
    return r'mask: 1, .*2007_000003.png is no palette or grey picture'


def write_strange_values(root):
    (root / 'SegmentationClass/2007_000003.png').write_bytes(png(np.full(SHAPE, 77, np.uint8)))
    return r'mask: 1, .*2007_000003.png has values that are no classes of VOC'


def enlarge_mask(root):
    (root / 'SegmentationClass/2007_000003.png').write_bytes(png(np.zeros((13, 20), np.uint8)))
    return r'size: 1, .*2007_000003: picture \(20, 12\), mask \(20, 13\)'


def remove_label(root):
    (root / 'image_labels.json').write_text(json.dumps({name: ['cat'] for name in PICTURES[1:]}))
    return r'labels: 1, .*2007_000001 has no labels'


def remove_labels(root):
    (root / 'image_labels.json').unlink()
    return r'image_labels.json is missing'


def train_on_val(root):
    (root / 'ImageSets/Segmentation/train_aug.txt').write_text('\n'.join([*TRAIN, *VAL]))
    return r'1 pictures of train_aug are also in val, e.g. 2007_000003'


def name_twice(root):
    (root / 'ImageSets/Segmentation/train.txt').write_text('\n'.join([*TRAIN, TRAIN[0]]))
    return r'list train: 1 ids are named twice'


@pytest.mark.parametrize('damage', [damage_picture, remove_picture, remove_mask, write_colour_mask,
                                    write_strange_values, enlarge_mask, remove_label, remove_labels, train_on_val,
                                    name_twice])
def test_check_finds(root, capsys, damage):
    message = damage(root)
    before = snapshot(root)
    capsys.readouterr()
    assert not voc.check(root, workers=1)
    problems = [line for line in capsys.readouterr().err.splitlines() if line.startswith('problem: ')]
    assert len([line for line in problems if re.search(message, line)]) == 1, problems
    assert snapshot(root) == before


def test_check_of_no_data_set_ends_with_one_line(tmp_path):
    result = run(tmp_path, '--check')
    assert result.returncode == 1
    assert result.stderr.startswith('error: ') and result.stderr.count('\n') == 1
    assert 'holds no lists' in result.stderr


def test_check_does_not_unpack(tmp_path):
    with pytest.raises(SystemExit, match='2'):
        voc.main([str(tmp_path), '--check', '--archives', str(tmp_path)])


def test_check_of_real_pictures(voc6, tmp_path):
    # All of the small list, and some of the large one, whose masks are SBD's.
    for name in ('JPEGImages', 'SegmentationClass', 'SegmentationClassAug', 'image_labels.json'):
        (tmp_path / name).symlink_to(voc6 / name)
    lists = tmp_path / 'ImageSets' / 'Segmentation'
    lists.mkdir(parents=True)
    for name, first in (('mini', 0), ('train_aug', -40)):
        lines = (voc6 / 'ImageSets' / 'Segmentation' / f'{name}.txt').read_text().splitlines()
        (lists / f'{name}.txt').write_text('\n'.join(lines[first:]))
    result = run(tmp_path, '--check', '--workers', 2)
    assert result.returncode == 0, result.stderr
    rows = {line.split()[0]: line.split() for line in result.stdout.splitlines() if line}
    assert rows['mini'] == ['mini', '89', '-', '89', '89', 'SegmentationClass', '89', '89', '89']
    assert rows['train_aug'] == ['train_aug', '40', '10582', '40', '40', 'SegmentationClassAug', '40', '40', '40']
