"""Classes of data, heads and checkpoints are compared, with their order."""
import pytest
from message_names import message_names
from mmengine.config import Config
from mmengine.registry import init_default_scope

import mmwsss.datasets  # noqa: F401
from mmwsss.engine.classes import (
    classes_of,
    require_classes_of_checkpoint,
    require_equal_classes,
    require_heads,
)
from mmwsss.utils.errors import InputError

CLASSES = ('background', 'cat', 'dog')


class Data:
    def __init__(self, *classes):
        self.metainfo = dict(classes=classes)


def test_classes_of_a_config():
    init_default_scope('mmseg')
    cfg = Config(dict(train_dataloader=dict(dataset=dict(type='VOCImageLabelDataset')), test_dataloader=dict(
        dataset=dict(type='VOCImageLabelDataset', metainfo=dict(classes=['background', 'cat'])))))
    assert len(classes_of(cfg, 'train')) == 21 and classes_of(cfg, 'test') == ('background', 'cat')
    assert classes_of(cfg, 'val') == ()


@pytest.mark.parametrize('classes', [('background', 'dog', 'cat'), ('background', 'cat'), ('background', 'cat', 'cow')])
def test_a_checkpoint_of_other_classes(classes):
    checkpoint = dict(state_dict={}, meta=dict(dataset_meta=dict(classes=CLASSES)))
    with pytest.raises(InputError, match=message_names('a.pth', *classes)):
        require_classes_of_checkpoint(checkpoint, classes, 'a.pth')
    assert require_classes_of_checkpoint(checkpoint, list(CLASSES), 'a.pth') is None
    assert require_classes_of_checkpoint(checkpoint, ('__background__', 'cat', 'dog'), 'a.pth') is None


@pytest.mark.parametrize('checkpoint', [{}, dict(meta={}), dict(meta=dict(dataset_meta=None)), dict(meta=None),
                                        dict(meta=dict(dataset_meta=dict(classes=None)))])
def test_a_checkpoint_without_classes(checkpoint):
    assert require_classes_of_checkpoint(checkpoint, CLASSES, 'a.pth') is None


@pytest.mark.parametrize('count', [1, 2, 4])
@pytest.mark.parametrize(('model', 'key'), [
    (lambda head: dict(decode_head=head), 'model.decode_head'),
    (lambda head: dict(decode_head=dict(num_classes=3), auxiliary_head=head), 'model.auxiliary_head'),
    (lambda head: dict(decode_head=[dict(num_classes=3), head]), 'model.decode_head.1'),
    (lambda head: dict(module=dict(decode_head=head)), 'model.module.decode_head')])
def test_heads_of_other_numbers(model, key, count):
    with pytest.raises(InputError, match=message_names(f'{key} ', f'num_classes={count}', f'{key}.num_classes=3')):
        require_heads(model(dict(num_classes=count)), CLASSES, 'c.py')
    for head in (dict(num_classes=3), dict(num_classes=3, out_channels=1), dict(type='x'), None):
        assert require_heads(model(head), CLASSES, 'c.py') is None


def test_heads_of_cams_do_not_count_the_background():
    with pytest.raises(InputError, match=message_names('model.head', 'num_classes=2')):
        require_heads(dict(head=dict(num_classes=3)), CLASSES, 'c.py')
    assert require_heads(dict(head=dict(num_classes=2)), CLASSES, 'c.py') is None
    assert require_heads(dict(head=dict(num_classes=9)), (), 'c.py') is None


def test_loops_with_other_classes():
    datasets = dict(other=object(), train=Data(*CLASSES), val=Data(*CLASSES), test=Data())
    assert require_equal_classes(datasets, 'c.py') == CLASSES and require_equal_classes({}, 'c.py') == ()
    with pytest.raises(InputError, match=message_names('c.py', 'train', 'val', 'dog, cat')):
        require_equal_classes(dict(train=Data(*CLASSES), val=Data('background', 'dog', 'cat')), 'c.py')
