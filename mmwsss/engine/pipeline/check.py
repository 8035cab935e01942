"""Whether all that the stages read is there: known in seconds, before the first of them begins."""
from mmengine.config import Config

from mmwsss.engine.preflight import build_datasets
from mmwsss.engine.write_run import MASK_STEPS
from mmwsss.pseudo_labels.crf import load_densecrf
from mmwsss.utils.errors import InputError

from .plan import Plan

LOOPS = ('train', 'val', 'test')
# Training lists of the networks whose labels an earlier stage writes.
MADE = (('irnet', 'train'), ('segmentor', 'train'))


def check_inputs(plan: Plan) -> None:
    """See that pictures, lists, labels and masks of all networks exist, and that their lists fit together.

    What the stages themselves make is not looked for.

    Raises:
        InputError: something is missing, a later stage needs a picture that no earlier one works on, or DenseCRF is
            not installed.
    """
    load_densecrf()
    ids = {(network, loop): _picture_ids(network, cfg, loop) for network, cfg in plan.configs.items()
           for loop in LOOPS if cfg.get(f'{loop}_dataloader')}
    with_cams = set(ids['irnet', 'train'])
    for network, loop, use in (('irnet', 'test', 'are tested on CAMs'), ('segmentor', 'train', 'need pseudo labels')):
        without = [name for name in ids.get((network, loop), ()) if name not in with_cams]
        if without:
            raise InputError(
                f'{len(without)} pictures of the {loop} list in {plan.paths[network]} {use}, but CAMs are made of the '
                f'train list in {plan.paths["irnet"]} alone, e.g. not of {without[0]}. Add them to that list.')


def _picture_ids(network: str, cfg: Config, loop: str) -> list[str]:
    """The pictures of a list, when all that is read with them was found."""
    dataset = cfg[f'{loop}_dataloader'].to_dict()['dataset']
    without = ['LoadCAM']
    if (network, loop) in MADE:
        dataset['seg_map_dir'] = None
        without += MASK_STEPS
    if 'cam_dir' in dataset:
        dataset['cam_dir'] = None
    dataset['pipeline'] = [step for step in dataset['pipeline'] if step['type'] not in without]
    short = Config({'default_scope': cfg.get('default_scope'), f'{loop}_dataloader': dict(dataset=dataset)})
    built = build_datasets(short, (loop, ))[loop]
    infos = (built.get_data_info(index) for index in range(len(built)))
    return [info.get('img_id') or info['img_path'] for info in infos]

