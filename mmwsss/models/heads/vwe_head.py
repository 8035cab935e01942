"""The head with visual words (Ru, Du, Wu, IJCAI 2021)."""
import torch
import torch.nn.functional as F
from mmseg.registry import MODELS
from torch import Tensor, nn

from mmwsss.models.features import Features
from mmwsss.utils.autocast import full_precision
from mmwsss.utils.errors import InputError

from .cam_head import DEFAULT_LOSS, CAMHead, stack_gt_scores


@MODELS.register_module()
class VWEHead(CAMHead):
    """A :class:`CAMHead` that also predicts which visual words an image contains.

    Image labels only reward features that separate classes. Visual words, which an encoder finds in the features, also
    describe the rest of the object, so predicting them spreads the activation. The loss has three terms (Eq. 9),
    each a multi-label binary cross entropy:

    - `loss_cls`: pooled features -> image labels;
    - `loss_word`: averaged features -> which words are present, through a word classifier;
    - `loss_word_to_image`: word frequencies -> image labels; it trains the codebook.

    Args:
        num_classes, in_channels, loss, init_cfg: see :class:`CAMHead`.
        encoder: config of the word encoder, `VisualWordEncoder` with 256 words by default.
        word_cam: True for Eq. 12, where :meth:`cam` is the maximum of the class map and :meth:`word_map`; False for
            only the class map, as in the authors' code.
        learn_word_to_image: False to leave `loss_word_to_image` out of the objective, as VWL-M does (IJCV 2022): it is
            still logged, as `word_to_image`, and its classifier stays as it was initialised. This needs
            `word_cam=False`.
        word_weight: factor of `loss_word` in the objective, at least 0; the paper and the code have 1.

    Raises:
        InputError: `word_cam` asks for the word map of a word-to-image classifier that does not learn, `word_weight`
            is negative, or the encoder has other channels than the head.
    """

    def __init__(self,
                 num_classes: int = 20,
                 in_channels: int = 2048,
                 encoder: dict | None = None,
                 word_cam: bool = True,
                 learn_word_to_image: bool = True,
                 word_weight: float = 1.0,
                 loss: dict = DEFAULT_LOSS,
                 init_cfg: dict | None = None) -> None:
        super().__init__(num_classes, in_channels, loss, init_cfg)
        if word_cam and not learn_word_to_image:
            raise InputError('VWEHead: with learn_word_to_image=False the word map means nothing. Set word_cam=False.')
        if not word_weight >= 0:
            raise InputError(f'VWEHead: word_weight={word_weight} must be at least 0.')
        self.encoder = MODELS.build(dict(type='VisualWordEncoder', in_channels=in_channels) | dict(encoder or {}))
        if self.encoder.codebook.in_channels != in_channels:
            raise InputError(f'VWEHead: in_channels={in_channels}, but its encoder has in_channels='
                             f'{self.encoder.codebook.in_channels}. Omit it in the encoder.')
        self.word_classifier = nn.Conv2d(in_channels, self.encoder.num_words, 1, bias=False)
        self.word_to_image = nn.Conv2d(self.encoder.num_words, num_classes, 1, bias=False)
        self.word_to_image.requires_grad_(learn_word_to_image)
        self.word_cam = word_cam
        self.learn_word_to_image = learn_word_to_image
        self.word_weight = word_weight

    def word_logits(self, feat: Tensor) -> Tensor:
        """Return logits `(N, K)` for the presence of words, from the average of the map `(N, C, H, W)`."""
        return self.word_classifier(feat.mean(dim=(2, 3), keepdim=True)).flatten(1)

    def word_to_image_logits(self, frequency: Tensor) -> Tensor:
        """Return image logits `(N, L)` from word frequencies `(N, K)`."""
        return self._seen_through(frequency[:, :, None, None]).flatten(1)

    def loss(self, views: list[Features], data_samples: list) -> dict[str, Tensor]:
        """Return the three losses of Eq. 9 on the first view, and the codebook's own loss if it has one.

        In training mode, the codebook sees the batch before it is encoded and after the losses, see :class:`Codebook`.

        Args:
            views: features of the same `N` images, the last level `(N, C, h, w)`.
            data_samples: N samples with `gt_score` `(L,)`.

        Returns:
            `loss_cls`, `loss_word`, `loss_word_to_image` and the codebook's losses (`loss_decorrelation`). With
            `learn_word_to_image=False`, `word_to_image` in place of `loss_word_to_image`: MMEngine logs it and adds
            only what is named a loss.

        Raises:
            InputError: see :class:`CAMHead`.
        """
        losses = super().loss(views, data_samples)
        feat, codebook = views[0].levels[-1], self.encoder.codebook
        if self.training:
            codebook.prepare(feat.detach())
        encoding = self.encoder(feat)
        image_logits = self.word_to_image_logits(encoding.frequency).float()
        target = stack_gt_scores(data_samples, self.num_classes, image_logits.device)
        losses['loss_word'] = self.word_weight * self.loss_module(self.word_logits(feat).float(), encoding.presence)
        word_to_image = self.loss_module(image_logits, target)
        if self.learn_word_to_image:
            losses['loss_word_to_image'] = word_to_image
        else:
            losses['word_to_image'] = word_to_image.detach()
        losses.update(codebook.loss())
        if self.training:
            codebook.update(feat.detach(), encoding.nearest)
        return losses

    def cam(self, features: Features) -> Tensor:
        """Return class activation maps `(N, L, h, w)` of the last level, Eq. 12 if `word_cam`."""
        cam = super().cam(features)
        return torch.maximum(cam, self.word_map(features.levels[-1]).to(cam.dtype)) if self.word_cam else cam

    def word_map(self, feat: Tensor) -> Tensor:
        """Return class maps `(N, L, H, W)` >= 0, the word-to-image classifier applied to the word probabilities."""
        return F.relu(self._seen_through(self.encoder.encode(feat)))

    def _seen_through(self, words: Tensor) -> Tensor:
        """Apply the word-to-image classifier at every pixel, in its own precision.

        Words differ little between images and pixels, often less than half precision can tell.
        """
        with full_precision(words.device.type):
            return self.word_to_image(words.to(self.word_to_image.weight.dtype))
