"""Loading localization cues in the place of masks."""
import numpy as np
from mmseg.datasets.transforms import LoadAnnotations
from mmseg.registry import TRANSFORMS

from mmwsss.pseudo_labels.cue_file import read_cues
from mmwsss.utils.errors import InputError, first_names


@TRANSFORMS.register_module()
class LoadCues(LoadAnnotations):
    """Read an image's cue file from the dataset's `seg_map_dir`, with `seg_map_suffix='.npz'`.

    Required keys: `seg_map_path`, `num_classes`, and `gt_score` to check the cues against. Added: `cues`, uint8
    `(h, w, C)`, 0 or 1; `PackImageLabelInputs(keys=['cues'])` packs it. It is listed in `seg_fields`, so that flips
    apply to it. Load cues after the image is resized: the grid does not follow the size of the image, and a crop would
    separate them.
    """

    def _load_seg_map(self, results: dict) -> None:
        """Add the cues.

        Raises:
            InputError: the file is missing or damaged, has other classes, or has cues of a class that is not among the
                image's labels.
        """
        path = results['seg_map_path']
        content = read_cues(path)
        if len(content.classes) != results['num_classes']:
            raise InputError(f'{path} was made for {len(content.classes)} classes, but the dataset has '
                             f'{results["num_classes"]}. Make the cues again, or correct metainfo.classes.')
        wanted = results.get('image_classes')
        if wanted is not None and content.classes[1:] != tuple(wanted):
            raise InputError(f'{path} was made with the classes {", ".join(content.classes[1:])}, but the dataset has '
                             f'{", ".join(wanted)}. Make the cues again, or correct metainfo.classes.')
        if results.get('gt_score') is not None:
            strangers = [content.classes[key] for key in content.keys if key and not results['gt_score'][key - 1]]
            if strangers:
                raise InputError(f'{path} has cues of {first_names(strangers)}, which the labels of '
                                 f'{results.get("img_path")} do not name. Correct the labels, or make the cues again.')
        results['cues'] = np.ascontiguousarray(content.dense().transpose(1, 2, 0))
        results.setdefault('seg_fields', []).append('cues')
