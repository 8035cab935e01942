"""A loss of the image must know the padding of its crops."""
import pytest
from message_names import message_names
from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmseg.registry import DATASETS
from tiny_run import write_tiny_run
from tiny_voc import write_tiny_voc

from mmwsss.datasets.crop_windows import require_crop_windows
from mmwsss.engine.runner import build_runner
from mmwsss.utils.errors import InputError

CROP = dict(type='RandomCropPad', crop_size=(32, 32))
PACK = dict(type='PackSegInputs')
WINDOW = dict(type='PackSegInputs', meta_keys=('img_path', 'ori_shape', 'img_shape', 'crop_window'))
WRAPS = [lambda one: one, lambda one: dict(type='RepeatDataset', times=2, dataset=one),
         lambda one: dict(type='ConcatDataset', datasets=[one])]


@pytest.fixture
def build(tmp_path):
    init_default_scope('mmseg')
    root = write_tiny_voc(tmp_path / 'data', images=2)

    def build(steps, wrap=WRAPS[0]):
        return DATASETS.build(wrap(dict(
            type='VOCImageLabelDataset', data_root=str(root), ann_file='ImageSets/Segmentation/train.txt',
            pipeline=[dict(type='LoadImage'), dict(type='LoadMask'), *steps])))
    return build


@pytest.mark.parametrize('wrap', WRAPS)
@pytest.mark.parametrize('crop', [CROP, dict(CROP, type='TopLeftCropPad'),
                                  dict(type='RandomApply', prob=0.5, transforms=[CROP])])
def test_padding_must_be_packed(build, crop, wrap):
    with pytest.raises(InputError, match=message_names('crop_window', 'meta_keys', 'PackSegInputs', 'image_loss')):
        require_crop_windows(build([crop, PACK], wrap))
    require_crop_windows(build([crop, WINDOW], wrap))


@pytest.mark.parametrize('steps', [
    [dict(type='RandomCrop', crop_size=(32, 32)), PACK], [dict(type='Resize', scale=(32, 32)), PACK], [PACK], []])
def test_pipelines_of_mmseg_pass(build, steps):
    require_crop_windows(build(steps))


def test_it_stops_before_the_training(tmp_path):
    cfg = Config.fromfile(write_tiny_run(tmp_path))
    cfg.model.update(type='ImageLossEncoderDecoder', image_loss=dict(type='GatedCRFLoss'))
    cfg.work_dir = str(tmp_path / 'out')
    cfg.train_dataloader.dataset.pipeline = [dict(type='LoadImage'), CROP, PACK]
    with pytest.raises(InputError, match=message_names('crop_window')):
        build_runner(cfg, ('train', ), strict=False)
