"""Whether all that the stages read is there: known in seconds, before the first of them begins."""
from mmwsss.pseudo_labels.crf import load_densecrf
from mmwsss.utils.errors import InputError

from .classes import LOOPS
from .image_lists import name_of
from .plan import Plan


def check_inputs(plan: Plan) -> None:
    """See that images, lists, labels and masks of all networks exist, and that their lists fit together.

    What the stages themselves make is not looked for.

    Raises:
        InputError: something is missing, a later stage needs an image that no earlier one works on, or DenseCRF is
            not installed.
    """
    load_densecrf()
    ids = {(network, loop): [name_of(info) for info in plan.images(network, loop)]
           for network, cfg in plan.configs.items() for loop in LOOPS if cfg.get(f'{loop}_dataloader')}
    with_cams = set(ids['irnet', 'train'])
    for network, loop, use in (('classifier', 'test', 'are measured by their CAMs'),
                               ('irnet', 'test', 'are tested on CAMs'), ('segmentor', 'train', 'need pseudo labels')):
        without = [name for name in ids.get((network, loop), ()) if name not in with_cams]
        if without:
            raise InputError(
                f'{len(without)} images of the {loop} list in {plan.paths[network]} {use}, but CAMs are made of the '
                f'train list in {plan.paths["irnet"]} alone, e.g. not of {without[0]}. Add them to that list.')
