"""Making AffinityNet's score files of a data set from CAM files in parallel processes."""
import time
from dataclasses import dataclass
from pathlib import Path

from mmengine.config import Config

from mmwsss.datasets import ImageLabelDataset
from mmwsss.models.local_refinements import LocalRefinement
from mmwsss.pseudo_labels.affinity_scores import SEED_CRF, affinity_scores
from mmwsss.pseudo_labels.score_file import write_scores
from mmwsss.utils.errors import InputError
from mmwsss.utils.image_ids import file_of_id

from .image_jobs import run_jobs
from .image_with_cam import read_image_with_cam

REFINEMENT = dict(type='DenseCRF', **SEED_CRF)  # of the scores, if the config sets no other


@dataclass(frozen=True)
class Job:
    """One image's files and settings.

    Attributes:
        img_path: the image file.
        cam_path: its CAM file.
        out: the score file to write.
        image_classes: the classes without background; a CAM file with other classes raises an error.
        alphas: powers of the background, low and high, see :func:`affinity_scores`.
        refinement: local refinement of the scores.
        backend_args: of the image's file backend.
    """
    img_path: str
    cam_path: str
    out: Path
    image_classes: tuple[str, ...]
    alphas: tuple[float, float]
    refinement: LocalRefinement
    backend_args: dict | None = None


def refinement_settings(cfg: Config) -> dict:
    """Return the local refinement of the scores, the config's `affinity_score_refinement`, by default a DenseCRF.

    Settings without a type, or of a DenseCRF, change the defaults.
    """
    own = cfg.get('affinity_score_refinement') or {}
    return {**(REFINEMENT if own.get('type', 'DenseCRF') == 'DenseCRF' else {}), **own}


def jobs_of(dataset: ImageLabelDataset, out: Path, alphas: tuple[float, float],
            refinement: LocalRefinement) -> list[Job]:
    """List the images of a data set that have no score file yet.

    Args:
        dataset: with `cam_dir`.
        out: folder of the files, `<img_id>.npz`.
        alphas: see :func:`affinity_scores`.
        refinement: local refinement of the scores.

    Returns:
        One job per image, in the order of the data set.
    """
    infos = (dataset.get_data_info(index) for index in range(len(dataset)))
    classes = tuple(dataset.image_classes)
    jobs = [Job(info['img_path'], info['cam_path'], file_of_id(out, info['img_id'], '.npz'), classes,
                alphas, refinement, dataset.backend_args) for info in infos]
    return [job for job in jobs if not job.out.is_file()]


def score_image(job: Job) -> int:
    """Write one image's score file; see :func:`affinity_scores`.

    Returns:
        Its size in bytes.

    Raises:
        InputError: the image or its CAM is damaged, they do not match, or the refinement cannot run.
    """
    image, cam, keys = read_image_with_cam(job.img_path, job.cam_path, job.image_classes, job.backend_args)
    try:
        scores = affinity_scores(image, cam, *job.alphas, job.refinement.refine_sets)
    except InputError as error:
        raise InputError(f'{job.cam_path}: {error}') from error
    write_scores(job.out, scores, keys, job.image_classes)
    return job.out.stat().st_size


def make_affinity_scores(jobs: list[Job], workers: int | None = None, total: int | None = None) -> str:
    """Score images in parallel (in this process if `workers` is 1). An error or Ctrl-C stops all; finished files stay.

    Args:
        jobs: from :func:`jobs_of`.
        workers: number of processes, at most one per job; `None` uses all cores.
        total: number of images including finished ones, for the progress bar.

    Returns:
        A sentence for the user.

    Raises:
        InputError: an image fails (see :func:`score_image`), a worker was killed, or `workers` is below 1.
    """
    start = time.time()
    size = sum(run_jobs('scores', score_image, jobs, workers, total))
    if not jobs:
        return 'all scores exist already'
    seconds = time.time() - start
    return (f'{len(jobs)} images in {seconds:.0f} s ({len(jobs) / seconds:.2f} per second), '
            f'{size / len(jobs) / 1000:.0f} kB each')
