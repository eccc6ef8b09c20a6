#!/usr/bin/env python3
"""Makes src/speech/testdata/sherpa: models of a few kB, ours, in the formats sherpa-onnx loads.

They are not trained: a low tone is "は", a high tone is "い", quiet is nothing. That is enough for the tests to call every
function of the adapter and to know what must come back. Needs python3-onnx (Debian 12); the results are checked in and
the tests need neither it nor Python.

    /usr/bin/python3 ml/tiny_onnx.py
"""
import pathlib

import numpy as np
import onnx
from onnx import TensorProto as T
from onnx import helper as h
from onnx import numpy_helper as n

OUT = pathlib.Path(__file__).resolve().parent.parent / "src/speech/testdata/sherpa"
MELS = 80
QUIET = -7.5  # mean log-mel below which nothing is said; silence is about -16, a tone far above


def value(name, kind, shape):
    return h.make_tensor_value_info(name, kind, shape)


def const(name, array):
    return n.from_array(array if array.ndim == 0 else np.ascontiguousarray(array), name)


def save(file, nodes, inputs, outputs, constants, **metadata):
    graph = h.make_graph(nodes, "tiny", inputs, outputs, constants)
    model = h.make_model(graph, opset_imports=[h.make_opsetid("", 13)], producer_name="mamori")
    model.ir_version = 7
    for key, item in metadata.items():
        entry = model.metadata_props.add()
        entry.key, entry.value = key, str(item)
    onnx.checker.check_model(model)
    (OUT / file).write_bytes(model.SerializeToString())


def tokens(file, words):
    (OUT / file).write_text("".join(f"{word} {i}\n" for i, word in enumerate(words)), encoding="utf-8")


def hear(symbols, low, high, blank, mels=MELS, repeat=1):
    """Weights [mels, symbols] and bias: how low, how high, or how quiet a frame is."""
    w = np.zeros((repeat, mels, symbols), np.float32)
    b = np.full(symbols, -1e3, np.float32)
    half = mels // 2
    w[:, :half, low] = 1 / half / repeat
    w[:, half:, high] = 1 / half / repeat
    b[low] = b[high] = 0
    b[blank] = QUIET
    return w.reshape(repeat * mels, symbols), b


def every_fourth(source, out):
    return [h.make_node("Slice", [source, "zero", "end", "axis", "four"], [out])]


SLICE = [const("zero", np.array([0], np.int64)), const("axis", np.array([1], np.int64)), const("four", np.array([4], np.int64))]
END = [const("end", np.array([2**31 - 1], np.int64))]
QUARTER = [h.make_node("Add", ["x_lens", "three"], ["up"]), h.make_node("Div", ["up", "four"], ["out_lens"])]
THREE = [const("three", np.array([3], np.int64))]
WORDS = ["<blk>", "は", "い", "<unk>"]


def ctc():
    w, b = hear(4, 1, 2, 0)
    nodes = [*every_fourth("x", "s"), h.make_node("MatMul", ["s", "w"], ["m"]), h.make_node("Add", ["m", "b"], ["a"]),
             h.make_node("LogSoftmax", ["a"], ["log_probs"], axis=2), *QUARTER]
    save("zipformer-ctc.onnx", nodes, [value("x", T.FLOAT, ["N", "T", MELS]), value("x_lens", T.INT64, ["N"])],
         [value("log_probs", T.FLOAT, ["N", "U", 4]), value("out_lens", T.INT64, ["N"])], [const("w", w), const("b", b), *SLICE, *END, *THREE], model_type="zipformer2_ctc")
    w, b = hear(3, 0, 1, 2)  # NeMo has its blank last
    nodes = [h.make_node("Transpose", ["audio_signal"], ["t"], perm=[0, 2, 1]), *every_fourth("t", "s"), h.make_node("MatMul", ["s", "w"], ["m"]),
             h.make_node("Add", ["m", "b"], ["a"]), h.make_node("LogSoftmax", ["a"], ["logprobs"], axis=2)]
    save("nemo-ctc.onnx", nodes, [value("audio_signal", T.FLOAT, ["N", MELS, "T"]), value("length", T.INT64, ["N"])],
         [value("logprobs", T.FLOAT, ["N", "U", 3])], [const("w", w), const("b", b), *SLICE, *END], vocab_size=2, subsampling_factor=4, normalize_type="")
    tokens("tokens.txt", WORDS)
    tokens("nemo-tokens.txt", ["は", "い", "<blk>"])


def sense_voice():
    words = ["<unk>", "<s>", "は", "い", "<|ja|>", "<|ANGRY|>", "<|NEUTRAL|>", "<|Speech|>", "<|woitn|>"]
    tokens("sense-voice-tokens.txt", words)
    v = len(words)
    w, b = hear(v, 2, 3, 0, repeat=7)
    head = np.full((1, 4, v), -1e3, np.float32)
    head[0, 0, 4] = head[0, 2, 7] = head[0, 3, 8] = 10
    # The feeling is how loud it is on the whole.
    loud = np.zeros((1, 4, v), np.float32)
    loud[0, 1, 5], loud[0, 1, 6] = 1, -1
    offset = np.zeros((1, 4, v), np.float32)
    offset[0, 1, 5], offset[0, 1, 6] = 1e3 - 2 * QUIET / 2, 1e3 + 2 * QUIET / 2
    nodes = [h.make_node("MatMul", ["x", "w"], ["m"]), h.make_node("Add", ["m", "b"], ["a"]), h.make_node("ReduceMean", ["x"], ["level"], keepdims=0),
             h.make_node("Mul", ["loud", "level"], ["l"]), h.make_node("Add", ["l", "offset"], ["lo"]), h.make_node("Add", ["head", "lo"], ["first"]),
             h.make_node("Concat", ["first", "a"], ["logits"], axis=1),
             # Inputs that nothing depends on would be taken away.
             h.make_node("Add", ["language", "text_norm"], ["u1"]), h.make_node("Add", ["u1", "x_length"], ["unused"])]
    save("sense-voice.onnx", nodes, [value("x", T.FLOAT, ["N", "T", 7 * MELS]), value("x_length", T.INT32, ["N"]), value("language", T.INT32, ["N"]), value("text_norm", T.INT32, ["N"])],
         [value("logits", T.FLOAT, ["N", "U", v]), value("unused", T.INT32, ["N"])], [const("w", w), const("b", b), const("head", head), const("loud", loud), const("offset", offset)],
         vocab_size=v, lfr_window_size=7, lfr_window_shift=6, normalize_samples=1, with_itn=14, without_itn=15, lang_auto=0, lang_zh=3, lang_en=4, lang_ja=11, lang_ko=12, lang_yue=7,
         neg_mean=",".join(["0"] * 560), inv_stddev=",".join(["1"] * 560), comment="tiny")


def transducers():
    w, b = hear(4, 1, 2, 0)
    nodes = [*every_fourth("x", "s"), h.make_node("MatMul", ["s", "w"], ["m"]), h.make_node("Add", ["m", "b"], ["encoder_out"])]
    save("encoder.onnx", [*nodes, *QUARTER], [value("x", T.FLOAT, ["N", "T", MELS]), value("x_lens", T.INT64, ["N"])],
         [value("encoder_out", T.FLOAT, ["N", "U", 4]), value("out_lens", T.INT64, ["N"])], [const("w", w), const("b", b), *SLICE, *END, *THREE], model_type="zipformer2")
    # Of the 41 frames of a chunk the first 32 are its own.
    save("streaming-encoder.onnx", [*nodes, h.make_node("Identity", ["h"], ["next_h"]), h.make_node("Identity", ["c"], ["next_c"])],
         [value("x", T.FLOAT, ["N", 41, MELS]), value("h", T.FLOAT, [1, "N", 4]), value("c", T.FLOAT, [1, "N", 4])],
         [value("encoder_out", T.FLOAT, ["N", 8, 4]), value("next_h", T.FLOAT, [1, "N", 4]), value("next_c", T.FLOAT, [1, "N", 4])],
         [const("w", w), const("b", b), *SLICE, const("end", np.array([32], np.int64))], model_type="lstm", num_encoder_layers=1, T=41, decode_chunk_len=32, rnn_hidden_size=4, d_model=4)
    # What was said last is not said again.
    again = np.zeros((4, 4), np.float32)
    again[1, 1] = again[2, 2] = -40
    nodes = [h.make_node("Gather", ["y", "last"], ["token"], axis=1), h.make_node("Gather", ["again", "token"], ["decoder_out"], axis=0)]
    save("decoder.onnx", nodes, [value("y", T.INT64, ["N", 2])], [value("decoder_out", T.FLOAT, ["N", 4])], [const("last", np.array(1, np.int64)), const("again", again)], vocab_size=4, context_size=2)
    save("joiner.onnx", [h.make_node("Add", ["encoder_out", "decoder_out"], ["logit"])], [value("encoder_out", T.FLOAT, ["N", 4]), value("decoder_out", T.FLOAT, ["N", 4])],
         [value("logit", T.FLOAT, ["N", 4])], [], joiner_dim=4)


def streaming_ctc():
    w, b = hear(4, 1, 2, 0)
    states = [("cached_key_0", [1, "N", 1]), ("cached_nonlin_attn_0", [1, "N", 1, 3]), ("cached_val1_0", [1, "N", 1]), ("cached_val2_0", [1, "N", 1]),
              ("cached_conv1_0", ["N", 4, 1]), ("cached_conv2_0", ["N", 4, 1]), ("embed_states", ["N", 128, 3, 19])]
    nodes = [*every_fourth("x", "s"), h.make_node("MatMul", ["s", "w"], ["m"]), h.make_node("Add", ["m", "b"], ["a"]), h.make_node("LogSoftmax", ["a"], ["log_probs"], axis=2)]
    nodes += [h.make_node("Identity", [name], ["new_" + name]) for name, _ in [*states, ("processed_lens", None)]]
    save("streaming-ctc.onnx", nodes, [value("x", T.FLOAT, ["N", 45, MELS]), *[value(name, T.FLOAT, shape) for name, shape in states], value("processed_lens", T.INT64, ["N"])],
         [value("log_probs", T.FLOAT, ["N", 8, 4]), *[value("new_" + name, T.FLOAT, shape) for name, shape in states], value("new_processed_lens", T.INT64, ["N"])],
         [const("w", w), const("b", b), *SLICE, const("end", np.array([32], np.int64))], model_type="zipformer2", encoder_dims=4, query_head_dims=1, value_head_dims=1, num_heads=1,
         num_encoder_layers=1, cnn_module_kernels=3, left_context_len=1, T=45, decode_chunk_len=32)


def speaker():
    w = np.zeros((MELS, 8), np.float32)
    for i in range(8):
        w[i * 10:(i + 1) * 10, i] = 0.1
    nodes = [h.make_node("ReduceMean", ["x"], ["mean"], axes=[1], keepdims=0), h.make_node("MatMul", ["mean", "w"], ["embedding"])]
    save("speaker.onnx", nodes, [value("x", T.FLOAT, ["N", "T", MELS])], [value("embedding", T.FLOAT, ["N", 8])], [const("w", w)],
         framework="wespeaker", language="Japanese", output_dim=8, sample_rate=16000, normalize_samples=0)


def denoiser():
    caches = ["conv_cache", "tra_cache", "inter_cache"]
    nodes = [h.make_node("Mul", ["mix", "half"], ["enh"]), *[h.make_node("Identity", [c], [c + "_out"]) for c in caches]]
    save("denoiser.onnx", nodes, [value("mix", T.FLOAT, [1, 257, 1, 2]), *[value(c, T.FLOAT, [1, 1]) for c in caches]],
         [value("enh", T.FLOAT, [1, 257, 1, 2]), *[value(c + "_out", T.FLOAT, [1, 1]) for c in caches]], [const("half", np.array(0.5, np.float32))],
         model_type="gtcrn", sample_rate=16000, n_fft=512, hop_length=256, window_length=512, window_type="hann_sqrt", version=1,
         conv_cache_shape="1,1", tra_cache_shape="1,1", inter_cache_shape="1,1")


if __name__ == "__main__":
    OUT.mkdir(parents=True, exist_ok=True)
    for make in (ctc, sense_voice, transducers, streaming_ctc, speaker, denoiser):
        make()
    print(sum(p.stat().st_size for p in OUT.iterdir()), "bytes in", OUT)
