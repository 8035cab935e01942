"""Writing class activation maps during a test."""
from collections.abc import Sequence
from pathlib import Path

from mmengine.evaluator import BaseMetric
from mmseg.registry import METRICS

from mmwsss.pseudo_labels.cam_file import write_cam
from mmwsss.utils.errors import InputError
from mmwsss.utils.image_ids import file_of_id


@METRICS.register_module()
class CAMWriter(BaseMetric):
    """Write `<output_dir>/<img_id>.npz` for each test image (see :func:`write_cam`).

    Needs `cam`, `cam_keys`, `img_id` and `ori_shape` in the data samples, as `CAMClassifier` predicts them. Each rank
    writes its own images; files are written atomically.

    Args:
        output_dir: the folder; it is created if missing.
        collect_device: 'cpu' or 'gpu', through which ranks exchange results.
        prefix: prefix of the metric names.
    """

    def __init__(self, output_dir: str, collect_device: str = 'cpu', prefix: str | None = None) -> None:
        super().__init__(collect_device=collect_device, prefix=prefix)
        self.output_dir = Path(output_dir)

    def process(self, data_batch: dict, data_samples: Sequence[dict]) -> None:
        """Write each image's maps; its result is the file size in bytes.

        Raises:
            InputError: a sample has no `cam` or no `img_id`.
        """
        for sample in data_samples:
            if 'cam' not in sample or 'img_id' not in sample:
                raise InputError('CAMWriter needs `cam` and `img_id` in the data samples. Use a CAMClassifier, and end '
                                 'the pipeline with PackImageLabelInputs.')
            path = file_of_id(self.output_dir, sample['img_id'], '.npz')
            write_cam(path, sample['cam']['data'], sample['cam_keys'], sample['ori_shape'][:2],
                      self.dataset_meta['classes'][1:])
            self.results.append(path.stat().st_size)

    def compute_metrics(self, results: list[int]) -> dict[str, float]:
        """The numbers of written `images` and `megabytes`."""
        return dict(images=len(results), megabytes=round(sum(results) / 1e6, 3))
