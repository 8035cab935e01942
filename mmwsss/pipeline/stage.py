"""A stage of a pipeline: what it needs, the tool that it calls, its output, its figures and its part of the report."""
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mmwsss.utils.provenance import file_mark, folder_mark

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from .network import Network
    from .plan import Plan
    from .report_images import Panels, ReportImages

OUTPUT = r'{(\w+)}'  # in an option's text: the output of the stage of this name
FIGURE = r'{(\w+)\.(\w+)}'  # an option's whole text: a figure of the stage of this name


@dataclass(frozen=True)
class Output:
    """What the next stages read.

    Attributes:
        path: a file, or a folder of files.
        suffix: of the files in a folder; empty where `path` is a file.
    """
    path: Path
    suffix: str = ''

    def mark(self) -> str:
        """The fingerprint of the content.

        Raises:
            InputError: it does not exist.
        """
        return folder_mark(self.path, self.suffix) if self.suffix else file_mark(self.path)


@dataclass
class Call:
    """The command line of a stage.

    Attributes:
        arguments: of the tool, without `--cfg-options`.
        options: of `--cfg-options`.
        inputs: everything that decides the output, as JSON can hold it.
        batches: options that set the batch size of all processes together, with that size; an empty dictionary
            where batches do not change the result.
    """
    arguments: list[str]
    options: dict[str, Any] = field(default_factory=dict)
    inputs: dict[str, Any] = field(default_factory=dict)
    batches: dict[str, int] = field(default_factory=dict)


class Stage(ABC):
    """Base class of the kinds of stages; a kind is a subclass in `STAGES`, in a file of its own.

    A stage is built from its settings in the pipeline's config (without `type`), knows nothing of other stages but
    their names, and gets everything else from the plan.

    Args:
        name: of the stage, its folder in the work dir and its record.
        needs: names of the stages whose outputs it uses.

    Attributes:
        tool: script in `tools/`; empty where nothing runs.
        title: what the stage does, for a dry run and the report.
        parallel: whether the tool runs in several processes under a launcher.
        resume: arguments that resume an interrupted run of the tool.
        makes_checkpoint: whether its output is a checkpoint, which must be readable when it is done.
        trains: whether its time is that of a training, in a comparison of pipelines.
        tests: whether it tests a network, so that a pipeline's `test_options` are for it.
    """
    tool = ''
    title = ''
    parallel = True
    resume: tuple[str, ...] = ()
    makes_checkpoint = False
    trains = False
    tests = False

    def __init__(self, name: str, needs: Sequence[str | None] = ()) -> None:
        self.name = name
        self.needs = tuple(dict.fromkeys(need for need in needs if need))

    @abstractmethod
    def output(self, plan: 'Plan') -> Output:
        """What the next stages read."""

    def call(self, plan: 'Plan') -> Call:
        """The command line, with what decides its result; called when all needed stages are done, and with a dry plan
        before the first stage starts."""
        return Call([])

    def resumed(self, call: Call) -> Call:
        """What goes on from where an interrupted run of a call stopped."""
        return replace(call, arguments=[*call.arguments, *self.resume])

    def network(self, plan: 'Plan') -> 'Network | None':
        """The config that the stage trains or tests, by which other stages refer to it."""
        return None

    def check(self, plan: 'Plan') -> None:  # noqa: B027
        """Check everything that can be known before the first stage starts.

        Raises:
            InputError: images, masks, labels, packages or settings are missing or do not fit.
        """

    def images(self, plan: 'Plan') -> list[str] | None:
        """Names of the images that the stage writes files of; `None` where it writes none or cannot know."""
        return None

    def work(self, plan: 'Plan') -> int:
        """How much there is to do: images to go through, with repetitions; 0 where it is not known."""
        return len(self.images(plan) or ())

    def figures(self, plan: 'Plan') -> dict[str, float]:
        """Figures for the table and for later stages, read from the finished output."""
        return {}

    def compared(self, plan: 'Plan', figures: Mapping[str, float]) -> tuple[str, str] | None:
        """What the figures tell about, and the list of images: its part of a comparison of pipelines.

        Args:
            plan: of the pipeline.
            figures: of the finished stage.

        Returns:
            The start of a column's title and the name of a list, e.g. `('CAM', 'val')`; `None` to leave them out.
        """
        return None

    def set_seed(self, seed: int) -> None:  # noqa: B027
        """Use this seed for everything that the stage draws."""

    def plots(self, plan: 'Plan') -> Iterator[tuple[str, str, 'Figure']]:
        """Plots for the report: section, caption and figure."""
        yield from ()

    def class_scores(self, plan: 'Plan', classes: Sequence[str]) -> tuple[str, list[float | None]] | None:
        """A series of the bar chart of the report: its name and the IoU of each class in percent."""
        return None

    def panels(self, plan: 'Plan', images: 'ReportImages') -> 'dict[str, Panels]':
        """What the stage made of the report's images: title -> a panel for each of them."""
        return {}

    def threshold_curve(self, plan: 'Plan') -> tuple[str, Mapping[str, Any]] | None:
        """A measurement at every background threshold: the title of the panels whose scores were measured, and the JSON
        of a `CAMIoUMetric`."""
        return None

    def folder(self, plan: 'Plan') -> Path:
        """Where its files are."""
        return plan.work_dir / self.name


def panel_title(name: str) -> str:
    """The title of the panels that a stage of this name makes."""
    return name.replace('_', ' ')
