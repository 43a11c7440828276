"""The published audio features of a mix and the loss between two, with numpy in double precision.

feature_loss.py RATE A.f32 B.f32: raw stereo float32 files; prints the features of A (rms, crest, width,
imbalance, 48 Bark values), then the loss, one number a line.
"""
import sys

import numpy as np

SIZE, HOP = 32768, 8192


def bark(hz):
    z = 26.81 * hz / (1960 + hz) - 0.53
    return np.where(z < 2, z + 0.15 * (2 - z), np.where(z > 20.1, z + 0.22 * (z - 20.1), z))


def features(x, rate):
    square = (x**2).mean(axis=0)
    rms = np.sqrt(np.maximum(square, 1e-8))
    crest = 20 * np.log10(np.abs(x).max(axis=0) / rms)
    mid, side = x[:, 0] + x[:, 1], x[:, 0] - x[:, 1]
    width = (side**2).mean() / max((mid**2).mean(), 1e-8)
    imbalance = (square[1] - square[0]) / max(square.sum(), 1e-8)
    # The inverse of the scale by bisection: not the closed form that is being tested.
    edges = np.linspace(bark(np.array(20.0)), bark(np.array(20000.0)), 26)
    low, high = np.full(26, 1.0), np.full(26, 30000.0)
    for _ in range(200):
        middle = (low + high) / 2
        below = bark(middle) < edges
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    hz = np.arange(SIZE // 2 + 1) * rate / SIZE
    bank = np.array([np.interp(hz, low[k:k + 3], [0, 1, 0], left=0, right=0) for k in range(24)])
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(SIZE) / SIZE)
    bands = []
    for signal in (mid, side):
        padded = np.pad(signal, SIZE // 2, mode="reflect")
        starts = range(0, len(padded) - SIZE + 1, HOP)
        mean = np.mean([np.abs(np.fft.rfft(window * padded[s:s + SIZE])) for s in starts], axis=0)
        bands.append(np.log(bank @ mean + 1e-8))
    return rms, crest, width, imbalance, np.concatenate(bands)


def main():
    rate = int(sys.argv[1])
    a, b = (features(np.fromfile(name, np.float32).reshape(-1, 2).astype(float), rate) for name in sys.argv[2:4])
    flat = [*a[0], *a[1], a[2], a[3], *a[4]]
    weights = (0.1, 0.001, 1, 1, 0.1)
    loss = sum(w * np.mean((np.asarray(x) - np.asarray(y))**2) for w, x, y in zip(weights, a, b))
    print("\n".join(repr(float(v)) for v in [*flat, loss]))


main()
