"""Images with CAM scores and ground truth, and the metrics on them."""
import torch
from mmengine.evaluator import Evaluator
from mmengine.structures import PixelData
from mmseg.evaluation import IoUMetric
from mmseg.structures import SegDataSample

CLASSES = ('background', 'cat', 'cow', 'dog', 'horse')
#: the default sweep's spacing, and numbers that float32 cannot hold
THRESHOLDS = [0.0, 0.05, 0.1, 0.14, 0.3, 0.31, 0.7, 0.99]


def make_sample(seed: int, size=(23, 31), kept=(1, 3)) -> SegDataSample:
    """An image with scores on and off the thresholds and an ignored border, without `horse`."""
    random = torch.Generator().manual_seed(seed)
    sample = SegDataSample(metainfo=dict(img_id=f'image{seed}'))
    score = torch.rand((1, *size), generator=random)
    exact = torch.randint(len(THRESHOLDS), (1, *size), generator=random)
    on_threshold = torch.rand((1, *size), generator=random) < 0.4
    score[on_threshold] = torch.tensor(THRESHOLDS)[exact][on_threshold]
    label = torch.tensor(kept or (1, ))[torch.randint(max(len(kept), 1), (1, *size),
                                                      generator=random)]
    truth = torch.where((score > 0.25) & bool(kept), label, torch.zeros_like(label))
    noise = torch.rand((1, *size), generator=random) < 0.3
    truth[noise] = torch.randint(4, (1, *size), generator=random)[noise]
    truth[:, :4, :8] = 255
    sample.set_data(dict(
        gt_sem_seg=PixelData(data=truth),
        cam_winner=PixelData(score=score if kept else torch.zeros_like(score), label=label)))
    return sample


SAMPLES = [make_sample(0), make_sample(1, size=(17, 9), kept=(2, )), make_sample(2, kept=()),
           make_sample(3, kept=(1, 2, 3)), make_sample(4, size=(1, 40))]


def evaluate(metric, samples=SAMPLES, size=None) -> dict[str, float]:
    """Evaluate with MMEngine's own evaluator, like the test loop."""
    evaluator = Evaluator(metric)
    evaluator.dataset_meta = dict(classes=CLASSES)
    for sample in samples:
        evaluator.process([sample])
    return evaluator.evaluate(size or len(samples))


def mmseg_at(threshold: float, samples=SAMPLES) -> dict[str, float]:
    """MMSeg's IoUMetric on the hard segmentation: the slow oracle."""
    hard = []
    for sample in samples:
        score, label = sample.cam_winner.score, sample.cam_winner.label
        segmentation = torch.where(score > threshold, label, torch.zeros_like(label))
        hard.append(SegDataSample(pred_sem_seg=PixelData(data=segmentation),
                                  gt_sem_seg=sample.gt_sem_seg))
    # MMSeg rounds to two decimals in float32
    return {name: round(float(value), 2) for name, value in evaluate(IoUMetric(), hard).items()}
