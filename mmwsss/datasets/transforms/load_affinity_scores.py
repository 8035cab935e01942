"""Loading class scores, AffinityNet's training data, in the place of masks."""
import numpy as np
from mmseg.datasets.transforms import LoadAnnotations
from mmseg.registry import TRANSFORMS

from mmwsss.pseudo_labels.score_file import read_scores
from mmwsss.utils.errors import InputError, first_names


@TRANSFORMS.register_module()
class LoadAffinityScores(LoadAnnotations):
    """Read an image's score file from the dataset's `seg_map_dir`, with `seg_map_suffix='.npz'`.

    Required keys: `seg_map_path`, `ori_shape`. Added: `affinity_scores`, uint8 `(H, W, 2 (1 + K))`, 255 times the
    scores of background and classes under the low alpha, then under the high alpha; it is listed in `seg_fields`, so
    that flips and crops apply to it.
    """

    def _load_seg_map(self, results: dict) -> None:
        """Add the scores.

        Raises:
            InputError: the file is missing or damaged, has another image size or other classes, or has scores of a
                class that is not among the image's labels.
        """
        path, size = results['seg_map_path'], tuple(results['ori_shape'][:2])
        content = read_scores(path)
        if content.scores.shape[2:] != size:
            raise InputError(f'{path} belongs to an image of size {content.scores.shape[2:]} (height, width), but '
                             f'{results.get("img_path")} has size {size}. Make the scores again.')
        classes = results.get('image_classes')
        if classes is not None and content.classes != tuple(classes):
            raise InputError(f'{path} was made with the classes {", ".join(content.classes)}, but the dataset has '
                             f'{", ".join(classes)}. Make the scores again, or correct metainfo.classes.')
        if results.get('gt_score') is not None:
            strangers = [content.classes[key] for key in content.keys if not results['gt_score'][key]]
            if strangers:
                raise InputError(f'{path} has scores of {first_names(strangers)}, which the labels of '
                                 f'{results.get("img_path")} do not name. Correct the labels, or make the scores '
                                 'again.')
        scores = content.scores
        results['affinity_scores'] = np.ascontiguousarray(scores.reshape(-1, *size).transpose(1, 2, 0))
        results.setdefault('seg_fields', []).append('affinity_scores')
