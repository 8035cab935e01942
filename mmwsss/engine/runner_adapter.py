"""All that we use of the private fields of MMEngine's Runner."""
from mmengine.dataset import BaseDataset
from mmengine.runner import Runner


def hand_over(datasets: dict[str, BaseDataset], runner: Runner) -> None:
    """Let a runner use datasets that are built already, instead of reading them again.

    Args:
        datasets: loop -> its dataset, from :func:`~mmwsss.engine.preflight.build_datasets`.
        runner: before its loops are built.
    """
    for loop, dataset in datasets.items():
        dataloader = getattr(runner, f'_{loop}_dataloader', None)
        if isinstance(dataloader, dict):
            dataloader['dataset'] = dataset


def dataset_of(runner: Runner, loop: str) -> BaseDataset:
    """The dataset that :func:`hand_over` gave to a loop, before the loop is built.

    Args:
        runner: of the run.
        loop: `'train'`, `'val'` or `'test'`.
    """
    return getattr(runner, f'_{loop}_dataloader')['dataset']
