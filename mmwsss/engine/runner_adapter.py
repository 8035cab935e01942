"""All accesses to private fields of MMEngine's Runner."""
from mmengine.dataset import BaseDataset
from mmengine.runner import Runner


def hand_over(datasets: dict[str, BaseDataset], runner: Runner) -> None:
    """Make a runner use datasets that are already built.

    Args:
        datasets: loop -> its dataset, from :func:`~mmwsss.engine.preflight.build_datasets`.
        runner: a runner whose loops are not built yet.
    """
    for loop, dataset in datasets.items():
        dataloader = getattr(runner, f'_{loop}_dataloader', None)
        if isinstance(dataloader, dict):
            dataloader['dataset'] = dataset


def dataset_of(runner: Runner, loop: str) -> BaseDataset:
    """The dataset that :func:`hand_over` gave to a loop.

    Args:
        runner: a runner whose loop is not built yet.
        loop: `'train'`, `'val'` or `'test'`.
    """
    return getattr(runner, f'_{loop}_dataloader')['dataset']
