"""A refiner without a network: activation spreads between pixels of similar colour.

In the config: `model = dict(type='ColourRefiner', data_preprocessor=dict(type='CAMDataPreProcessor', ...))`.
"""
import torch
import torch.nn.functional as F
from mmseg.registry import MODELS
from torch import Tensor

from mmwsss.models import Refiner
from mmwsss.pseudo_labels import Transition, path_index
from mmwsss.pseudo_labels.cam import strided_size


@MODELS.register_module()
class ColourRefiner(Refiner):
    """A `Refiner` whose affinities are `exp(-d)`, `d` the mean difference of two pixels' colours.

    Args:
        **kwargs: see `Refiner`; images should be normalised to a deviation of about 1.
    """

    def maps(self, image: Tensor) -> dict[str, Tensor]:
        """Return `affinity` `(P, h, w)` of an image `(3, H, W)`; `P` pairs, see :func:`path_index`."""
        small = F.interpolate(image[None], size=strided_size(image.shape[1:], self.stride), mode='area')[0]
        neighbours = torch.stack([small.roll((-dy, -dx), dims=(1, 2))  # pairs that leave the map do not count
                                  for dy, dx in path_index(self.test_cfg['radius']).destinations.tolist()])
        return dict(affinity=(-(small - neighbours).abs().mean(dim=1)).exp())

    def transition(self, maps: dict[str, Tensor]) -> Transition:
        """Return a transition by the affinities themselves."""
        return Transition.from_affinity(maps['affinity'], self.test_cfg['radius'], self.test_cfg['beta'])
