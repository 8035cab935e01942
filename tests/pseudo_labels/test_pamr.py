"""PAMR, against the authors' results."""
import numpy as np
import pytest
import torch
from message_names import message_names
from virtual_device import DEVICE, VirtualDevice

from mmwsss.pseudo_labels import pamr
from mmwsss.pseudo_labels.neighbour_sums import colour_differences, neighbour_rows
from mmwsss.pseudo_labels.pamr import pamr_weights
from mmwsss.utils.errors import InputError


@pytest.fixture
def data(golden):
    return {key: torch.from_numpy(value) for name in ('pamr_par', 'onestage') for key, value in golden(name).items()
            if key.startswith('pamr_')}


def test_as_the_authors(data):
    found = pamr(data['pamr_img'], data['pamr_mask'])
    torch.testing.assert_close(found, data['pamr_out_full_i10'], rtol=0, atol=1e-5)
    found = pamr(data['pamr_img'] / 255, data['pamr_mask'], dilations=(1, 2), steps=3)
    torch.testing.assert_close(found, data['pamr_out_d12_i3'], rtol=0, atol=1e-5)
    found = pamr(data['pamr_img'], data['pamr_mask'], dilations=(1, ), steps=1)
    torch.testing.assert_close(found, data['pamr_out_d1_i1'], rtol=0, atol=1e-5)
    found = pamr(data['pamr_img'], data['pamr_mask'], steps=1)
    torch.testing.assert_close(found, data['pamr_out_full_i1'], rtol=0, atol=1e-5)


def test_weights_as_the_authors(data):
    rows = neighbour_rows((40, 48), (1, 3), torch.device('cpu'))
    deviations = [deviation.view(40, 48) for _, deviation in colour_differences(data['pamr_img'][:1] / 255, rows, 2)]
    torch.testing.assert_close(torch.stack(deviations)[None, :, :12, :16], data['pamr_std_d13'], rtol=0, atol=1e-6)
    weights = pamr_weights(data['pamr_img'][:1] / 255, rows, 2).view(40, 48, 16).permute(2, 0, 1)
    torch.testing.assert_close(weights[None, :, :12, :16], data['pamr_aff_d13'], rtol=0, atol=1e-6)


def test_a_constant_image_gives_plain_averages(data):
    mask = torch.zeros(1, 3, 20, 24)
    mask[0, 1, 4:12, 6:18] = 1
    mask[0, 2, 13, 20] = 1
    found = pamr(torch.full((1, 3, 20, 24), .5), mask, dilations=(1, 2), steps=2)
    torch.testing.assert_close(found, data['pamr_flat_out'], rtol=0, atol=1e-6)


def test_no_step_only_resizes(data):
    found = pamr(data['pamr_img'], data['pamr_mask'], steps=0)
    np.testing.assert_array_equal(found[..., [0, 0, -1, -1], [0, -1, 0, -1]],
                                  data['pamr_mask'][..., [0, 0, -1, -1], [0, -1, 0, -1]])


def test_on_a_device(data):
    wanted = pamr(data['pamr_img'], data['pamr_mask'])
    with VirtualDevice():
        found = pamr(data['pamr_img'].to(DEVICE), data['pamr_mask'].to(DEVICE)).cpu()
    torch.testing.assert_close(found, wanted)


def test_an_image_smaller_than_the_dilations():
    image = torch.randint(0, 256, (1, 3, 2, 3), dtype=torch.uint8)
    found = pamr(image, torch.rand(1, 2, 2, 3).softmax(dim=1))
    torch.testing.assert_close(found.sum(dim=1), torch.ones(1, 2, 3))


IMAGES, SCORES = torch.zeros(2, 3, 6, 8, dtype=torch.uint8), torch.rand(2, 2, 3, 4)


@pytest.mark.parametrize(('changes', 'named'), [
    (dict(images=IMAGES[0]), [(3, 6, 8), 'PAMR']),
    (dict(images=IMAGES.long()), ['torch.int64']),
    (dict(images=IMAGES[:1]), [(2, 2, 3, 4), 1]),
    (dict(scores=SCORES[:, :0]), [(2, 0, 3, 4)]),
    (dict(scores=SCORES / 0), ['NaN']),
    (dict(images=IMAGES * float('nan')), ['NaN']),
    (dict(dilations=()), ['dilations']),
    (dict(dilations=(1, 0)), ['dilations', (1, 0)]),
    (dict(steps=-1), ['steps', -1]),
])
def test_bad_input(changes, named):
    with pytest.raises(InputError, match=message_names(*named)):
        pamr(**(dict(images=IMAGES, scores=SCORES) | changes))


def test_out_of_memory_names_what_to_reduce():
    endless = torch.zeros(1).expand(10**9, 3, 375, 500)  # its check alone would need 500 TB
    with pytest.raises(InputError, match=message_names('PAMR', 'memory', 'cpu', 'dilations')):
        pamr(endless, endless)
