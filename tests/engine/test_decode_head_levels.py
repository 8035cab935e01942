"""Levels that decode heads read are compared with those of the backbone, without running the network."""
import pytest
from message_names import message_names
from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmseg.registry import MODELS
from tiny_run import write_tiny_run
from torch import Tensor, nn

from mmwsss.engine.decode_head_levels import require_decode_head_levels
from mmwsss.engine.preflight import require_model
from mmwsss.engine.runner import build_runner
from mmwsss.utils.errors import InputError

FCN = dict(type='FCNHead', channels=4, num_convs=1, num_classes=2)


@pytest.fixture
def cfg(tmp_path) -> Config:
    """A network with levels of 8 and 16 channels."""
    init_default_scope('mmseg')
    return Config.fromfile(write_tiny_run(tmp_path))


@MODELS.register_module()
class OwnLevels(nn.Module):
    """A head that has `in_index` and `in_channels`, but reads the first level, whatever they are."""
    align_corners, num_classes, out_channels, in_index, in_channels = False, 2, 2, 7, 99

    def forward(self, levels: list[Tensor]) -> Tensor:
        return levels[0][:, :2]


class TwoLevels(nn.Module):
    """A neck."""

    def forward(self, levels: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
        return levels[1], levels[0]


@pytest.mark.parametrize('parts', [
    dict(),
    dict(decode_head=dict(in_index=-1)),
    dict(decode_head=dict(in_index=(0, 1), in_channels=(8, 16), input_transform='resize_concat')),
    dict(decode_head=dict(type='ASPPHead', dilations=(1, 2), num_convs=None, concat_input=None)),
    dict(auxiliary_head=[dict(FCN, in_channels=8, in_index=0), dict(FCN, in_channels=16, in_index=1)]),
    dict(decode_head=dict(_delete_=True, type='OwnLevels'))])
def test_heads_that_fit(cfg, parts):
    cfg.merge_from_dict(dict(model=parts))
    cfg.model.decode_head = {key: value for key, value in cfg.model.decode_head.items() if value is not None}
    model = MODELS.build(cfg.model)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    require_decode_head_levels(model, 'c.py')
    assert all(value.equal(before[name]) for name, value in model.state_dict().items())


@pytest.mark.parametrize(('parts', 'key', 'named'), [
    (dict(decode_head=dict(in_index=2)), 'model.decode_head', ['in_index=2']),
    (dict(decode_head=dict(in_index=-3)), 'model.decode_head', ['in_index=-3']),
    (dict(decode_head=dict(in_channels=17)), 'model.decode_head', ['in_channels=17']),
    (dict(decode_head=dict(in_index=(0, 3), in_channels=(8, 16), input_transform='resize_concat')),
     'model.decode_head', ['in_index=(0, 3)']),
    (dict(auxiliary_head=[dict(FCN, in_channels=8, in_index=0), dict(FCN, in_channels=16, in_index=4)]),
     'model.auxiliary_head.1', ['in_index=4'])])
def test_a_level_that_is_not_there_is_named_before_the_training(cfg, parts, key, named):
    cfg.merge_from_dict(dict(model=parts))
    names = message_names(key, 'tiny.py', *named, '8, 16')
    with pytest.raises(InputError, match=names):
        require_model(cfg, 'tiny.py')
    cfg.work_dir = str(cfg.data_root)
    with pytest.raises(InputError, match=names):
        build_runner(cfg, ('train', ), strict=False)


@pytest.mark.parametrize(('parts', 'named'), [
    (dict(backbone=dict(out_indices=(0, 1, 2))), ['ResNet', 'out_indices=(0, 1, 2)']),
    (dict(backbone=dict(depth=19)), None)])
def test_levels_that_the_backbone_itself_refuses(cfg, parts, named):
    cfg.merge_from_dict(dict(model=parts, work_dir=str(cfg.data_root)))
    if named is None:  # of another mistake the backbone tells
        require_model(cfg, 'tiny.py')
        with pytest.raises(KeyError):
            build_runner(cfg, ('train', ), strict=False)
        return
    with pytest.raises(InputError, match=message_names('tiny.py', *named)):
        require_model(cfg, 'tiny.py')
    with pytest.raises(InputError, match=message_names(*named)):
        build_runner(cfg, ('train', ), strict=False)


def test_the_levels_are_those_behind_a_neck(cfg):
    model = MODELS.build(cfg.model)
    model.neck = TwoLevels()
    with pytest.raises(InputError, match=message_names('model.decode_head', 'in_index=1', 'neck', '16, 8')):
        require_decode_head_levels(model, 'c.py')


def test_nothing_is_checked_where_levels_are_not_known(cfg):
    model = MODELS.build(cfg.model)
    model.decode_head.in_index = 9
    model.backbone.forward = lambda image: [image.sum().item()]
    require_decode_head_levels(model, 'c.py')
    require_decode_head_levels(nn.Conv2d(3, 3, 1), 'c.py')
