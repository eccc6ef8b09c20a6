"""The model container of docs/format/speech-model.md: magic, version, JSON header, sections, SHA-256."""
import hashlib, json, os, struct

import numpy as np

MAGIC, VERSION = b"MAMORIML", 1
TYPES = {"uint8": "u8", "uint16": "u16", "uint32": "u32", "float16": "f16", "float32": "f32"}


def write(path, header, sections):
    """sections: [(name, array)]. Returns the size in bytes."""
    table, body = [], b""
    for name, array in sections:
        array = np.ascontiguousarray(array)
        body += b"\0" * (-len(body) % 16)
        raw = array.astype(array.dtype.newbyteorder("<")).tobytes()
        table.append({"name": name, "type": TYPES[array.dtype.name], "shape": list(array.shape), "offset": len(body), "bytes": len(raw)})
        body += raw
    text = json.dumps({**header, "sections": table}, ensure_ascii=False, separators=(",", ":")).encode()
    text += b" " * (-(16 + len(text)) % 16)
    blob = MAGIC + struct.pack("<II", VERSION, len(text)) + text + body
    blob += hashlib.sha256(blob).digest()
    os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
    with open(path + ".tmp", "wb") as f:
        f.write(blob)
    os.replace(path + ".tmp", path)
    return len(blob)


def read(path):
    """header, {section name: float32 array}; for sections of floats."""
    blob = open(path, "rb").read()
    version, size = struct.unpack("<II", blob[8:16])
    if blob[:8] != MAGIC or version != VERSION or hashlib.sha256(blob[:-32]).digest() != blob[-32:]:
        raise SystemExit(f"{path} is no model of version {VERSION}, or damaged")
    header = json.loads(blob[16:16 + size])
    kinds = {"f16": "<f2", "f32": "<f4"}
    return header, {s["name"]: np.frombuffer(blob, kinds[s["type"]], int(np.prod(s["shape"])), 16 + size + s["offset"])
                    .reshape(s["shape"]).astype(np.float32) for s in header["sections"]}
