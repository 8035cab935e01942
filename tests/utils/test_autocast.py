import torch

from mmwsss.utils.autocast import full_precision, has_autocast


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
