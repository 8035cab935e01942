"""Gated CRF loss against the authors' tensors, a loop over pairs, and its limits."""
import numpy as np
import pytest
import torch
from count_operators import CountOperators
from message_names import message_names

from mmwsss.models import GatedCRFLoss, PixelCrossEntropyLoss
from mmwsss.utils.errors import InputError

TWO_KERNELS = [dict(weight=0.9, xy=6.0, rgb=0.1), dict(weight=0.1, xy=6.0)]


def loop(logits, image, radius, kernels, source=None, destination=None):
    """The definition, pair by pair, at the size of the image."""
    probabilities = logits.softmax(1)
    images, _, height, width = logits.shape
    total = logits.new_zeros(())
    for n in range(images):
        for y, x in np.ndindex(height, width):
            if destination is not None and not destination[n, 0, y, x]:
                continue
            for dy, dx in np.ndindex(2 * radius + 1, 2 * radius + 1):
                i, j = y + dy - radius, x + dx - radius
                inside = 0 <= i < height and 0 <= j < width
                if (i, j) == (y, x) or (source is not None and not (inside and source[n, 0, i, j])):
                    continue
                place, colour = ((i, j), image[n, :, i, j]) if inside else ((0, 0), torch.zeros(3))
                kernel = 0
                for one in kernels:
                    distance = ((y - place[0])**2 + (x - place[1])**2) / one['xy']**2
                    if 'rgb' in one:
                        distance = distance + ((image[n, :, y, x] - colour)**2).sum() / one['rgb']**2
                    kernel = kernel + one['weight'] * torch.exp(-torch.as_tensor(distance) / 2)
                same = probabilities[n, :, y, x] @ probabilities[n, :, i, j] if inside else 0
                total = total + kernel * (1 - same)
    counted = destination if destination is not None else source
    return total / (images * height * width if counted is None else max(float(counted.sum()), 1))


@pytest.fixture
def recorded(golden):
    return {key.removeprefix('gated_'): torch.from_numpy(value) for key, value in golden('gated_crf').items()}


def test_reference(recorded):
    logits = recorded['logits'].requires_grad_()
    loss = GatedCRFLoss(loss_weight=1.0)(logits, recorded['rgb'], recorded['valid'], recorded['valid'])
    torch.testing.assert_close(loss, recorded['loss'], rtol=1e-6, atol=0)
    loss.backward()
    torch.testing.assert_close(logits.grad, recorded['grad'], atol=1e-7, rtol=0)
    two = GatedCRFLoss(radius=3, kernels=TWO_KERNELS, loss_weight=1.0)(logits, recorded['rgb'])
    torch.testing.assert_close(two, recorded['loss_two_kernels'], rtol=1e-6, atol=0)


@pytest.mark.parametrize('given', [(), ('source', ), ('destination', ), ('source', 'destination')])
def test_against_a_loop_over_pairs(given):
    logits, image = torch.randn(2, 3, 5, 6, requires_grad=True), torch.rand(2, 3, 5, 6)
    masks = {name: (torch.rand(2, 1, 5, 6) < 0.7).float() for name in given}
    kernels = [dict(weight=0.6, xy=2.0, rgb=0.5), dict(weight=0.4, xy=1.0)]
    expected = loop(logits, image, 2, kernels, **masks)
    wanted, = torch.autograd.grad(expected, logits)
    found = GatedCRFLoss(radius=2, kernels=kernels, loss_weight=0.5)(logits, image, **masks)
    torch.testing.assert_close(found, 0.5 * expected)
    torch.testing.assert_close(torch.autograd.grad(found, logits)[0], 0.5 * wanted)


def test_no_mask_has_the_gradient_of_a_mask_of_ones():
    logits = torch.randn(1, 3, 6, 7, requires_grad=True)
    image = 0.01 * torch.rand(1, 3, 13, 16)  # dark: what lies outside is black
    loss = GatedCRFLoss(radius=3)
    free, full = loss(logits, image), loss(logits, image, torch.ones(1, 1, 13, 16))
    assert free > full
    torch.testing.assert_close(*(torch.autograd.grad(one, logits)[0] for one in (free, full)))


def test_a_cell_counts_if_all_of_it_does():
    mask = torch.ones(1, 1, 8, 8)
    mask[0, 0, 0, 0] = 0
    cells = torch.ones(1, 1, 4, 4)
    cells[0, 0, 0, 0] = 0
    logits, image = torch.randn(1, 2, 4, 4), torch.rand(1, 3, 4, 4)
    large = image.repeat_interleave(2, 2).repeat_interleave(2, 3)
    torch.testing.assert_close(GatedCRFLoss()(logits, large, mask), GatedCRFLoss()(logits, image, cells))


def test_nothing_to_learn_from():
    logits = torch.randn(1, 2, 4, 4, requires_grad=True)
    loss = GatedCRFLoss()(logits, torch.rand(1, 3, 4, 4), torch.zeros(1, 1, 4, 4))
    loss.backward()
    assert loss == 0 and logits.grad.abs().max() == 0


def test_cells_are_counted_over_ranks(monkeypatch):
    logits, image, valid = torch.randn(2, 3, 6, 6), torch.rand(2, 3, 6, 6), torch.ones(2, 1, 6, 6)
    valid[0, :, :4] = 0  # the ranks hold different numbers of cells
    whole = GatedCRFLoss()(logits, image, valid)
    monkeypatch.setattr('mmwsss.models.losses.gated_crf.over_ranks', lambda counts: (valid.sum(), 2))
    ranks = [GatedCRFLoss()(logits[n:n + 1], image[n:n + 1], valid[n:n + 1]) for n in range(2)]
    torch.testing.assert_close(sum(ranks) / 2, whole)


def test_it_is_computed_in_float32_under_autocast():
    logits, image = torch.randn(1, 3, 6, 7), torch.rand(1, 3, 12, 14)
    with torch.autocast('cpu', dtype=torch.bfloat16):
        found = GatedCRFLoss()(logits.bfloat16().requires_grad_(), image)
    assert found.dtype == torch.float32
    torch.testing.assert_close(found, GatedCRFLoss()(logits.bfloat16().float(), image))


def test_few_operators_whatever_the_size():
    loss = GatedCRFLoss()

    def step(side):
        logits = torch.randn(2, 4, side, side, requires_grad=True)
        image = torch.rand(2, 3, 2 * side, 2 * side)
        with CountOperators() as operators:
            loss(logits, image, torch.ones(2, 1, 2 * side, 2 * side)).backward()
        return operators.count
    assert step(8) == step(16) < 300


@pytest.mark.parametrize(('settings', 'named'), [
    (dict(radius=0), ('radius', 0)), (dict(radius=1.5), ('radius', 1.5)), (dict(kernels=[]), ('kernels', )),
    (dict(kernels=[dict(weight=1.0)]), ('xy', 'rgb')), (dict(kernels=[dict(xy=6.0)]), ('weight', )),
    (dict(kernels=[dict(weight=1.0, rgb=0.0)]), ('rgb', )), (dict(kernels=[dict(weight=1.0, lab=1.0)]), ('lab', ))])
def test_bad_settings(settings, named):
    with pytest.raises(InputError, match=message_names(*named)):
        GatedCRFLoss(**settings)


@pytest.mark.parametrize(('name', 'shape'), [('image', (1, 3, 3, 8)), ('image', (2, 3, 8, 8)), ('source', (1, 3, 8, 8)),
                                             ('destination', (1, 1, 8, 3))])
def test_shapes_that_do_not_fit(name, shape):
    inputs = {'image': torch.rand(1, 3, 8, 8), name: torch.rand(shape)}
    with pytest.raises(InputError, match=message_names(name, str(shape))):
        GatedCRFLoss()(torch.randn(1, 2, 4, 4), **inputs)


def test_partial_cross_entropy_is_mmsegs_with_avg_non_ignore():
    """The house's loss is that of MMSeg's with `avg_non_ignore=True`; its default also counts unlabelled pixels."""
    from mmseg.models.losses import CrossEntropyLoss
    logits, label = torch.randn(2, 3, 10, 10), torch.full((2, 10, 10), 255)
    label[:, 3, :6] = 1
    wanted = PixelCrossEntropyLoss()(logits, label)
    torch.testing.assert_close(CrossEntropyLoss(avg_non_ignore=True)(logits, label, ignore_index=255), wanted)
    torch.testing.assert_close(CrossEntropyLoss()(logits, label, ignore_index=255), wanted * 12 / 200)
