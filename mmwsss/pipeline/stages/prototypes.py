"""The prototypes of LPCAM, a network that nothing trains."""
from collections.abc import Sequence
from typing import Any

from mmwsss.pipeline.network import Network
from mmwsss.pipeline.plan import Plan
from mmwsss.pipeline.stage import Call, Output, Stage
from mmwsss.registry import STAGES
from mmwsss.utils.errors import InputError
from mmwsss.utils.seeds import require_seed


@STAGES.register_module()
class Prototypes(Stage):
    """Cluster a classifier's features with `tools/make_prototypes.py`.

    The output is a checkpoint of the network `config`, which other stages use like that of a training.

    Args:
        name: of the stage.
        network: stage that trains the classifier.
        config: of the network with an `LPCAMHead`.
        k: clusters of a class, and of its context.
        seed: of the clusters.
        mask_thr: pixels of a class have a value above it in the class's map.
        centre_thr: clusters with a larger probability of the class are prototypes.
        context_thr: clusters outside of the map with a probability between these two are context.
        pixels: at most so many of each class in each image, in and out of its map; `None` for all.
        of_test_list: read the images of the classifier's test list, in the configs of VOC the 1464 of `train`, as
            published, instead of those of its training list.
    """
    tool = 'make_prototypes.py'
    title = "Prototypes of the classes, from a classifier's features"
    makes_checkpoint = True

    def __init__(self, name: str, network: str, config: str, k: int = 12, seed: int = 0, mask_thr: float = 0.1,
                 centre_thr: float = 0.9, context_thr: Sequence[float] = (0.05, 0.9), pixels: int | None = None,
                 of_test_list: bool = False) -> None:
        if not isinstance(k, int) or k < 1:
            raise InputError(f'k={k!r} must be at least 1: the number of clusters of a class.')
        self.classifier, self.config, self.loop = network, config, 'test' if of_test_list else 'train'
        self.k, self.seed, self.pixels = k, seed, pixels
        self.thresholds: dict[str, Any] = dict(mask_thr=mask_thr, centre_thr=centre_thr, context_thr=list(context_thr))
        super().__init__(name, [network])

    def network(self, plan: Plan) -> Network:
        return plan.load(self.config)

    def output(self, plan: Plan) -> Output:
        return Output(self.folder(plan) / 'prototypes.pth')

    def call(self, plan: Plan) -> Call:
        network = plan.network(self.classifier)
        inputs = plan.inputs(network, ('model', 'test_dataloader'), (network, self.loop), k=self.k, seed=self.seed,
                             pixels=self.pixels, checkpoint=plan.mark(self.classifier), **self.thresholds)
        low, high = self.thresholds['context_thr']
        arguments = [network.path, plan.output(self.classifier), '--out', str(self.output(plan).path),
                     '--k', str(self.k), '--seed', str(self.seed), '--mask-thr', str(self.thresholds['mask_thr']),
                     '--centre-thr', str(self.thresholds['centre_thr']), '--context-thr', str(low), str(high),
                     *network.list_option(self.loop)]
        return Call([*arguments, *(['--pixels', str(self.pixels)] if self.pixels else [])], plan.fill(network.options),
                    inputs)

    def check(self, plan: Plan) -> None:
        from mmwsss.engine.classes import classes_of
        from mmwsss.pipeline.image_lists import image_labels
        from mmwsss.pseudo_labels.local_prototypes import CLUSTERS, check_classes
        from mmwsss.pseudo_labels.sub_categories import require_scikit_learn
        require_scikit_learn()
        require_seed(self.seed)
        head = self.network(plan).cfg.model.get('head', {})
        room = head.get('prototypes', CLUSTERS)
        if room != self.k:
            raise InputError(f'The stage {self.name} makes k={self.k} clusters, but the head of {self.config} has room '
                             f'for {room}. Set model.head.prototypes={self.k}.')
        network = plan.network(self.classifier)
        labels = image_labels(plan.images(network, self.loop), network, self.loop, self.name)
        try:
            check_classes(labels, classes_of(network.cfg, self.loop)[1:])
        except InputError as error:
            raise InputError(f'The stage {self.name}: {error}') from error

    def set_seed(self, seed: int) -> None:
        self.seed = seed
