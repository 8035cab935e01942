"""Loading class activation maps from files."""
import torch
from mmcv.transforms import BaseTransform
from mmseg.registry import TRANSFORMS

from mmwsss.pseudo_labels.cam_file import read_cam
from mmwsss.utils.errors import InputError


@TRANSFORMS.register_module()
class LoadCAM(BaseTransform):
    """Read an image's CAM file from the dataset's `cam_dir`.

    Required keys: `cam_path`, `image_classes`, `ori_shape`. Added: `cam`, float32 `(K, h, w)` in [0, 1] at the
    resolution of the file, and `cam_keys`, int64 `(K,)`.
    """

    def transform(self, results: dict) -> dict:
        """Read the CAM and check it against the image and the classes.

        Raises:
            InputError: the dataset has no `cam_dir`; the file is damaged or has another image size or other classes.
        """
        if 'cam_path' not in results:
            raise InputError('The pipeline loads CAMs, but the dataset has no cam_dir. Set cam_dir to the folder that '
                             'tools/make_cams.py wrote.')
        path, classes, size = results['cam_path'], tuple(results['image_classes']), tuple(results['ori_shape'][:2])
        content = read_cam(path)
        if content.size is not None and content.size != size:
            raise InputError(f'{path} belongs to an image of size {content.size} (height, width), but '
                             f'{results.get("img_path")} has size {size}. Make the CAM again.')
        if content.classes is not None and content.classes != classes:
            raise InputError(f'{path} was made with the classes {", ".join(content.classes)}, but the dataset has '
                             f'{", ".join(classes)}. Make the CAMs again, or correct metainfo.classes.')
        if len(content.keys) and content.keys.max() >= len(classes):
            raise InputError(f'{path} contains image class {content.keys.max()}, but the dataset has {len(classes)}: '
                             f'{", ".join(classes)}. Correct metainfo.classes.')
        results['cam'] = torch.from_numpy(content.cam)
        results['cam_keys'] = torch.from_numpy(content.keys)
        return results
