"""The memory bank of visual words (VWL-M: Ru, Du, Zhan, Wu, IJCV 2022)."""
import torch
from mmseg.registry import MODELS
from torch import Tensor

from mmwsss.models.losses.over_ranks import over_ranks
from mmwsss.utils.autocast import full_precision
from mmwsss.utils.errors import InputError

from .codebook import INITS, Codebook, check_choice, random_words
from .draw_features import draw_features

EPSILON = 1e-4  # beside the number of pixels of a word


@MODELS.register_module()
class MemoryBankCodebook(Codebook):
    """Codewords that follow the features nearest to them; no loss trains them.

    After the losses of a training batch are computed, each word moves to the mean of its features over the whole batch
    of all ranks: `word = (1 - rate) * word + rate * sum / (count + 1e-4)`. Features are not normalised. The first
    batch is encoded with random words; then the words become feature vectors drawn from it, with replacement.

    Args:
        num_words: `K`.
        in_channels: `C`, channels of the encoded features.
        rate: of the moving average, in (0, 1].
        init: `'features'` as in the authors' code, or `'random'` directions that are kept after the first batch.
        empty: words without a pixel: `'shrink'` by `1 - rate` as in the authors' code (cosines do not see it), or
            `'keep'`.
        seed: of the draw from the first batch.
        init_cfg: MMEngine's initialisation config.

    Attributes:
        words: `(K, C)` buffer, so that a checkpoint holds it.
        initialised: boolean buffer, whether the words were drawn.

    Raises:
        InputError: a setting is unknown or out of range.
    """

    initialised: Tensor

    def __init__(self,
                 num_words: int,
                 in_channels: int,
                 rate: float = 1e-3,
                 init: str = 'features',
                 empty: str = 'shrink',
                 seed: int = 1,
                 init_cfg: dict | None = None) -> None:
        super().__init__(num_words, in_channels, init_cfg)
        check_choice('MemoryBankCodebook', 'init', init, INITS)
        check_choice('MemoryBankCodebook', 'empty', empty, ('shrink', 'keep'))
        if not 0 < rate <= 1:
            raise InputError(f'MemoryBankCodebook: rate must be above 0 and at most 1, got {rate}.')
        self.rate = rate
        self.empty = empty
        self.seed = seed
        self.register_buffer('words', random_words(num_words, in_channels))
        self.register_buffer('initialised', torch.tensor(init == 'random'))

    @torch.no_grad()
    def start_from(self, words: Tensor) -> None:
        """Replace the words by `(K, C)`; the next batch updates these.

        Raises:
            InputError: `words` have another size.
        """
        if words.shape != self.words.shape:
            raise InputError(f'MemoryBankCodebook: words {tuple(words.shape)} cannot replace '
                             f'{tuple(self.words.shape)}. Give words of the same size.')
        self.words.copy_(words)
        self.initialised.fill_(True)

    @torch.no_grad()
    def update(self, feat: Tensor, nearest: Tensor) -> None:
        """Draw the words from the first batch, then follow the features; see :class:`Codebook` for the arguments."""
        if not self.initialised:
            self.start_from(draw_features(feat, self.num_words, self.seed))
            return
        with full_precision(feat.device.type):
            pixels = feat.float().permute(0, 2, 3, 1).flatten(0, 2)  # (N H W, C)
            sums = pixels.new_zeros(self.words.shape).index_add_(0, nearest.flatten(), pixels)
            counts = pixels.new_zeros(self.num_words).index_add_(0, nearest.flatten(), torch.ones_like(pixels[:, 0]))
            both, _ = over_ranks(torch.cat([sums, counts[:, None]], dim=1))
            sums, counts = both[:, :-1], both[:, -1:]
            moved = (1 - self.rate) * self.words + self.rate * sums / (counts + EPSILON)
        self.words.copy_(moved if self.empty == 'shrink' else torch.where(counts > 0, moved, self.words))
