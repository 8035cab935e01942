"""Writing predicted label maps during a test."""
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from mmengine.evaluator import BaseMetric
from mmseg.registry import METRICS

from mmwsss.datasets.label_ids import write_labels
from mmwsss.utils.errors import InputError
from mmwsss.utils.image_ids import clean_id, file_of_id


def result_name(sample: Mapping[str, Any], image_dirs: Iterable[str] = ()) -> str:
    """The name of an image's result: its `img_id`, else its path below its folder, without suffix.

    Args:
        sample: a data sample, or what a data set knows of an image, with `img_id` or `img_path`.
        image_dirs: the folders of images; without one that contains the image, the name of the file counts.

    Raises:
        InputError: the sample names no image.
    """
    if sample.get('img_id'):
        return sample['img_id']
    if not sample.get('img_path'):
        raise InputError('PseudoLabelWriter names files by img_id or img_path, which this sample lacks. End the '
                         'pipeline with PackImageLabelInputs.')
    path = os.path.abspath(sample['img_path'])
    for folder in map(os.path.abspath, image_dirs):
        if path.startswith(os.path.join(folder, '')):
            return clean_id(os.path.splitext(os.path.relpath(path, folder))[0])
    return Path(path).stem


def require_distinct_names(samples: Iterable[Mapping[str, Any]], image_dirs: Iterable[str] = ()) -> None:
    """Check that no two images would write the same file.

    Args:
        samples, image_dirs: see :func:`result_name`.

    Raises:
        InputError: naming two such images.
    """
    known: dict[str, str] = {}
    folders = list(image_dirs)
    for sample in samples:
        name, path = result_name(sample, folders), sample.get('img_path', '')
        if known.setdefault(name, path) != path:
            raise InputError(f'{known[name]} and {path} would both write {name}.png. Rename one, or test their lists '
                             'one after the other.')


@METRICS.register_module()
class PseudoLabelWriter(BaseMetric):
    """Write `<output_dir>/<img_id>.png` for each test image, a palette PNG with the data set's original ids.

    Each rank writes its own images; files are written atomically.

    Args:
        output_dir: the folder; it is created if missing. `None` writes nothing (`tools/test.py --out` sets it).
        image_dirs: folders of images, for samples without `img_id`, see :func:`result_name`.
        collect_device: 'cpu' or 'gpu', through which ranks exchange results.
        prefix: prefix of the metric names.
    """

    writes_labels = True  # for `tools/test.py --out`

    def __init__(self, output_dir: str | None = None, image_dirs: Sequence[str] = (), collect_device: str = 'cpu',
                 prefix: str | None = None) -> None:
        super().__init__(collect_device=collect_device, prefix=prefix)
        self.output_dir = output_dir
        self.image_dirs = tuple(image_dirs)

    def process(self, data_batch: dict, data_samples: Sequence[dict]) -> None:
        """Write each image's `pred_sem_seg`; its result is the file size in bytes.

        Raises:
            InputError: a sample has neither `img_id` nor `img_path`, or a file cannot be written.
        """
        for sample in data_samples:
            if self.output_dir is None:
                self.results.append(0)
                continue
            path = file_of_id(self.output_dir, result_name(sample, self.image_dirs), '.png')
            write_labels(path, sample['pred_sem_seg']['data'][0].cpu().numpy(), self.dataset_meta)
            self.results.append(path.stat().st_size)

    def compute_metrics(self, results: list[int]) -> dict[str, float]:
        """The numbers of written `images` and `megabytes`; empty without `output_dir`."""
        if self.output_dir is None:
            return {}
        return dict(images=len(results), megabytes=round(sum(results) / 1e6, 3))
