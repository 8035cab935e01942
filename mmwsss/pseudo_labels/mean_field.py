"""Mean-field inference in a fully connected CRF, in PyTorch on any device or by `pydensecrf`.

Kraehenbuehl, Koltun: Efficient Inference in Fully Connected CRFs with Gaussian Edge Potentials, NIPS 2011. One kernel
compares positions, one compares positions and colours, and equal labels are rewarded (the Potts model).
"""
from numbers import Integral

import numpy as np
import torch
from torch import Tensor

from mmwsss.utils.errors import InputError, explained_memory_error
from mmwsss.utils.threads import one_thread

from .permutohedral import Permutohedral

BACKENDS = ('auto', 'torch', 'pydensecrf')


@torch.no_grad()
def mean_field(image: Tensor,
               energies: Tensor,
               gaussian: tuple[float, float],
               bilateral: tuple[float, float, float],
               steps: int = 10,
               message_weights: Tensor | None = None,
               backend: str = 'auto') -> Tensor:
    """Class probabilities that follow the colours of the image.

    The lattices of an image are most of the work for few classes, and are built once for all `energies`. The PyTorch
    backend takes about 240 operators to build both, and 22 a step, also for several images.

    Args:
        image: `(3, H, W)` uint8, RGB; or B images `(B, 3, H, W)`, one for each set of energies.
        energies: `(C, H, W)` or `(B, C, H, W)` unary energies, finite: minus the log-probabilities of C classes, up to
            a constant in each pixel. B sets are refined independently.
        gaussian: width of the smoothness kernel in pixels, and its weight.
        bilateral: widths of the appearance kernel in pixels and in colour (steps of 256), and its weight.
        steps: mean-field iterations, >= 0.
        message_weights: `(C,)` factors for the messages of each class. Default: 1.
        backend: `'torch'` runs on the device of `energies`, `'pydensecrf'` on the CPU; on a CPU, both use one thread.
            They agree to about 1e-5; in few images, single pixels differ by up to 3e-2. `'auto'` is `'pydensecrf'` for
            energies on a CPU if the package is installed, else `'torch'`.

    Returns:
        Probabilities in the shape of `energies`, float32, on its device.

    Raises:
        InputError: shapes, types or values do not fit, `pydensecrf` is asked for and not installed, or memory runs out.
    """
    check_backend(backend)
    if backend == 'auto':
        backend = 'pydensecrf' if energies.device.type == 'cpu' and _has_pydensecrf() else 'torch'
    with explained_memory_error(f'The DenseCRF of {tuple(energies.shape)} energies', energies.device,
                                'Pass a smaller image, fewer classes or fewer sets at once.'):
        _check(image, energies, gaussian, bilateral, steps, message_weights)
        images = image if image.dim() == 4 else image[None]
        sets = energies.float().reshape(len(images), -1, *energies.shape[-3:])
        if message_weights is None:
            message_weights = sets.new_ones(sets.shape[2])
        infer = _with_torch if backend == 'torch' else _with_pydensecrf
        with one_thread(energies.device):
            return infer(images, sets, gaussian, bilateral, int(steps), message_weights).view(energies.shape)


def check_backend(backend: str) -> None:
    """Check that a backend of :func:`mean_field` can run here.

    Raises:
        InputError: its name is not known, or its package is not installed.
    """
    if backend not in BACKENDS:
        raise InputError(f"backend={backend!r} of the DenseCRF must be 'auto', 'torch' or 'pydensecrf'.")
    if backend == 'pydensecrf' and not _has_pydensecrf():
        raise InputError("backend='pydensecrf' of the DenseCRF needs the package pydensecrf, which is not installed. "
                         "Run `pip install 'mmwsss[crf]'`, or use backend='torch'.")


def _has_pydensecrf() -> bool:
    try:
        import pydensecrf.densecrf  # noqa: F401
    except ImportError:
        return False
    return True


def _with_torch(images: Tensor, energies: Tensor, gaussian: tuple[float, float],
                bilateral: tuple[float, float, float], steps: int, message_weights: Tensor) -> Tensor:
    """Infer energies `(N, B, C, H, W)` of B sets for each of the images `(N, 3, H, W)`."""
    number, sets, classes, height, width = energies.shape
    device = energies.device
    y = torch.arange(height, dtype=torch.float32, device=device)[:, None].expand(number, 1, height, width)
    x = torch.arange(width, dtype=torch.float32, device=device).expand(number, 1, height, width)
    features = torch.cat([x, y, images.to(device).float()], dim=1).flatten(2).transpose(1, 2)  # (N, H W, 5)
    # Tensors as divisors: a GPU would multiply by the reciprocal of a number, which is rounded.
    widths = torch.tensor([bilateral[0]] * 2 + [bilateral[1]] * 3).to(features)
    # The authors' program takes four points at a time and fills up the last four with empty ones.
    empty = -height * width % 4
    smoothness = Permutohedral(features[..., :2] / torch.tensor([gaussian[0]] * 2).to(features), empty)
    appearance = Permutohedral(features / widths, empty)

    scores = -energies.permute(0, 3, 4, 1, 2).reshape(number * height * width, sets * classes)
    message_weights = message_weights.to(scores).repeat(sets)
    total = scores
    for step in range(steps + 1):
        probs = _softmax(total.unflatten(1, (sets, classes))).flatten(1)
        if step < steps:
            total = torch.addcmul(scores, smoothness.filter(probs), gaussian[1] * message_weights)
            total = total.addcmul_(appearance.filter(probs), bilateral[2] * message_weights)
    return probs.view(number, height, width, sets, classes).permute(0, 3, 4, 1, 2).contiguous()


def _softmax(scores: Tensor) -> Tensor:
    """Softmax over the last dimension; on a CPU, PyTorch's own takes four times as long for a few classes."""
    probs = (scores - scores.amax(dim=-1, keepdim=True)).exp_()
    return probs.div_(probs.sum(dim=-1, keepdim=True))


def _with_pydensecrf(images: Tensor, energies: Tensor, gaussian: tuple[float, float],
                     bilateral: tuple[float, float, float], steps: int, message_weights: Tensor) -> Tensor:
    """As :func:`_with_torch`."""
    from pydensecrf.densecrf import DenseCRF2D
    classes, height, width = energies.shape[2:]
    # A vector is added to the energy as it is: the Potts model with another reward for each class.
    weights = message_weights.cpu().numpy().astype(np.float32)
    probs = []
    for image, sets in zip(images.permute(0, 2, 3, 1).cpu().numpy(), energies.flatten(3).cpu().numpy(), strict=True):
        crf = DenseCRF2D(width, height, classes)
        crf.addPairwiseGaussian(sxy=gaussian[0], compat=-gaussian[1] * weights)
        # A copy, because pydensecrf refuses memory that cannot be written.
        rgb = np.array(image, order='C')
        crf.addPairwiseBilateral(sxy=bilateral[0], srgb=bilateral[1], rgbim=rgb, compat=-bilateral[2] * weights)
        for unary in sets:
            crf.setUnaryEnergy(np.array(unary, order='C'))
            probs.append(np.array(crf.inference(steps)))
    return torch.from_numpy(np.stack(probs)).to(energies.device)


def _check(image: Tensor, energies: Tensor, gaussian: tuple[float, float], bilateral: tuple[float, float, float],
           steps: int, message_weights: Tensor | None) -> None:
    if image.dtype != torch.uint8 or image.dim() not in (3, 4) or image.shape[-3] != 3 or not image.numel():
        raise InputError(f'The image for the DenseCRF is {image.dtype} of shape {tuple(image.shape)}. '
                         'Pass uint8 (3, H, W), RGB, or several (B, 3, H, W).')
    if energies.dim() not in (3, 4) or not energies.numel():
        raise InputError(f'The scores for the DenseCRF have the shape {tuple(energies.shape)}. '
                         'Pass (C, H, W) or (B, C, H, W).')
    if image.dim() == 4 and (energies.dim() != 4 or len(image) != len(energies)):
        raise InputError(f'{len(image)} images for the DenseCRF need scores ({len(image)}, C, H, W), got '
                         f'{tuple(energies.shape)}.')
    if image.shape[-2:] != energies.shape[-2:]:
        raise InputError(f'The image for the DenseCRF has the size {tuple(image.shape[-2:])} and its scores '
                         f'{tuple(energies.shape[-2:])}. Resize one to the other.')
    if not energies.isfinite().all():
        raise InputError('The scores for the DenseCRF have NaN or infinite values. Check the model or the file that '
                         'they come from, and clip probabilities away from 0.')
    # Comparisons with NaN are false.
    if not all(0 < width < float('inf') for width in (gaussian[0], *bilateral[:2])):
        raise InputError(f'The widths of the DenseCRF must be above 0, got {gaussian[0]} for the Gaussian kernel and '
                         f'{tuple(bilateral[:2])} for the bilateral one.')
    if not all(-float('inf') < weight < float('inf') for weight in (gaussian[1], bilateral[2])):
        raise InputError(f'The weights of the DenseCRF must be finite, got {gaussian[1]} and {bilateral[2]}.')
    if not isinstance(steps, Integral) or steps < 0:
        raise InputError(f'steps of the DenseCRF must be an integer of at least 0, got {steps}.')
    if message_weights is not None and tuple(message_weights.shape) != energies.shape[-3:-2]:
        raise InputError(f'The message weights of the DenseCRF have the shape {tuple(message_weights.shape)}. '
                         f'Pass one for each of the {energies.shape[-3]} classes.')
