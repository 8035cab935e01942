"""DenseCRF as a local refinement."""
from functools import partial
from typing import Any

from torch import Tensor

from mmwsss.pseudo_labels.crf import dense_crf
from mmwsss.pseudo_labels.mean_field import check_backend
from mmwsss.pseudo_labels.shrunk import refine_shrunk
from mmwsss.registry import LOCAL_REFINEMENTS
from mmwsss.utils.errors import InputError

from .local_refinement import LocalRefinement


@LOCAL_REFINEMENTS.register_module()
class DenseCRF(LocalRefinement):
    """A fully connected CRF whose pairwise terms follow position and colour; see :func:`dense_crf`.

    Kraehenbuehl, Koltun: Efficient Inference in Fully Connected CRFs with Gaussian Edge Potentials, NIPS 2011.

    The defaults are IRN's for label maps; `CRFIoUMetric` sets those of DeepLabv2 at test time.

    Args:
        gt_prob: probability of a pixel's own label where a label map is refined.
        steps: mean-field iterations.
        gaussian_sxy: width of the smoothness kernel, in pixels.
        gaussian_compat: its weight.
        bilateral_sxy: width of the appearance kernel, in pixels.
        bilateral_srgb: its width in colour, in steps of 256.
        bilateral_compat: its weight.
        min_prob: classes that have at most this probability in every pixel count as absent.
        backend: `'torch'` (on the device of the scores), `'pydensecrf'` (on the CPU), or `'auto'`, see
            :func:`mean_field`.
        max_size: long side, in pixels, above which images are shrunk to it for the CRF, see :func:`refine_shrunk`; the
            widths above then belong to the shrunk image. `None`, as published, for no limit.

    Raises:
        InputError: `max_size` is no number of pixels.
    """

    def __init__(self,
                 gt_prob: float = 0.7,
                 steps: int = 10,
                 gaussian_sxy: float = 3,
                 gaussian_compat: float = 3,
                 bilateral_sxy: float = 50,
                 bilateral_srgb: float = 5,
                 bilateral_compat: float = 10,
                 min_prob: float = 0.05,
                 backend: str = 'auto',
                 max_size: int | None = None) -> None:
        if max_size is not None and (not isinstance(max_size, int) or isinstance(max_size, bool) or max_size < 1):
            raise InputError(f'DenseCRF: max_size={max_size!r} must be a number of pixels, at least 1, or None.')
        super().__init__(gt_prob)
        self.backend = backend
        self.max_size = max_size
        self.settings: dict[str, Any] = dict(steps=steps, gaussian_sxy=gaussian_sxy, gaussian_compat=gaussian_compat,
                             bilateral_sxy=bilateral_sxy, bilateral_srgb=bilateral_srgb,
                             bilateral_compat=bilateral_compat, min_prob=min_prob, backend=backend)

    def check(self) -> None:
        """Check the backend; `pydensecrf` must be installed if it is asked for."""
        check_backend(self.backend)

    def refine(self, image: Tensor, scores: Tensor) -> Tensor:
        """See `LocalRefinement`."""
        return refine_shrunk(partial(dense_crf, **self.settings), image, scores, self.max_size)

    refine_sets = refine  # on one lattice
