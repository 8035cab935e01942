"""The CAM files of a classifier."""
from typing import TYPE_CHECKING

from mmwsss.pipeline.plan import Plan
from mmwsss.pipeline.stage import Call, Output, Stage
from mmwsss.registry import STAGES

if TYPE_CHECKING:
    from mmwsss.pipeline.report_images import Panels, ReportImages


@STAGES.register_module()
class CAMFiles(Stage):
    """Write CAM files with `tools/make_cams.py`.

    Args:
        name: of the stage.
        network: stage that trains the classifier.
        images_of: network (a stage or a config) whose training list names the images; by default the classifier.
    """
    tool = 'make_cams.py'
    title = 'CAM files of the training images'

    def __init__(self, name: str, network: str, images_of: str | None = None) -> None:
        self.classifier, self.reader = network, images_of or network
        super().__init__(name, [network])

    def output(self, plan: Plan) -> Output:
        return Output(self.folder(plan), '.npz')

    def call(self, plan: Plan) -> Call:
        network, reader = plan.network(self.classifier), plan.network(self.reader)
        inputs = plan.inputs(network, ('model', 'test_dataloader'), (reader, 'train'),
                             checkpoint=plan.mark(self.classifier))
        arguments = [network.path, plan.output(self.classifier), '--out', str(self.folder(plan))]
        return Call([*arguments, *reader.list_option()], plan.fill(network.options), inputs)

    def images(self, plan: Plan) -> list[str]:
        return plan.names(plan.network(self.reader), 'train')

    def panels(self, plan: Plan, images: 'ReportImages') -> 'dict[str, Panels]':
        return {self.name: images.cams(self.output(plan))}
