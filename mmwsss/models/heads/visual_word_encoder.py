"""The visual word encoder (Ru, Du, Wu, IJCAI 2021, section 3.2)."""
from typing import NamedTuple

import torch
import torch.nn.functional as F
from mmengine.model import BaseModule
from mmseg.registry import MODELS
from torch import Tensor

from mmwsss.utils.autocast import full_precision
from mmwsss.utils.errors import InputError


class Encoding(NamedTuple):
    """The encoding of a feature map of `N` images.

    Attributes:
        words: `(N, K, H, W)` probabilities of the visual words at every pixel, summing to 1 over `K`.
        frequency: `(N, K)` frequency of each word, the sum or mean of `words` over pixels.
        presence: `(N, K)` 1 if a word is the most probable one at any pixel, else 0.
    """
    words: Tensor
    frequency: Tensor
    presence: Tensor

    @property
    def nearest(self) -> Tensor:
        """`(N, H, W)` index of the most probable word, without gradient."""
        return self.words.detach().argmax(dim=1)


@MODELS.register_module()
class VisualWordEncoder(BaseModule):
    """Describe each pixel of a feature map by its similarity to learned codewords.

    A pixel's probability of word `k` is the softmax over words of the cosine between feature and codeword (Eq. 3).
    The features are detached: losses on `frequency` train the codebook, not the backbone.

    Args:
        num_words: `K`, the size of the codebook.
        in_channels: `C`.
        codebook: config of a :class:`Codebook`: `LearnableCodebook` unless its `type` is another, e.g.
            `MemoryBankCodebook`; `num_words` and `in_channels` are filled in.
        frequency: `'sum'` over the pixels, as in the authors' code, or `'mean'`, as in Eq. 4.
        temperature: factor on the cosines before the softmax, the `tau` of the authors' second release; 1 in the
            paper, above 1 for sharper words.

    Raises:
        InputError: the codebook's size is not `(num_words, in_channels)`, `frequency` is unknown, or `temperature` is
            not above 0.
    """

    def __init__(self,
                 num_words: int = 256,
                 in_channels: int = 2048,
                 codebook: dict | None = None,
                 frequency: str = 'sum',
                 temperature: float = 1.0,
                 init_cfg: dict | None = None) -> None:
        super().__init__(init_cfg)
        if frequency not in ('sum', 'mean'):
            raise InputError(f"VisualWordEncoder: frequency must be 'sum' or 'mean', got {frequency!r}.")
        if not temperature > 0:
            raise InputError(f'VisualWordEncoder: temperature must be above 0, got {temperature}.')
        self.codebook = MODELS.build(
            dict(type='LearnableCodebook', num_words=num_words, in_channels=in_channels) | dict(codebook or {}))
        found = (self.codebook.num_words, self.codebook.in_channels)
        if found != (num_words, in_channels):
            raise InputError(
                f'VisualWordEncoder: the codebook has {found[0]} words of {found[1]} channels, but the encoder has '
                f'{num_words} words of {in_channels} channels. Use the same values in the config.')
        self.frequency = frequency
        self.temperature = temperature

    @property
    def num_words(self) -> int:
        """`K`."""
        return self.codebook.num_words

    def encode(self, feat: Tensor) -> Tensor:
        """Word probabilities `(N, K, H, W)` of features `(N, C, H, W)`, in float32, or float64 for float64 features.

        Raises:
            InputError: features and codebook differ in channels.
        """
        codewords = self.codebook()
        if feat.shape[1] != codewords.shape[1]:
            raise InputError(
                f'VisualWordEncoder: the features have {feat.shape[1]} channels, but the codebook has '
                f'{codewords.shape[1]}. Set in_channels={feat.shape[1]} in the head.')
        # Cosines of 256 words differ in the third digit, too little for half precision.
        with full_precision(feat.device.type):
            dtype = torch.promote_types(feat.dtype, torch.float32)
            feat = F.normalize(feat.detach().to(dtype), dim=1)
            codewords = F.normalize(codewords.to(dtype), dim=1) * self.temperature
            return F.conv2d(feat, codewords[:, :, None, None]).softmax(dim=1)

    def forward(self, feat: Tensor) -> Encoding:
        """Encode features `(N, C, H, W)`, see :class:`Encoding`."""
        words = self.encode(feat)
        reduce = torch.sum if self.frequency == 'sum' else torch.mean
        presence = torch.zeros_like(words[:, :, 0, 0])
        presence.scatter_(1, words.detach().argmax(dim=1).flatten(1), 1.0)
        return Encoding(words, reduce(words, dim=(2, 3)), presence)
