import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from mmseg.datasets import PascalVOCDataset
from PIL import Image

SCRIPT = Path(__file__).resolve().parents[2] / 'tools' / 'dataset_converters' / 'sample.py'
sys.path.insert(0, str(SCRIPT.parent))
import sample  # noqa: E402
import voc  # noqa: E402

SIZE = dict(train=6, val=2, size=64, seed=0)


@pytest.fixture(scope='module')
def drawn(tmp_path_factory) -> Path:
    """A small sample."""
    folder = tmp_path_factory.mktemp('sample') / 'out'
    assert sample.write_sample(folder, **SIZE) == 8
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob('*')) if path.is_file()}


def run(*arguments) -> subprocess.CompletedProcess:
    return subprocess.run([sys.executable, str(SCRIPT), *map(str, arguments)], capture_output=True, text=True)


def test_layout_and_labels(drawn):
    lists = {path.stem: path.read_text().split() for path in (drawn / 'ImageSets/Segmentation').iterdir()}
    train = [f'train_{index:04d}' for index in range(6)]
    assert lists == {'train': train, 'train_aug': train, 'val': ['val_0000', 'val_0001']}
    labels = json.loads((drawn / 'image_labels.json').read_text())
    assert sorted(labels) == [*train, 'val_0000', 'val_0001']
    for name, classes in labels.items():
        with Image.open(drawn / 'JPEGImages' / f'{name}.jpg') as image:
            assert max(image.size) == 64 and min(image.size) in (48, 64) and image.mode == 'RGB'
            size = image.size
        with Image.open(drawn / 'SegmentationClass' / f'{name}.png') as mask:
            assert mask.mode == 'P' and mask.size == size
            palette = np.array(mask.getpalette()).reshape(-1, 3)
            values, counts = np.unique(np.array(mask), return_counts=True)
        assert sorted(PascalVOCDataset.METAINFO['classes'][value] for value in values[1:-1]) == sorted(classes)
        assert values[0] == 0 and values[-1] == 255
        assert counts[-1] < 0.2 * counts.sum() and counts[1:-1].min() > 20
    np.testing.assert_array_equal(palette[:21], PascalVOCDataset.METAINFO['palette'])
    # Each class comes first in one of six pictures.
    assert [name in labels[f'train_{index:04d}'] for index, name in enumerate(sample.SAMPLE_CLASSES)] == [True] * 6


def test_mmseg_reads_it_and_the_check_passes(drawn, capsys):
    dataset = PascalVOCDataset(
        data_root=str(drawn), data_prefix=dict(img_path='JPEGImages', seg_map_path='SegmentationClass'),
        ann_file='ImageSets/Segmentation/train.txt', metainfo=dict(classes=('background', *sample.SAMPLE_CLASSES)),
        pipeline=[dict(type='LoadImageFromFile'), dict(type='mmseg.LoadAnnotations')])
    labels = json.loads((drawn / 'image_labels.json').read_text())
    assert len(dataset) == 6
    for item in map(dataset.__getitem__, range(6)):
        values = set(np.unique(item['gt_seg_map'])) - {0, 255}
        wanted = {1 + sample.SAMPLE_CLASSES.index(name) for name in labels[Path(item['img_path']).stem]}
        assert values == wanted
    assert voc.check(drawn, workers=1)
    assert 'All is there and fits.' in capsys.readouterr().out


def test_another_process_draws_the_same_bytes(drawn, tmp_path):
    arguments = [part for name, value in SIZE.items() for part in (f'--{name}', value)]
    result = run(tmp_path / 'again', *arguments)
    assert result.returncode == 0, result.stderr
    assert '8 pictures drawn' in result.stdout
    assert contents(tmp_path / 'again') == contents(drawn)


def test_a_picture_depends_on_seed_split_and_index_alone(drawn):
    image, mask = sample.draw_picture(1, 'val', 64, 0)
    with Image.open(drawn / 'SegmentationClass' / 'val_0001.png') as stored:
        np.testing.assert_array_equal(mask, np.array(stored))
    for arguments in ((1, 'val', 64, 1), (1, 'train', 64, 0), (0, 'val', 64, 0)):
        other = sample.draw_picture(*arguments)[0]
        assert other.shape != image.shape or np.abs(other.astype(int) - image).mean() > 10


def test_a_second_run_draws_nothing(drawn, capsys):
    before = {path: path.stat().st_mtime_ns for path in drawn.rglob('*')}
    assert sample.write_sample(drawn, **SIZE) == 0
    assert {path: path.stat().st_mtime_ns for path in drawn.rglob('*')} == before
    assert sample.main([str(drawn), '--train', '6', '--val', '2', '--size', '64']) == 0
    assert 'holds this sample already' in capsys.readouterr().out


def test_a_stopped_run_is_completed(drawn, tmp_path):
    out = tmp_path / 'out'
    for name, content in contents(drawn).items():
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        (out / name).write_bytes(content)
    (out / 'JPEGImages' / 'train_0002.jpg').unlink()
    (out / 'SegmentationClass' / 'train_0003.png').write_bytes(b'\x89PNG\r\n')
    image = out / 'JPEGImages' / 'val_0000.jpg'
    image.write_bytes(image.read_bytes()[:500])
    (out / 'image_labels.json').unlink()
    (out / 'ImageSets' / 'Segmentation' / 'val.txt').unlink()
    assert sample.write_sample(out, **SIZE) == 3
    assert contents(out) == contents(drawn)


def test_a_folder_of_something_else_is_refused(drawn, tmp_path):
    (tmp_path / 'thesis.tex').write_text('x')
    with pytest.raises(sample.InputError, match='holds something else .thesis.tex.'):
        sample.write_sample(tmp_path, **SIZE)
    with pytest.raises(sample.InputError, match='is a file'):
        sample.write_sample(tmp_path / 'thesis.tex', **SIZE)
    with pytest.raises(sample.InputError, match='other parameters'):
        sample.write_sample(drawn, **{**SIZE, 'seed': 1})
    assert contents(tmp_path) == {'thesis.tex': b'x'}
    result = run(tmp_path)
    assert result.returncode == 1 and result.stderr.startswith('error: ') and result.stderr.count('\n') == 1


@pytest.mark.parametrize('arguments', [('--train', '0'), ('--val', '0'), ('--size', '20'), ('--seed', '-1')])
def test_bad_numbers_are_refused(tmp_path, arguments):
    with pytest.raises(SystemExit, match='2'):
        sample.main([str(tmp_path / 'out'), *arguments])
    assert not (tmp_path / 'out').exists()


def test_reduced_canvas_against_loops():
    draw = np.random.default_rng(0)
    canvas = sample.Canvas(draw.integers(0, 256, (12, 18, 3), dtype=np.uint8))
    canvas.label[2:7, 4:11] = 8
    canvas.label[6:9, 3:9] = 12
    image, mask = sample.reduce_canvas(canvas)
    assert image.shape == (4, 6, 3) and mask.shape == (4, 6)
    for row in range(4):
        for column in range(6):
            block = np.s_[3 * row:3 * row + 3, 3 * column:3 * column + 3]
            classes = set(canvas.label[block].ravel().tolist())
            assert mask[row, column] == (classes.pop() if len(classes) == 1 else 255)
            for channel in range(3):
                assert image[row, column, channel] == int(canvas.rgb[block][..., channel].sum()) // 9


def polygon_area(points: np.ndarray) -> float:
    x, y = points.T
    return abs(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) / 2


def test_outlines_have_the_areas_of_their_shapes():
    assert polygon_area(sample.ellipse(3, -2, 5, 2, 30)) == pytest.approx(np.pi * 10, rel=0.02)
    assert polygon_area(sample.limb((1, 1), (4, 5), 2, 2)) == pytest.approx(5 * 4 + np.pi * 4, rel=0.02)
    np.testing.assert_allclose(sample.reach((1, 1), 2, 90), (1, 3), atol=1e-12)
    np.testing.assert_allclose(sample.reach((1, 1), 2, 0), (3, 1), atol=1e-12)


@pytest.mark.parametrize('name', sample.SAMPLE_CLASSES)
def test_an_object_with_nothing_before_it_is_seen_as_counted(name):
    rng = np.random.default_rng(3)
    canvas = sample.Canvas(np.zeros((400, 2000, 3), dtype=np.uint8))
    seen = []
    for number in range(3):
        canvas.owner[:], canvas.label[:] = -1, 0
        area, head_area = sample.place_object(rng, canvas, name, number, unit=120, bottom=380)
        head, rest = (np.count_nonzero(canvas.owner == 2 * number + part) for part in (1, 0))
        assert np.count_nonzero(canvas.label == voc.CLASSES.index(name)) == head + rest
        # The part that decides the class is the smaller one.
        assert 0.05 < head_area / area < 0.5
        seen.append((head + rest) / area)
    assert max(seen) == pytest.approx(1, abs=0.03)


@pytest.mark.parametrize('split, index', [('train', 3), ('train', 5), ('val', 4)])
def test_what_hides_heads_or_bodies_is_drawn_again(split, index, monkeypatch):
    kept = []
    scene = sample.draw_scene

    def watch(rng, canvas, names, *rest):
        result = scene(rng, canvas, names, *rest)
        if result is not None:
            kept.append((result, names))
        return result

    monkeypatch.setattr(sample, 'draw_scene', watch)
    sample.draw_picture(index, split, 64, 0)
    (canvas, names), = kept
    for number in range(len(names)):
        assert np.count_nonzero(canvas.owner == 2 * number + 1) > 0
        assert np.count_nonzero(canvas.owner == 2 * number) > 0
    hidden = sample.Canvas(canvas.rgb)
    monkeypatch.setattr(sample, 'place_object', lambda *args: (100, 50))
    assert scene(np.random.default_rng(0), hidden, names, 'room', 40) is None


def test_places_hint_at_a_pair_not_at_its_member():
    for first, second in (('cat', 'dog'), ('cow', 'horse'), ('bus', 'car')):
        assert sorted(sample.PLACES[first]) == sorted(sample.PLACES[second])


@pytest.mark.parametrize('size', [65, 67, 70])
def test_any_size_of_pictures(size):
    shapes = {sample.draw_picture(index, 'train', size, 0)[1].shape for index in range(4)}
    assert all(max(shape) == size and min(shape) in (size, size * 3 // 4) for shape in shapes)
