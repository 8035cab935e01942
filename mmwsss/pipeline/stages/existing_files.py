"""Files that no stage makes."""
from pathlib import Path

from mmwsss.pipeline.plan import Plan
from mmwsss.pipeline.stage import Output
from mmwsss.registry import STAGES
from mmwsss.utils.errors import InputError
from mmwsss.utils.image_ids import clean_id
from mmwsss.utils.walk import walk_files

from .files import FileStage


@STAGES.register_module()
class ExistingFiles(FileStage):
    """A folder of files to start from, e.g. anybody's CAM files. Nothing runs, and nothing is written there.

    Args:
        name: of the stage.
        folder: of the files; a relative path starts from the current folder.
        suffix: of the files: '.npz' or '.npy' of CAMs, '.png' of label maps.
    """
    title = 'Existing files'

    def __init__(self, name: str, folder: str, suffix: str = '.npz') -> None:
        self.place, self.suffix = Path(folder), suffix
        super().__init__(name)

    def output(self, plan: Plan) -> Output:
        return Output(self.place, self.suffix)

    def check(self, plan: Plan) -> None:
        if not self.images(plan):
            raise InputError(f'{self.place} of the stage {self.name} contains no {self.suffix} files. Correct its '
                             'folder or its suffix.')

    def images(self, plan: Plan) -> list[str]:
        return [clean_id(name).removesuffix(self.suffix) for name in walk_files(self.place, self.suffix)]
