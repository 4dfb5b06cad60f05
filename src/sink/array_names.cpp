#include "sink/array_names.h"

#include "praxiscope/error.h"

#include <fmt/format.h>

#include <map>

namespace praxiscope {
namespace {

bool is_same_use(const Attribution& a, const Attribution& b) {
  return a.method == b.method && a.variant == b.variant && a.layer == b.layer;
}

}  // namespace

std::string path_part(const std::string& name) {
  std::string out;
  for (const char c : name) {
    const bool is_plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
                          (c >= 'A' && c <= 'Z') ||
                          std::string_view("_-.=,:+#").find(c) != std::string_view::npos;
    out += is_plain ? c : '_';
  }
  return out.empty() || out == "." || out == ".." ? "_" : out;
}

std::vector<MapNames> name_maps(const ClipResult& result) {
  const std::vector<Attribution>& maps = result.attributions;
  std::vector<MapNames> names;
  std::map<std::string, int> uses;
  for (std::size_t begin = 0; begin < maps.size();) {
    const Attribution& first = maps[begin];
    std::size_t inputs = 1;  // of this method: until its first input comes again
    while (begin + inputs < maps.size() && is_same_use(first, maps[begin + inputs]) &&
           maps[begin + inputs].input != first.input) {
      ++inputs;
    }
    const int use = ++uses[first.method];
    const std::string method = path_part(first.method) + (use == 1 ? "" : fmt::format("#{}", use));
    for (std::size_t k = 0; k < result.targets.size(); ++k) {
      const std::string suffix = k == 0 ? "" : fmt::format("@{}", k);
      for (std::size_t i = 0; i < inputs; ++i) {
        const std::size_t at = begin + k * inputs + i;
        if (at >= maps.size() || !is_same_use(first, maps[at]) ||
            maps[at].input != maps[begin + i].input) {
          throw Error(
              ErrorKind::kInternal,
              fmt::format("sink: map {} of a clip is out of order; expected method, target, input",
                          at));
        }
        const std::string input = path_part(maps[at].input);
        MapNames name{k, fmt::format("map/{}/{}{}", method, input, suffix), ""};
        if (!first.layer.empty()) {
          name.coarse = i == 0 ? fmt::format("coarse/{}{}", method, suffix)
                               : fmt::format("coarse/{}/{}{}", method, input, suffix);
        }
        names.push_back(std::move(name));
      }
    }
    begin += inputs * result.targets.size();
    if (result.targets.empty()) {
      throw Error(ErrorKind::kInternal, "sink: maps without a target");
    }
  }
  return names;
}

}  // namespace praxiscope
