//===- Printable.cpp - Names of a file on a terminal ----------------------===//
#include "dialects/diagnostics/Printable.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/ConvertUTF.h"

using namespace llvm;

namespace qcompile {

static std::string escapeByte(unsigned char byte) {
  switch (byte) {
  case '\n':
    return "\\n";
  case '\r':
    return "\\r";
  case '\t':
    return "\\t";
  default:
    return {'\\', 'x', hexdigit(byte >> 4, /*LowerCase=*/true), hexdigit(byte & 15, /*LowerCase=*/true)};
  }
}

/// Bytes of the character that the text begins with; 0 where it begins with none, or with a control character.
static size_t getCharacter(StringRef text) {
  const UTF8 *begin = text.bytes_begin();
  size_t size = getNumBytesForUTF8(*begin);
  if (size == 1)
    return *begin >= 0x20 && *begin < 0x7f; // a byte that continues a character begins none
  bool legal = size <= text.size() && isLegalUTF8Sequence(begin, begin + size);
  bool control = size == 2 && begin[0] == 0xc2 && begin[1] < 0xa0; // U+0080 to U+009F
  return legal && !control ? size : 0;
}

std::string makePrintable(StringRef text) {
  std::string out;
  while (!text.empty()) {
    size_t size = getCharacter(text);
    out += size ? text.take_front(size).str() : escapeByte(static_cast<unsigned char>(text.front()));
    text = text.drop_front(std::max<size_t>(size, 1));
  }
  return out;
}

} // namespace qcompile
