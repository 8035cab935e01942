"""What goes into a network and what comes out, for single images."""
import pytest
import torch
from mmengine.structures import PixelData
from mmseg.structures import SegDataSample

from mmwsss.apis.samples import batches_of_equal_size, drawn_sample, enlarge, rule_out
from mmwsss.utils.errors import InputError


def sample_of(logits):
    return SegDataSample(seg_logits=PixelData(data=logits), pred_sem_seg=PixelData(
        data=logits.argmax(dim=0, keepdim=True)))


def test_batches_are_neighbours_of_equal_size():
    sides, read = [4, 4, 4, 5, 4, 4], []

    def items():
        for place, side in enumerate(sides):
            read.append(place)
            yield dict(inputs=torch.zeros(3, side, 4), place=place)

    batches = batches_of_equal_size(items(), 2)
    assert [item['place'] for item in next(batches)] == [0, 1] == read
    assert [[item['place'] for item in batch] for batch in batches] == [[2], [3], [4, 5]]


def test_labels_rule_classes_out():
    logits = torch.randn(5, 6, 7)
    sample = sample_of(logits)
    rule_out(sample, [0, 4])
    assert torch.equal(sample.pred_sem_seg.data, torch.where(logits[:1] >= logits[4:], 0, 4))
    assert torch.equal(sample.seg_logits.data, logits)
    with pytest.raises(InputError, match='logit'):
        rule_out(sample_of(logits[:1]), [0])


@pytest.mark.parametrize('allowed', [None, [0, 2]])
def test_labels_of_a_large_image(allowed):
    sample = sample_of(torch.randn(4, 6, 8))
    sample.set_metainfo(dict(full_shape=(17, 30)))
    scores = torch.nn.functional.interpolate(sample.seg_logits.data[None], size=(17, 30), mode='bilinear')[0]
    if allowed:
        scores[[1, 3]] = -100
    enlarge(sample, allowed)
    assert torch.equal(sample.pred_sem_seg.data, scores.argmax(dim=0, keepdim=True)) and sample.ori_shape == (17, 30)


def test_what_is_drawn_has_the_size_of_the_drawing():
    sample = sample_of(torch.randn(4, 6, 8))
    drawn = drawn_sample(sample, (12, 16))
    assert torch.equal(drawn.pred_sem_seg.data[0, ::2, ::2], sample.pred_sem_seg.data[0])
    assert 'cam' not in drawn and drawn_sample(sample, (6, 8)).pred_sem_seg.data.shape == (1, 6, 8)
