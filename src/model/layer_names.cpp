// See layer_names.h.
#include "model/layer_names.h"

#include "core/text.h"

#include "praxiscope/error.h"

#include <fmt/format.h>

#include <cctype>

namespace praxiscope::program {
namespace {

bool is_number(std::string_view text) {
  return !text.empty() && text.size() < 9 &&
         text.find_first_not_of("0123456789") == std::string_view::npos;
}

std::string replaced(std::string_view text, char from, char to) {
  std::string out(text);
  std::replace(out.begin(), out.end(), from, to);
  return out;
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

std::optional<LayerAddress> find_layer_index(const Program& program, std::string_view path,
                                             bool is_operator) {
  for (std::size_t i = 0; i < program.layers.size(); ++i) {
    if (program.layers[i].is_operator == is_operator && program.layers[i].path == path) {
      LayerAddress address;
      address.layer = static_cast<int>(i);
      return address;
    }
  }
  return std::nullopt;
}

/// '*' stands for any letters, none included.
bool matches(std::string_view pattern, std::string_view text) {
  std::size_t p = 0, t = 0, star = std::string_view::npos, retry = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      retry = t;
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++p, ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++retry;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

/// The last number among the children "path.0", "path.1", ... of `path`; -1: none.
int last_child(const std::string& path, const std::vector<std::string>& names) {
  int last = -1;
  for (const std::string& name : names) {
    if (!name.starts_with(path + ".")) continue;
    const std::string rest = name.substr(path.size() + 1);
    const std::string first = rest.substr(0, rest.find_first_of(".#[/"));
    if (is_number(first)) last = std::max(last, std::stoi(first));
  }
  return last;
}

/// "layer4[-1].conv1" -> "layer4.1.conv1", Python's way to index a Sequential.
std::string without_brackets(const std::string& text, const std::vector<std::string>& names) {
  std::string out;
  std::size_t position = 0;
  while (position < text.size()) {
    const std::size_t open = text.find('[', position);
    const std::size_t close = open == std::string::npos ? open : text.find(']', open);
    if (close == std::string::npos) break;
    out += text.substr(position, open - position);
    std::string index = text.substr(open + 1, close - open - 1);
    if (index.starts_with('-') && is_number(std::string_view(index).substr(1)))
      index = std::to_string(last_child(out, names) + 1 + std::stoi(index));
    out += "." + index;
    position = close + 1;
  }
  return out + text.substr(position);
}

std::string listed(const std::vector<std::string>& names) {
  std::string out;
  for (std::size_t i = 0; i < names.size() && i < 4; ++i)
    out += (i == 0 ? "" : ", ") + in_quotes(names[i]);
  return names.size() > 4 ? out + fmt::format(" and {} more", names.size() - 4) : out;
}

class Finder {
 public:
  Finder(std::string_view text, const std::vector<std::string>& names)
      : text_(trimmed(text)), names_(names) {}

  /// By spelling alone; nothing when no name is meant.
  std::optional<std::string> find_one(const std::string& wanted) const {
    for (const std::string& name : names_) {
      if (name == wanted) return name;
    }
    const std::string dotted = replaced(wanted, '/', '.');
    for (const std::string& name : names_) {
      if (replaced(name, '/', '.') == dotted) return name;
    }
    for (const std::string& name : names_) {
      if (lower(replaced(name, '/', '.')) == lower(dotted)) return name;
    }
    return std::nullopt;
  }

  std::optional<std::string> find_spelled() const {
    std::vector<std::string> spellings{text_};
    const auto add = [&](std::string spelling) { spellings.push_back(std::move(spelling)); };
    if (text_.ends_with("#1")) add(text_.substr(0, text_.size() - 2));
    if (text_.find('[') != std::string::npos) add(without_brackets(text_, names_));
    if (text_.ends_with("[0]")) add(text_.substr(0, text_.size() - 3));
    for (const std::string prefix : {"model.", "module.", "model/", "module/"}) {
      if (text_.starts_with(prefix)) {
        add(text_.substr(prefix.size()));
        add(without_brackets(text_.substr(prefix.size()), names_));
      }
    }
    for (const std::string& spelling : spellings) {
      if (const auto found = find_one(spelling)) return found;
    }
    return std::nullopt;
  }

  std::optional<std::string> find_last_match() const {
    const std::string pattern = replaced(text_, '/', '.');
    for (std::size_t i = names_.size(); i-- > 0;) {
      if (matches(pattern, replaced(names_[i], '/', '.'))) return names_[i];
    }
    return std::nullopt;
  }

  std::vector<std::string> find_by_suffix() const {
    std::string suffix = replaced(text_, '/', '.');
    suffix.insert(suffix.begin(), '.');
    std::vector<std::string> found;
    for (const std::string& name : names_) {
      if (replaced(name, '/', '.').ends_with(suffix)) found.push_back(name);
    }
    return found;
  }

  std::vector<std::string> find_parts() const {
    std::vector<std::string> found;
    for (const std::string& name : names_) {
      if (name.starts_with(text_ + "[")) found.push_back(name);
    }
    return found;
  }

 private:
  std::string text_;
  const std::vector<std::string>& names_;
};

}  // namespace

std::optional<LayerAddress> find_address(const Program& program, std::string_view name) {
  std::vector<std::string> parts;
  while (name.ends_with(']')) {
    const std::size_t open = name.rfind('[');
    if (open == std::string_view::npos) return std::nullopt;
    parts.insert(parts.begin(), std::string(name.substr(open + 1, name.size() - open - 2)));
    name = name.substr(0, open);
  }
  std::optional<LayerAddress> address;
  const std::size_t hash = name.rfind('#');
  const bool has_number = hash != std::string_view::npos && is_number(name.substr(hash + 1));
  const int number = has_number ? std::stoi(std::string(name.substr(hash + 1))) : 0;
  const std::string_view path = has_number ? name.substr(0, hash) : name;
  address = find_layer_index(program, path, false);
  if (address && (!has_number || number >= 1)) {
    address->call = has_number ? number : 1;
  } else {
    address = find_layer_index(program, path, true);
    if (address) address->call = number + 1;
  }
  if (address) address->parts = std::move(parts);
  return address;
}

std::string name_of(const Program& program, const LayerAddress& address) {
  const Layer& layer = program.layers[static_cast<std::size_t>(address.layer)];
  std::string name = layer.path;
  if (layer.is_operator) {
    name += fmt::format("#{}", address.call - 1);
  } else if (address.call > 1) {
    name += fmt::format("#{}", address.call);
  }
  for (const std::string& part : address.parts) name += "[" + part + "]";
  return name;
}

std::string find_name(std::string_view text, const std::vector<std::string>& names,
                      std::string_view model) {
  const Finder finder(text, names);
  if (const auto found = finder.find_spelled()) return *found;
  if (text.find('*') != std::string_view::npos) {
    if (const auto found = finder.find_last_match()) return *found;
  } else {
    const std::vector<std::string> parts = finder.find_parts();
    if (!parts.empty())
      throw Error(ErrorKind::kUsage, fmt::format("layer {} of model {} gives several tensors; name "
                                                 "one: {}",
                                                 in_quotes(text), in_quotes(model), listed(parts)));
    const std::vector<std::string> found = finder.find_by_suffix();
    if (found.size() == 1) return found.front();
    if (found.size() > 1)
      throw Error(ErrorKind::kUsage, fmt::format("layer {} of model {} is ambiguous; name one: {}",
                                                 in_quotes(text), in_quotes(model), listed(found)));
  }
  throw Error(ErrorKind::kUsage,
              fmt::format("no layer {} in model {}{} (praxiscope info lists all layers)",
                          in_quotes(text), in_quotes(model), did_you_mean(text, names)));
}

}  // namespace praxiscope::program
