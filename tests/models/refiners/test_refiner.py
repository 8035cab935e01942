"""What every refiner must do: those of the package, found by themselves, and one outside of it."""
import moved_backend  # noqa: F401
import numpy as np
import pytest
import torch
import torch.nn.functional as F
from message_names import message_names
from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmengine.structures import PixelData
from mmseg.registry import MODELS
from mmseg.structures import SegDataSample
from PIL import Image
from reference_network import REPO

from mmwsss.models import Refiner
from mmwsss.pseudo_labels import Transition
from mmwsss.pseudo_labels.cam import strided_size
from mmwsss.utils.errors import InputError

EXAMPLES = REPO / 'tests/examples'
REFINERS = sorted(name for name, item in MODELS.module_dict.items()
                  if item.__module__.startswith('mmwsss.models.refiners'))
META = dict(classes=['background', *'abcdef'], palette=[[index] * 3 for index in range(7)])


def settings_of(name):
    """The model of a mini config; every refiner of the package has one."""
    configs = (Config.fromfile(path) for path in sorted((REPO / 'configs/mini').glob('*.py')))
    model = next(cfg.model for cfg in configs if cfg.get('model', {}).get('type') == name)
    if model.get('backbone'):
        model.backbone.init_cfg = None
    return model.to_dict()


@pytest.fixture(params=[*REFINERS, 'ColourRefiner'])
def build(request, monkeypatch):
    """A function that builds the refiner with changes of its test_cfg."""
    init_default_scope('mmseg')
    monkeypatch.syspath_prepend(EXAMPLES)
    __import__('colour_refiner'), __import__('mean_refinement')

    def build(**test_cfg):
        own = request.param == 'ColourRefiner'
        model = dict(type='ColourRefiner') if own else settings_of(request.param)
        model['test_cfg'] = dict(model.get('test_cfg', {}), **test_cfg)
        torch.manual_seed(0)
        return MODELS.build(model).eval()

    return build


@pytest.fixture(params=REFINERS)
def rebuild(request):
    """A function that builds the refiner with changes of its backbone's or its head's settings."""
    init_default_scope('mmseg')
    model = settings_of(request.param)

    def rebuild(part, **settings):
        model[part] = dict(model[part], **settings)
        return MODELS.build(model)

    return rebuild, model['head']


def with_cam(size, keys, cam, **meta):
    sample = SegDataSample(metainfo=dict(ori_shape=size, **meta))
    sample.cam, sample.cam_keys = PixelData(data=cam), torch.tensor(keys, dtype=torch.int64)
    return sample


def test_the_package_has_some():
    assert {'AffinityNet', 'BoundaryRefiner', 'IRNet'} <= set(REFINERS)


def test_the_example_is_short():
    assert len((EXAMPLES / 'colour_refiner.py').read_text().splitlines()) < 60


def test_without_cams(build):
    model = build()
    sample = model.predict(torch.randn(1, 3, 41, 50))[0]
    maps = {name: value.data for name, value in sample.items()}
    small = strided_size((41, 50), model.stride)
    assert maps and 'pred_sem_seg' not in sample
    assert all(value.shape[1:] == small and value.isfinite().all() for value in maps.values())
    assert isinstance(model.transition(maps), Transition) and model.transition(maps).size == small
    seed = model.seed(torch.ones(2, *strided_size((41, 50), model.cam_stride or model.stride)), maps)
    assert len(seed) >= 2 and seed.shape[1:] == small
    assert model.scores(seed, (41, 50)).shape == (2, 41, 50)


@pytest.mark.parametrize('size', [(1, 1), (3, 9), (41, 50)])
def test_with_cams(build, size):
    model = build(bg_thr=0.5)
    small = tuple(-(-side // 4) for side in size)
    samples = [with_cam(size, keys, cam) for keys, cam in (
        ([], torch.zeros(0, *small)), ([2], torch.zeros(1, *small)), ([4, 1], torch.rand(2, *small)),
        ([4, 1], torch.rand(2, *size)))]
    found = model.predict([torch.randn(3, *size) for _ in samples], samples)
    for sample in found:
        score, label = sample.cam_winner.score, sample.cam_winner.label
        assert score.shape == label.shape == sample.pred_sem_seg.data.shape == (1, *size)
        assert score.min() >= 0 and score.max() <= 1 + 1e-6 and label.dtype == torch.int64
        torch.testing.assert_close(sample.pred_sem_seg.data, torch.where(score > 0.5, label, 0))
        assert set(label.unique().tolist()) <= {0, *(sample.cam_keys + 1).tolist()}
    assert not found[0].pred_sem_seg.data.any() and not found[1].pred_sem_seg.data.any()
    assert found[2].cam_winner.score.max() > 0


def test_autocast_stays_close(build):
    if 'autocast' not in build().test_defaults:
        pytest.skip('it has no such setting')
    image = torch.randn(3, 41, 50)
    with torch.no_grad():
        full, half = (build(autocast=dtype).maps(image) for dtype in (None, 'bfloat16'))
    for name, maps in full.items():
        difference = (half[name] - maps).abs()
        assert half[name].dtype == torch.float32 and 0 < difference.mean() < 0.05 * maps.abs().max(), name


def test_results_have_the_original_size(build):
    model, image, cam = build(), torch.randn(3, 41, 50), torch.rand(1, 11, 13)
    half, full = model.predict([image] * 2, [with_cam((41, 50), [3], cam), with_cam((82, 100), [3], cam)])
    double = F.interpolate(half.cam_winner.score[None], size=(82, 100), mode='bilinear', align_corners=False)[0]
    torch.testing.assert_close(full.cam_winner.score, double, atol=1e-5, rtol=0)


def test_local_refinement(build, tmp_path):
    """By a file, and by an image that comes along; it is that of the labels alone."""
    image = np.random.randint(0, 256, (41, 50, 3), dtype=np.uint8)
    Image.fromarray(image).save(tmp_path / 'a.png')
    inputs, cam = torch.randn(3, 41, 50), torch.rand(2, 11, 13)
    refine = dict(type='MeanRefinement', radius=4)
    plain = build().predict([inputs], [with_cam((41, 50), [4, 1], cam)])[0]
    model = build(refine=refine)
    found = model.predict([inputs] * 2, [
        with_cam((41, 50), [4, 1], cam, img_path=str(tmp_path / 'a.png')),
        with_cam((41, 50), [4, 1], cam, img_path='nowhere.png', ori_img=image)])
    labels = plain.pred_sem_seg.data[0]
    onehot = torch.stack([labels == value for value in (0, 5, 2)]).float() * 0.55 + 0.15
    means = F.avg_pool2d(onehot[None], 9, stride=1, padding=4, count_include_pad=False)[0]
    expected = torch.tensor([0, 5, 2])[means.argmax(dim=0)]
    for sample in found:
        assert (sample.pred_sem_seg.data[0] == expected).float().mean() > 0.99  # ties
        assert torch.equal(sample.cam_winner.score, plain.cam_winner.score)


def test_images_are_read_by_the_backend_of_the_data_set(build, tmp_path):
    Image.fromarray(np.zeros((41, 50, 3), np.uint8)).save(tmp_path / 'a.png')
    model, sample = build(refine=dict(type='MeanRefinement')), with_cam(
        (41, 50), [4], torch.rand(1, 11, 13), img_path='moved://a.png', backend_args=dict(
            backend='moved', root=str(tmp_path)))
    assert model.predict([torch.randn(3, 41, 50)], [sample])[0].pred_sem_seg.data.shape == (1, 41, 50)


def test_what_it_shows_can_be_written_and_drawn(build, tmp_path):
    model = build()
    sample = with_cam((41, 50), [4, 1], torch.rand(2, 11, 13))
    model.predict([torch.randn(3, 41, 50)], [sample])
    image = np.zeros((82, 100, 3), np.uint8)
    assert {item.field for item in model.shown} & set(sample.keys()) >= {'pred_sem_seg'}
    for item in model.shown:
        if item.field in sample:
            assert item.name in item.arrays(sample)
            path = tmp_path / f'{item.name}{item.suffix}'
            item.write(path, sample, META)
            assert path.is_file()
            for drawn in (item.panel(image, sample, META), item.overlay(image, sample, META)):
                assert drawn.shape == image.shape and drawn.dtype == np.uint8
    assert set(model.takes) <= {'labels', 'cams'}


def test_bad_settings(build):
    with pytest.raises(InputError, match=message_names('test_cfg', ['threshold'])):
        build(threshold=0.3)
    with pytest.raises(InputError, match=message_names('refine', 'crf')):
        build(refine=dict(type='MeanRefinement'), crf=dict())
    with pytest.raises(InputError, match=message_names('test_cfg', 'autocast')):
        build(autocast='int8')
    with pytest.raises(InputError, match='NoRefinement.*PAMR'):
        build(refine=dict(type='NoRefinement'))


def test_levels_of_other_channels_are_named_when_it_is_built(rebuild):
    build, head = rebuild
    wrong = (*head['in_channels'][:-1], 48)
    with pytest.raises(InputError, match=message_names(head['type'], wrong, tuple(head['in_channels']))):
        build('head', in_channels=wrong)


def test_levels_of_other_strides_are_named_when_it_is_built(rebuild):
    build, head = rebuild
    wrong = (*head['strides'][:-1], 32)
    with pytest.raises(InputError, match=message_names(head['type'], wrong, tuple(head['strides']))):
        build('head', strides=wrong)


def test_levels_that_lack_are_named_when_it_is_built(rebuild):
    build, head = rebuild
    with pytest.raises(InputError, match=message_names(head['type'], tuple(head['in_channels']), 'out_indices')):
        build('backbone', out_indices=(2, 3))
    with pytest.raises(InputError, match=message_names('out_indices', 5)):
        build('backbone', out_indices=(2, 5))


def test_the_base_class_alone_does_nothing():
    with pytest.raises(NotImplementedError):
        Refiner().predict(torch.randn(1, 3, 8, 8))
    with pytest.raises(NotImplementedError, match='cannot be trained'):
        Refiner().loss(torch.randn(1, 3, 8, 8), [])


def test_colours_stop_the_walk(monkeypatch):
    """Activation fills the half of the image that it starts in."""
    monkeypatch.syspath_prepend(EXAMPLES)
    __import__('colour_refiner')
    image, cam = torch.full((3, 48, 64), -1.0), torch.zeros(1, 12, 16)
    image[:, :, 32:] = 1
    cam[:, 5, 3] = 1
    model = MODELS.build(dict(type='ColourRefiner'))
    label = model.predict([image], [with_cam((48, 64), [2], cam)])[0].pred_sem_seg.data[0]
    assert (label[:, :30] == 3).float().mean() > 0.95 and not label[:, 34:].any()
