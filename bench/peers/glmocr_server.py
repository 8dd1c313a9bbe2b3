"""The official GLM-OCR SDK server (glmocr 0.1.5) with one change: its layout model is
replaced by eight fixed boxes a page, so that a load run measures the serving layer."""

import sys

import glmocr.layout
from glmocr.config import load_config
from glmocr.server import create_app
from glmocr.utils.logging import configure_logging

REGIONS = 8


class EightBoxes:
    batch_size = 1

    def __init__(self, config):
        pass

    def start(self):
        pass

    def stop(self):
        pass

    def process(self, images, save_visualization=False, global_start_idx=0, use_polygon=False):
        step = 1000 / (2 * REGIONS + 2)
        page = lambda: [
            {
                "index": i, "label": "text", "score": 0.9, "task_type": "text", "polygon": [],
                "bbox_2d": [50, int(step * (2 * i + 1)), 950, int(step * (2 * i + 2))],
            }
            for i in range(REGIONS)
        ]
        return [page() for _ in images], {}


glmocr.layout.PPDocLayoutDetector = EightBoxes

config_file, port = sys.argv[1], int(sys.argv[2])
config = load_config(config_file)
configure_logging("ERROR")
app = create_app(config)
app.config["pipeline"].start()
app.run(host="127.0.0.1", port=port)
