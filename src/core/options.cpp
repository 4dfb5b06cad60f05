#include "praxiscope/options.h"

#include "core/text.h"

#include "praxiscope/error.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <vector>

namespace praxiscope {
namespace {

template <typename Number>
bool is_number(const std::string& text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

void check_value(std::string_view owner, const OptionSpec& spec, const std::string& value) {
  const std::string where = fmt::format("{}: option {}", owner, spec.name);
  if (spec.choices == "int") {
    if (!is_number<std::int64_t>(value)) {
      throw Error(ErrorKind::kUsage,
                  fmt::format("{}: found {}, expected a whole number", where, in_quotes(value)));
    }
  } else if (spec.choices == "float") {
    if (!is_number<double>(value)) {
      throw Error(ErrorKind::kUsage,
                  fmt::format("{}: found {}, expected a number", where, in_quotes(value)));
    }
  } else if (spec.choices != "layer" && spec.choices != "text" && spec.choices != "paths") {
    const std::vector<std::string> choices = split(spec.choices, '|');
    for (const std::string& choice : choices) {
      if (choice == value) return;
    }
    throw Error(ErrorKind::kUsage,
                fmt::format("{}: found {}, expected {}{}", where, in_quotes(value),
                            fmt::join(choices, " or "), did_you_mean(value, choices)));
  }
}

}  // namespace

OptionValues::OptionValues(std::string_view owner, std::span<const OptionSpec> specs,
                           const std::map<std::string, std::string>& given) {
  std::vector<std::string> names;
  for (const OptionSpec& spec : specs) names.emplace_back(spec.name);
  for (const auto& [name, value] : given) {
    if (std::find(names.begin(), names.end(), name) == names.end()) {
      throw Error(ErrorKind::kUsage,
                  names.empty()
                      ? fmt::format("{}: has no options; found {}", owner, in_quotes(name))
                      : fmt::format("{}: no option {}; it has {}{}", owner, in_quotes(name),
                                    fmt::join(names, ", "), did_you_mean(name, names)));
    }
  }
  for (const OptionSpec& spec : specs) {
    const auto found = given.find(std::string(spec.name));
    const std::string value =
        found == given.end() ? std::string(spec.default_value) : found->second;
    check_value(owner, spec, value);
    if (value != spec.default_value) {
      differences_ += fmt::format("{}{}={}", differences_.empty() ? "" : ",", spec.name, value);
    }
    values_.emplace(spec.name, value);
  }
}

const std::string& OptionValues::text(std::string_view name) const {
  const auto found = values_.find(name);
  if (found == values_.end()) {
    throw Error(ErrorKind::kInternal, fmt::format("option {} was never declared", name));
  }
  return found->second;
}

std::int64_t OptionValues::integer(std::string_view name) const { return std::stoll(text(name)); }
double OptionValues::number(std::string_view name) const { return std::stod(text(name)); }
std::string OptionValues::differences() const { return differences_; }

}  // namespace praxiscope
