// Streams: which inputs are optimized, and which show what another one shows.
#include "optima/maximizer.h"

#include "praxiscope/error.h"

#include <ATen/ATen.h>
#include <fmt/format.h>

namespace praxiscope::optima {
namespace {

/// torch's linspace(0, frames - 1, count) rounded down, as pathways take their frames.
at::Tensor spread(std::int64_t count, std::int64_t frames) {
  return at::linspace(0, static_cast<double>(frames - 1), count, at::kDouble).to(at::kLong);
}

bool shares_pictures(const InputSpec& one, const InputSpec& other) {
  return one.kind == other.kind && one.preparation.crop == other.preparation.crop;
}

}  // namespace

Streams::Streams(const Manifest& manifest, std::span<const std::array<std::int64_t, 3>> sizes) {
  const std::vector<InputSpec>& specs = manifest.inputs;
  if (sizes.size() != specs.size())
    throw Error(ErrorKind::kInternal,
                fmt::format("maximize: {} sizes for {} inputs", sizes.size(), specs.size()));
  // The input of a kind that has most frames; the others of its size follow it.
  std::vector<std::size_t> leader(specs.size());
  for (std::size_t i = 0; i < specs.size(); ++i) {
    leader[i] = i;
    for (std::size_t j = 0; j < specs.size(); ++j) {
      const bool is_alike = shares_pictures(specs[i], specs[j]) && sizes[i][1] == sizes[j][1] &&
                            sizes[i][2] == sizes[j][2];
      if (is_alike && sizes[j][0] > sizes[leader[i]][0]) leader[i] = j;
    }
  }
  std::vector<std::size_t> stream_of(specs.size());
  for (std::size_t i = 0; i < specs.size(); ++i) {
    if (leader[i] != i) continue;
    stream_of[i] = streams_.size();
    streams_.push_back(make_stream(specs[i], sizes[i]));
  }
  for (std::size_t i = 0; i < specs.size(); ++i) {
    Source source{
        .stream = stream_of[leader[i]], .frames = {}, .spec = make_stream(specs[i], sizes[i])};
    if (leader[i] != i) source.frames = spread(sizes[i][0], sizes[leader[i]][0]);
    inputs_.push_back(std::move(source));
  }
}

std::vector<at::Tensor> Streams::inputs(std::span<const at::Tensor> pictures) const {
  std::vector<at::Tensor> inputs;
  for (const Source& source : inputs_) {
    at::Tensor seen = pictures[source.stream];
    if (source.frames.defined()) seen = seen.index_select(2, source.frames.to(seen.device()));
    // Colours in the order of the stream that shows them.
    if (seen.size(1) > 1 && source.spec.is_bgr != streams_[source.stream].is_bgr)
      seen = seen.flip(1);
    inputs.push_back(network_input(source.spec, seen));
  }
  return inputs;
}

std::vector<at::Tensor> Streams::pictures(std::span<const at::Tensor> inputs) const {
  std::vector<at::Tensor> pictures(streams_.size());
  for (std::size_t i = 0; i < inputs_.size(); ++i) {
    if (!inputs_[i].frames.defined())
      pictures[inputs_[i].stream] = centred(inputs_[i].spec, inputs[i]);
  }
  return pictures;
}

}  // namespace praxiscope::optima
