// What a generated test bench uses: codes as 64-bit integers in and out of streams, and a main
// function that checks built-in vectors or runs a file. For the host only.
#ifndef QCOMPILE_HLS_TESTBENCH_H
#define QCOMPILE_HLS_TESTBENCH_H

#include "Streams.h"

#include <cstdio>
#include <vector>

namespace qcompile_hls {

/// The codes of one sample after the other.
struct CodeReader {
  const long long *next;
};
typedef std::vector<long long> CodeWriter;

/// Puts one sample of codes into a stream.
template <class Code, unsigned Lanes, unsigned Words>
void feed(CodeReader &reader, hls::stream<ap_uint<Lanes * Code::bits>> &out) {
  for (unsigned word = 0; word < Words; ++word) {
    ap_uint<Code::bits> codes[Lanes];
    for (unsigned lane = 0; lane < Lanes; ++lane)
      codes[lane] = Code::encode(*reader.next++);
    out.write(pack<Code::bits, Lanes>(codes));
  }
}

/// Takes one sample of codes out of a stream.
template <class Code, unsigned Lanes, unsigned Words>
void drain(hls::stream<ap_uint<Lanes * Code::bits>> &in, CodeWriter &writer) {
  for (unsigned word = 0; word < Words; ++word) {
    typename Code::Element elements[Lanes];
    unpack<Code, Lanes>(in.read(), elements);
    for (unsigned lane = 0; lane < Lanes; ++lane)
      writer.push_back(Code::value(elements[lane]).to_int64());
  }
}

/// Numbers of codes per sample, and samples with the codes expected of them.
struct TestVectors {
  unsigned inputCodes, outputCodes, samples;
  const long long *inputs, *outputs;
};

inline int checkVectors(void (*runSample)(CodeReader &, CodeWriter &), const TestVectors &vectors) {
  CodeReader reader = {vectors.inputs};
  unsigned differing = 0;
  for (unsigned sample = 0; sample < vectors.samples; ++sample) {
    CodeWriter actual;
    runSample(reader, actual);
    for (unsigned i = 0; i < vectors.outputCodes; ++i) {
      const long long expected = vectors.outputs[sample * vectors.outputCodes + i];
      if (actual[i] == expected)
        continue;
      if (++differing <= 10)
        std::printf("sample %u, code %u: expected %lld, found %lld\n", sample, i, expected,
                    actual[i]);
    }
  }
  std::printf("%u samples, %u differing codes: %s\n", vectors.samples, differing,
              differing ? "FAIL" : "PASS");
  return differing ? 1 : 0;
}

/// Reads samples of codes (64-bit integers, the machine's byte order) and writes the results.
inline int runFile(void (*runSample)(CodeReader &, CodeWriter &), unsigned inputCodes,
                   const char *from, const char *to) {
  std::FILE *in = std::fopen(from, "rb");
  std::FILE *out = std::fopen(to, "wb");
  if (!in || !out) {
    std::fprintf(stderr, "cannot open '%s' or '%s'\n", from, to);
    return 1;
  }
  std::vector<long long> sample(inputCodes);
  bool good = true;
  while (good && std::fread(sample.data(), sizeof(long long), sample.size(), in) == sample.size()) {
    CodeReader reader = {sample.data()};
    CodeWriter codes;
    runSample(reader, codes);
    good = std::fwrite(codes.data(), sizeof(long long), codes.size(), out) == codes.size();
  }
  std::fclose(in);
  good = std::fclose(out) == 0 && good;
  if (!good)
    std::fprintf(stderr, "cannot write '%s'\n", to);
  return good ? 0 : 1;
}

/// Without arguments checks the vectors; with two, runs the first file into the second.
inline int testBenchMain(int argc, char **argv, void (*runSample)(CodeReader &, CodeWriter &),
                         const TestVectors &vectors) {
  if (argc == 3)
    return runFile(runSample, vectors.inputCodes, argv[1], argv[2]);
  return checkVectors(runSample, vectors);
}

} // namespace qcompile_hls

#endif // QCOMPILE_HLS_TESTBENCH_H
