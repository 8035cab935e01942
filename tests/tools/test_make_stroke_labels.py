"""tools/make_stroke_labels.py on tiny data: all kinds, resuming, refusals."""
import json
import re
from pathlib import Path

import numpy as np
import pytest
from message_names import message_names
from PIL import Image
from reference_network import REPO
from run_tool import run_inside
from tiny_voc import write_tiny_voc

CLASSES = ('bus', 'car', 'cat', 'cow', 'dog', 'horse')
NAMES = [f'2007_{index:06d}' for index in range(6)]
IDS = dict(background=0, bus=6, car=7, cat=8, cow=10, dog=12, horse=13)  # of VOC
TOOL = 'make_stroke_labels.py'


def objects(name):
    """Class name and corners (left, top, right, bottom, inclusive) of the rectangles in a mask."""
    mask = np.asarray(Image.open(f'data/SegmentationClass/{name}.png'))
    for label, number in IDS.items():
        rows, columns = np.nonzero((mask == number) & (mask > 0))
        if len(rows):
            yield label, (columns.min(), rows.min(), columns.max(), rows.max())


def xml(parts, size=(64, 48)):
    return (f'<annotation><size><width>{size[0]}</width><height>{size[1]}</height></size>' + ''.join(parts) +
            '</annotation>')


@pytest.fixture
def there(tmp_path, monkeypatch) -> Path:
    """Six images, annotations of every form, and a config."""
    monkeypatch.chdir(tmp_path)
    write_tiny_voc(tmp_path / 'data', CLASSES, images=6)
    for folder in ('scribbles', 'boxes', 'drawn'):
        (tmp_path / folder).mkdir()
    points, coco = {}, dict(images=[], annotations=[], categories=[dict(id=9 - index, name=name)
                                                                   for index, name in enumerate(CLASSES)])
    for index, name in enumerate(NAMES):
        lines, boxes = ['<polygon><tag>background</tag><point><X>0</X><Y>47</Y></point></polygon>'], []
        points[name] = [dict(x=0, y=47, cls=0, rank=0)]
        coco['images'].append(dict(id=index, file_name=f'{name}.jpg', width=64, height=48))
        for label, (left, top, right, bottom) in objects(name):
            x, y = (left + right) // 2, (top + bottom) // 2
            lines.append(f'<polygon><tag>{label}</tag><point><X>{left + 3}</X><Y>{y}</Y></point>'
                         f'<point><X>{right - 3}</X><Y>{y}</Y></point></polygon>')
            boxes.append(f'<object><name>{label}</name><bndbox><xmin>{left + 1}</xmin><ymin>{top + 1}</ymin>'
                         f'<xmax>{right + 1}</xmax><ymax>{bottom + 1}</ymax></bndbox></object>')
            points[name].append(dict(x=int(x), y=int(y), cls=IDS[label], rank=1))
            coco['annotations'].append(dict(image_id=index, category_id=9 - CLASSES.index(label), bbox=[
                int(left), int(top), int(right - left + 1), int(bottom - top + 1)]))
        (tmp_path / f'scribbles/{name}.xml').write_text(xml(lines))
        (tmp_path / f'boxes/{name}.xml').write_text(xml(boxes))
    (tmp_path / 'points.json').write_text(json.dumps(points))
    (tmp_path / 'coco.json').write_text(json.dumps(coco))
    (tmp_path / 'seg.py').write_text(f"""\
_base_ = {str(REPO / 'configs/mini/deeplabv2_r18_mini_scribbles.py')!r}
train_dataloader = dict(dataset=dict(data_root='data', indices=None, seg_map_dir='labels'))
""")
    return tmp_path


@pytest.fixture
def run(there, capsys, monkeypatch):
    """Runs the tool in this process with one worker."""
    return lambda *words: run_inside(capsys, monkeypatch, TOOL, 'seg.py', *words, '--workers', 1)


def labels_in(folder):
    return {path.stem: np.asarray(Image.open(path)) for path in sorted(Path(folder).glob('*.png'))}


def masks():
    return labels_in('data/SegmentationClass')


@pytest.mark.parametrize('words', [('scribbles', 'scribbles'), ('points', 'points.json'),
                                   ('scribbles', 'scribbles', '--width', '1')])
def test_strokes(run, words):
    done = run(*words)
    assert done.status == 0, done.err
    assert re.search(message_names('labels', '6 images'), done.out)
    found = labels_in('labels')
    assert list(found) == NAMES
    for name, mask in masks().items():
        labelled = found[name] != 255
        assert (found[name] == mask)[labelled].mean() > 0.95 and labelled.mean() < 0.2
        assert set(np.unique(found[name])) == {*np.unique(mask), 255}
    record = json.loads(Path('labels/made_from.json').read_text())
    assert record['kind'] == words[0] and record['classes'] == list(CLASSES)


@pytest.mark.parametrize('source', ['boxes', 'coco.json'])
def test_boxes(run, source):
    assert run('boxes', source, '--method', 'fill', '--out', 'filled').status == 0
    assert all((labels_in('filled')[name] == mask).all() for name, mask in masks().items())
    done = run('boxes', source)
    assert done.status == 0, done.err
    for name, found in labels_in('labels').items():
        assert (found == masks()[name])[found != 255].mean() > 0.9


def test_boxes_with_a_local_refinement(run):
    done = run('boxes', 'boxes', '--method', 'fill', '--refine', 'DenseCRF', 'steps=2')
    assert done.status == 0, done.err
    for name, found in labels_in('labels').items():
        kept = found != 255
        assert (found == masks()[name])[kept].all() and kept[masks()[name] == 0].all()
    record = json.loads(Path('labels/made_from.json').read_text())
    assert record['refinement'] == dict(type='DenseCRF', steps=2)


def test_drawn_strokes_are_read_again(run):
    assert run('scribbles', 'scribbles', '--out', 'drawn').status == 0
    assert run('scribbles', 'drawn').status == 0
    for name, found in labels_in('labels').items():
        np.testing.assert_array_equal(found, labels_in('drawn')[name])


def test_resumes_and_refuses_other_inputs(run):
    assert run('points', 'points.json').status == 0
    Path('labels', f'{NAMES[2]}.png').unlink()
    before = {path: path.stat().st_mtime_ns for path in Path('labels').glob('*.png')}
    assert run('points', 'points.json').status == 0
    assert len(labels_in('labels')) == 6
    assert {path: path.stat().st_mtime_ns for path in before} == before
    done = run('points', 'points.json', '--width', '5')
    assert done.status == 1 and re.search(message_names('labels', 'width', '--overwrite'), done.err)
    assert run('points', 'points.json', '--width', '5', '--overwrite').status == 0


@pytest.mark.parametrize(('words', 'named'), [
    (('scribbles', 'nowhere'), ('nowhere', )),
    (('scribbles', 'boxes'), (f'boxes/{NAMES[0]}.xml', 'object')),
    (('boxes', 'scribbles'), (f'scribbles/{NAMES[0]}.xml', 'bndbox')),
    (('boxes', 'points.json'), ('points.json', )),
    (('points', 'coco.json'), ('coco.json', )),
    (('scribbles', 'drawn'), ('drawn', 6, NAMES[0])),
    (('scribbles', 'scribbles', 'drawn'), ('scribbles', 2)),
    (('boxes', 'boxes', '--refine', 'Unheard'), ('Unheard', )),
    (('boxes', 'boxes', '--width', 3), ('boxes', 'width', 'method')),
    (('points', 'points.json', '--method', 'fill'), ('points', 'method', 'width')),
    (('boxes', 'boxes', '--method', 'cut'), ('cut', 'grabcut', 'fill')),
    (('lines', 'boxes'), ('lines', 'scribbles', 'points', 'boxes'))])
def test_sources_that_do_not_fit(run, words, named):
    done = run(*words)
    assert done.status == 1 and re.search(message_names(*named), done.err), done.err
    assert not list(Path().glob('labels/*.png'))


def test_an_annotation_of_another_data_set_is_named_and_the_rest_is_kept(run):
    path = Path('scribbles', f'{NAMES[3]}.xml')
    path.write_text(path.read_text().replace('background', 'unicorn'))
    done = run('scribbles', 'scribbles')
    assert done.status == 1 and re.search(message_names(path, 'unicorn'), done.err)
    assert len(labels_in('labels')) == 3


def test_arguments_that_do_not_fit(run):
    assert run('points', 'points.json', '--width', 0).status == 2
