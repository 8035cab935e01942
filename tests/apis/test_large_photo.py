"""Large photos: the network sees them at its own scale, results have the full size, memory stays bounded."""
import numpy as np
import pytest
import torch
from message_names import message_names
from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmseg.registry import MODELS
from PIL import Image
from reference_network import REPO

from mmwsss.apis import WSSSInferencer
from mmwsss.engine.ir_labels import Job, label_image, max_size_of
from mmwsss.models import DenseCRF
from mmwsss.pseudo_labels import read_cam, write_cam
from mmwsss.utils.errors import InputError

SIZE = 1500, 2000
CLASSES = ('bus', 'car', 'cat', 'cow', 'dog', 'horse')


@pytest.fixture(scope='module')
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp('photo')
    small = np.random.default_rng(0).integers(0, 255, (15, 20, 3), np.uint8)
    Image.fromarray(small).resize(SIZE[::-1]).save(folder / 'photo.jpg')
    write_cam(folder / 'photo.npz', np.tile(np.linspace(0, 1, 500, dtype=np.float32), (1, 375, 1)), [2], SIZE, CLASSES)
    return folder


@pytest.fixture
def inferencer(folder, request):
    """An inferencer that records the sizes of what the backbone sees."""
    cfg = Config.fromfile(REPO / 'configs' / 'mini' / f'{request.param}.py')
    cfg.model.backbone.init_cfg = None
    init_default_scope('mmseg')
    torch.manual_seed(3)
    path = folder / f'{request.param}.pth'
    torch.save(dict(state_dict=MODELS.build(cfg.model).state_dict()), path)
    inferencer = WSSSInferencer(cfg, path, device='cpu', show_progress=False)
    inferencer.seen = []
    inferencer.model.backbone.register_forward_pre_hook(
        lambda module, inputs: inferencer.seen.append(max(inputs[0].shape[2:])))
    return inferencer


@pytest.mark.parametrize('inferencer', ['cam_r18_mini'], indirect=True)
def test_classifier(inferencer, folder):
    found = inferencer(folder / 'photo.jpg', labels=['cat'], out_dir=folder / 'out')['predictions'][0]
    assert inferencer.max_size == 208 and max(inferencer.seen) == 2 * 208  # of the scales 1 and 2
    assert np.array(Image.open(found['sem_seg'])).shape == SIZE
    assert read_cam(found['cam']).cam.shape == (1, 375, 500)
    assert Image.open(found['visualization']).size == (3 * 1024, 768)  # image, labels, a CAM


@pytest.mark.parametrize('inferencer', ['irnet_r18_mini'], indirect=True)
def test_refiner(inferencer, folder):
    found = inferencer(folder / 'photo.jpg', cams=folder)['predictions'][0]
    assert inferencer.max_size is None and max(inferencer.seen) == 320  # of its own test pipeline
    assert found['sem_seg'].shape == SIZE and found['boundary'].shape == (60, 80)


@pytest.mark.parametrize('inferencer', ['deeplabv2_r18_mini'], indirect=True)
def test_segmentor_in_stripes(inferencer, folder, monkeypatch):
    whole = inferencer(folder / 'photo.jpg', return_datasamples=True)['predictions'][0]
    assert inferencer.max_size == max(inferencer.seen) == 320 and whole.seg_logits.shape == SIZE
    few = inferencer(folder / 'photo.jpg', labels=['cow'])['predictions'][0]['sem_seg']
    monkeypatch.setattr(inferencer.pipeline, 'large', 10 ** 6)
    sample = inferencer(folder / 'photo.jpg', return_datasamples=True)['predictions'][0]
    assert sample.seg_logits.shape == (240, 320) and sample.ori_shape == SIZE
    assert (sample.pred_sem_seg.data == whole.pred_sem_seg.data).float().mean() > 0.999
    found = inferencer(folder / 'photo.jpg', labels=['cow'])['predictions'][0]['sem_seg']
    assert (found == few).mean() > 0.999 and set(np.unique(found)) <= {0, 4}


@pytest.mark.parametrize('inferencer', ['deeplabv2_r18_mini'], indirect=True)
def test_limit(inferencer, folder):
    cfg, path = inferencer.cfg, folder / 'deeplabv2_r18_mini.pth'
    assert WSSSInferencer(cfg, path, device='cpu', max_size=None).max_size is None
    assert WSSSInferencer(cfg, path, device='cpu', max_size=64).max_size == 64
    for size in (0, 2.5, True):
        with pytest.raises(InputError, match=message_names('max_size', size)):
            WSSSInferencer(cfg, path, device='cpu', max_size=size)


def test_labels_of_the_refiner(folder):
    """The DenseCRF sees the image at its bounded size, and the label has the image's."""
    seen = []

    class Recorded(DenseCRF):
        def refine_sets(self, image, scores):
            seen.append(tuple(image.shape[1:]))
            return scores

    job = Job(str(folder / 'photo.jpg'), str(folder / 'photo.npz'), folder / 'label.png', CLASSES,
              dict(classes=('background', *CLASSES)), 0.6, 0.3, Recorded(), max_size=100)
    pixels, certain, _ = label_image(job)
    label = np.array(Image.open(folder / 'label.png'))
    assert seen == [(75, 100)] and label.shape == SIZE and pixels == label.size and certain < pixels
    assert (label[:, :580] == 0).all() and (label[:, 640:1160] == 255).all() and (label[:, 1240:] == 3).all()


@pytest.mark.parametrize('size', [0, 2.5, '512', True])
def test_bad_bound_of_labels(size):
    with pytest.raises(InputError, match=message_names('ir_label_max_size')):
        max_size_of(Config(dict(ir_label_max_size=size)))
    assert max_size_of(Config(dict())) is None
