"""The ONNX path, with a file that has the export's inputs and outputs."""

import numpy as np
import pytest

onnx = pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")

from onnx import TensorProto, helper, numpy_helper  # noqa: E402

from doclayout.onnx import Onnx  # noqa: E402
from doclayout.page import Page  # noqa: E402


@pytest.fixture
def path(tmp_path):
    """A model that gives two rows a page: one with the page's mean colour as its score and, as its
    corner, the page's size as the inputs tell it; one with a low score."""
    constants = {
        "low": np.array([[[22, 0.05, 0, 0, 1, 1, 9]]], np.float32),
        "kind": np.array([21], np.float32),
        "axes": np.array([1], np.int64),
        "rows": np.array([-1, 7], np.int64),
        "two": np.array([2], np.int32),
    }
    info = lambda name, kind, shape: helper.make_tensor_value_info(name, kind, shape)  # noqa: E731
    nodes = [
        helper.make_node("ReduceMean", ["image"], ["mean"], axes=[1, 2, 3], keepdims=0),
        helper.make_node("Unsqueeze", ["mean", "axes"], ["score"]),
        helper.make_node("Div", ["im_shape", "scale_factor"], ["size"]),  # [h, w]
        helper.make_node("Mul", ["score", "zero"], ["zeros"]),
        helper.make_node("Add", ["zeros", "kind"], ["class"]),
        helper.make_node("Add", ["zeros", "three"], ["order"]),
        helper.make_node("Concat", ["class", "score", "zeros", "zeros", "size", "order"], ["flat"], axis=1),
        helper.make_node("Unsqueeze", ["flat", "axes"], ["first"]),
        helper.make_node("Mul", ["first", "zero"], ["blank"]),
        helper.make_node("Add", ["blank", "low"], ["second"]),
        helper.make_node("Concat", ["first", "second"], ["pairs"], axis=1),
        helper.make_node("Reshape", ["pairs", "rows"], ["boxes"]),
        helper.make_node("Cast", ["mean"], ["ints"], to=TensorProto.INT32),
        helper.make_node("Mul", ["ints", "izero"], ["izeros"]),
        helper.make_node("Add", ["izeros", "two"], ["counts"]),
    ]
    constants |= {"zero": np.array([0], np.float32), "three": np.array([3], np.float32), "izero": np.array([0], np.int32)}
    graph = helper.make_graph(
        nodes,
        "layout",
        [
            info("im_shape", TensorProto.FLOAT, ["n", 2]),
            info("image", TensorProto.FLOAT, ["n", 3, 800, 800]),
            info("scale_factor", TensorProto.FLOAT, ["n", 2]),
        ],
        [info("boxes", TensorProto.FLOAT, ["m", 7]), info("counts", TensorProto.INT32, ["n"])],
        [numpy_helper.from_array(v, k) for k, v in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
    model.ir_version = 8
    onnx.checker.check_model(model)
    onnx.save(model, tmp_path / "model.onnx")
    return str(tmp_path / "model.onnx")


def plain(width, height, value):
    return Page(width, height, bytes([value]) * (3 * width * height))


def test_batch(path):
    model = Onnx(path, "auto")
    pages = [plain(300, 400, 255), plain(500, 200, 51)]
    outputs = model.infer([model.prepare(p) for p in pages])
    for page, output, score in zip(pages, outputs, (1.0, 0.2)):
        boxes = model.boxes(output, page.width, page.height)
        assert len(boxes) == 1  # the one with the low score is left out
        assert (boxes[0].class_id, boxes[0].order, boxes[0].polygon) == (21, 3, None)
        assert boxes[0].score == pytest.approx(score, abs=1e-3)
        assert boxes[0].bbox == pytest.approx((0, 0, page.height, page.width), abs=1e-2)


def test_pixels(path):
    """Channels and edges are where they belong."""
    rgb = bytearray(3 * 4 * 2)
    rgb[0] = 255  # red at the top left
    rgb[-1] = 255  # blue at the bottom right
    pixels, scale = Onnx(path, "cpu").prepare(Page(4, 2, rgb))
    assert pixels.shape == (3, 800, 800) and pixels.dtype == np.float32
    assert pixels[0, 0, 0] == 1 and pixels[2, -1, -1] == 1 and pixels[1].max() == 0
    assert scale == (400, 200)


def test_gray_is_three_equal_channels(path):
    model, gray = Onnx(path, "cpu"), bytes(range(8))
    rgb = bytes(v for v in gray for _ in range(3))
    assert np.array_equal(model.prepare(Page(4, 2, gray, 1))[0], model.prepare(Page(4, 2, rgb))[0])


def test_other_files_are_refused(tmp_path):
    node = helper.make_node("Identity", ["x"], ["y"])
    info = [helper.make_tensor_value_info(n, TensorProto.FLOAT, [1]) for n in "xy"]
    model = helper.make_model(helper.make_graph([node], "g", info[:1], info[1:]), opset_imports=[helper.make_opsetid("", 13)])
    model.ir_version = 8
    onnx.save(model, tmp_path / "other.onnx")
    with pytest.raises(RuntimeError, match="inputs"):
        Onnx(str(tmp_path / "other.onnx"), "cpu")


def test_through_the_service(serve, path):
    response, answer = serve(lambda: Onnx(path, "cpu")).post_rgb(plain(300, 400, 255))
    assert response.status == 200 and len(answer["boxes"]) == 1
