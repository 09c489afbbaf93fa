#!/usr/bin/env python3
"""A judge that cannot fail proves nothing: feeds qonnx_judge right and falsified traces and expects its verdicts."""

import pathlib
import sys
import unittest
import warnings

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "models"))

from qonnx_builder import Builder, Quantizer  # noqa: E402 (needs the path above)
from qonnx_judge import Judge  # noqa: E402
from qonnx_sums import granularity  # noqa: E402

SAMPLES, K, OUT = 40, 6, 3
TENTH = np.float32(0.1)
# Every odd sum of code products is half a step of this scale, up to the rounding of the scale itself.
HALF_STEP = np.float32(2.0) * (TENTH * TENTH)


class Trace:
    """Two quantizers around a product, computed here by hand: model, inputs, float tensors and codes."""

    def __init__(self, activation_scale, seed=3):
        random = np.random.RandomState(seed)
        self.inputs = random.uniform(-0.8, 0.8, (SAMPLES, K)).astype(np.float32)
        weights = random.randint(-3, 4, (K, OUT))
        builder = Builder("selftest", [1, K])
        source = builder.quant("x", Quantizer(TENTH, 4))
        weight = builder.weight(None, Quantizer(TENTH, 3, narrow=True), weights * TENTH)
        self.sum_name = builder.node("MatMul", [source, weight])
        result = builder.quant(self.sum_name, Quantizer(activation_scale, 5))
        self.model = builder.output(result, [1, OUT]).model().SerializeToString()
        self.source, self.result, self.scale = source, result, activation_scale
        codes = np.clip(np.rint(self.inputs / TENTH), -8, 7).astype(np.int64)
        self.integers = codes @ weights
        # exact in float64: the square of a float32 has 48 bits, the integer sums fit the other five
        exact = np.float64(TENTH) * np.float64(TENTH) * self.integers
        sums = exact.astype(np.float32)
        result_codes = np.clip(np.rint(sums / activation_scale), -16, 15).astype(np.int64)
        self.codes = {source: codes, result: result_codes}
        self.values = {source: codes.astype(np.float32) * TENTH, self.sum_name: sums,
                       result: result_codes.astype(np.float32) * activation_scale}

    def flip(self, row, column):
        """Falsifies one result code and its value, consistently."""
        self.codes[self.result][row, column] -= 1
        self.values[self.result][row, column] = np.float32(self.codes[self.result][row, column]) * self.scale

    def verdict(self):
        judge = Judge(self.model, SAMPLES)
        judge.judge(self.inputs, self.values, self.codes)
        return judge, judge.layers[self.result]


class JudgeTest(unittest.TestCase):

    def setUp(self):
        warnings.filterwarnings("ignore")  # qonnx warns about every opset that it was not written for
        self.plain, self.tied = Trace(np.float32(0.013)), Trace(HALF_STEP)

    def test_right_trace_passes(self):
        judge, layer = self.plain.verdict()
        self.assertEqual((layer.codes, layer.wrong, judge.sums_wrong, judge.problems), (SAMPLES * OUT, 0, 0, []))
        self.assertEqual(judge.sums_checked, SAMPLES * OUT)

    def test_every_flipped_code_is_found(self):
        self.plain.flip(0, 0)
        self.plain.flip(SAMPLES - 1, OUT - 1)
        _, layer = self.plain.verdict()
        self.assertEqual((layer.differing, layer.wrong), (2, 2))

    def test_wrong_input_code_is_found_and_does_not_cascade(self):
        # The product is recomputed from the falsified code, so that only the input layer is wrong.
        trace = self.plain
        trace.codes[trace.source][5, 2] += 1
        trace.values[trace.source][5, 2] = np.float32(trace.codes[trace.source][5, 2]) * TENTH
        judge, layer = trace.verdict()
        self.assertEqual(judge.layers[trace.source].wrong, 1)
        self.assertLessEqual(layer.differing, OUT)

    def test_sum_off_by_one_unit_in_the_last_place_is_found(self):
        sums = self.plain.values[self.plain.sum_name]
        at = tuple(np.argwhere(sums)[0])
        sums[at] = np.nextafter(sums[at], np.float32(np.inf))
        judge, _ = self.plain.verdict()
        self.assertEqual(judge.sums_wrong, 1)

    def test_codes_that_contradict_their_values_are_found(self):
        self.plain.codes[self.plain.result][0, 0] += 1
        judge, _ = self.plain.verdict()
        self.assertEqual(len(judge.problems), 1)

    def test_missing_codes_are_an_error(self):
        del self.plain.codes[self.plain.result]
        with self.assertRaisesRegex(ValueError, "no codes of quantizer output"):
            self.plain.verdict()

    def test_odd_sums_are_ambiguous_and_no_other(self):
        _, layer = self.tied.verdict()
        odd = (self.tied.integers % 2 != 0) & (np.abs(self.tied.integers) < 31)
        self.assertGreater(odd.sum(), 10)
        self.assertEqual((layer.ambiguous, layer.wrong), (int(odd.sum()), 0))

    def test_flip_at_a_border_is_counted_and_excused(self):
        row, column = np.argwhere((self.tied.integers % 2 != 0) & (np.abs(self.tied.integers) < 20))[0]
        _, before = self.tied.verdict()
        self.tied.flip(row, column)
        _, after = self.tied.verdict()
        self.assertEqual(abs(after.differing - before.differing), 1)
        self.assertEqual(after.wrong, 0)

    def test_granularity(self):
        self.assertEqual(granularity(np.array([0.75, -2.0, 0.0])), 0.25)
        self.assertEqual(granularity(np.array([12.0])), 4.0)
        self.assertEqual(granularity(np.zeros(3)), np.inf)


class JoinTest(unittest.TestCase):
    """Two quantized tensors meet, one of them moved by Concat and Slice: the join is one exact sum."""

    def setUp(self):
        warnings.filterwarnings("ignore")
        other = np.float32(0.07)
        builder = Builder("join", [1, K])
        first = builder.quant("x", Quantizer(TENTH, 4))
        second = builder.quant(first, Quantizer(other, 4))
        twice = builder.node("Concat", [first, first], axis=1)
        ends = [builder.constant([end], "end", np.int64) for end in (2, K + 2, 1)]
        moved = builder.node("Slice", [twice, *ends])
        self.sum_name = builder.node("Sub", [moved, second])
        self.model = builder.output(builder.quant(self.sum_name, Quantizer(TENTH, 5)), [1, K]).model()
        self.result = self.model.graph.output[0].name
        self.inputs = np.random.RandomState(7).uniform(-0.8, 0.8, (SAMPLES, K)).astype(np.float32)
        codes = np.clip(np.rint(self.inputs / TENTH), -8, 7)
        values = codes.astype(np.float32) * TENTH
        second_codes = np.clip(np.rint(values / other), -8, 7)
        exact = np.float64(TENTH) * np.roll(codes, -2, axis=1) - np.float64(other) * second_codes
        sums = exact.astype(np.float32)
        result_codes = np.clip(np.rint(sums / TENTH), -16, 15)
        self.codes = {first: codes, second: second_codes, self.result: result_codes}
        self.values = {first: values, second: second_codes.astype(np.float32) * other, self.sum_name: sums,
                       self.result: result_codes.astype(np.float32) * TENTH}

    def verdict(self):
        judge = Judge(self.model.SerializeToString(), SAMPLES)
        judge.judge(self.inputs, self.values, self.codes)
        return judge

    def test_right_join_passes(self):
        judge = self.verdict()
        self.assertEqual((judge.sums_checked, judge.sums_wrong, judge.problems), (SAMPLES * K, 0, []))
        self.assertEqual([layer.wrong for layer in judge.layers.values()], [0, 0, 0])

    def test_join_off_by_one_unit_in_the_last_place_is_found(self):
        sums = self.values[self.sum_name]
        at = tuple(np.argwhere(sums)[0])
        sums[at] = np.nextafter(sums[at], np.float32(np.inf))
        self.assertEqual(self.verdict().sums_wrong, 1)

    def test_flipped_code_behind_the_join_is_found(self):
        self.codes[self.result][3, 1] += 1
        self.values[self.result][3, 1] = np.float32(self.codes[self.result][3, 1]) * TENTH
        self.assertEqual(self.verdict().layers[self.result].wrong, 1)


if __name__ == "__main__":
    unittest.main()
