"""Digits as an archive, as pictures in a folder per digit, and as ONNX test data sets.

usage: input_files.py INPUTS.npy LABELS.npy FOLDER
"""

import ast
import pathlib
import struct
import sys
import zipfile
import zlib


def read_npy(path):
    """The numbers of an array of floats or of 64-bit integers, and its bytes."""
    data = pathlib.Path(path).read_bytes()
    size = struct.unpack_from("<H", data, 8)[0]
    header = ast.literal_eval(data[10:10 + size].decode())
    kind = {"<f4": "f", "<i8": "q"}[header["descr"]]
    body = data[10 + size:]
    return struct.unpack(f"<{len(body) // struct.calcsize(kind)}{kind}", body), data


def png(pixels, width, height):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    rows = b"".join(b"\0" + bytes(pixels[y * width:(y + 1) * width]) for y in range(height))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)) +
            chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def tensor_proto(floats, dims):
    """A TensorProto by hand: dims (field 1), data_type FLOAT (2), raw_data (9)."""
    raw = struct.pack(f"<{len(floats)}f", *floats)
    size = bytes([len(raw) & 127 | 128, len(raw) >> 7])
    return b"".join(b"\x08" + bytes([d]) for d in dims) + b"\x10\x01" + b"\x4a" + size + raw


def main():
    images, image_bytes = read_npy(sys.argv[1])
    labels, label_bytes = read_npy(sys.argv[2])
    folder = pathlib.Path(sys.argv[3])
    with zipfile.ZipFile(folder / "digits.npz", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("pixels.npy", image_bytes)
        archive.writestr("label.npy", label_bytes)
    (folder / "text.npz").write_text("no archive")
    for i in range(60):
        place = folder / "pictures" / f"digit{labels[i]}"
        place.mkdir(parents=True, exist_ok=True)
        pixels = [round(16 * v) for v in images[64 * i:64 * (i + 1)]]
        (place / f"{i:03}.png").write_bytes(png(pixels, 8, 8))
    for i in range(12):
        place = folder / "sets" / f"test_data_set_{i}"
        place.mkdir(parents=True)
        (place / "input_0.pb").write_bytes(tensor_proto(images[64 * i:64 * (i + 1)], [1, 1, 8, 8]))


main()
