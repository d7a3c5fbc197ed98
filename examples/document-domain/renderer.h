// renderer.h — a document as one self-contained HTML page.
//
// Thread-safety: pure.                                                   Start here: render_html
// Invariants: the same document gives the same bytes on every version; nothing from a client
// reaches the page unescaped.
#pragma once

#include <string>

#include "document-domain/document.h"

namespace document_domain {

std::string render_html(const Document& document);

}  // namespace document_domain
