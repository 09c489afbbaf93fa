"""The wire format of ONNX messages, by the field numbers of onnx.proto: tests of the command need no library."""


def varint(number):
    number &= 2 ** 64 - 1
    out = b""
    while number > 127:
        out += bytes([number & 127 | 128])
        number >>= 7
    return out + bytes([number])


def field(number, content):
    """A number, a text or a message."""
    if isinstance(content, int):
        return varint(number << 3) + varint(content)
    content = content.encode() if isinstance(content, str) else content
    return varint(number << 3 | 2) + varint(len(content)) + content


def node(name, operator, inputs, outputs, domain=""):
    return field(1, b"".join([field(1, i) for i in inputs] + [field(2, o) for o in outputs]) + field(3, name) +
                 field(4, operator) + field(7, domain))


def tensor_type(element, shape=(2,)):
    """Dimensions are sizes, or names of unknown ones."""
    dimensions = b"".join(field(1, field(2 if isinstance(d, str) else 1, d)) for d in shape)
    return field(1, field(1, element) + field(2, dimensions))


def write_model(path, nodes, graph_fields, imports):
    graph = b"".join(nodes) + field(2, "test") + b"".join(graph_fields)
    with open(path, "wb") as file:
        file.write(field(1, 8) + field(2, "hand") + field(7, graph) +
                   b"".join(field(8, field(1, domain) + field(2, version)) for domain, version in imports))
