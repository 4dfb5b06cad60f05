// Duty: see sampling.h.
#include "clip/sampling.h"

#include "core/text.h"

#include "praxiscope/error.h"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <numeric>

namespace praxiscope {
namespace {

/// `count` positions from 0 to `last`, rounded down by PyTorch's own arithmetic: in single
/// precision a position may fall just below a whole number.
std::vector<std::int64_t> spread_positions(std::int64_t count, std::int64_t last) {
  const at::Tensor positions =
      at::linspace(0, static_cast<double>(last), count, at::kFloat).to(at::kLong);
  return {positions.data_ptr<std::int64_t>(), positions.data_ptr<std::int64_t>() + count};
}

/// Ticks of an input from its own first tick on.
std::vector<std::int64_t> own_ticks(const InputSpec& input) {
  const auto frames = static_cast<std::int64_t>(input.frames);
  if (input.spacing == Spacing::kSpread) return spread_positions(frames, frames * input.stride - 1);
  std::vector<std::int64_t> ticks;
  for (std::int64_t i = 0; i < frames; ++i) ticks.push_back(i * input.stride);
  return ticks;
}

std::int64_t span_of(const InputSpec& input) {
  const auto frames = static_cast<std::int64_t>(input.frames);
  return input.spacing == Spacing::kSpread ? frames * input.stride
                                           : (frames - 1) * input.stride + 1;
}

/// The input that `input` draws its frames from.
std::size_t find_drawn(const InputSpec& input, const std::vector<InputSpec>& inputs) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (inputs[i].name != input.frames_of || !inputs[i].frames_of.empty()) {
      if (inputs[i].frames_of.empty()) names.push_back(inputs[i].name);
      continue;
    }
    if (inputs[i].frames >= input.frames) return i;
    throw Error(ErrorKind::kModel,
                fmt::format("input {} draws {} frames from {}, which has {}; expected at most as "
                            "many; give it fewer frames",
                            in_quotes(input.name), input.frames, in_quotes(input.frames_of),
                            inputs[i].frames));
  }
  throw Error(ErrorKind::kModel,
              fmt::format("input {}: found frames_of {}, expected the name of an input with frames "
                          "of its own{}",
                          in_quotes(input.name), in_quotes(input.frames_of),
                          did_you_mean(input.frames_of, names)));
}

/// `count` starts from the first possible to the last possible; in the middle for one. Equal ones,
/// where the source has fewer places, appear once.
std::vector<std::int64_t> spread(std::int64_t count, std::int64_t last) {
  if (count == 1) return {last / 2};
  std::vector<std::int64_t> out;
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int64_t start = i * last / (count - 1);
    if (out.empty() || out.back() != start) out.push_back(start);
  }
  return out;
}

}  // namespace

WindowPlan plan_window(const std::vector<InputSpec>& inputs) {
  WindowPlan plan;
  std::int64_t grid = 0;
  for (const InputSpec& input : inputs) {
    if (!input.frames_of.empty()) continue;
    plan.span = std::max(plan.span, span_of(input));
    grid = std::gcd(grid, static_cast<std::int64_t>(input.stride));
  }
  for (const InputSpec& input : inputs) {
    std::vector<std::int64_t>& ticks = plan.ticks.emplace_back();
    const InputSpec& own = input.frames_of.empty() ? input : inputs[find_drawn(input, inputs)];
    const std::int64_t offset = (plan.span - span_of(own)) / 2 / grid * grid;
    ticks = own_ticks(own);
    for (std::int64_t& tick : ticks) tick += offset;
    if (&own == &input) continue;
    std::vector<std::int64_t> drawn;
    for (const std::int64_t at : spread_positions(input.frames, own.frames - 1))
      drawn.push_back(ticks[static_cast<std::size_t>(at)]);
    ticks = std::move(drawn);
  }
  return plan;
}

double frame_reach_s(const std::vector<InputSpec>& inputs, const Rational& rate) {
  double widest_s = 0;
  const WindowPlan plan = plan_window(inputs);
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const std::vector<std::int64_t>& ticks = plan.ticks[i];
    std::int64_t widest = ticks.size() < 2 ? inputs[i].stride : 0;
    for (std::size_t t = 1; t < ticks.size(); ++t)
      widest = std::max(widest, ticks[t] - ticks[t - 1]);
    const Rational ticks_a_second = inputs[i].fps.value_or(rate);
    widest_s = std::max(widest_s, static_cast<double>(widest) / ticks_a_second.to_double());
  }
  return 1.5 * widest_s;
}

ClipSampling parse_sampling(const std::string& text) {
  const std::vector<std::string> parts = split(text, ':');
  ClipSampling out;
  if (parts.size() == 1 && parts[0] == "sliding") return out;
  if (parts.size() == 1 && parts[0] == "center") {
    out.kind = ClipSampling::Kind::kCenter;
    return out;
  }
  if (parts.size() == 2 && parts[0] == "uniform") {
    const std::string& number = parts[1];
    const auto [end, error] =
        std::from_chars(number.data(), number.data() + number.size(), out.count);
    if (error == std::errc() && end == number.data() + number.size() && out.count >= 1 &&
        out.count <= 1'000'000) {
      out.kind = ClipSampling::Kind::kUniform;
      return out;
    }
    throw Error(ErrorKind::kUsage, "--clips: found " + in_quotes(text) +
                                       ", expected a number of clips from 1 to 1000000 after "
                                       "\"uniform:\"");
  }
  const std::array<std::string, 3> known{"sliding", "center", "uniform:N"};
  throw Error(ErrorKind::kUsage, "--clips: found " + in_quotes(text) +
                                     ", expected \"sliding\", \"center\" or \"uniform:N\"" +
                                     did_you_mean(text, known));
}

ClipStarts::ClipStarts(const ClipSampling& sampling, std::int64_t span, std::int64_t total)
    : span_(span) {
  const std::int64_t last = std::max<std::int64_t>(0, total - span);
  switch (sampling.kind) {
    case ClipSampling::Kind::kSliding:
      hop_ = sampling.hop.value_or(static_cast<int>(std::max<std::int64_t>(1, span / 2)));
      if (hop_ < 1) {
        throw Error(ErrorKind::kUsage,
                    fmt::format("--hop: found {}, expected at least 1 frame", hop_));
      }
      return;
    case ClipSampling::Kind::kCenter:
      fixed_ = {last / 2};
      return;
    case ClipSampling::Kind::kUniform:
      if (sampling.count < 1) {
        throw Error(
            ErrorKind::kUsage,
            fmt::format("--clips: found uniform:{}, expected at least 1 clip", sampling.count));
      }
      fixed_ = spread(sampling.count, last);
      return;
  }
}

std::optional<std::int64_t> ClipStarts::next() const {
  if (hop_ > 0) return next_;
  if (given_ < static_cast<std::int64_t>(fixed_.size())) return fixed_[given_];
  return std::nullopt;
}

std::optional<std::int64_t> ClipStarts::earliest(std::int64_t count) const {
  if (hop_ == 0) return next();
  // The last clip may end at any tick from here on, but comes after the ones before it.
  const std::int64_t after_last = given_ == 0 ? 0 : next_ - hop_ + 1;
  return std::max(after_last, count - span_);
}

void ClipStarts::pop() {
  ++given_;
  if (hop_ > 0) next_ += hop_;
}

std::vector<std::int64_t> ClipStarts::finish(std::int64_t total) {
  if (total == 0) return {};
  const std::int64_t last = std::max<std::int64_t>(0, total - span_);
  std::vector<std::int64_t> out;
  if (hop_ > 0) {
    // Those that were held back until now, then a rest shorter than a hop.
    for (; next_ + span_ <= total; pop()) out.push_back(next_);
    if (given_ == 0 || next_ - hop_ < last) out.push_back(last);
    return out;
  }
  for (std::size_t i = given_; i < fixed_.size(); ++i) {
    // The source may hold fewer frames than were counted (damage): what cannot begin is left out.
    if (fixed_[i] < total) out.push_back(fixed_[i]);
  }
  if (out.empty() && given_ == 0) out.push_back(last);
  return out;
}

}  // namespace praxiscope
