"""A model that needs nothing but Python: a text box around each dark band of the page.

It is for tests of everything around the model. The same page always gives the
same boxes.
"""

import time

from .box import Box
from .page import Page

TEXT = 22
DARK = 128  # of 255, in red
COLUMNS = 4  # every fourth column is looked at
MAX_BOXES = 300  # as many as the real model has queries


class StandIn:
    name = "stand-in"
    device = "cpu"

    def __init__(self, delay: float = 0.0):
        self._delay = delay  # seconds that a batch takes at least

    def prepare(self, page: Page) -> list[Box]:
        boxes: list[Box] = []
        top = None
        for y in range(page.height + 1):
            dark = y < page.height and self._extent(page, y)
            if dark:
                top, left, right = (y, *dark) if top is None else (top, min(left, dark[0]), max(right, dark[1]))
            elif top is not None:
                boxes.append(Box(TEXT, 0.9, (float(left), float(top), float(right), float(y)), len(boxes)))
                top = None
                if len(boxes) == MAX_BOXES:
                    break
        return boxes

    @staticmethod
    def _extent(page: Page, y: int) -> tuple[int, int] | None:
        """The first and the end of the dark columns of a row."""
        n = page.channels
        row = page.pixels[n * y * page.width : n * (y + 1) * page.width : n * COLUMNS]
        if min(row) >= DARK:
            return None
        dark = [x for x, v in enumerate(row) if v < DARK]
        return COLUMNS * dark[0], min(page.width, COLUMNS * (dark[-1] + 1))

    def infer(self, inputs: list) -> list:
        time.sleep(self._delay)
        return inputs

    def boxes(self, output: list[Box], width: int, height: int) -> list[Box]:
        return output
