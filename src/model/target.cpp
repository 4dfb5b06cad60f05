// Targets as users write them. Knows labels, not networks: layers of units stay as written.
#include "praxiscope/target.h"

#include "core/text.h"

#include "praxiscope/error.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <set>

namespace praxiscope {
namespace {

using Labels = std::vector<std::string>;

std::optional<std::int64_t> whole_number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

/// Case, underscores and runs of spaces do not matter between labels and what people type.
std::string plain(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool is_space = c == '_' || std::isspace(static_cast<unsigned char>(c)) != 0;
    if (is_space && (out.empty() || out.back() == ' ')) continue;
    out += is_space ? ' ' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  while (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

/// Ways to name a label, strict first: as it stands; in other case or with underscores; by one of
/// its synonyms ("cello, violoncello").
std::vector<std::int64_t> classes_named(const std::string& text, const Labels& labels) {
  const std::string wanted = plain(text);
  const auto matches = [&](int way, const std::string& label) {
    if (way == 0) return label == text;
    if (way == 1) return plain(label) == wanted;
    const std::vector<std::string> synonyms = split(label, ',');
    return std::any_of(synonyms.begin(), synonyms.end(),
                       [&](const std::string& synonym) { return plain(synonym) == wanted; });
  };
  for (int way = 0; way < 3; ++way) {
    std::vector<std::int64_t> found;
    for (std::size_t i = 0; i < labels.size(); ++i) {
      if (matches(way, labels[i])) found.push_back(static_cast<std::int64_t>(i));
    }
    if (!found.empty()) return found;
  }
  return {};
}

/// A label or an index; absent when it is neither.
/// @throws Error kUsage for a label of several classes and an index beyond the last class.
std::optional<std::int64_t> find_class(const std::string& text, const Labels& labels) {
  if (text.empty()) return std::nullopt;
  const std::vector<std::int64_t> named = classes_named(text, labels);
  if (named.size() > 1) {
    throw Error(ErrorKind::kUsage, fmt::format("target: {} names {} classes, {} and {} among them; "
                                               "give the index instead",
                                               in_quotes(text), named.size(), named[0], named[1]));
  }
  if (named.size() == 1) return named.front();
  const std::optional<std::int64_t> index = whole_number(text);
  if (index && !labels.empty() && *index >= static_cast<std::int64_t>(labels.size())) {
    throw Error(ErrorKind::kUsage, fmt::format("target: no class {}; the network has {}, 0 to {}",
                                               text, labels.size(), labels.size() - 1));
  }
  return index;
}

Target contrast(std::int64_t a, std::int64_t b, const std::string& text) {
  if (a == b) {
    throw Error(ErrorKind::kUsage, fmt::format("target: {} compares class {} with itself; name two "
                                               "classes",
                                               in_quotes(text), a));
  }
  Target target;
  target.kind = Target::Kind::kContrast;
  target.class_index = a;
  target.other_class_index = b;
  return target;
}

/// "A-B", tried at every hyphen because labels have hyphens, too.
std::optional<Target> find_contrast(const std::string& text, const Labels& labels) {
  std::set<std::pair<std::int64_t, std::int64_t>> found;
  for (std::size_t at = text.find('-'); at != std::string::npos; at = text.find('-', at + 1)) {
    const std::string left = trimmed(std::string_view(text).substr(0, at));
    const std::string right = trimmed(std::string_view(text).substr(at + 1));
    if (left.empty() || right.empty()) continue;
    const std::optional<std::int64_t> a = find_class(left, labels);
    const std::optional<std::int64_t> b = a ? find_class(right, labels) : std::nullopt;
    if (a && b) found.emplace(*a, *b);
  }
  if (found.empty()) return std::nullopt;
  if (found.size() > 1) {
    throw Error(ErrorKind::kUsage,
                fmt::format("target: {} can be read as {} contrasts; give indices: 3-17",
                            in_quotes(text), found.size()));
  }
  return contrast(found.begin()->first, found.begin()->second, text);
}

[[noreturn]] void refuse_unit(const std::string& text, const std::string& found) {
  throw Error(ErrorKind::kUsage,
              fmt::format("target: {}: found {}, expected unit:LAYER:CHANNEL or "
                          "unit:LAYER:CHANNEL@t,y,x with * for a mean over an axis",
                          in_quotes(text), found));
}

std::optional<std::int64_t> position(const std::string& part, const std::string& text) {
  const std::string value = trimmed(part);
  if (value.empty() || value == "*") return std::nullopt;
  const std::optional<std::int64_t> number = whole_number(value);
  if (!number) refuse_unit(text, "the position " + in_quotes(value));
  return number;
}

/// "unit:LAYER:CH", "unit:LAYER:CH@t,y,x".
Target parse_unit(const std::string& text) {
  std::string body = text.substr(std::string_view("unit:").size());
  Target unit;
  unit.kind = Target::Kind::kUnit;
  const std::size_t colon = body.rfind(':');
  if (colon == std::string::npos) refuse_unit(text, "no channel");
  unit.layer = trimmed(std::string_view(body).substr(0, colon));
  if (unit.layer.empty()) refuse_unit(text, "no layer");
  const std::vector<std::string> parts = split(body.substr(colon + 1), '@');
  const std::optional<std::int64_t> channel = whole_number(trimmed(parts.front()));
  if (!channel) refuse_unit(text, "the channel " + in_quotes(trimmed(parts.front())));
  unit.channel = *channel;
  if (parts.size() == 1) return unit;
  const std::vector<std::string> where = split(parts[1], ',');
  if (parts.size() != 2 || where.size() != 3) {
    refuse_unit(text, "the position " + in_quotes(body.substr(body.find('@') + 1)));
  }
  unit.t = position(where[0], text);
  unit.y = position(where[1], text);
  unit.x = position(where[2], text);
  return unit;
}

/// 1 for "top", N for "topN"; absent for anything else.
std::optional<int> top_count(const std::string& text, const Labels& labels) {
  const std::string word = plain(text);
  if (!word.starts_with("top")) return std::nullopt;
  if (word == "top") return 1;
  const std::optional<std::int64_t> count = whole_number(std::string_view(word).substr(3));
  if (!count) return std::nullopt;
  const std::int64_t most = labels.empty() ? 1000 : static_cast<std::int64_t>(labels.size());
  if (*count < 1 || *count > most) {
    throw Error(ErrorKind::kUsage, fmt::format("target: {}: found {} classes, expected 1 to {}",
                                               in_quotes(text), *count, most));
  }
  return static_cast<int>(*count);
}

std::vector<TargetWish> fixed(Target target) {
  TargetWish wish;
  wish.fixed = std::move(target);
  return {wish};
}

/// Candidates for did-you-mean: whole labels and their synonyms.
Labels names_of(const Labels& labels) {
  Labels names = labels;
  for (const std::string& label : labels) {
    if (label.find(',') == std::string::npos) continue;
    for (const std::string& synonym : split(label, ',')) names.push_back(trimmed(synonym));
  }
  return names;
}

/// For "A-B" with one half that is known, the other half is what was meant otherwise.
std::string suggestion(const std::string& text, const Labels& labels) {
  const Labels names = names_of(labels);
  const std::string whole = did_you_mean(text, names);
  if (!whole.empty()) return whole;
  for (std::size_t at = text.find('-'); at != std::string::npos; at = text.find('-', at + 1)) {
    for (const std::string& part : {trimmed(std::string_view(text).substr(0, at)),
                                    trimmed(std::string_view(text).substr(at + 1))}) {
      if (classes_named(part, labels).empty()) {
        const std::string near = did_you_mean(part, names);
        if (!near.empty()) return near;
      }
    }
  }
  return "";
}

std::string class_name(std::int64_t index, const Labels& labels) {
  if (index >= 0 && index < static_cast<std::int64_t>(labels.size())) return labels[index];
  return fmt::format("class {}", index);
}

}  // namespace

std::vector<TargetWish> parse_target(const std::string& text, const Labels& labels) {
  const std::string wanted = trimmed(text);
  if (const std::optional<int> count = top_count(wanted, labels)) {
    std::vector<TargetWish> wishes(*count);
    for (int rank = 1; rank <= *count; ++rank) wishes[rank - 1].top_rank = rank;
    return wishes;
  }
  if (wanted.starts_with("unit:")) return fixed(parse_unit(wanted));
  if (const std::optional<std::int64_t> index = find_class(wanted, labels)) {
    Target target;
    target.class_index = *index;
    return fixed(target);
  }
  if (const std::optional<Target> pair = find_contrast(wanted, labels)) return fixed(*pair);
  throw Error(ErrorKind::kUsage,
              fmt::format("target: no class {}; expected a label, an index, A-B, top, topN or "
                          "unit:LAYER:CHANNEL{}",
                          in_quotes(wanted), suggestion(wanted, labels)));
}

std::string describe(const Target& target, const Labels& labels) {
  switch (target.kind) {
    case Target::Kind::kClass:
      return class_name(target.class_index, labels);
    case Target::Kind::kContrast:
      return class_name(target.class_index, labels) + " - " +
             class_name(target.other_class_index, labels);
    case Target::Kind::kUnit:
      break;
  }
  std::string name = fmt::format("unit {}:{}", target.layer, target.channel);
  if (!target.t && !target.y && !target.x) return name;
  const auto part = [](const std::optional<std::int64_t>& at) {
    return at ? fmt::format("{}", *at) : std::string("*");
  };
  return name + fmt::format("@{},{},{}", part(target.t), part(target.y), part(target.x));
}

}  // namespace praxiscope
