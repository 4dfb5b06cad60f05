// See flow.h.
#include "clip/flow.h"

#include "clip/dis.h"
#include "clip/resize.h"
#include "clip/tvl1.h"

#include <ATen/ATen.h>

namespace praxiscope {
namespace {

/// The window of a field, 0 outside it.
at::Tensor cropped(const at::Tensor& flow, const CropOrigin& origin, const Size& crop) {
  const std::int64_t bottom = origin.top + crop.height, right = origin.left + crop.width;
  return at::constant_pad_nd(
      flow, {-origin.left, right - flow.size(2), -origin.top, bottom - flow.size(1)});
}

constexpr std::size_t kPairsAtOnce = 16;  // TV-L1 keeps some 60 fields of each

}  // namespace

at::Tensor gray_picture(const Picture& picture, const Preparation& preparation,
                        const std::string& device) {
  const Size size = resized_size({picture.height, picture.width}, preparation);
  const at::Tensor bytes = at::from_blob(const_cast<std::uint8_t*>(picture.rgb.data()),
                                         {picture.height, picture.width, 3}, at::kByte)
                               .to(at::Device(device));
  const at::Tensor rgb =
      resize_and_crop(bytes, size, preparation, {}, size).round_().clamp_(0, 255).to(at::kInt);
  // OpenCV's fixed-point weights of red, green and blue, of 2^15.
  const at::Tensor gray = rgb[0] * 9798 + rgb[1] * 19235 + rgb[2] * 3735;
  return gray.add_(1 << 14).bitwise_right_shift_(15).to(at::kByte);
}

FlowEngine::FlowEngine(FlowAlgorithm algorithm, const std::string& cache)
    : algorithm_(algorithm), cache_(cache) {}

std::vector<at::Tensor> FlowEngine::compute(
    const std::vector<std::pair<at::Tensor, at::Tensor>>& pairs) const {
  std::vector<at::Tensor> flows;
  if (algorithm_ == FlowAlgorithm::kDis) {
    for (const auto& [from, to] : pairs)
      flows.push_back(dis_flow(from.cpu(), to.cpu()).to(from.device()));
    return flows;
  }
  for (std::size_t begin = 0; begin < pairs.size(); begin += kPairsAtOnce) {
    std::vector<at::Tensor> from, to;
    for (std::size_t i = begin; i < std::min(pairs.size(), begin + kPairsAtOnce); ++i) {
      from.push_back(pairs[i].first);
      to.push_back(pairs[i].second);
    }
    const at::Tensor found =
        tvl1_flow(at::stack(from).to(at::kFloat), at::stack(to).to(at::kFloat));
    for (const at::Tensor& one : found.unbind()) flows.push_back(one.clone());
  }
  return flows;
}

std::vector<at::Tensor> FlowEngine::between(
    const std::vector<std::pair<at::Tensor, at::Tensor>>& pairs) const {
  if (!cache_.is_used()) return compute(pairs);
  std::vector<at::Tensor> flows(pairs.size());
  std::vector<std::pair<at::Tensor, at::Tensor>> missing;
  std::vector<std::size_t> places;
  std::vector<std::string> names;
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    const auto& [from, to] = pairs[i];
    const std::string name = cache_.name_of(algorithm_, from, to);
    if (const auto found = cache_.find(name, from)) {
      flows[i] = found->to(from.device());
      continue;
    }
    missing.push_back(pairs[i]);
    places.push_back(i);
    names.push_back(name);
  }
  const std::vector<at::Tensor> computed = compute(missing);
  for (std::size_t k = 0; k < computed.size(); ++k) {
    cache_.keep(names[k], computed[k]);
    flows[places[k]] = computed[k];
  }
  return flows;
}

at::Tensor resized_flow(const at::Tensor& field, const Size& size, const InputSpec& input) {
  const std::int64_t height = field.size(1), width = field.size(2);
  if (height == size.height && width == size.width) return field;
  const std::vector<std::int64_t> to{size.height, size.width};
  const at::Tensor batch = field.unsqueeze(0);
  at::Tensor out = (input.preparation.antialias ? at::_upsample_bilinear2d_aa(batch, to, false)
                                                : at::upsample_bilinear2d(batch, to, false))
                       .squeeze(0);
  if (input.flow.is_rescaled) {
    const double x = static_cast<double>(size.width) / static_cast<double>(width);
    const double y = static_cast<double>(size.height) / static_cast<double>(height);
    out = out * at::tensor({x, y}, at::kFloat).view({2, 1, 1}).to(out.device());
  }
  return out;
}

PreparedPicture prepare_flow(const at::Tensor& flow, const Size& source, const InputSpec& input,
                             const std::string& device) {
  const Preparation& how = input.preparation;
  const Size size{static_cast<int>(flow.size(1)), static_cast<int>(flow.size(2))};
  const Size crop = how.crop.value_or(size);
  const CropOrigin origin = center_crop_origin(size, crop);
  const at::Device place(device);
  const double bound = input.flow.bound;
  const auto [lo, hi] = how.range;
  at::Tensor out = cropped(flow.to(place), origin, crop).clamp(-bound, bound);
  if (how.bgr) out = out.flip({0});
  out = out * ((hi - lo) / (2 * bound)) + (lo + hi) / 2;
  out = (out - per_channel(how.mean, place)) / per_channel(how.std, place);
  return {out, pixel_map(source, size, origin)};
}

at::Tensor seen_flow(const at::Tensor& frame, const InputSpec& input) {
  const Preparation& how = input.preparation;
  const auto [lo, hi] = how.range;
  const at::Device cpu(at::kCPU);
  at::Tensor values = frame.detach().to(cpu, at::kFloat);
  values = values * per_channel(how.std, cpu) + per_channel(how.mean, cpu);
  if (how.bgr) values = values.flip({0});
  values = (values - (lo + hi) / 2) * (2 * input.flow.bound / (hi - lo));
  return values.contiguous();
}

}  // namespace praxiscope
