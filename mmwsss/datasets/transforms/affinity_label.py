"""From class scores to AffinityNet's labels."""
import torch
from mmcv.transforms import BaseTransform
from mmseg.registry import TRANSFORMS

from mmwsss.pseudo_labels.affinity_scores import affinity_label
from mmwsss.utils.errors import InputError


@TRANSFORMS.register_module()
class AffinityLabel(BaseTransform):
    """Average the scores of a crop over blocks and label the blocks; see :func:`affinity_label`.

    Required key: `affinity_scores` `(H, W, 2 (1 + K))`, uint8 (255 times the scores) or float, 0 outside of the image;
    it is removed. Added: `affinity_label`, uint8 `(H // block, W // block)`: 0 is the background, 1..K are the image's
    classes in the order of its scores, and 255 is uncertain. Pack it with
    `PackImageLabelInputs(keys=['affinity_label'])`.

    Args:
        block: side of a block, in pixels: the stride of the network's features.
    """

    def __init__(self, block: int = 8) -> None:
        if block < 1:
            raise InputError(f'AffinityLabel: block={block} must be at least 1.')
        self.block = block

    def transform(self, results: dict) -> dict:
        """Label the blocks.

        Raises:
            InputError: there are no scores.
        """
        if 'affinity_scores' not in results:
            raise InputError('AffinityLabel needs affinity_scores. Put LoadAffinityScores before it.')
        scores = torch.from_numpy(results.pop('affinity_scores').transpose(2, 0, 1).copy())
        scores = scores / 255 if scores.dtype == torch.uint8 else scores.float()
        results['seg_fields'] = [key for key in results.get('seg_fields', []) if key != 'affinity_scores']
        low, high = scores.chunk(2)
        results['affinity_label'] = affinity_label(low, high, self.block).numpy()
        return results
