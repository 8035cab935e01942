"""Checkpoints that a training starts from, and those that would leave it random."""
import pytest
import torch
from message_names import message_names
from mmengine.model import BaseModule
from torch import nn

from mmwsss.engine.checkpoints import write_checkpoint
from mmwsss.engine.initial_weights import require_own_weights
from mmwsss.models import LearnableCodebook
from mmwsss.utils.errors import InputError


class Model(BaseModule):
    """A backbone and words, whose `init_cfg` is that of the backbone."""

    def __init__(self, init_cfg=None):
        super().__init__()
        self.backbone = BaseModule(init_cfg)
        self.backbone.conv = nn.Conv2d(3, 4, 1)
        self.words = LearnableCodebook(4, 8)


@pytest.fixture
def saved(tmp_path):
    """Write weights with further ones, and return the path."""
    def write(**more):
        write_checkpoint(tmp_path / 'a.pth', {**Model().state_dict(), **more})
        return str(tmp_path / 'a.pth')
    return write


def test_own_weights_and_those_of_other_places():
    require_own_weights(Model(), None)
    require_own_weights(Model(dict(type='Pretrained', checkpoint='torchvision://resnet18', prefix='no.')),
                        'https://some.where/a.pth')


@pytest.mark.parametrize('prefix', ['backbone', 'backbone.'])
def test_a_part_of_a_checkpoint(saved, prefix):
    path = saved()
    require_own_weights(Model([dict(type='Kaiming'), dict(type='Pretrained', checkpoint=path, prefix=prefix)]), path)


@pytest.mark.parametrize('prefix', ['encoder.', 'words.', 'back'])
def test_a_part_that_a_checkpoint_lacks(saved, prefix):
    model = Model(dict(type='Pretrained', checkpoint=saved(), prefix=prefix))
    with pytest.raises(InputError, match=message_names('model.backbone.init_cfg', 'a.pth', prefix)):
        require_own_weights(model, None)


def test_names_that_a_backbone_converts_are_not_looked_at(saved):
    require_own_weights(Model(dict(type='Pretrained', checkpoint=saved())), None)


def test_a_checkpoint_of_another_model(saved):
    with pytest.raises(InputError, match=message_names('load_from', 'a.pth')):
        require_own_weights(nn.Linear(2, 3), saved())


def test_weights_of_other_shapes_may_stay_new(saved):
    require_own_weights(Model(), saved(**{'backbone.conv.weight': torch.zeros(9, 9)}))


def test_words_of_another_size_are_named_with_their_file(saved):
    with pytest.raises(InputError, match=message_names('a.pth', '6 x 8', '4 x 8')):
        require_own_weights(Model(), saved(**{'words.words': torch.zeros(6, 8)}))
