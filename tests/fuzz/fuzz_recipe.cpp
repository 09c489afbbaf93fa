// Recipes of `qcompile compress`.
#include "compiler/compress/Recipe.h"

using namespace qcompile::compress;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  const llvm::StringRef text(reinterpret_cast<const char *>(data), size);
  const std::optional<Recipe> recipe = parseRecipe(text, "folder", [](unsigned, const std::string &) {});
  if (!recipe)
    return 0;
  // What was read can be written and read again, with the same steps.
  const std::optional<Recipe> again =
      parseRecipe(formatRecipe(*recipe, "folder"), "folder", [](unsigned, const std::string &) {});
  if (!again || again->steps != recipe->steps)
    __builtin_trap();
  return 0;
}
