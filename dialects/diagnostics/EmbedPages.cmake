# cmake -DFOLDER=pages -DOUTPUT=Pages.cpp -P EmbedPages.cmake: the pages of all codes as one source.
file(GLOB pages ${FOLDER}/QC-*.md)
list(SORT pages)
set(cases "")
foreach(page ${pages})
  get_filename_component(name ${page} NAME_WE)
  string(REPLACE "QC-" "" code ${name})
  file(READ ${page} text)
  string(APPEND cases "  case Code::${code}:\n    return R\"page(${text})page\";\n")
endforeach()
file(CONFIGURE OUTPUT ${OUTPUT} CONTENT [=[
// Generated from dialects/diagnostics/pages.
#include "dialects/diagnostics/Pages.h"

llvm::StringRef qcompile::getCodePage(Code code) {
  switch (code) {
@cases@  }
  return "";
}
]=] @ONLY)
