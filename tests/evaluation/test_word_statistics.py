"""Statistics of visual words against loops."""
import pytest
import torch
from message_names import message_names
from mmseg.structures import SegDataSample

from mmwsss.evaluation.word_statistics import loss_gradients, measure_words, word_cosines, word_head
from mmwsss.models import CAMHead, ReCAMHead, VWEHead
from mmwsss.models.features import Features
from mmwsss.utils.errors import InputError


def test_measures_equal_a_loop():
    head = VWEHead(3, 6, encoder=dict(type='VisualWordEncoder', num_words=5, temperature=5.0))
    feat, labels = torch.randn(2, 6, 4, 3), torch.tensor([[1., 0, 1], [0, 0, 0]])
    found = measure_words(head, feat, labels)
    words, classes, seen = head.encoder.encode(feat), head.classifier(feat).relu(), head.word_map(feat)
    for image in range(2):
        nearest = {int(words[image, :, y, x].argmax()) for y in range(4) for x in range(3)}
        assert found['present'][image] == len(nearest)
        entropies = [-(p * p.log()).sum() for p in words[image].flatten(1).t()]
        torch.testing.assert_close(found['entropy'][image], sum(entropies) / 12)
        torch.testing.assert_close(found['largest'][image], words[image].amax(0).mean())
    for name, values in dict(class_max=classes[0].amax((1, 2)), word_max=seen[0].amax((1, 2)),
                             word_gap=seen[0].amax((1, 2)) - seen[0].amin((1, 2)),
                             changed=(seen[0] > classes[0]).float().mean((1, 2))).items():
        torch.testing.assert_close(found[name][0], (values[0] + values[2]) / 2)
        assert found[name][1] == 0
    codewords = head.encoder.codebook()
    cosines = [torch.cosine_similarity(codewords[one], codewords[other], dim=0)
               for one in range(5) for other in range(5) if one != other]
    torch.testing.assert_close(word_cosines(head), torch.stack(cosines))


def test_the_head_is_found_inside_another():
    model = torch.nn.ModuleDict(dict(head=ReCAMHead(3, 6, base=dict(
        type='VWEHead', encoder=dict(type='VisualWordEncoder', num_words=4)))))
    assert word_head(model) is model['head'].base
    with pytest.raises(InputError, match=message_names('VWEHead')):
        word_head(torch.nn.ModuleDict(dict(head=CAMHead(3, 6))))


def test_gradients_of_the_losses_equal_those_of_each_alone():
    head = VWEHead(3, 6, encoder=dict(type='VisualWordEncoder', num_words=5, temperature=5.0)).eval()
    image, samples = torch.randn(2, 6, 4, 3, requires_grad=True), []
    for labels in ([1., 0, 1], [0, 1, 0]):
        samples.append(SegDataSample())
        samples[-1].gt_score = torch.tensor(labels)

    def features():
        feat = image * 2
        return Features(None, (feat, ), feat.mean(dim=(2, 3)))

    found = loss_gradients(head, features(), samples)
    assert list(found) == ['loss_cls', 'loss_word', 'loss_word_to_image']
    for name in ('loss_cls', 'loss_word'):
        image.grad = None
        head.loss([features()], samples)[name].backward()
        torch.testing.assert_close(found[name] * 2, image.grad)
        assert found[name].abs().sum() > 0
    assert (found['loss_word_to_image'] == 0).all()  # the encoder detaches the features
