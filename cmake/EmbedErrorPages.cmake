# cmake -DPAGES=docs/errors -DOUTPUT=error_pages.cc -P EmbedErrorPages.cmake
# Writes every page of docs/errors into one C++ source, so that `stellwerk explain` needs no files.
file(GLOB pages "${PAGES}/*.md")
list(SORT pages)
set(source "// Generated from docs/errors by cmake/EmbedErrorPages.cmake.\n#include \"cli/explain.h\"\n\n")
string(APPEND source "namespace stellwerk::cli {\nnamespace {\n\nconstexpr ErrorPage kPages[] = {\n")
foreach(page IN LISTS pages)
  get_filename_component(id "${page}" NAME_WE)
  file(READ "${page}" text)
  string(APPEND source "    {\"${id}\", R\"page(${text})page\"},\n")
endforeach()
string(APPEND source "};\n\n}  // namespace\n\nstd::span<const ErrorPage> error_pages() { return kPages; }\n\n")
string(APPEND source "}  // namespace stellwerk::cli\n")
file(WRITE "${OUTPUT}" "${source}")
