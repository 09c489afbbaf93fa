"""Writes FILE as a float32 array in npy format: write_npy.py FILE SHAPE VALUE..., the values repeated until it is full."""

import struct
import sys

path, shape = sys.argv[1], [int(n) for n in sys.argv[2].split("x")]
values = [float(v) for v in sys.argv[3:]]
count = 1
for extent in shape:
    count *= extent
header = "{'descr': '<f4', 'fortran_order': False, 'shape': (%s), }" % "".join("%d, " % n for n in shape)
header += " " * (-(len(header) + 11) % 64) + "\n"
with open(path, "wb") as file:
    file.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode())
    file.write(struct.pack("<%df" % count, *(values[i % len(values)] for i in range(count))))
