"""The model through transformers: the reference."""

import math

import torch
from transformers import PPDocLayoutV3ForObjectDetection, PPDocLayoutV3ImageProcessor

from .box import Box
from .page import Page

# The lowest score that is answered: below it is noise, above it the caller decides.
MIN_SCORE = 0.1

# Where a mask becomes an outline. The image processor uses one threshold for
# scores and masks; the reference pipeline calls it with this one.
MASK_THRESHOLD = 0.3


def _logit(p: float) -> float:
    return math.log(p / (1 - p))


class PyTorch:
    """A checkpoint from a folder or the hub. The methods may run in different threads."""

    name = "PP-DocLayoutV3"

    def __init__(self, checkpoint: str, device: str, dtype: str):
        if device == "auto":
            device = "cuda" if torch.cuda.is_available() else "cpu"
        self.device = device
        # Weights stay in full precision: as bfloat16 the whole model gives nothing but NaN,
        # as float16 it overflows.
        self._autocast = lambda: torch.autocast(device, torch.bfloat16, enabled=dtype == "bfloat16")
        self._processor = PPDocLayoutV3ImageProcessor.from_pretrained(checkpoint)
        self._model = PPDocLayoutV3ForObjectDetection.from_pretrained(checkpoint, dtype=torch.float32).to(device).eval()
        with torch.inference_mode():  # the first run is slow: kernels are chosen, memory is taken
            self.infer([self.prepare(Page(8, 8, bytearray(3 * 8 * 8)))])

    def prepare(self, page: Page) -> torch.Tensor:
        """The page as the model wants it, [3, 800, 800]."""
        raw = page.pixels if isinstance(page.pixels, bytearray) else bytearray(page.pixels)  # torch wants it writable
        pixels = torch.frombuffer(raw, dtype=torch.uint8).view(page.height, page.width, page.channels)
        pixels = pixels.permute(2, 0, 1).expand(3, -1, -1)  # gray three times, without a copy
        return self._processor(images=[pixels], return_tensors="pt", input_data_format="channels_first").pixel_values[0]

    @torch.inference_mode()
    def infer(self, inputs: list[torch.Tensor]) -> list:
        with self._autocast():
            out = self._model(pixel_values=torch.stack(inputs).to(self.device))
        return [self._one(out, i) for i in range(len(inputs))]

    @staticmethod
    def _one(out, i: int):
        """The outputs of one page of a batch, in full precision."""
        fields = ("logits", "pred_boxes", "order_logits", "out_masks")
        return type(out)(**{name: out[name][i : i + 1].float() for name in fields})

    @torch.inference_mode()
    def boxes(self, output, width: int, height: int) -> list[Box]:
        # Shifted so that the processor's only threshold cuts the masks at MASK_THRESHOLD.
        output.out_masks = output.out_masks + (_logit(MIN_SCORE) - _logit(MASK_THRESHOLD))
        found = self._processor.post_process_object_detection(output, threshold=MIN_SCORE, target_sizes=[(height, width)])[0]
        return [
            Box(
                class_id=int(label),
                score=float(score),
                bbox=tuple(map(float, box)),
                order=int(order),
                polygon=[(float(x), float(y)) for x, y in polygon] if polygon is not None and len(polygon) >= 3 else None,
            )
            for label, score, box, order, polygon in zip(
                found["labels"].tolist(),
                found["scores"].tolist(),
                found["boxes"].tolist(),
                found["order_seq"].tolist(),
                found["polygon_points"],
            )
        ]
