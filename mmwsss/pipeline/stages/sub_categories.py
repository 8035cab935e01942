"""The sub-categories of images, by the features of a classifier."""
import json

from mmwsss.pipeline.plan import Plan
from mmwsss.pipeline.stage import Call, Output, Stage
from mmwsss.registry import STAGES
from mmwsss.utils.errors import InputError
from mmwsss.utils.seeds import require_seed


@STAGES.register_module()
class SubCategories(Stage):
    """Cluster the images of each class with `tools/make_subcategories.py`.

    Args:
        name: of the stage.
        network: stage that trains the classifier.
        k: sub-categories of a class.
        seed: of the clustering, whatever the seed of the trainings (`--seed`).
        allow_fewer: accept classes with fewer than `k` images.
        images_of: network (a stage or a config) whose training list names the images; by default the classifier.
    """
    tool = 'make_subcategories.py'
    title = 'Sub-categories of the training images'

    def __init__(self, name: str, network: str, k: int = 10, seed: int = 0, allow_fewer: bool = False,
                 images_of: str | None = None) -> None:
        if not isinstance(k, int) or k < 1:
            raise InputError(f'k={k!r} must be at least 1: the number of sub-categories of a class.')
        self.classifier, self.k, self.seed, self.allow_fewer = network, k, seed, allow_fewer
        self.reader = images_of or network
        super().__init__(name, [network])

    def output(self, plan: Plan) -> Output:
        return Output(self.folder(plan) / 'sub_categories.json')

    def call(self, plan: Plan) -> Call:
        network, reader = plan.network(self.classifier), plan.network(self.reader)
        inputs = plan.inputs(network, ('model', 'test_dataloader'), (reader, 'train'), k=self.k, seed=self.seed,
                             checkpoint=plan.mark(self.classifier))
        arguments = [network.path, plan.output(self.classifier), '--out', str(self.output(plan).path),
                     '--k', str(self.k), '--seed', str(self.seed), *reader.list_option()]
        return Call([*arguments, *(['--allow-fewer'] if self.allow_fewer else [])], plan.fill(network.options), inputs)

    def check(self, plan: Plan) -> None:
        from mmwsss.engine.classes import classes_of
        from mmwsss.pipeline.image_lists import image_labels
        from mmwsss.pseudo_labels.sub_categories import check_counts, require_scikit_learn
        require_scikit_learn()
        reader = plan.network(self.reader)
        labels = image_labels(plan.images(reader, 'train'), reader, 'train', self.name)
        try:
            require_seed(self.seed)
            check_counts(labels, self.k, classes_of(reader.cfg, 'train')[1:], self.allow_fewer)
        except InputError as error:
            raise InputError(f'The stage {self.name}: {error}') from error

    def figures(self, plan: Plan) -> dict[str, float]:
        images = json.loads(self.output(plan).path.read_text(encoding='utf-8'))['images']
        return dict(images=len(images), sub_categories=len({index for own in images.values() for index in own}))
