"""PAR, against the authors' results."""
import pytest
import torch
from message_names import message_names
from virtual_device import DEVICE, VirtualDevice

from mmwsss.pseudo_labels import par
from mmwsss.utils.errors import InputError


@pytest.fixture
def data(golden):
    return {key: torch.from_numpy(value) for key, value in golden('pamr_par').items()}


def test_as_the_authors(data):
    found = par(data['par_pic'], data['par_mask'])
    torch.testing.assert_close(found, data['par_out'], rtol=0, atol=1e-5)
    found = par(data['par_pic'].float(), data['par_mask'], dilations=(1, 2), steps=3)
    torch.testing.assert_close(found, data['par_out_d12_i3'], rtol=0, atol=1e-5)


def test_weights_sum_to_more_than_one():
    images = torch.randint(0, 256, (1, 3, 9, 7), dtype=torch.uint8)
    found = par(images, torch.ones(1, 2, 9, 7), steps=2)
    torch.testing.assert_close(found, torch.full((1, 2, 9, 7), 1.01**2))


def test_on_a_device(data):
    wanted = par(data['par_pic'], data['par_mask'])
    with VirtualDevice():
        found = par(data['par_pic'].to(DEVICE), data['par_mask'].to(DEVICE)).cpu()
    torch.testing.assert_close(found, wanted)


def test_a_wrong_number_of_images():
    with pytest.raises(InputError, match='PAR.*2'):
        par(torch.zeros(2, 3, 6, 8, dtype=torch.uint8), torch.rand(1, 2, 6, 8))


def test_out_of_memory_names_what_to_reduce():
    endless = torch.zeros(1).expand(10**9, 3, 375, 500)  # its check alone would need 500 TB
    with pytest.raises(InputError, match=message_names('PAR', 'memory', 'cpu', 'dilations')):
        par(endless, endless)
