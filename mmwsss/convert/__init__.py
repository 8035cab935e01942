"""Converting checkpoints released by other projects."""
from collections.abc import Callable
from importlib import import_module
from typing import Any

from mmwsss.utils.errors import InputError

# Source of a checkpoint -> the module here with its function `convert_<source>`, and what the checkpoint is. The tool
# reads this table before it loads PyTorch.
SOURCES = dict(
    vwe=('vwe', 'the visual word encoder (v1, v2: VWL-L and VWL-M)'),
    irn=('irn', 'IRNet'),
    affinitynet=('affinitynet', 'AffinityNet on ResNet38 or VGG16'),
    seam=('seam', 'SEAM'),
    onestage=('onestage', '1-Stage'),
    resnet38_cls=('resnet38', 'a classifier on ResNet38 (AffinityNet; SC-CAM, every round)'),
    vgg16_cls=('vgg16', "AffinityNet's classifier on VGG16"),
    resnet38_imagenet=('resnet38', 'ImageNet weights of ResNet38 (MXNet or PyTorch)'),
)

__all__ = ['SOURCES', 'converter_of']


def converter_of(source: str) -> Callable[..., dict[str, Any]]:
    """Return the function that converts state dicts of `source`, a key of `SOURCES`.

    Raises:
        InputError: the source is unknown.
    """
    if source not in SOURCES:
        raise InputError(f'Checkpoints of {source} cannot be converted. Known are {", ".join(SOURCES)}.')
    module, _ = SOURCES[source]
    return getattr(import_module(f'.{module}', __name__), f'convert_{source}')


def __getattr__(name: str) -> Callable[..., dict[str, Any]]:
    """`mmwsss.convert.convert_<source>`, loaded at first use."""
    source = name.removeprefix('convert_')
    if source == name or source not in SOURCES:
        raise AttributeError(f'module {__name__!r} has no attribute {name!r}')
    return converter_of(source)
