// See references.h.
#include "studies/maximization/references.h"

#include "praxiscope/error.h"
#include "praxiscope/text.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <fstream>

namespace praxiscope::studies {
namespace {

using nlohmann::json;

[[noreturn]] void refuse(const std::string& path, const std::string& found) {
  throw Error(ErrorKind::kInput,
              fmt::format("maximize: option reference: {}: found {}, expected a .json that an "
                          "earlier run of maximize wrote for the same targets",
                          in_quotes(path), found));
}

}  // namespace

void take_references(const std::string& path, std::vector<Sought>& sought) {
  std::ifstream file(path, std::ios::binary);
  if (!file) refuse(path, "no file that can be read");
  const json told = json::parse(file, nullptr, /*allow_exceptions=*/false);
  if (!told.is_object() || !told.contains("sought") || !told["sought"].is_array())
    refuse(path, "something else");
  std::size_t taken = 0;
  for (const json& entry : told["sought"]) {
    if (!entry.is_object() || !entry.contains("a_hat") || !entry["a_hat"].is_number()) continue;
    const double a_hat = entry["a_hat"];
    for (Sought& one : sought) {
      if (entry.value("name", json()) != one.name || !(a_hat > 0)) continue;
      one.objective.a_hat = a_hat;
      one.a_hat_from = "stored";
      ++taken;
    }
  }
  if (taken == 0) refuse(path, "none of the targets");
}

}  // namespace praxiscope::studies
