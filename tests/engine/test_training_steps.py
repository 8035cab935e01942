"""A training that cannot make a step is refused."""
import pytest
from message_names import message_names
from mmengine.config import Config

from mmwsss.engine.training_steps import require_steps
from mmwsss.utils.errors import InputError


def config(loop=None, **loader):
    return Config(dict(train_dataloader=dict(batch_size=4, drop_last=True) | loader,
                       train_cfg=loop or dict(max_epochs=1)))


def test_fewer_images_than_a_batch():
    with pytest.raises(InputError, match=message_names('batch_size=4', 'drop_last', '3 images', 'batch_size=3')):
        require_steps(config(), 3)
    require_steps(config(), 4)
    require_steps(config(drop_last=False), 3)


@pytest.mark.parametrize(('images', 'fits'), [(8, True), (7, True), (6, False)])
def test_processes_share_the_images(images, fits):
    """MMEngine's sampler repeats images so that every process has as many."""
    if fits:
        require_steps(config(), images, processes=2)
        return
    with pytest.raises(InputError, match=message_names('6 images', '3 for each of 2')):
        require_steps(config(), images, processes=2)


@pytest.mark.parametrize('loader', [dict(sampler=dict(type='InfiniteSampler')), dict(batch_sampler=dict(type='Own'))])
def test_samplers_that_never_end_or_make_batches(loader):
    require_steps(config(dict(max_iters=2e4), **loader), 3)


@pytest.mark.parametrize('loop', [dict(max_epochs=0), dict(max_iters=0), dict(max_iters=-1), dict(max_epochs='all'),
                                  dict(max_iters=2.5)])
def test_loops_without_a_step(loop):
    with pytest.raises(InputError, match=message_names(*loop)):
        require_steps(config(loop), 8)


@pytest.mark.parametrize('size', [0, -4, 'two', 2.5])
def test_batches_of_no_size(size):
    with pytest.raises(InputError, match=message_names('train_dataloader.batch_size', repr(size))):
        require_steps(config(batch_size=size), 8)


def test_no_images():
    with pytest.raises(InputError, match='no images'):
        require_steps(config(), 0)
