"""The three methods that a head of `CAMClassifier` must have."""
import inspect

from torch import nn

from mmwsss.utils.errors import InputError

ARGUMENTS = dict(logits=('features', ), cam=('features', ), loss=('views', 'data_samples'))
REMEDY = ('A head needs logits(features) -> (N, L), cam(features) -> (N, L, h, w) and loss(views, data_samples) -> '
          'dict, where `features` is a mmwsss.models.Features and `views` a list of them.')


def check_head(head: nn.Module) -> None:
    """Check that a head has `logits`, `cam` and `loss`, and that they take what `CAMClassifier` gives them.

    Args:
        head: of a `CAMClassifier`.

    Raises:
        InputError: a verb is missing, or takes other arguments.
    """
    name = type(head).__name__
    for verb, arguments in ARGUMENTS.items():
        method = getattr(head, verb, None)
        if not callable(method):
            raise InputError(f'The head {name} has no method {verb}({", ".join(arguments)}). {REMEDY}')
        signature = inspect.signature(method)
        try:
            signature.bind(*arguments)
        except TypeError:
            raise InputError(f'The head {name} has {verb}{signature}, not {verb}({", ".join(arguments)}). '
                             f'{REMEDY}') from None
