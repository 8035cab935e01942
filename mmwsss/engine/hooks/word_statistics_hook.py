"""Statistics of the visual words while a classifier trains."""
import torch
from mmengine.dist import all_reduce
from mmengine.hooks import Hook
from mmengine.runner import Runner
from mmseg.registry import HOOKS
from torch import Tensor, nn
from torch.utils.hooks import RemovableHandle

from mmwsss.evaluation.word_statistics import measure_words, word_head
from mmwsss.utils.errors import InputError

from ..checkpoints import unwrapped

LAST_SEEN = 'words_last_seen'  # in the message hub: (K,) the iteration in which a word was last in use


@HOOKS.register_module()
class WordStatisticsHook(Hook):
    """Log how a classifier uses its visual words, beside its losses.

    The scalars, over the batch of all ranks:

    - `words_in_use`: words that are the most probable one at any pixel of the batch;
    - `words_dead`: words that were not for `patience` iterations, counted from the start of the training, also after
      it was resumed;
    - `words_effective`: effective number of words of a pixel, the exponential of the mean entropy: 1 for one sure
      word, `K` for a flat softmax;
    - `words_changed`: share of the pixels of labelled classes where the word map is larger than the class map, so that
      Eq. 12 takes it (or would: VWL-M's word map does not learn).

    Args:
        interval: iterations between two logs; the others cost one comparison for each word.
        patience: iterations after which an unused word is dead.

    Raises:
        InputError: a setting is below 1.
    """

    priority = 'NORMAL'  # before LoggerHook

    def __init__(self, interval: int = 10, patience: int = 200) -> None:
        if interval < 1 or patience < 1:
            raise InputError(f'WordStatisticsHook: interval={interval} and patience={patience} must be at least 1.')
        self.interval = interval
        self.patience = patience
        self._watch: RemovableHandle | None = None
        self._seen: Tensor | None = None  # (K,) in the batch
        self._feat: Tensor | None = None

    def before_train(self, runner: Runner) -> None:
        """Watch the encoder; a model without visual words gets a warning, and no statistics."""
        try:
            self._head = word_head(unwrapped(runner.model))
        except InputError as error:
            runner.logger.warning(f'WordStatisticsHook logs nothing. {error}')
            return
        # A checkpoint holds the message hub, and only a resumed training reads it.
        saved = runner.message_hub.get_info(LAST_SEEN) if runner.iter else None
        last = torch.full((self._head.encoder.num_words, ), runner.iter - 1) if saved is None else saved
        self._last = last.to(next(self._head.parameters()).device)
        self._watch = self._head.encoder.register_forward_hook(self._watch_encoder)

    def after_train(self, runner: Runner) -> None:
        """Stop watching."""
        if self._watch is not None:
            self._watch.remove()

    def _watch_encoder(self, encoder: nn.Module, inputs: tuple, encoding: tuple) -> None:
        """Note which words a training batch has; validation does not count."""
        if encoder.training:
            self._seen, self._feat = encoding[2].amax(dim=0) > 0, inputs[0].detach()

    def after_train_iter(self,
                         runner: Runner,
                         batch_idx: int,
                         data_batch: dict | tuple | list | None = None,
                         outputs: dict | None = None) -> None:
        """Count the words, and log every `interval` iterations.

        Args:
            runner: the training's runner.
            batch_idx: index of the batch, from 0.
            data_batch: with `data_samples`, whose `gt_score` `(L,)` are the image labels.
            outputs: unused.
        """
        if self._seen is None or self._feat is None or not isinstance(data_batch, dict):
            return
        seen, feat, self._feat = self._seen, self._feat, None
        self._last = torch.where(seen, runner.iter, self._last)
        runner.message_hub.update_info(LAST_SEEN, self._last)
        if not self.every_n_train_iters(runner, self.interval):
            return
        in_use = seen.float()
        all_reduce(in_use, 'max')
        all_reduce(self._last, 'max')
        labels = torch.stack([sample.gt_score for sample in data_batch['data_samples']])
        found = measure_words(self._head, feat, labels)
        means = torch.stack([found['entropy'].mean(), found['changed'].mean()])
        all_reduce(means, 'mean')
        scalars = dict(
            words_in_use=in_use.sum(),
            words_dead=(runner.iter - self._last >= self.patience).sum(),
            words_effective=means[0].exp(),
            words_changed=means[1])
        for name, value in scalars.items():
            runner.message_hub.update_scalar(f'train/{name}', value.item())
