"""The size of images that a network was trained for."""
import pytest
from mmengine.config import Config

from mmwsss.engine.training_scale import training_scale


@pytest.mark.parametrize('name, scale', [
    ('cam_r50_voc', 640), ('irnet_r50_voc', 1024), ('deeplabv2_r101_voc', 642), ('voc6/cam_efflite0_voc6', None),
    ('mini/cam_r18_mini', 208), ('mini/irnet_r18_mini', None), ('mini/deeplabv2_r18_mini', 320)])
def test_configs(repo, name, scale):
    assert training_scale(Config.fromfile(repo / 'configs' / f'{name}.py')) == scale


def test_nothing_known():
    assert training_scale(Config(dict(model=dict()))) is None
    assert training_scale(Config(dict(train_dataloader=dict(dataset=dict(pipeline=[dict(type='RandomFlip')]))))) is None
