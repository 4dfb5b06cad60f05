#include "sink/json_values.h"

#include <fmt/format.h>

#include <cmath>
#include <cstdlib>

namespace praxiscope {

nlohmann::json float_json(float value) {
  if (!std::isfinite(value)) return nullptr;
  return std::strtod(fmt::format("{}", value).c_str(), nullptr);
}

nlohmann::json top_json(const std::vector<TopClass>& top) {
  nlohmann::json list = nlohmann::json::array();
  for (const TopClass& best : top) {
    list.push_back({{"label", best.label},
                    {"index", best.class_index},
                    {"probability", float_json(best.probability)},
                    {"logit", float_json(best.logit)}});
  }
  return list;
}

}  // namespace praxiscope
