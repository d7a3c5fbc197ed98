// How the record is kept and for how long; sections 7 and 8.
#include <fmt/format.h>

#include "documents/procedure_parts.h"
#include "documents/retention.h"

namespace stellwerk::documents {

void ProcedureWriter::record() {
  const ProcedureSetting& setting = facts_.setting;
  const auto in_code = [](const std::vector<std::string>& texts) {
    std::vector<std::string> parts;
    for (const std::string& text : texts) parts.push_back(code(text));
    return joined(parts);
  };
  heading(2, "record");
  paragraph("record.text");
  page_.table({say("column.key"), say("column.value")});
  page_.row(
      {say("record.key"), setting.keys.empty() ? say("record.key-none") : in_code(setting.keys)});
  std::vector<std::string> changes;
  for (const ProcedureKeyChange& each : facts_.key_changes)
    changes.push_back(say("record.rotation", {{"index", std::to_string(each.index)},
                                              {"time", base::rfc3339(each.time)},
                                              {"key", code(each.key)}}));
  page_.row({say("record.rotations"), or_none(joined(changes, "; "))});
  std::vector<std::string> witnesses;
  for (const ProcedureWitness& each : setting.witnesses)
    witnesses.push_back(
        say("record.witness", {{"name", code(each.name)}, {"url", code(each.url)}}));
  page_.row({say("record.witnesses"), or_none(joined(witnesses))});
  page_.row({say("record.timestamps"), or_none(code(setting.timestamps))});
  page_.row({say("record.mirrors"), or_none(in_code(setting.events))});
  page_.row({say("record.notices"), or_none(in_code(setting.notices))});
  const bool is_alone = setting.witnesses.empty() && setting.timestamps.empty();
  paragraph(is_alone ? "record.alone" : "record.witnessed");
}

void ProcedureWriter::retention() {
  heading(2, "retention");
  page_.table({say("retention.what"), say("retention.years"), say("retention.basis")});
  for (const RetentionRow& row : documents::retention())
    page_.row({say(row.what), say("retention.period", {{"years", std::to_string(row.years)}}),
               say(row.basis)});
  paragraph("retention.text");
  paragraph("retention.erase");
  paragraph("retention.access");
  paragraph("retention.verify");
}

}  // namespace stellwerk::documents
