// TopClass: one answer of a network, as people read it.
#pragma once

#include <cstdint>
#include <string>

namespace praxiscope {

struct TopClass {
  std::string label;
  std::int64_t class_index = 0;
  float probability = 0;
  float logit = 0;
};

}  // namespace praxiscope
