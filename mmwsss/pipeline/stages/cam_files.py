"""The CAM files of a classifier."""
from mmwsss.pipeline.plan import Plan
from mmwsss.pipeline.stage import Call
from mmwsss.registry import STAGES

from .files import FileStage


@STAGES.register_module()
class CAMFiles(FileStage):
    """Write CAM files with `tools/make_cams.py`.

    Args:
        name: of the stage.
        network: stage that trains the classifier.
        images_of: network (a stage or a config) whose training list names the images; by default the classifier.
    """
    tool = 'make_cams.py'
    title = 'CAM files of the training images'
    suffix = '.npz'

    def __init__(self, name: str, network: str, images_of: str | None = None) -> None:
        self.classifier, self.reader = network, images_of or network
        super().__init__(name, [network])

    def call(self, plan: Plan) -> Call:
        network, reader = plan.network(self.classifier), plan.network(self.reader)
        inputs = plan.inputs(network, ('model', 'test_dataloader'), (reader, 'train'),
                             checkpoint=plan.mark(self.classifier))
        arguments = [network.path, plan.output(self.classifier), '--out', str(self.folder(plan))]
        return Call([*arguments, *reader.list_option()], plan.fill(network.options), inputs)
