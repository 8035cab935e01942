import pytest
import torch
from message_names import message_names

from mmwsss.utils.autocast import autocast, check_autocast, full_precision, has_autocast
from mmwsss.utils.errors import InputError


def test_a_device_without_autocast():
    assert has_autocast('cpu') and not has_autocast('meta')
    with full_precision('meta'):
        pass


def test_full_precision_inside_of_autocast():
    one = torch.ones(2, 2)
    with torch.autocast('cpu', dtype=torch.bfloat16):
        assert (one @ one).dtype == torch.bfloat16
        with full_precision('cpu'):
            assert (one @ one).dtype == torch.float32


def test_autocast_by_its_setting():
    one = torch.ones(2, 2)
    for setting, dtype in ((None, torch.float32), ('bfloat16', torch.bfloat16)):
        check_autocast('Net', setting)
        with autocast(torch.device('cpu'), setting):
            assert (one @ one).dtype == dtype


def test_autocast_is_refused():
    with pytest.raises(InputError, match=message_names('Net', 'test_cfg.autocast', 'int8', 'bfloat16', 'float16')):
        check_autocast('Net', 'int8')
    with autocast(torch.device('meta'), None):
        pass
    with pytest.raises(InputError, match=message_names('test_cfg.autocast', 'bfloat16', 'meta')):
        autocast(torch.device('meta'), 'bfloat16')
