"""Makes a recording of another program out of a dump of ours, with a fault.

usage: recording.py DUMP RESULT.npz|FOLDER [NAME:AMOUNT]

AMOUNT is added to the first element of every sample of NAME.
"""

import pathlib
import sys
import urllib.parse

import numpy as np

dump, result = map(pathlib.Path, sys.argv[1:3])
tensors = {urllib.parse.unquote(path.name[:-len(".npy")]): np.load(path) for path in sorted(dump.glob("*.npy"))
           if not path.name.endswith(".codes.npy")}
for fault in sys.argv[3:]:
    name, amount = fault.rsplit(":", 1)
    tensors[name].reshape(len(tensors[name]), -1)[:, 0] += np.float32(amount)
if result.suffix == ".npz":
    np.savez(result, **tensors)
else:
    result.mkdir(parents=True)
    for name, tensor in tensors.items():
        np.save(result / f"{urllib.parse.quote(name, safe='')}.npy", tensor)
