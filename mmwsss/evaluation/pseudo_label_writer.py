"""Writing predicted label maps during a test."""
from collections.abc import Sequence
from pathlib import Path

from mmengine.evaluator import BaseMetric
from mmseg.registry import METRICS

from mmwsss.datasets.label_ids import ids_on_disk
from mmwsss.utils.errors import InputError
from mmwsss.utils.palette_png import write_palette_png


@METRICS.register_module()
class PseudoLabelWriter(BaseMetric):
    """Write `<output_dir>/<img_id>.png` for each test image, a palette PNG with the data set's original ids.

    Each rank writes its own images; files are written atomically.

    Args:
        output_dir: the folder; it is created if missing. `None` writes nothing (`tools/test.py --out` sets it).
        collect_device: 'cpu' or 'gpu', through which ranks exchange results.
        prefix: prefix of the metric names.
    """

    def __init__(self, output_dir: str | None = None, collect_device: str = 'cpu', prefix: str | None = None) -> None:
        super().__init__(collect_device=collect_device, prefix=prefix)
        self.output_dir = output_dir

    def process(self, data_batch: dict, data_samples: Sequence[dict]) -> None:
        """Write each image's `pred_sem_seg`; its result is the file size in bytes.

        Raises:
            InputError: a sample has no `img_id`.
        """
        for sample in data_samples:
            if self.output_dir is None:
                self.results.append(0)
                continue
            if 'img_id' not in sample:
                raise InputError('PseudoLabelWriter names files by img_id, which this sample lacks. Use an '
                                 'ImageLabelDataset, and end the pipeline with PackImageLabelInputs.')
            path = Path(self.output_dir) / f"{sample['img_id']}.png"
            label = sample['pred_sem_seg']['data'][0].cpu().numpy()
            write_palette_png(path, ids_on_disk(self.dataset_meta)[label])
            self.results.append(path.stat().st_size)

    def compute_metrics(self, results: list[int]) -> dict[str, float]:
        """The numbers of written `images` and `megabytes`; empty without `output_dir`."""
        if self.output_dir is None:
            return {}
        return dict(images=len(results), megabytes=round(sum(results) / 1e6, 3))
