"""What a codebook of visual words is, and the one that is learned from the losses."""
from typing import Any

import torch
import torch.nn.functional as F
from mmengine.model import BaseModule
from mmseg.registry import MODELS
from torch import Tensor, nn

from mmwsss.models.losses.decorrelation import decorrelation_loss
from mmwsss.utils.errors import InputError

from .draw_features import draw_features

INITS = ('random', 'features')


class Codebook(BaseModule):
    """Base class of codebooks.

    A subclass holds its codewords `(K, C)` in `words`, a parameter or a buffer, and may override :meth:`loss`,
    :meth:`prepare` and :meth:`update`. In training, a head calls them in this order: `prepare`, `forward`, `loss`,
    `update`.

    Args:
        num_words: `K`.
        in_channels: `C`, channels of the encoded features.
        init_cfg: MMEngine's initialisation config.

    Raises:
        InputError: `num_words` or `in_channels` is not a whole number of at least 1.
    """

    words: Tensor

    def __init__(self, num_words: int, in_channels: int, init_cfg: dict | None = None) -> None:
        for key, value in dict(num_words=num_words, in_channels=in_channels).items():
            if not isinstance(value, int) or value < 1:
                raise InputError(f'{type(self).__name__}: {key} must be a whole number of at least 1, got {value!r}.')
        super().__init__(init_cfg)
        self.num_words = num_words
        self.in_channels = in_channels

    def forward(self) -> Tensor:
        """Return the codewords `(K, C)`."""
        return self.words

    def loss(self) -> dict[str, Tensor]:
        """Return the codebook's own losses."""
        return {}

    def prepare(self, feat: Tensor) -> None:
        """See the features `(N, C, H, W)` of a training batch before they are encoded."""

    def update(self, feat: Tensor, nearest: Tensor) -> None:
        """See a training batch after its losses are computed, before the backward pass.

        Args:
            feat: `(N, C, H, W)`, without gradient.
            nearest: `(N, H, W)` index of the most probable word.
        """

    def _load_from_state_dict(self, state_dict: dict, prefix: str, *args: Any) -> None:
        """Load the codewords.

        Words of a checkpoint count as drawn where it does not say: older ones and converted ones have no `initialised`.

        Raises:
            InputError: the checkpoint's codebook has another size.
        """
        found, own = state_dict.get(f'{prefix}words'), (self.num_words, self.in_channels)
        if found is not None and tuple(found.shape) != own:
            size = ' x '.join(map(str, found.shape))
            raise InputError(
                f'The checkpoint has a codebook of {size} (words x channels), but the model has one of {own[0]} x '
                f'{own[1]}. Set num_words and in_channels of the encoder to the sizes in the checkpoint, or use '
                'another checkpoint.')
        initialised = self._buffers.get('initialised')
        if found is not None and initialised is not None:
            state_dict.setdefault(f'{prefix}initialised', torch.ones_like(initialised))
        super()._load_from_state_dict(state_dict, prefix, *args)


def check_choice(name: str, key: str, value: str, choices: tuple[str, ...]) -> None:
    """Check a setting of a codebook.

    Raises:
        InputError: `value` is not one of `choices`.
    """
    if value not in choices:
        raise InputError(f'{name}: {key} must be one of {", ".join(map(repr, choices))}, got {value!r}.')


def random_words(num_words: int, in_channels: int) -> Tensor:
    """Draw codewords `(K, C)` from `N(0, 1 / (3 C))`, as both of the authors' releases do: He normal with a = sqrt 5.

    Their length does not change the probabilities of the words, but the training: the shorter a word, the further a
    step turns it, and the decorrelation loss grows with the square of the length.
    """
    return nn.init.kaiming_normal_(torch.empty(num_words, in_channels), a=5**0.5)


@MODELS.register_module()
class LearnableCodebook(Codebook):
    """Codewords as parameters, learned from the losses that use them.

    Args:
        num_words: `K`.
        in_channels: `C`, channels of the encoded features.
        decorrelation: weight of the decorrelation loss on the codewords, at least 0: 0 in the paper, 1 in the authors'
            second release (VWL-L, IJCV 2022).
        init: `'random'`, see :func:`random_words`, or `'features'` of the first training batch, scaled to unit length;
            features without a direction, which are all 0, leave a word random.
        seed: of the draw from the first batch.
        init_cfg: MMEngine's initialisation config, for `init='random'`.

    Attributes:
        initialised: with `init='features'`, a boolean buffer: whether the words were drawn. So a resumed run does not
            draw again.

    Raises:
        InputError: `init` is unknown, or a number is out of range.
    """

    initialised: Tensor | None

    def __init__(self,
                 num_words: int,
                 in_channels: int,
                 decorrelation: float = 0.0,
                 init: str = 'random',
                 seed: int = 1,
                 init_cfg: dict | None = None) -> None:
        super().__init__(num_words, in_channels, init_cfg)
        check_choice('LearnableCodebook', 'init', init, INITS)
        if not decorrelation >= 0:
            raise InputError(f'LearnableCodebook: decorrelation must be at least 0, got {decorrelation}.')
        self.decorrelation = decorrelation
        self.seed = seed
        self.words = nn.Parameter(random_words(num_words, in_channels))
        self.register_buffer('initialised', torch.tensor(False) if init == 'features' else None)

    def loss(self) -> dict[str, Tensor]:
        """Return the codebook's own losses: `loss_decorrelation`, or nothing."""
        if not self.decorrelation:
            return {}
        return dict(loss_decorrelation=self.decorrelation * decorrelation_loss(self.words))

    @torch.no_grad()
    def prepare(self, feat: Tensor) -> None:
        """Draw the words from the first training batch, if asked for."""
        if self.initialised is not None and not self.initialised:
            drawn = F.normalize(draw_features(feat, self.num_words, self.seed), dim=1)
            # The gradient of a word's direction grows without bound as its length goes to 0.
            self.words.copy_(torch.where(drawn.any(dim=1, keepdim=True), drawn, self.words))
            self.initialised.fill_(True)
