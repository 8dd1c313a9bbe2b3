"""What a model found."""

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Box:
    """One thing on a page, in pixels of that page.

    order is the rank in reading order; several boxes may share one. polygon is
    a list of (x, y), or None when the model drew no outline.
    """

    class_id: int
    score: float
    bbox: tuple[float, float, float, float]
    order: int
    polygon: list[tuple[float, float]] | None = None

    def finite(self) -> bool:
        """Whether all numbers are such: half precision can overflow."""
        return all(map(math.isfinite, (self.score, *self.bbox)))

    def to_json(self) -> dict:
        return {
            "class_id": self.class_id,
            "score": round(self.score, 4),
            "bbox": [round(v, 2) for v in self.bbox],
            "order": self.order,
            "polygon": self.polygon and [[round(x, 1), round(y, 1)] for x, y in self.polygon],
        }
