"""Results for images against what the models predict on the ordinary way."""
import re
from pathlib import Path

import numpy as np
import pytest
import torch
from message_names import message_names
from mmengine.config import Config
from mmengine.dataset import pseudo_collate
from mmengine.registry import init_default_scope
from mmengine.structures import PixelData
from mmseg.registry import DATASETS, MODELS, TRANSFORMS
from PIL import Image
from reference_network import REPO
from run_tool import run_inside
from tiny_voc import write_tiny_voc

from mmwsss.apis import WSSSInferencer
from mmwsss.engine.error_messages import plain_message
from mmwsss.pseudo_labels import read_cam, write_cam
from mmwsss.utils.errors import InputError

CLASSES = ('bus', 'car', 'cat', 'cow', 'dog', 'horse')
CONFIGS = dict(classifier='vwe_hspp_r18_mini', irnet='irnet_r18_mini', segmentor='deeplabv2_r18_mini',
               one_stage='onestage_r18_mini')
IDS = np.array([0, 6, 7, 8, 10, 12, 13])  # of the classes in VOC's masks


@pytest.fixture(scope='module')
def root(tmp_path_factory):
    return write_tiny_voc(tmp_path_factory.mktemp('inference') / 'data', CLASSES, images=3)


@pytest.fixture(scope='module')
def networks(root):
    """Config and checkpoint of each network, with random weights."""
    made = {}
    for name, config in CONFIGS.items():
        cfg = Config.fromfile(REPO / 'configs' / 'mini' / f'{config}.py')
        cfg.model.backbone.init_cfg = None
        cfg.test_dataloader.dataset.update(data_root=str(root), cam_dir=str(root / 'cams') if name == 'irnet' else None)
        init_default_scope('mmseg')
        torch.manual_seed(3)
        model = MODELS.build(cfg.model)
        model.init_weights()
        checkpoint = root / f'{name}.pth'
        torch.save(dict(state_dict=model.state_dict()), checkpoint)
        made[name] = cfg, checkpoint
    return made


@pytest.fixture(scope='module')
def inferencers(networks):
    return {name: WSSSInferencer(*network, device='cpu', show_progress=False) for name, network in networks.items()}


@pytest.fixture(scope='module')
def cams(root):
    """A folder of CAM files."""
    draw = np.random.default_rng(0)
    for path in (root / 'JPEGImages').iterdir():
        maps = draw.random((2, 12, 16)).astype(np.float32)
        write_cam(root / 'cams' / f'{path.stem}.npz', maps / maps.max(), np.array([1, 4]), (48, 64), CLASSES)
    return root / 'cams'


def expected(inferencer, index=0, **changes):
    """What the model predicts for an image of the config's own test dataset."""
    dataset = DATASETS.build(inferencer.cfg.test_dataloader.dataset)
    item = dataset[index]
    for name, value in changes.items():
        item['data_samples'].set_field(value, name)
    return inferencer.model.test_step(pseudo_collate([item]))[0]


def image_path(root, index=0):
    return str(root / 'JPEGImages' / f'2007_{index:06d}.jpg')


def test_classifier_with_labels(inferencers, root):
    inferencer = inferencers['classifier']
    labels = {'2007_000000': ['cat', 'bus'], '2007_000001': []}
    found = inferencer([image_path(root), image_path(root, 1)], labels=labels)
    first, second = found['predictions']
    assert first['name'] == '2007_000000' and first['cam_keys'].tolist() == [0, 2]
    truth = expected(inferencer, gt_score=torch.tensor([1.0, 0, 1, 0, 0, 0]))
    np.testing.assert_array_equal(first['cam'], truth.cam.data)
    np.testing.assert_array_equal(first['sem_seg'], truth.pred_sem_seg.data[0])
    np.testing.assert_array_equal(first['pred_score'], truth.pred_score)
    assert set(np.unique(first['sem_seg'])) <= {0, 1, 3}
    assert second['cam'].shape == (0, 12, 16) and not second['sem_seg'].any()
    assert found['visualization'] == []


def test_classifier_without_labels(inferencers, root):
    inferencer = inferencers['classifier']
    inferencer.model.test_cfg['score_thr'] = 0.0
    kept = inferencer(image_path(root))['predictions'][0]['cam_keys']
    inferencer.model.test_cfg['score_thr'] = 1.0
    assert kept.tolist() == list(range(6))
    assert len(inferencer(image_path(root))['predictions'][0]['cam_keys']) == 0


def test_a_segmentor_that_learned_from_image_labels(inferencers, root, tmp_path):
    """With labels it keeps exactly these classes; without, the probable ones."""
    inferencer = inferencers['one_stage']
    cow = inferencer(image_path(root), labels=['cow'])['predictions'][0]
    inferencer(image_path(root), labels=['cow'], out_dir=tmp_path)
    assert set(np.unique(cow['sem_seg'])) <= {0, 4} and cow['pred_score'].shape == (6, )
    found = np.array(Image.open(tmp_path / 'pred' / '2007_000000.png'))
    np.testing.assert_array_equal(found, IDS[cow['sem_seg']])
    inferencer.model.test_cfg['score_thr'] = 1.0
    assert not inferencer(image_path(root))['predictions'][0]['sem_seg'].any()
    inferencer.model.test_cfg['score_thr'] = 0.1


def test_arrays_folders_and_batches_are_the_same(inferencers, root):
    inferencer = inferencers['segmentor']
    image = np.array(Image.open(image_path(root, 1)))[..., ::-1]
    array = inferencer(np.ascontiguousarray(image))['predictions'][0]
    folder = inferencer(root / 'JPEGImages', batch_size=2)['predictions']
    assert [result['name'] for result in folder] == ['2007_000000', '2007_000001', '2007_000002']
    np.testing.assert_array_equal(folder[1]['sem_seg'], expected(inferencer, 1).pred_sem_seg.data[0])
    assert (array['sem_seg'] == folder[1]['sem_seg']).mean() > 0.98  # another decoder of JPEGs


@pytest.mark.parametrize('name', ['classifier', 'segmentor'])
def test_sizes_that_differ_do_not_share_a_batch(inferencers, root, name):
    inferencer = inferencers[name]
    image = np.array(Image.open(image_path(root)))[..., ::-1]
    images = [np.ascontiguousarray(part) for part in (image, image[:40], image[:40, ::-1], image[::-1], image)]
    together = inferencer(images, batch_size=2)['predictions']
    assert [result['name'] for result in together] == [f'{place:08d}' for place in range(5)]
    for result, image in zip(together, images, strict=True):
        np.testing.assert_array_equal(result['sem_seg'], inferencer(image)['predictions'][0]['sem_seg'])
        assert result['sem_seg'].shape == image.shape[:2]


@pytest.mark.parametrize('name, shape', [('classifier', (1, 3, 3)), ('segmentor', (1, 1, 3))])
def test_image_of_one_pixel(inferencers, name, shape):
    """The classifier's overlay has three panels; that of the segmentation is under the black frame of a name."""
    found = inferencers[name](np.full((1, 1, 3), 90, np.uint8), labels=['cat'], return_vis=True)
    assert found['predictions'][0]['sem_seg'].tolist() in ([[0]], [[3]])
    drawn = found['visualization'][0]
    assert drawn.shape == shape and drawn[0, shape[1] // 2].tolist() == [45, 45, 45]


def test_labels_rule_classes_out(inferencers, root):
    inferencer = inferencers['segmentor']
    logits = expected(inferencer).seg_logits.data
    found = inferencer(image_path(root), labels=['cow'])['predictions'][0]
    np.testing.assert_array_equal(found['sem_seg'], np.where(logits[0] >= logits[4], 0, 4))
    sample = inferencer(image_path(root), return_datasamples=True)['predictions'][0]
    assert torch.equal(sample.seg_logits.data, logits)


def test_irnet(inferencers, root, cams):
    inferencer = inferencers['irnet']
    alone = inferencer(image_path(root))['predictions'][0]
    assert set(alone) == {'name', 'boundary'}
    truth = expected(inferencer)
    np.testing.assert_array_equal(alone['boundary'], truth.boundary.data[0])
    walked = inferencer(image_path(root), cams=cams, return_vis=True)
    np.testing.assert_array_equal(walked['predictions'][0]['sem_seg'], truth.pred_sem_seg.data[0])
    assert set(np.unique(truth.pred_sem_seg.data)) == {0, 2, 5}
    assert walked['visualization'][0].dtype == np.uint8 and walked['visualization'][0].shape[:2] >= (48, 64)
    few = inferencer(image_path(root), cams=cams, labels='dog')['predictions'][0]
    assert set(np.unique(few['sem_seg'])) == {0, 5}


def test_files(inferencers, root, cams, tmp_path):
    labels = ['cat', 'dog']
    for name, options in dict(classifier=dict(labels=labels), irnet=dict(cams=cams), segmentor={}).items():
        inferencer = inferencers[name]
        paths = inferencer(root / 'JPEGImages', out_dir=tmp_path / name, **options)['predictions'][2]
        arrays = inferencer(root / 'JPEGImages', **options)['predictions'][2]
        assert set(arrays) - {'pred_score', 'cam_keys'} == set(paths) - {'visualization'}
        mask = Image.open(paths['sem_seg'])
        assert mask.mode == 'P' and paths['sem_seg'] == str(tmp_path / name / 'pred' / '2007_000002.png')
        np.testing.assert_array_equal(np.array(mask), IDS[arrays['sem_seg']])
        if name == 'classifier':
            content = read_cam(paths['cam'])
            assert content.classes == CLASSES and content.keys.tolist() == [2, 4] and content.size == (48, 64)
            np.testing.assert_allclose(content.cam, arrays['cam'], atol=1e-3)
        if name == 'irnet':
            np.testing.assert_array_equal(np.array(Image.open(paths['boundary'])), np.round(255 * arrays['boundary']))
        with Image.open(paths['visualization']) as drawn:
            assert drawn.mode == 'RGB' and drawn.height >= 48
        assert not list((tmp_path / name).rglob('.*'))


def test_arrays_with_cams_and_a_local_refinement(inferencers, root, cams, monkeypatch):
    """The refinement gets the array itself."""
    monkeypatch.syspath_prepend(REPO / 'tests/examples')
    __import__('mean_refinement')
    inferencer = inferencers['irnet']
    monkeypatch.setitem(inferencer.model.test_cfg, 'refine', dict(type='MeanRefinement'))
    write_cam(cams / '00000000.npz', np.ones((1, 12, 16), np.float32), np.array([1]), (48, 64), CLASSES)
    image = np.random.randint(0, 256, (48, 64, 3), dtype=np.uint8)
    assert set(np.unique(inferencer(image, cams=cams)['predictions'][0]['sem_seg'])) <= {0, 2}


def test_the_model_stays_as_it_was(inferencers, root):
    inferencer = inferencers['classifier']
    before = dict(inferencer.model.test_cfg)
    for labels in (['cat'], None):
        inferencer(image_path(root), labels=labels)
        assert inferencer.model.test_cfg == before


def test_results_without_an_input_are_named_after_the_file(inferencers, root, tmp_path):
    inferencer = inferencers['segmentor']
    sample = inferencer(image_path(root), return_datasamples=True)['predictions'][0]
    assert inferencer.postprocess([sample])['name'] == '2007_000000'
    paths = inferencer.postprocess([sample], out_dir=tmp_path)
    assert paths == dict(name='2007_000000', sem_seg=str(tmp_path / 'pred' / '2007_000000.png'))
    assert Path(paths['sem_seg']).is_file()


def test_panels(inferencers, root, cams):
    image = np.full((48, 64, 3), 90, np.uint8)
    titles = dict(classifier=({}, ['prediction', 'CAM']), irnet=({}, ['boundary']), segmentor=({}, ['prediction']))
    for name, (options, expected) in titles.items():
        sample = inferencers[name](image_path(root), return_datasamples=True, **options)['predictions'][0]
        panels = inferencers[name].panels(image, sample)
        assert list(panels) == expected
        assert all(panel.shape == image.shape and panel.dtype == np.uint8 for panel in panels.values())
        if 'prediction' in panels:
            palette = np.array(inferencers[name].dataset_meta['palette'], np.uint8)
            np.testing.assert_array_equal(panels['prediction'], palette[sample.pred_sem_seg.data[0].numpy()])
    sample.boundary = PixelData(data=torch.zeros(1, 12, 16))
    assert (inferencers['irnet'].panels(image, sample)['boundary'] == 255).all()
    sample = inferencers['irnet'](image_path(root), cams=cams, return_datasamples=True)['predictions'][0]
    assert list(inferencers['irnet'].panels(image, sample)) == ['prediction', 'boundary']


def test_instances(inferencers, root, cams, monkeypatch, tmp_path):
    inferencer = inferencers['irnet']
    monkeypatch.setitem(inferencer.model.test_cfg, 'instances', True)
    found = inferencer(image_path(root), cams=cams)['predictions'][0]
    count = len(found['instance_scores'])
    assert found['instances'].shape == (48, 64) and set(np.unique(found['instances'])) - {0} == set(range(1, count + 1))
    assert found['instance_labels'].shape == (count, ) and set(found['instance_labels']) <= {1, 4}
    paths = inferencer(image_path(root), cams=cams, out_dir=tmp_path)['predictions'][0]
    np.testing.assert_array_equal(np.array(Image.open(paths['instances'])), found['instances'])


def test_what_is_refused(inferencers, networks, root, cams, tmp_path):
    with pytest.raises(InputError, match=message_names('zebra', 'bus, car, cat')):
        inferencers['segmentor'](image_path(root), labels=['cat', 'zebra'])
    with pytest.raises(InputError, match=message_names("0, ['dog'], zebra", 'bus, car, cat')):
        inferencers['segmentor'](image_path(root), labels=['zebra', 0, 'cat', ['dog']])
    with pytest.raises(InputError, match=message_names('batch_size', 0)):
        inferencers['segmentor'](image_path(root), batch_size=0)
    with pytest.raises(InputError, match=message_names(1, 2, '2007_000001')):
        inferencers['classifier']([image_path(root), image_path(root, 1)], labels={'2007_000000': []})
    with pytest.raises(InputError, match=message_names('refiners', 'EncoderDecoder')):
        inferencers['segmentor'](image_path(root), cams=cams)
    with pytest.raises(InputError, match=message_names(1, str(tmp_path), '2007_000000')):
        inferencers['irnet'](image_path(root), cams=tmp_path)
    with pytest.raises(InputError, match='segmentor.pth'):
        WSSSInferencer(networks['irnet'][0], networks['segmentor'][1])
    with pytest.raises(InputError, match=r'nothere\.py'):
        WSSSInferencer('nothere.py', networks['segmentor'][1])


@pytest.mark.parametrize('device', ['cuda:99', 'nonsense', 'meta'])
def test_devices_that_are_not_there(networks, device):
    with pytest.raises(InputError, match=message_names(device, 'cpu')):
        WSSSInferencer(*networks['segmentor'], device=device)


def test_broken_files_are_found_before_the_first_prediction(inferencers, root, tmp_path):
    content = Path(image_path(root)).read_bytes()
    (tmp_path / 'truncated.jpg').write_bytes(content[:300])
    (tmp_path / 'empty.jpg').write_bytes(b'')
    for problem in ('truncated', 'empty'):
        with pytest.raises(InputError, match=message_names(f'{problem}.jpg', f'is {problem}')):
            inferencers['segmentor']([image_path(root), tmp_path / f'{problem}.jpg'], out_dir=tmp_path / 'out')
    assert not (tmp_path / 'out').exists()


@pytest.mark.parametrize('loader', [None, dict(type='LoadImageFromFile')])
def test_what_was_written_before_a_broken_file_stays(inferencers, root, tmp_path, monkeypatch, loader):
    """Its end is there, so that only decoding finds out."""
    inferencer = inferencers['segmentor']
    if loader:
        monkeypatch.setattr(inferencer, '_load_file', TRANSFORMS.build(loader))
    content = Path(image_path(root)).read_bytes()
    for name in 'ac':
        (tmp_path / f'{name}.jpg').write_bytes(content)
    (tmp_path / 'b.jpg').write_bytes(content[:20] + content[-2:])
    with pytest.raises(InputError, match=r'\bb\.jpg\b') as caught:
        inferencer(tmp_path, out_dir=tmp_path / 'out')
    assert 'skip_bad_images' not in plain_message(caught.value)  # an option of datasets
    assert [path.name for path in (tmp_path / 'out').rglob('*.png')] == ['a.png', 'a.png']  # pred and vis


def test_other_errors_of_loading_stay_as_they_are(inferencers, root, monkeypatch):
    def fail(results):
        raise MemoryError('no room')

    monkeypatch.setattr(inferencers['segmentor'], '_load_file', fail)
    with pytest.raises(MemoryError, match='no room'):
        inferencers['segmentor'](image_path(root))


def test_dictionary_and_weights_of_the_config(networks, inferencers, root):
    cfg, path = networks['segmentor']
    settings = dict(cfg.to_dict(), load_from=str(path))
    found, wanted = (inferencer(image_path(root))['predictions'][0]['sem_seg'] for inferencer in (
        WSSSInferencer(settings, device='cpu', show_progress=False), inferencers['segmentor']))
    np.testing.assert_array_equal(found, wanted)
    for load_from in (None, ''):
        with pytest.raises(InputError, match=message_names('weights', '.pth')):
            WSSSInferencer(dict(settings, load_from=load_from))


def test_classes_are_those_of_the_training(networks, tmp_path):
    cfg, path = networks['segmentor']
    names = ('background', 'a', 'b', 'c', 'd', 'e', 'f')
    meta = dict(classes=names, palette=[[index] * 3 for index in range(7)])
    torch.save(dict(torch.load(path), meta=dict(dataset_meta=meta)), tmp_path / 'other.pth')
    assert WSSSInferencer(cfg, tmp_path / 'other.pth').image_classes == list(names[1:])
    assert WSSSInferencer(cfg, path).image_classes == list(CLASSES)


def test_a_refiner_follows_the_classes_of_the_data(networks, tmp_path):
    """Its network knows no classes, so that of other data refines these CAMs, too."""
    cfg, path = networks['irnet']
    meta = dict(classes=('background', 'a', 'b'))
    torch.save(dict(torch.load(path), meta=dict(dataset_meta=meta)), tmp_path / 'other.pth')
    assert WSSSInferencer(cfg, tmp_path / 'other.pth').image_classes == list(CLASSES)


def test_a_head_of_another_number_of_classes(networks, tmp_path):
    cfg, path = networks['segmentor']
    meta = dict(classes=('background', 'a', 'b'))
    torch.save(dict(torch.load(path), meta=dict(dataset_meta=meta)), tmp_path / 'other.pth')
    with pytest.raises(InputError, match=message_names('decode_head', 'num_classes=3')):
        WSSSInferencer(cfg, tmp_path / 'other.pth')


def test_pillow_images_are_as_arrays(inferencers, root):
    image = Image.open(image_path(root, 1))
    array = np.ascontiguousarray(np.array(image)[..., ::-1])
    one, two = (inferencers['segmentor'](item)['predictions'][0]['sem_seg'] for item in (array, image))
    np.testing.assert_array_equal(one, two)


@pytest.mark.parametrize(('options', 'named'), [
    (dict(labels=3), 'labels'), (dict(labels=b'cat'), 'labels'), (dict(labels=[None]), 'None'), (dict(cams=3), 'cams'),
    (dict(out_dir=3), 'out_dir'), (dict(batch_size='2'), 'batch_size'), (dict(batch_size=None), 'batch_size')])
def test_options_of_other_types(inferencers, root, options, named):
    with pytest.raises(InputError, match=named):
        inferencers['segmentor'](root / 'JPEGImages', **options)


def test_a_single_label_of_each_image(inferencers, root):
    names = sorted(path.stem for path in (root / 'JPEGImages').iterdir())
    found = [inferencers['segmentor'](root / 'JPEGImages', labels={name: form for name in names})['predictions']
             for form in ('cat', ['cat'])]
    for one, two in zip(*found, strict=True):
        np.testing.assert_array_equal(one['sem_seg'], two['sem_seg'])


def test_a_folder_that_cannot_be_written(inferencers, root, tmp_path):
    (tmp_path / 'file').touch()
    with pytest.raises(InputError, match=message_names(str(tmp_path / 'file'))):
        inferencers['segmentor'](root / 'JPEGImages', out_dir=tmp_path / 'file')


def test_tool(networks, root, capsys, monkeypatch, tmp_path):
    cfg, path = networks['segmentor']
    cfg.dump(tmp_path / 'segmentor.py')
    monkeypatch.chdir(tmp_path)
    done = run_inside(capsys, monkeypatch, 'infer.py', 'segmentor.py', path, root / 'JPEGImages', '--labels',
                      'cat, cow')
    assert done.status == 0 and re.search(message_names('infer', 'sem_seg', 'visualization', 3), done.out)
    masks = [np.array(Image.open(file)) for file in (tmp_path / 'infer' / 'pred').iterdir()]
    assert len(masks) == 3 and set(np.unique(masks)) <= {0, 8, 10}
    done = run_inside(capsys, monkeypatch, 'infer.py', 'segmentor.py', path, 'nothere')
    assert done.status == 1 and re.search('^error: .*nothere', done.err, re.M)
    done = run_inside(capsys, monkeypatch, 'infer.py', 'segmentor.py', path, root / 'JPEGImages', '--device', 'none')
    assert done.status == 1 and re.search('^error: .*none.*cpu', done.err)
