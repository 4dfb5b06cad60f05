// One call from a network and clips to maps, for tests.
#pragma once

#include "praxiscope/error.h"
#include "praxiscope/method.h"

#include <ATen/ATen.h>

#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace praxiscope::testing {

/// [n][k][input].
using Maps = std::vector<std::vector<std::vector<Attribution>>>;

class Listener : public Progress {
 public:
  void warn(const std::string& message) override {
    const std::lock_guard lock(mutex_);
    warnings.push_back(message);
  }
  std::vector<std::string> warnings;

 private:
  std::mutex mutex_;
};

struct Question {
  std::string method;
  std::string options = "";  ///< "relu=off,weights=per_frame"
  std::string layer = "features";
};

Target class_target(std::int64_t index);
Target contrast(std::int64_t a, std::int64_t b);
Target unit(const std::string& layer, std::int64_t channel);

std::map<std::string, std::string> options_of(const std::string& text);
std::unique_ptr<Method> make_method(const Model& model, const Question& question);

/// A forward that keeps layers, for gradients with respect to them.
RunOptions tapping(std::vector<std::string> layers);

/// The forward that a method needs; units' layers are kept as well.
Run run_for(const Model& model, const Method& method, const std::vector<at::Tensor>& inputs,
            const std::vector<Target>& targets);

/// The same targets for every clip.
Maps explain(const Model& model, const Question& question, const std::vector<at::Tensor>& inputs,
             const std::vector<Target>& targets, Progress& progress);
Maps explain(const Model& model, const Question& question, const std::vector<at::Tensor>& inputs,
             const std::vector<Target>& targets);

/// The coarse maps of one target, [N,T',H',W'], on the `input`-th input of the map.
at::Tensor coarse(const Model& model, const Question& question,
                  const std::vector<at::Tensor>& inputs, const Target& target,
                  std::size_t input = 0);

/// max |a - b| / max |b|; infinite when shapes differ.
double relative_difference(const at::Tensor& a, const at::Tensor& b);

/// The message of the Error of kind kUsage that `work` throws.
template <typename Work>
std::string usage_error(const Work& work) {
  try {
    work();
  } catch (const Error& error) {
    return error.kind() == ErrorKind::kUsage ? error.what() : std::string("kind: ") + error.what();
  }
  return "no error";
}

}  // namespace praxiscope::testing
