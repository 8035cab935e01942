"""Mean-field inference in PyTorch, against pydensecrf."""
import sys

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from message_names import message_names
from PIL import Image
from virtual_device import DEVICE, VirtualDevice, on_device

from mmwsss.pseudo_labels import label_scores, mean_field
from mmwsss.utils.errors import InputError

KERNELS = (3, 3), (50, 5, 10)


@pytest.fixture
def image(golden):
    return torch.from_numpy(golden('irn')['ir_pic']).permute(2, 0, 1)


@pytest.fixture
def energies(image):
    return smooth_energies(4, image.shape[1:])


def smooth_energies(classes, size):
    coarse = torch.rand(1, classes, 12, 16, generator=torch.Generator().manual_seed(0))
    scores = F.interpolate(4 * coarse, size=tuple(size), mode='bilinear', align_corners=False)[0]
    return -scores.log_softmax(dim=0)


@pytest.mark.parametrize('kernels', [KERNELS, ((1, 3), (67, 3, 4)), ((3, 3), (80, 13, 10)), ((.5, 1), (10.5, 40, -2))])
@pytest.mark.parametrize('weights', [None, torch.tensor([1, .5, 1, 1 / 17])])
def test_as_pydensecrf(image, energies, kernels, weights):
    pytest.importorskip('pydensecrf')
    wanted = mean_field(image, energies, *kernels, message_weights=weights, backend='pydensecrf')
    found = mean_field(image, energies, *kernels, message_weights=weights, backend='torch')
    assert found.dtype == wanted.dtype == torch.float32
    torch.testing.assert_close(found, wanted, rtol=0, atol=1e-4)
    assert (found - (-energies).softmax(dim=0)).abs().max() > .05  # there was something to refine


def test_as_pydensecrf_on_real_images(voc6):
    pytest.importorskip('pydensecrf')
    for path in sorted((voc6 / 'JPEGImages').glob('*.jpg'))[::60][:3]:
        image = torch.from_numpy(np.array(Image.open(path).convert('RGB'))).permute(2, 0, 1)
        energies = smooth_energies(3, image.shape[1:])
        wanted = mean_field(image, energies, *KERNELS, backend='pydensecrf')
        found = mean_field(image, energies, *KERNELS, backend='torch')
        assert (found - wanted).abs().max() < 5e-3
        assert (found.argmax(dim=0) == wanted.argmax(dim=0)).float().mean() >= .999


@pytest.fixture(params=['torch', 'pydensecrf'])
def backend(request):
    if request.param == 'pydensecrf':
        pytest.importorskip('pydensecrf')
    return request.param


def test_the_crf_of_1_stage(golden, backend):
    data = golden('crf')
    probs = torch.zeros(21, *data['tt_out'].shape[1:])
    probs[[0, 3, 9, 14]] = torch.from_numpy(data['tt_out'])  # not renormalised, and 0 for all other classes
    image = torch.from_numpy(data['crf_pic']).permute(2, 0, 1)
    found = mean_field(image, -probs.clamp(1e-5, 1).log(), (3, 3), (80, 13, 10), backend=backend)
    np.testing.assert_allclose(found[[0, 1, 3, 9, 14]], data['crf_q'], rtol=0, atol=1e-4)


def test_the_crf_of_sec(golden, backend):
    """It runs on small maps; its widths are a twelfth, and its energies are minus the scores."""
    data = golden('crf')
    for image, scores, wanted in zip(data['sec_im_small_bgr'], data['sec_scores'], data['sec_crf_log'], strict=True):
        found = mean_field(torch.from_numpy(image), -torch.from_numpy(scores), (3 / 12, 3), (80 / 12, 13, 10),
                           backend=backend).clamp(min=1e-4)
        np.testing.assert_allclose((found / found.sum(dim=0)).log(), wanted, rtol=0, atol=1e-3)


@pytest.mark.parametrize('kernels', [KERNELS, ((1, 3), (67, 3, 4))])
@pytest.mark.parametrize('reduction', [1, 2])
def test_as_pydensecrf_on_images_of_twenty_classes(voc20, kernels, reduction):
    """Ten images with 3 to 6 labels, of a mask that was moved."""
    pytest.importorskip('pydensecrf')
    largest, mean, equal = [], [], []
    for path in sorted((voc20 / 'SegmentationClass').glob('*.png'))[::100][:10]:
        image, mask = Image.open(voc20 / 'JPEGImages' / f'{path.stem}.jpg').convert('RGB'), Image.open(path)
        image = image.reduce(reduction)
        mask = mask.resize(image.size, Image.NEAREST)
        pixels = torch.from_numpy(np.array(image)).permute(2, 0, 1)
        names, positions = np.unique(np.array(mask), return_inverse=True)
        labels = torch.from_numpy(positions.reshape(pixels.shape[1:])).roll((5, -9), dims=(0, 1))
        number = min(max(len(names), 2 + len(largest) % 5), 6)
        energies = -label_scores(labels.clamp(max=number - 1), number, 0.7).log()
        wanted = mean_field(pixels, energies, *kernels, backend='pydensecrf')
        found = mean_field(pixels, energies, *kernels, backend='torch')
        largest.append(float((found - wanted).abs().max()))
        mean.append(float((found - wanted).abs().mean()))
        equal.append(float((found.argmax(dim=0) == wanted.argmax(dim=0)).float().mean()))
    assert len(largest) == 10 and max(largest) < 1e-5 and max(mean) < 1e-7 and min(equal) >= .9999


@pytest.mark.parametrize('size', [(1, 1), (1, 2), (2, 1), (3, 1), (2, 3), (5, 8)])
@pytest.mark.parametrize('fill', [0, 7, 255])
def test_small_images_of_one_colour(size, fill, backend):
    image, energies = torch.full((3, *size), fill, dtype=torch.uint8), torch.rand(3, *size)
    found = mean_field(image, energies, *KERNELS, backend=backend)
    torch.testing.assert_close(found.sum(dim=0), torch.ones(size))
    if backend == 'torch' and pytest.importorskip('pydensecrf'):
        torch.testing.assert_close(
            found, mean_field(image, energies, *KERNELS, backend='pydensecrf'), rtol=0, atol=1e-5)


@pytest.mark.parametrize('left_out', range(4))
def test_as_pydensecrf_at_any_number_of_pixels(image, left_out):
    """It takes four pixels at a time; what it fills the last four up with counts, too."""
    pytest.importorskip('pydensecrf')
    image = (image[:, :61, :64 - left_out] // 2).contiguous()  # dark, so near to the origin
    energies = smooth_energies(3, image.shape[1:])
    found = mean_field(image, energies, *KERNELS, backend='torch')
    torch.testing.assert_close(
        found, mean_field(image, energies, *KERNELS, backend='pydensecrf'), rtol=0, atol=1e-4)


@pytest.mark.parametrize('classes', [21, 81])
def test_as_pydensecrf_with_many_classes(image, classes):
    pytest.importorskip('pydensecrf')
    energies = smooth_energies(classes, image.shape[1:])
    wanted = mean_field(image, energies, *KERNELS, backend='pydensecrf')
    found = mean_field(image, energies, *KERNELS, backend='torch')
    torch.testing.assert_close(found, wanted, rtol=0, atol=5e-4)
    assert (found - wanted).abs().mean() < 1e-5
    assert (found.argmax(dim=0) == wanted.argmax(dim=0)).float().mean() >= .999


def test_sets_are_independent(image, energies, backend):
    sets = torch.stack([energies, energies.flip(0), energies.roll(9, 2)])
    found = mean_field(image, sets, *KERNELS, steps=3, backend=backend)
    for energy, probs in zip(sets, found, strict=True):
        alone = mean_field(image, energy, *KERNELS, steps=3, backend=backend)
        torch.testing.assert_close(probs, alone, rtol=0, atol=1e-6)


def test_images_are_independent(image, energies, backend):
    images = torch.stack([image, image.flip(2), 255 - image // 2])[:, :, :31, :37]
    sets = torch.stack([energies, energies.roll(9, 2), energies.flip(0)])[..., :31, :37]
    found = mean_field(images, sets, *KERNELS, steps=3, backend=backend)
    for pixels, energy, probs in zip(images, sets, found, strict=True):
        alone = mean_field(pixels, energy, *KERNELS, steps=3, backend=backend)
        torch.testing.assert_close(probs, alone, rtol=0, atol=1e-5)


@pytest.mark.parametrize('backend', ['torch', 'auto'])
def test_no_step_is_a_softmax(image, energies, backend):
    found = mean_field(image, energies, *KERNELS, steps=0, backend=backend)
    torch.testing.assert_close(found, (-energies).softmax(dim=0))


def test_message_weights_carry_equal_classes(image, energies):
    """One class of energy u - log(m), its messages divided by m, stands for m classes of energy u."""
    all_classes = torch.cat([energies, energies[3:], energies[3:]])
    wanted = mean_field(image, all_classes, *KERNELS, steps=2, backend='torch')
    energies[3] -= np.log(3)
    weights = torch.tensor([1, 1, 1, 1 / 3])
    found = mean_field(image, energies, *KERNELS, steps=2, message_weights=weights, backend='torch')
    torch.testing.assert_close(found[:3], wanted[:3], rtol=0, atol=1e-5)


def test_on_a_device(image, energies):
    wanted = mean_field(image, energies, *KERNELS, steps=3, backend='torch')
    with VirtualDevice():
        found = mean_field(image, energies.to(DEVICE), *KERNELS, steps=3)
        assert on_device(found)
        found = found.cpu()
    torch.testing.assert_close(found, wanted)


def test_under_autocast_and_in_half_precision(image, energies):
    wanted = mean_field(image, energies.half(), *KERNELS, backend='torch')
    with torch.autocast('cpu', torch.bfloat16):
        found = mean_field(image, energies.half().requires_grad_(), *KERNELS, backend='torch')
    assert found.dtype == torch.float32 and not found.requires_grad
    torch.testing.assert_close(found, wanted)


def test_narrow_images():
    for size in ((1, 1), (1, 9), (9, 1)):
        image, energies = torch.full((3, *size), 7, dtype=torch.uint8), torch.rand(2, *size)
        found = mean_field(image, energies, *KERNELS, backend='torch')
        torch.testing.assert_close(found.sum(dim=0), torch.ones(size))


def test_without_pydensecrf(image, energies, monkeypatch):
    wanted = mean_field(image, energies, *KERNELS, backend='torch')
    monkeypatch.setitem(sys.modules, 'pydensecrf', None)
    monkeypatch.setitem(sys.modules, 'pydensecrf.densecrf', None)
    torch.testing.assert_close(mean_field(image, energies, *KERNELS), wanted, rtol=0, atol=0)
    with pytest.raises(InputError, match=message_names('pydensecrf', 'mmwsss[crf]')):
        mean_field(image, energies, *KERNELS, backend='pydensecrf')


def test_out_of_memory_names_what_to_reduce():
    image = torch.zeros(3, 375, 500, dtype=torch.uint8)
    endless = torch.zeros(1).expand(10**9, 375, 500)  # its check alone would need 187 TB
    with pytest.raises(InputError, match=message_names('memory', 'cpu', 'classes')):
        mean_field(image, endless, *KERNELS, backend='torch')


IMAGE, ENERGIES = torch.zeros(3, 6, 8, dtype=torch.uint8), torch.rand(2, 6, 8)


@pytest.mark.parametrize(('changes', 'named'), [
    (dict(image=IMAGE.float()), ['torch.float32', 'uint8']),
    (dict(image=IMAGE.permute(1, 2, 0)), [(6, 8, 3)]),
    (dict(image=IMAGE[:, :5]), [(5, 8), (6, 8)]),
    (dict(image=IMAGE[None]), [1, (2, 6, 8)]),
    (dict(image=IMAGE.expand(3, 3, 6, 8), energies=ENERGIES.expand(4, 2, 6, 8)), [3, (4, 2, 6, 8)]),
    (dict(energies=ENERGIES[0]), [(6, 8)]),
    (dict(energies=ENERGIES[:0]), [(0, 6, 8)]),
    (dict(energies=ENERGIES / 0), ['NaN']),
    (dict(energies=ENERGIES * float('nan')), ['NaN']),
    (dict(gaussian=(0, 3)), ['widths', 0]),
    (dict(gaussian=(float('nan'), 3)), ['widths', 'nan']),
    (dict(gaussian=(1e-9, 3)), ['widths']),
    (dict(bilateral=(-50, 5, 10)), ['widths', -50]),
    (dict(bilateral=(50, float('inf'), 10)), ['widths', 'inf']),
    (dict(bilateral=(50, 5, float('nan'))), ['weights', 'nan']),
    (dict(steps=-1), ['steps', -1]),
    (dict(steps=2.5), ['steps', 2.5]),
    (dict(message_weights=torch.ones(3)), [(3,), 2]),
    (dict(backend='cuda'), ['backend', 'cuda', 'pydensecrf']),
])
def test_bad_input(changes, named):
    arguments = dict(image=IMAGE, energies=ENERGIES, gaussian=KERNELS[0], bilateral=KERNELS[1], backend='torch')
    with pytest.raises(InputError, match=message_names(*named)):
        mean_field(**(arguments | changes))
