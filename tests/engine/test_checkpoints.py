import argparse
import os
import pickle
import re
import resource
import signal

import pytest
import torch
from message_names import message_names
from mmengine.logging import HistoryBuffer
from mmseg.models import SegTTAModel
from torch import nn

from mmwsss.engine.checkpoints import find_resumable, read_checkpoint, require_fit, weights_of, write_checkpoint
from mmwsss.models.heads.codebook import LearnableCodebook
from mmwsss.models.heads.memory_bank import MemoryBankCodebook
from mmwsss.utils.errors import InputError


def network(width: int = 3) -> nn.Module:
    torch.manual_seed(width)
    return nn.Sequential(nn.Conv2d(3, width, 1), nn.BatchNorm2d(width), nn.Conv2d(width, 2, 1))


def training_checkpoint(epoch: int) -> dict:
    buffer = HistoryBuffer([0.5, 0.25], [1, 1])
    return dict(meta=dict(epoch=epoch, iter=epoch * 10), message_hub=dict(log_scalars=dict(loss=buffer)),
                state_dict=network().state_dict(), optimizer=dict(state={}))


def test_reads_what_mmengine_writes(tmp_path):
    torch.save(training_checkpoint(3), tmp_path / 'a.pth')
    read = read_checkpoint(tmp_path / 'a.pth')
    assert read['meta']['iter'] == 30
    assert read['message_hub']['log_scalars']['loss'].mean() == 0.375
    for name, value in network().state_dict().items():
        assert torch.equal(weights_of(read)[name], value)


def test_a_written_checkpoint_is_read(tmp_path):
    write_checkpoint(tmp_path / 'new' / 'a.pth', network().state_dict(), dict(k=4))
    read = read_checkpoint(tmp_path / 'new' / 'a.pth')
    assert read['meta'] == dict(k=4) and torch.equal(read['state_dict']['0.weight'], network()[0].weight)


def test_a_checkpoint_that_does_not_fit_on_the_disk(tmp_path):
    """PyTorch's own writer would end with an error about positions in a zip file."""
    before, handler = resource.getrlimit(resource.RLIMIT_FSIZE), signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1]))
    try:
        with pytest.raises(InputError, match=message_names(tmp_path / 'a.pth')):
            write_checkpoint(tmp_path / 'a.pth', dict(a=torch.zeros(1000)))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)
    assert list(tmp_path.iterdir()) == []


def test_reads_the_legacy_format(tmp_path):
    torch.save(network().state_dict(), tmp_path / 'a.pth', _use_new_zipfile_serialization=False)
    assert torch.equal(read_checkpoint(tmp_path / 'a.pth')['0.weight'], network()[0].weight)


def test_data_parallel_prefix_is_stripped():
    weights = {f'module.{name}': value for name, value in network().state_dict().items()}
    assert weights_of(weights).keys() == network().state_dict().keys()
    assert weights_of(dict(state_dict=weights)).keys() == network().state_dict().keys()


class Evil:
    def __reduce__(self):
        return os.mkdir, ('executed', )


@pytest.mark.parametrize('content', [
    b'', b'not a checkpoint at all', b'\x89PNG\r\n', pickle.dumps(dict(state_dict=Evil())),
    b'PK\x03\x04' + b'0' * 99
])
def test_what_is_no_checkpoint_is_refused_and_not_executed(content, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / 'a.pth').write_bytes(content)
    with pytest.raises(InputError, match='a.pth'):
        read_checkpoint('a.pth')
    assert not (tmp_path / 'executed').exists()


def test_objects_in_a_checkpoint_are_named(tmp_path):
    torch.save(dict(state_dict=network().state_dict(), args=argparse.Namespace(lr=1)), tmp_path / 'a.pth')
    with pytest.raises(InputError, match='argparse.Namespace') as caught:
        read_checkpoint(tmp_path / 'a.pth')
    assert 'weights_only' not in str(caught.value)


@pytest.mark.parametrize('content', [torch.zeros(3), dict(epoch=3), dict(state_dict={}), {1: torch.zeros(3)}])
def test_a_file_without_weights_is_refused(content, tmp_path):
    torch.save(content, tmp_path / 'a.pth')
    with pytest.raises(InputError, match=message_names('a.pth', 'weights')):
        read_checkpoint(tmp_path / 'a.pth')


@pytest.mark.parametrize('name', ['none.pth', '.'])
def test_missing_file_is_named(name, tmp_path):
    with pytest.raises(InputError, match=message_names(tmp_path / name)):
        read_checkpoint(tmp_path / name)


def test_fitting_weights_are_loaded_into_the_wrapped_model():
    source, target = network(), network()
    nn.init.zeros_(target[0].weight)
    target.test_step = target.forward  # which the wrapper asks for
    wrapped = SegTTAModel(module=target)
    require_fit(nn.DataParallel(wrapped), dict(state_dict=source.state_dict()), 'a.pth')
    assert torch.equal(target[0].weight, source[0].weight)


def test_counters_of_batch_norm_may_be_missing():
    weights = network().state_dict()
    del weights['1.num_batches_tracked']
    require_fit(network(), weights, 'a.pth')


def test_what_does_not_fit_is_listed():
    weights = network().state_dict()
    del weights['2.bias']
    weights.update(extra=torch.zeros(1))
    with pytest.raises(InputError) as caught:
        require_fit(network(), weights, 'a.pth')
    first, *lines = str(caught.value).splitlines()
    assert 'a.pth' in first
    for line, (owner, name) in zip(lines, (('checkpoint', '2.bias'), ('model', 'extra')), strict=False):
        assert re.search(message_names(1, owner, name), line)


def test_other_shapes_are_listed_up_to_ten():
    wide = nn.Sequential(*(network(5) for _ in range(3)))
    narrow = nn.Sequential(*(network(3) for _ in range(3)))
    with pytest.raises(InputError) as caught:
        require_fit(narrow, wide.state_dict(), 'a.pth')
    line = str(caught.value).splitlines()[1]
    assert re.search(message_names(21, '0.0.bias', '0.0.weight', '5x3x1x1', '3x3x1x1', 11), line)
    assert line.count('(') == 10


@pytest.mark.parametrize('codebook', [LearnableCodebook, MemoryBankCodebook])
def test_a_codebook_of_another_size_is_told_with_its_file(codebook):
    with pytest.raises(InputError, match=message_names('a.pth', '4 x 3', '6 x 3')):
        require_fit(codebook(6, 3), codebook(4, 3).state_dict(), 'a.pth')


@pytest.mark.parametrize('name, value', [('2.bias', float('inf')), ('0.weight', float('nan')),
                                         ('1.running_var', float('nan'))])
def test_weights_of_a_training_that_diverged_are_refused(name, value):
    weights = network().state_dict()
    weights[name].view(-1)[1] = value
    with pytest.raises(InputError, match=message_names('a.pth', 1, name)):
        require_fit(network(), weights, 'a.pth')


def test_infinite_values_of_a_buffer_are_no_damage():
    weights = network().state_dict()
    weights['1.running_mean'][0] = float('inf')
    require_fit(network(), weights, 'a.pth')


def save(folder, *epochs):
    for epoch in epochs:
        torch.save(training_checkpoint(epoch), folder / f'epoch_{epoch}.pth')


def test_the_noted_checkpoint_is_resumed(tmp_path):
    save(tmp_path, 1, 2)
    assert find_resumable(tmp_path).name == 'epoch_2.pth'
    (tmp_path / 'last_checkpoint').write_text(str(tmp_path / 'epoch_1.pth'))
    assert find_resumable(tmp_path) == tmp_path / 'epoch_1.pth'


def test_a_moved_folder_is_resumed(tmp_path):
    save(tmp_path, 8, 9, 10)
    (tmp_path / 'last_checkpoint').write_text('/where/it/was/epoch_9.pth')
    assert find_resumable(tmp_path) == tmp_path / 'epoch_9.pth'


def test_a_copied_folder_leaves_the_original_alone(tmp_path):
    original, copy = tmp_path / 'a' / 'irnet', tmp_path / 'b' / 'irnet'
    for folder, epochs in ((original, (1, 2)), (copy, (1, ))):
        folder.mkdir(parents=True)
        save(folder, *epochs)
        (folder / 'last_checkpoint').write_text(str(original / 'epoch_2.pth'))
    assert find_resumable(copy) == copy / 'epoch_1.pth'
    (copy / 'epoch_2.pth').write_bytes((original / 'epoch_2.pth').read_bytes()[:1000])
    assert find_resumable(copy) == copy / 'epoch_1.pth'
    for path in copy.glob('*.pth'):
        path.unlink()
    assert find_resumable(copy) is None
    assert find_resumable(original) == original / 'epoch_2.pth'


def test_an_out_dir_of_checkpoints_is_resumed(tmp_path, monkeypatch):
    work, out = tmp_path / 'irnet', tmp_path / 'out' / 'irnet'
    for folder in (work, out):
        folder.mkdir(parents=True)
    save(out, 1)
    (work / 'last_checkpoint').write_text(str(out / 'epoch_1.pth'))
    assert find_resumable(work) == out / 'epoch_1.pth'
    monkeypatch.chdir(work)
    assert find_resumable('.') == out / 'epoch_1.pth'


def test_a_cut_off_checkpoint_is_passed_over(tmp_path):
    save(tmp_path, 9, 10)
    for name in ('epoch_10.pth', 'best_mIoU_epoch_11.pth'):
        whole = (tmp_path / 'epoch_9.pth').read_bytes()
        (tmp_path / name).write_bytes(whole[:len(whole) // 2])
    (tmp_path / 'last_checkpoint').write_text(str(tmp_path / 'epoch_10.pth'))
    torch.save(network().state_dict(), tmp_path / 'weights_99.pth')
    assert find_resumable(tmp_path).name == 'epoch_9.pth'


def test_a_best_checkpoint_comes_last(tmp_path):
    """MMEngine saves it without the optimizer and the schedule, which would begin anew."""
    best = training_checkpoint(5)
    del best['optimizer']
    torch.save(best, tmp_path / 'best_mIoU_epoch_5.pth')
    assert find_resumable(tmp_path).name == 'best_mIoU_epoch_5.pth'
    save(tmp_path, 3, 4)
    assert find_resumable(tmp_path).name == 'epoch_4.pth'


def test_nothing_to_resume(tmp_path):
    assert find_resumable(tmp_path) is None
    assert find_resumable(tmp_path / 'none') is None
    (tmp_path / 'last_checkpoint').write_text('')
    assert find_resumable(tmp_path) is None
