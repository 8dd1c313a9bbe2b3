"""The real model class, with random weights."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

from transformers import PPDocLayoutV3ForObjectDetection, PPDocLayoutV3ImageProcessor  # noqa: E402

from doclayout.page import Page  # noqa: E402
from doclayout.pytorch import MASK_THRESHOLD, PyTorch  # noqa: E402

from make_checkpoint import CLASSES, make  # noqa: E402

WIDTH, HEIGHT = 330, 470


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory):
    folder = tmp_path_factory.mktemp("checkpoint")
    make(folder)
    return str(folder)


@pytest.fixture(scope="module")
def model(checkpoint):
    return PyTorch(checkpoint, "cpu", "float32")


@pytest.fixture(scope="module")
def pages():
    noise = np.random.default_rng(0)
    return [Page(WIDTH, HEIGHT, noise.integers(0, 256, 3 * WIDTH * HEIGHT, dtype=np.uint8).tobytes()) for _ in range(2)]


@pytest.fixture(scope="module")
def outputs(model, pages):
    return model.infer([model.prepare(p) for p in pages])


def test_shapes(outputs):
    for out in outputs:
        assert out.logits.shape == (1, 300, CLASSES)
        assert out.pred_boxes.shape == (1, 300, 4)
        assert out.order_logits.shape == (1, 300, 300)
        assert out.out_masks.shape == (1, 300, 200, 200)


def test_gray_is_three_equal_channels(model, pages):
    gray = pages[0].pixels[: WIDTH * HEIGHT]
    rgb = np.repeat(np.frombuffer(gray, np.uint8), 3).tobytes()
    assert torch.equal(model.prepare(Page(WIDTH, HEIGHT, gray, 1)), model.prepare(Page(WIDTH, HEIGHT, rgb)))


def test_a_batch_is_its_pages(model, pages, outputs):
    alone = model.infer([model.prepare(pages[1])])[0]
    assert torch.allclose(alone.logits, outputs[1].logits, atol=1e-3)


@torch.inference_mode()
def test_boxes_are_those_of_the_reference(checkpoint, pages, model):
    """Against transformers called as its documentation says."""
    processor = PPDocLayoutV3ImageProcessor.from_pretrained(checkpoint)
    reference = PPDocLayoutV3ForObjectDetection.from_pretrained(checkpoint).eval()
    array = np.frombuffer(bytearray(pages[0].pixels), np.uint8).reshape(HEIGHT, WIDTH, 3)
    out = reference(**processor(images=[array], return_tensors="pt"))
    want = processor.post_process_object_detection(out, threshold=0.1, target_sizes=[(HEIGHT, WIDTH)])[0]
    got = model.boxes(model.infer([model.prepare(pages[0])])[0], WIDTH, HEIGHT)
    assert len(got) == len(want["scores"]) > 10
    assert [b.class_id for b in got] == want["labels"].tolist()
    assert [b.order for b in got] == want["order_seq"].tolist()
    assert np.allclose([b.score for b in got], want["scores"], atol=1e-4)
    assert np.allclose([b.bbox for b in got], want["boxes"], atol=0.05)

    # The outlines are cut at the threshold that the reference pipeline uses.
    high = processor.post_process_object_detection(out, threshold=MASK_THRESHOLD, target_sizes=[(HEIGHT, WIDTH)])[0]
    outlines = {(b.class_id, b.order): b.polygon for b in got}
    for label, order, polygon in zip(high["labels"].tolist(), high["order_seq"].tolist(), high["polygon_points"]):
        assert np.allclose(outlines[label, order], polygon, atol=0.05)


def test_order_is_the_vote(model, outputs):
    """rank of a query = its place by the votes that others come before it"""
    logits = outputs[0].order_logits[0].double().numpy()
    p = 1 / (1 + np.exp(np.minimum(-logits, 700)))  # beyond is infinite
    votes = np.triu(p, 1).sum(0) + np.tril(1 - p.T, -1).sum(0)
    got = model._processor._get_order_seqs(outputs[0].order_logits.double())[0].numpy()
    assert np.all(np.diff(votes[np.argsort(got)]) >= 0)


def test_outline_follows_the_mask(model, outputs):
    """A mask in the form of an L gives an outline of that form."""
    out = type(outputs[0])(**{k: v.clone() for k, v in outputs[0].items() if isinstance(v, torch.Tensor)})
    out.logits = torch.full((1, 300, CLASSES), -9.0)
    out.logits[0, 7, 21] = 9.0
    out.pred_boxes = torch.full((1, 300, 4), 0.1)
    out.pred_boxes[0, 7] = torch.tensor([0.5, 0.5, 0.5, 0.5])
    out.out_masks = torch.full((1, 300, 200, 200), -9.0)
    out.out_masks[0, 7, 50:150, 50:80] = 9.0
    out.out_masks[0, 7, 120:150, 50:150] = 9.0
    boxes = model.boxes(out, 800, 800)
    assert [(b.class_id, b.bbox) for b in boxes] == [(21, (200.0, 200.0, 600.0, 600.0))]
    xs, ys = zip(*boxes[0].polygon)
    assert (min(xs), min(ys)) == (200, 200) and max(xs) >= 598 and max(ys) >= 598
    # The inner corner is concave and left out, as in the reference: the outline is cut across.
    assert len(boxes[0].polygon) == 5


def test_bfloat16(checkpoint, pages, outputs):
    model = PyTorch(checkpoint, "cpu", "bfloat16")
    out = model.infer([model.prepare(pages[0])])[0]
    # The same queries are not chosen in the same order, but the best are as sure as before.
    best = lambda o: o.logits.sigmoid().flatten().topk(20).values  # noqa: E731
    assert torch.allclose(best(out), best(outputs[0]), atol=0.05)
    assert all(b.finite() for b in model.boxes(out, WIDTH, HEIGHT))


def test_through_the_service(serve, checkpoint, pages, model):
    client = serve(lambda: model)
    response, answer = client.post_rgb(pages[0])
    assert response.status == 200
    assert (answer["model"], answer["width"], answer["height"]) == ("PP-DocLayoutV3", WIDTH, HEIGHT)
    assert 10 < len(answer["boxes"]) <= 300
    for box in answer["boxes"]:
        assert 0 <= box["class_id"] < CLASSES and 0.1 <= box["score"] <= 1
