import errno
import os
import re

import pytest
from message_names import message_names
from torch.utils.data import DataLoader, Dataset

from mmwsss.engine import error_messages as module
from mmwsss.engine.error_messages import plain_errors, plain_message
from mmwsss.utils.errors import InputError


class Broken(Dataset):
    def __len__(self):
        return 2

    def __getitem__(self, index):
        try:
            raise InputError('It is cut off. Copy it again.\nTwo lines.')
        except InputError as error:
            raise InputError(f'image.jpg: {error}') from error


def wrapped() -> Exception:
    """Re-raise like MMEngine's older registry."""
    try:
        try:
            raise InputError('no folder x. Make it.')
        except InputError as error:
            raise type(error)(f'class `A` in a.py: {error}') from error
    except InputError as error:
        try:
            raise RuntimeError('while building') from error
        except RuntimeError as last:
            return last


def test_an_input_error_speaks_wherever_it_is_in_the_chain():
    assert plain_message(wrapped()) == 'no folder x. Make it.'


def test_an_error_that_names_the_place_of_another_speaks_for_it(capsys):
    with pytest.raises(SystemExit), plain_errors():
        try:
            raise InputError('k=9 is too large. Use a smaller one.')
        except InputError as error:
            raise InputError(f'The stage clusters: {error}') from error
    assert capsys.readouterr().err == 'error: The stage clusters: k=9 is too large. Use a smaller one.\n'


@pytest.mark.parametrize('workers', [0, 1])
def test_message_from_a_data_loaders_worker(workers):
    loader = DataLoader(Broken(), num_workers=workers)
    with pytest.raises(InputError) as caught:
        next(iter(loader))
    assert plain_message(caught.value) == 'image.jpg: It is cut off. Copy it again.\nTwo lines.'


def test_full_disk_is_told_with_the_way_to_resume():
    error = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), '/data/epoch_1.pth')
    message = plain_message(error, lambda: 'Then --resume.')
    assert re.search(message_names('No space left on device', '/data/epoch_1.pth', 'Then --resume.'), message)


@pytest.mark.parametrize('error, token', [
    (PermissionError(errno.EACCES, os.strerror(errno.EACCES), '/data/masks'), '/data/masks'),
    (ImportError('mmwsss needs mmcv >= 2.0.0rc4', name='mmwsss'), 'mmcv'),
])
def test_files_without_access_and_missing_packages_are_named(error, token):
    assert token in plain_message(error)


@pytest.mark.parametrize('error', [RuntimeError('CUDA'), OSError(errno.EACCES, 'no'), KeyError('HSP')])
def test_other_errors_keep_their_traceback(error):
    assert plain_message(error) is None
    with pytest.raises(type(error)) as caught, plain_errors():
        raise error
    assert caught.value is error


def test_input_error_ends_with_status_1(capsys):
    with pytest.raises(SystemExit) as end, plain_errors():
        raise InputError('a.py is missing. Give another.')
    assert end.value.code == 1
    assert capsys.readouterr().err == 'error: a.py is missing. Give another.\n'


def test_interruption_ends_with_status_130_and_the_way_to_resume(capsys):
    with pytest.raises(SystemExit) as end, plain_errors(resume_hint=lambda: 'Use --resume.'):
        raise KeyboardInterrupt
    assert end.value.code == 130
    assert re.fullmatch(r'\nInterrupted\. .*Use --resume\.\n', capsys.readouterr().err)


@pytest.mark.parametrize('launcher, variable', [
    ('pytorch', 'RANK'), ('slurm', 'SLURM_PROCID'), ('mpi', 'OMPI_COMM_WORLD_RANK')])
def test_other_ranks_let_rank_0_speak_first(launcher, variable, monkeypatch, capsys):
    waited = []
    monkeypatch.setattr(module.time, 'sleep', waited.append)
    for rank, printed in (('0', 'error: bad\n'), ('3', 'error: [rank 3] bad\n')):
        monkeypatch.setenv(variable, rank)
        with pytest.raises(SystemExit), plain_errors(launcher):
            raise InputError('bad')
        assert capsys.readouterr().err == printed
    assert waited == [module.PATIENCE]
    with pytest.raises(SystemExit), plain_errors(launcher):
        raise KeyboardInterrupt
    assert capsys.readouterr().err == ''


def test_an_interruption_that_somebody_took_for_something_else(capsys):
    """Fail like MMEngine's Config when it is interrupted while it formats its text."""
    with pytest.raises(SystemExit) as ended, plain_errors(resume_hint=lambda: 'Resume.'):
        try:
            raise KeyboardInterrupt
        except:  # noqa: E722
            raise SyntaxError('Failed to format the config file')  # noqa: B904
    assert ended.value.code == 130 and re.fullmatch(r'\nInterrupted\. .*Resume\.\n', capsys.readouterr().err)
