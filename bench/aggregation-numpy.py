"""The rules as one would write them with NumPy, timed. For the bench only.

usage: aggregation-numpy.py FOLDER PARAMETERS RUNS, and on standard input JSON
  {"rules": {title: {"n": updates, "f": outliers}}}
Reads FOLDER/update-<i> (8 bytes header length, header, float32), writes the result of a rule to
FOLDER/numpy-<title> as plain float32, and prints JSON: {"numpy", "blas", "rules": {title: {"read", "compute"}}}, seconds.
Everything stays in float32, which is what NumPy is fastest at; where there are two ways, the faster one counts.
"""
import itertools
import json
import os
import struct
import sys
import time

import numpy as np

folder, parameters, runs = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])


def read(n):
    rows = np.empty((n, parameters), np.float32)
    for i in range(n):
        with open(os.path.join(folder, f"update-{i}"), "rb") as file:
            header = struct.unpack("<Q", file.read(8))[0]
            file.seek(8 + header)
            file.readinto(rows[i].data)
    return rows


def distances(x):
    gram = x @ x.T
    squares = np.diag(gram)
    d = np.maximum(squares[:, None] + squares[None, :] - 2 * gram, 0)
    np.fill_diagonal(d, 0)
    return gram, d


def weights(n):
    w = 1000 + np.arange(n)
    return (w / w.sum()).astype(np.float32)


def weighted_mean(x, f):
    return weights(len(x)) @ x


def trimmed_by_sort(x, f):
    return np.sort(x, axis=0)[f : len(x) - f].mean(axis=0)


def trimmed_by_partition(x, f):
    return np.partition(x, (f, len(x) - f - 1), axis=0)[f : len(x) - f].mean(axis=0)


def median(x, f):
    return np.median(x, axis=0)


def median_by_sort(x, f):
    n = len(x)
    s = np.sort(x, axis=0)
    return (s[(n - 1) // 2] + s[n // 2]) / 2


def around_by_sort(x, f):
    d = np.abs(x - median_by_sort(x, f))
    nearest = np.argsort(d, axis=0)[: len(x) - f]
    return np.take_along_axis(x, nearest, axis=0).mean(axis=0)


def around_by_partition(x, f):
    d = np.abs(x - median_by_sort(x, f))
    nearest = np.argpartition(d, len(x) - f - 1, axis=0)[: len(x) - f]
    return np.take_along_axis(x, nearest, axis=0).mean(axis=0)


def geometric_median(x, f):
    gram, _ = distances(x)
    gram = gram.astype(np.float64)
    n = len(x)
    b = np.full(n, 1 / n)
    for _ in range(1000):
        d = np.sqrt(np.maximum(np.diag(gram) - 2 * gram @ b + b @ gram @ b, 0))
        c = 1 / np.maximum(d, 1e-6)
        c /= c.sum()
        done = np.abs(c - b).max() < 1e-12
        b = c
        if done:
            break
    return b.astype(np.float32) @ x


def krum_scores(d, f):
    n = len(d)
    return np.sort(d, axis=1)[:, 1 : n - f - 1].sum(axis=1)


def krum(x, f):
    return x[np.argmin(krum_scores(distances(x)[1], f))]


def multi_krum(x, f):
    best = np.argsort(krum_scores(distances(x)[1], f), kind="stable")[: len(x) - f]
    return x[best].mean(axis=0)


def bulyan(x, f):
    n = len(x)
    d = distances(x)[1]
    left = list(range(n))
    chosen = []
    while len(chosen) < n - 2 * f:
        keep = max(len(left) - f - 2, 1)
        part = np.sort(d[np.ix_(left, left)], axis=1)[:, 1 : keep + 1].sum(axis=1)
        chosen.append(left.pop(int(np.argmin(part))))
    return around_by_partition(x[sorted(chosen)], 2 * f)


def mda(x, f):
    d = distances(x)[1]
    subsets = itertools.combinations(range(len(x)), len(x) - f)
    best = min(subsets, key=lambda s: d[np.ix_(s, s)].max())
    return x[list(best)].mean(axis=0)


def centred_clipping(x, f):
    gram = distances(x)[0].astype(np.float64)
    n = len(x)
    v = np.zeros(n)
    radius = np.median(np.sqrt(np.diag(gram)))
    for _ in range(3):
        d = np.sqrt(np.maximum(np.diag(gram) - 2 * gram @ v + v @ gram @ v, 0))
        c = np.minimum(1, radius / d) / n
        v = v * (1 - c.sum()) + c
    return v.astype(np.float32) @ x


def nearest_mixed(x, f):
    n = len(x)
    d = distances(x)[1]
    mix = np.zeros((n, n), np.float32)
    for i, nearest in enumerate(np.argsort(d, axis=1, kind="stable")[:, : n - f]):
        mix[i, nearest] = 1 / (n - f)
    return trimmed_by_sort(mix @ x, f)


WAYS = {
    "weighted-mean": [weighted_mean],
    "trimmed-mean": [trimmed_by_sort, trimmed_by_partition],
    "median": [median, median_by_sort],
    "mean-around-median": [around_by_sort, around_by_partition],
    "geometric-median": [geometric_median],
    "krum": [krum],
    "multi-krum": [multi_krum],
    "bulyan": [bulyan],
    "mda": [mda],
    "centred-clipping": [centred_clipping],
    "nnm + trimmed-mean": [nearest_mixed],
}


def timed(work):
    least = float("inf")
    for _ in range(runs):
        start = time.perf_counter()
        result = work()
        least = min(least, time.perf_counter() - start)
    return least, result


def blas():
    """The library that is loaded, whatever NumPy was built against."""
    with open("/proc/self/maps") as maps:
        paths = {line.split()[-1] for line in maps if "blas" in line and ".so" in line}
    return ", ".join(sorted(os.path.realpath(path) for path in paths if "lapack" not in path)) or "unknown"


measured = {}
for title, rule in json.load(sys.stdin)["rules"].items():
    reading, x = timed(lambda: read(rule["n"]))
    computing = float("inf")
    for way in WAYS[title]:
        seconds, result = timed(lambda: way(x, rule["f"]))
        if seconds < computing:
            computing = seconds
            result.astype(np.float32).tofile(os.path.join(folder, "numpy-" + title))
    measured[title] = {"read": reading, "compute": computing}
print(json.dumps({"numpy": np.__version__, "blas": blas(), "rules": measured}))
