#include "document-domain/renderer.h"

#include <fmt/format.h>

#include <string_view>

namespace document_domain {
namespace {

std::string escaped(std::string_view text) {
  std::string safe;
  safe.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&':
        safe += "&amp;";
        break;
      case '<':
        safe += "&lt;";
        break;
      case '>':
        safe += "&gt;";
        break;
      case '"':
        safe += "&quot;";
        break;
      case '\'':
        safe += "&#39;";
        break;
      default:
        safe += c;
    }
  }
  return safe;
}

std::string cell(const Json& value) {
  return escaped(value.is_string() ? value.get<std::string>() : value.dump());
}

/// One row per leaf, nested names joined by dots; lists keep their order.
void append_rows(const Json& value, const std::string& name, std::string& rows) {
  if (value.is_object() || value.is_array()) {
    for (const auto& item : value.items())
      append_rows(item.value(), name.empty() ? item.key() : name + "." + item.key(), rows);
    return;
  }
  rows += fmt::format("<tr><th>{}</th><td>{}</td></tr>\n", escaped(name), cell(value));
}

}  // namespace

std::string render_html(const Document& document) {
  std::string rows;
  append_rows(document.content.payload, "", rows);
  const std::string watermark =
      document.content.watermark.empty()
          ? ""
          : fmt::format("<p class=\"watermark\">{}</p>\n", escaped(document.content.watermark));
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"{}\">\n<head><meta "
      "charset=\"utf-8\"><title>{}</title></head>\n"
      "<body>\n<h1>{} {}</h1>\n{}<p>{} · {}</p>\n<table>\n{}</table>\n</body>\n</html>\n",
      escaped(document.content.locale), escaped(document.number),
      escaped(document.content.doc_type), escaped(document.number), watermark,
      escaped(document.content.template_key), escaped(document.created_at), rows);
}

}  // namespace document_domain
