//===- SideFile.cpp - The constants of a printed stage --------------------===//
#include "dialects/data/SideFile.h"

#include "dialects/data/DataDialect.h"
#include "mlir/IR/Operation.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/EndianStream.h"

using namespace mlir;

namespace qcompile::data {

static constexpr llvm::StringLiteral kMagic = "QCCONST1";
static constexpr uint64_t kAlignment = 64;

void writeSideFile(Operation *root, llvm::raw_ostream &os) {
  std::map<StringRef, const ConstantEntry *> entries;
  root->walk([&](Operation *op) {
    op->getAttrDictionary().walk([&](ConstantAttr attr) { entries[attr.getName()] = attr.getEntry(); });
  });
  llvm::support::endian::Writer writer(os, llvm::endianness::little);
  uint64_t offset = kMagic.size() + 8;
  for (auto &[name, entry] : entries)
    offset += 24 + name.size();
  os << kMagic;
  writer.write<uint64_t>(entries.size());
  uint64_t position = offset;
  for (auto &[name, entry] : entries) {
    offset = llvm::alignTo(offset, kAlignment);
    writer.write<uint64_t>(name.size());
    os << name;
    writer.write<uint64_t>(offset);
    writer.write<uint64_t>(entry->bytes.size());
    offset += entry->bytes.size();
  }
  for (auto &[name, entry] : entries) {
    os.write_zeros(llvm::alignTo(position, kAlignment) - position);
    os.write(reinterpret_cast<const char *>(entry->bytes.data()), entry->bytes.size());
    position = llvm::alignTo(position, kAlignment) + entry->bytes.size();
  }
}

namespace {
/// Reads numbers and names; any read beyond the end gives nothing from then on.
struct Reader {
  ArrayRef<uint8_t> bytes;
  uint64_t position = 0;
  bool ok = true;

  uint64_t number() {
    ArrayRef<uint8_t> raw = take(8);
    return ok ? llvm::support::endian::read64le(raw.data()) : 0;
  }
  ArrayRef<uint8_t> take(uint64_t size) {
    if (!ok || size > bytes.size() - position) {
      ok = false;
      return {};
    }
    position += size;
    return bytes.slice(position - size, size);
  }
};
} // namespace

bool loadSideFile(MLIRContext *context, ArrayRef<uint8_t> bytes, std::shared_ptr<const void> owner,
                  std::string &error) {
  Reader reader{bytes};
  if (llvm::toStringRef(reader.take(kMagic.size())) != kMagic) {
    error = "expected a side file of constants, found no such header";
    return false;
  }
  ConstantStore &store = context->getOrLoadDialect<DataDialect>()->getStore();
  uint64_t count = reader.number();
  for (uint64_t i = 0; i < count && reader.ok; ++i) {
    StringRef name = llvm::toStringRef(reader.take(reader.number()));
    uint64_t offset = reader.number(), size = reader.number();
    if (!reader.ok || offset > bytes.size() || size > bytes.size() - offset) {
      reader.ok = false;
      break;
    }
    if (store.add(name, bytes.slice(offset, size), owner)->name != name) {
      error = ("constant '" + name + "' is defined twice with different bytes").str();
      return false;
    }
  }
  if (!reader.ok)
    error = "the side file of constants is truncated or damaged";
  return reader.ok;
}

} // namespace qcompile::data
