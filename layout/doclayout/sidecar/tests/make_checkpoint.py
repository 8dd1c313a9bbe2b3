"""Write a checkpoint of the real model class with random weights: make_checkpoint.py FOLDER.

It finds nonsense, but every tensor has its shape.
"""

import sys

import torch
from transformers import PPDocLayoutV3Config, PPDocLayoutV3ForObjectDetection, PPDocLayoutV3ImageProcessor

CLASSES = 25


def make(folder) -> None:
    torch.manual_seed(0)
    PPDocLayoutV3ForObjectDetection(PPDocLayoutV3Config(num_labels=CLASSES)).save_pretrained(folder)
    PPDocLayoutV3ImageProcessor().save_pretrained(folder)


if __name__ == "__main__":
    make(sys.argv[1])
