"""Class activation maps from files beside the image."""
import torch
from mmcv.transforms import BaseTransform
from mmseg.registry import TRANSFORMS

from mmwsss.pseudo_labels.cam_file import read_cam
from mmwsss.utils.errors import InputError


@TRANSFORMS.register_module()
class LoadCAM(BaseTransform):
    """Read the CAM file that the dataset's `cam_dir` holds for an image.

    Required keys: `cam_path`, `image_classes`, `ori_shape`. Added: `cam`, float32 `(K, h, w)` in [0, 1] in the size of
    the file, and `cam_keys`, int64 `(K,)`.
    """

    def transform(self, results: dict) -> dict:
        """Read and compare with the image and the classes.

        Raises:
            InputError: the dataset has no `cam_dir`; the file is damaged, of an image of another size or of other
                classes.
        """
        if 'cam_path' not in results:
            raise InputError('The pipeline loads CAMs, but the dataset has no cam_dir. Set cam_dir to the folder that '
                             'tools/make_cams.py wrote.')
        path, classes, size = results['cam_path'], tuple(results['image_classes']), tuple(results['ori_shape'][:2])
        content = read_cam(path)
        if content.size is not None and content.size != size:
            raise InputError(f'{path} is of an image of {content.size} (height, width), but '
                             f'{results.get("img_path")} is {size}. Make the CAM again.')
        if content.classes is not None and content.classes != classes:
            raise InputError(f'{path} counts its keys by the classes {", ".join(content.classes)}, the dataset has '
                             f'{", ".join(classes)}. Make the CAMs again with these, or correct metainfo.classes.')
        if len(content.keys) and content.keys.max() >= len(classes):
            raise InputError(f'{path} holds image class {content.keys.max()}, the dataset has {len(classes)}: '
                             f'{", ".join(classes)}. Correct metainfo.classes.')
        results['cam'] = torch.from_numpy(content.cam)
        results['cam_keys'] = torch.from_numpy(content.keys)
        return results
