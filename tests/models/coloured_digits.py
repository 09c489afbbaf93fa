"""The data of the convolutional test models: scikit-learn's 8x8 digits, enlarged and coloured, as RGB pictures."""

import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

SEED = 20
TEST_SAMPLES = 360
PIXEL_MAX = 16.0


def enlarge(images, size):
    """Bilinear interpolation of square images, edges repeated, as one matrix product per side."""
    source = images.shape[-1]
    positions = np.clip((np.arange(size) + 0.5) * source / size - 0.5, 0, source - 1)
    low = np.minimum(np.floor(positions).astype(int), source - 2)
    matrix = np.zeros((size, source))
    matrix[np.arange(size), low] = 1 - (positions - low)
    matrix[np.arange(size), low + 1] += positions - low
    return matrix @ images @ matrix.T


def colour(images, random):
    """Every image gets an ink and a paper colour, of clearly different brightness, and a little noise."""
    ink = random.uniform(0.5, 1.0, (len(images), 3, 1, 1))
    paper = random.uniform(0.0, 0.4, (len(images), 3, 1, 1))
    swap = random.uniform(size=(len(images), 1, 1, 1)) < 0.5
    ink, paper = np.where(swap, paper, ink), np.where(swap, ink, paper)
    pictures = paper + (ink - paper) * images[:, None]
    return np.clip(pictures + random.normal(0, 0.02, pictures.shape), 0, 1)


def load_pictures(size):
    """Training pictures, held-out pictures (float32 [N, 3, size, size], byte/127.5 - 1), and the labels of both."""
    digits = load_digits()
    random = np.random.RandomState(SEED)
    pictures = colour(enlarge(digits.images / PIXEL_MAX, size), random)
    pictures = (np.round(pictures * 255) / 127.5 - 1).astype(np.float32)
    return train_test_split(pictures, digits.target.astype(np.int64), test_size=TEST_SAMPLES,
                            random_state=SEED, stratify=digits.target)
