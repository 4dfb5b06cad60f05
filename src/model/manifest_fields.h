// One object of a manifest, field by field: what is there, of which type, and where for messages.
#pragma once

#include "core/text.h"
#include "model/manifest_values.h"

#include "praxiscope/error.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace praxiscope {

/// A short look at a value for messages.
inline std::string look(const nlohmann::json& value) {
  std::string text = value.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
  if (text.size() > 60) text = text.substr(0, 57) + "...";
  return text;
}

/// One object of a manifest: reads fields by name with their type.
class Fields {
 public:
  /// @throws Error kModel for a field that is not among `known`: most often a misspelt one.
  Fields(const nlohmann::json& object, std::string manifest, std::string prefix,
         const std::vector<std::string>& known)
      : object_(object), manifest_(std::move(manifest)), prefix_(std::move(prefix)) {
    for (const auto& [name, value] : object_.items()) {
      if (std::find(known.begin(), known.end(), name) != known.end()) continue;
      throw Error(ErrorKind::kModel, "manifest " + in_quotes(manifest_) + ": unknown field " +
                                         in_quotes(prefix_ + name) + did_you_mean(name, known));
    }
  }

  ValueOrigin origin(const std::string& field) const {
    return {"manifest " + in_quotes(manifest_) + ": " + in_quotes(prefix_ + field), false};
  }

  /// The field's value; nullptr when it is absent or null.
  const nlohmann::json* find(const std::string& field) const {
    const auto found = object_.find(field);
    return found == object_.end() || found->is_null() ? nullptr : &*found;
  }

  std::optional<std::string> text(const std::string& field) const {
    const nlohmann::json* value = find(field);
    if (!value) return std::nullopt;
    if (!value->is_string()) refuse_value(origin(field), look(*value), "text");
    return value->get<std::string>();
  }

  std::optional<std::int64_t> whole(const std::string& field) const {
    const nlohmann::json* value = find(field);
    if (!value) return std::nullopt;
    if (!value->is_number_integer()) refuse_value(origin(field), look(*value), "a whole number");
    return value->get<std::int64_t>();
  }

  std::optional<bool> boolean(const std::string& field) const {
    const nlohmann::json* value = find(field);
    if (!value) return std::nullopt;
    if (!value->is_boolean()) refuse_value(origin(field), look(*value), "true or false");
    return value->get<bool>();
  }

  /// A list of numbers, or one number.
  std::optional<std::vector<double>> numbers(const std::string& field) const {
    const nlohmann::json* value = find(field);
    if (!value) return std::nullopt;
    if (value->is_number()) return std::vector<double>{value->get<double>()};
    const bool fits = value->is_array() && !value->empty() &&
                      std::all_of(value->begin(), value->end(),
                                  [](const nlohmann::json& item) { return item.is_number(); });
    if (!fits) refuse_value(origin(field), look(*value), "a list of numbers");
    return value->get<std::vector<double>>();
  }

  /// [height, width], or one number for both.
  std::optional<Size> size(const std::string& field) const {
    const nlohmann::json* value = find(field);
    if (!value) return std::nullopt;
    const auto is_whole = [](const nlohmann::json& item) { return item.is_number_integer(); };
    if (is_whole(*value)) {
      return checked_size(value->get<std::int64_t>(), value->get<std::int64_t>(), origin(field));
    }
    if (!value->is_array() || value->size() != 2 ||
        !std::all_of(value->begin(), value->end(), is_whole)) {
      refuse_value(origin(field), look(*value), "[height, width] in px");
    }
    return checked_size((*value)[0].get<std::int64_t>(), (*value)[1].get<std::int64_t>(),
                        origin(field));
  }

  std::optional<Fields> object(const std::string& field,
                               const std::vector<std::string>& known) const {
    const nlohmann::json* value = find(field);
    if (!value) return std::nullopt;
    if (!value->is_object()) refuse_value(origin(field), look(*value), "an object {...}");
    return Fields(*value, manifest_, prefix_ + field + ".", known);
  }

  const nlohmann::json& raw() const { return object_; }
  const std::string& manifest() const { return manifest_; }

 private:
  const nlohmann::json& object_;
  std::string manifest_, prefix_;
};

}  // namespace praxiscope
