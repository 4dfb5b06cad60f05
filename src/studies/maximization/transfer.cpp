// See transfer.h.
#include "studies/maximization/transfer.h"

#include "praxiscope/error.h"
#include "praxiscope/text.h"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace praxiscope::studies {
namespace {

[[noreturn]] void refuse(const std::string& path, const std::string& found,
                         const std::string& expected) {
  throw Error(ErrorKind::kUsage,
              fmt::format("maximize: option transfer: {}: found {}, expected {} as in the network "
                          "that is looked into",
                          in_quotes(path), found, expected));
}

}  // namespace

OtherNetwork::OtherNetwork(const std::string& path, const Model& model,
                           const optima::Streams& streams,
                           const std::vector<std::array<std::int64_t, 3>>& sizes) {
  std::vector<std::string> warnings;
  model_ = load_model(read_manifest(path, {}, warnings), model.device());
  const auto& inputs = model_->manifest().inputs;
  if (inputs.size() != sizes.size())
    refuse(path, fmt::format("{} inputs", inputs.size()), fmt::format("{}", sizes.size()));
  streams_ = std::make_unique<optima::Streams>(model_->manifest(), sizes);
  bool is_alike = streams_->all().size() == streams.all().size();
  for (std::size_t s = 0; is_alike && s < streams.all().size(); ++s)
    is_alike = streams_->all()[s].kind == streams.all()[s].kind;
  if (!is_alike) refuse(path, "streams of other kinds", "the same ones");
}

OtherAnswer OtherNetwork::answer(const std::vector<at::Tensor>& clip,
                                 const std::string& label) const {
  std::vector<at::Tensor> pictures;
  for (const at::Tensor& one : clip) pictures.push_back(one.unsqueeze(0));
  const at::Tensor p = probabilities(optima::show(*model_, *streams_, pictures, {}))[0];
  OtherAnswer told;
  const auto& labels = model_->labels();
  told.label = labels.at(static_cast<std::size_t>(p.argmax().item<std::int64_t>()));
  const auto at = std::find(labels.begin(), labels.end(), label);
  told.probability = at == labels.end() ? std::numeric_limits<double>::quiet_NaN()
                                        : p[at - labels.begin()].item<double>();
  return told;
}

}  // namespace praxiscope::studies
