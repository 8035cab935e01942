"""What stages share that write a file for each image."""
from typing import TYPE_CHECKING

from mmwsss.pipeline.plan import Plan
from mmwsss.pipeline.stage import Output, Stage, panel_title

if TYPE_CHECKING:
    from mmwsss.pipeline.report_images import Panels, ReportImages


class FileStage(Stage):
    """A stage that writes a file for each image of a network's training list.

    Attributes:
        suffix: of the files: '.png' of label maps, anything else of CAMs.
        reader: network (a stage or a config) whose training list names the images.
    """
    suffix = '.png'
    reader = ''

    def output(self, plan: Plan) -> Output:
        return Output(self.folder(plan), self.suffix)

    def images(self, plan: Plan) -> list[str]:
        return plan.names(plan.network(self.reader), 'train')

    def panels(self, plan: Plan, images: 'ReportImages') -> 'dict[str, Panels]':
        read = images.labels if self.suffix == '.png' else images.cams
        return {panel_title(self.name): read(self.output(plan))}
