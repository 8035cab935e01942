"""The merging rule of AMN."""
from collections.abc import Sequence

import torch
import torch.nn.functional as F
from mmseg.registry import TASK_UTILS
from torch import Tensor

from mmwsss.pseudo_labels.cam import EPS

SMALLEST = 1e-7  # probability of the background, which is 1 minus those of the classes and as exact as these


@TASK_UTILS.register_module()
class SoftmaxOfMean:
    """The softmax of the mean logits of all scales and mirror images, each class from its minimum to its maximum.

    Lee, Kim, Shim: Threshold Matters in WSSS: Manipulating the Activation for the Robust and Accurate Segmentation
    Model Against Thresholds (AMN), CVPR 2022. For a head whose maps are probabilities of classes beside a background,
    e.g. `AMNHead`: their logarithms are its logits, up to a constant of the pixel that no softmax sees.

    Attributes:
        all_classes: the softmax needs the maps of all classes, not only those of the image's.
    """

    all_classes = True

    def __call__(self, cams: Sequence[Tensor], size: Sequence[int]) -> Tensor:
        """Merge probabilities of all classes, arguments as in :class:`MirrorMaxSum`.

        Returns:
            `(L, *size)` in [0, 1).
        """
        scales = []
        for cam in cams:
            background = (1 - cam.sum(dim=1, keepdim=True)).clamp(min=SMALLEST)
            logits = torch.cat([background, cam.clamp(min=torch.finfo(cam.dtype).tiny)], dim=1).log()
            scales.append(F.interpolate(logits.mean(dim=0, keepdim=True), size=tuple(size), mode='bilinear',
                                        align_corners=False)[0])
        classes = torch.stack(scales).mean(dim=0).softmax(dim=0)[1:]
        lowest, highest = (extreme(classes, dim=(1, 2), keepdim=True) for extreme in (torch.amin, torch.amax))
        return (classes - lowest) / (highest - lowest + EPS)
