"""The model as an ONNX file, without PyTorch. It draws no outlines."""

import numpy as np
import onnxruntime
from PIL import Image

from .box import Box
from .page import Page

SIDE = 800  # pixels of the model's square input
MIN_SCORE = 0.1  # as in pytorch.py


class Onnx:
    """An export with the inputs image, im_shape and scale_factor. Its rows are
    class, score, x1, y1, x2, y2, order, after them comes a count for each page."""

    name = "PP-DocLayoutV3"

    def __init__(self, path: str, device: str):
        available = onnxruntime.get_available_providers()
        wanted = {"cpu": ["CPUExecutionProvider"], "cuda": ["CUDAExecutionProvider"]}.get(
            device, ["CUDAExecutionProvider", "CPUExecutionProvider"]
        )
        providers = [p for p in wanted if p in available]
        if not providers:
            raise RuntimeError("onnxruntime was installed without CUDA")
        self._session = onnxruntime.InferenceSession(path, providers=providers)
        self.device = "cuda" if self._session.get_providers()[0] == "CUDAExecutionProvider" else "cpu"
        names = {i.name for i in self._session.get_inputs()}
        if names != {"image", "im_shape", "scale_factor"}:
            raise RuntimeError(f"the ONNX file has the inputs {sorted(names)}")
        self._outputs = [o.name for o in self._session.get_outputs()][:2]  # the third, masks, is slow and not used

    def prepare(self, page: Page) -> tuple[np.ndarray, tuple[float, float]]:
        mode = "RGB" if page.channels == 3 else "L"
        image = Image.frombuffer(mode, (page.width, page.height), page.pixels, "raw", mode, 0, 1)
        # transform, unlike resize, does not smooth: nor did the training.
        image = image.transform((SIDE, SIDE), Image.Transform.EXTENT, (0, 0, page.width, page.height), Image.Resampling.BILINEAR)
        pixels = np.asarray(image.convert("RGB"), dtype=np.float32).transpose(2, 0, 1) / 255
        return pixels, (SIDE / page.height, SIDE / page.width)

    def infer(self, inputs: list) -> list[np.ndarray]:
        rows, counts = self._session.run(
            self._outputs,
            {
                "image": np.stack([pixels for pixels, _ in inputs]),
                "im_shape": np.full((len(inputs), 2), SIDE, dtype=np.float32),
                "scale_factor": np.array([scale for _, scale in inputs], dtype=np.float32),
            },
        )
        ends = np.cumsum(counts)
        if len(counts) != len(inputs) or ends[-1] != len(rows):
            raise RuntimeError(f"the model gave {len(rows)} rows for the counts {counts.tolist()}")
        return np.split(rows, ends[:-1])

    def boxes(self, output: np.ndarray, width: int, height: int) -> list[Box]:
        return [
            Box(int(kind), float(score), (float(x1), float(y1), float(x2), float(y2)), int(order))
            for kind, score, x1, y1, x2, y2, order in output[:, :7].tolist()
            if score >= MIN_SCORE
        ]
