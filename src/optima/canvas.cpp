// See canvas.h.
#include "optima/canvas.h"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/core/grad_mode.h>

#include <cmath>
#include <map>

namespace praxiscope::optima {
namespace {

/// Noise of every row: the same for the same number in `draws`. Drawn on the CPU, so that every
/// device starts alike.
at::Tensor noise_of(const std::vector<std::int64_t>& shape, std::span<const std::int64_t> draws,
                    std::uint64_t seed) {
  std::map<std::int64_t, at::Tensor> drawn;
  std::vector<at::Tensor> rows;
  for (const std::int64_t draw : draws) {
    at::Tensor& noise = drawn[draw];
    if (!noise.defined()) {
      // Far apart: neighbouring seeds of one generator would be neighbours of other draws' too.
      at::Generator generator = at::detail::createCPUGenerator(seed * 0x9E3779B97F4A7C15ULL +
                                                               static_cast<std::uint64_t>(draw));
      noise = at::randn(shape, generator, at::kFloat);
    }
    rows.push_back(noise);
  }
  return at::stack(rows);
}

void clip_rows(const Stream& stream, at::Tensor& values, std::span<const double> bounds) {
  const at::NoGradGuard no_recording;
  for (std::size_t n = 0; n < bounds.size(); ++n) {
    at::Tensor row = values[static_cast<std::int64_t>(n)];
    row.copy_(within_range(stream, row, bounds[n]));
  }
}

class PixelCanvas final : public Canvas {
 public:
  PixelCanvas(const Stream& stream, at::Tensor start) : stream_(stream), values_(std::move(start)) {
    values_ = values_.contiguous().set_requires_grad(true);
  }
  at::Tensor& values() override { return values_; }
  at::Tensor pictures() const override { return values_; }
  void keep_in_range(std::span<const double> bounds) override {
    at::Tensor values = values_.detach();  // the same memory
    clip_rows(stream_, values, bounds);
  }

 private:
  Stream stream_;
  at::Tensor values_;
};

/// f^-decay along an axis or a plane; the constant wave counts as the slowest one there is.
at::Tensor decay_of(const at::Tensor& frequencies, double slowest, double decay) {
  return frequencies.abs().clamp_min(slowest).div(slowest).pow(-decay);
}

/// Of every wave's amplitude: [T,H,W/2+1] f32. Its root mean square is 1, so that a step of all
/// amplitudes moves pixels by about as much.
at::Tensor scale_of_waves(const Stream& stream, const CanvasSettings& settings) {
  const auto [t, h, w] = stream.size;
  const at::TensorOptions f64 = at::kDouble;
  const at::Tensor time =
      decay_of(at::fft_fftfreq(t, 1.0, f64), 1.0 / static_cast<double>(t), settings.decay_time);
  const at::Tensor fy = at::fft_fftfreq(h, 1.0, f64), fx = at::fft_rfftfreq(w, 1.0, f64);
  const at::Tensor plane = (fy.square().unsqueeze(1) + fx.square().unsqueeze(0)).sqrt();
  const at::Tensor space =
      decay_of(plane, 1.0 / static_cast<double>(std::max(h, w)), settings.decay_space);
  const at::Tensor scale = time.reshape({-1, 1, 1}) * space.unsqueeze(0);
  return (scale / scale.square().mean().sqrt()).to(at::kFloat);
}

at::Tensor waves_of(const at::Tensor& pictures) {
  return at::fft_rfftn(pictures, std::nullopt, {{2, 3, 4}}, "ortho");
}

at::Tensor pictures_of(const at::Tensor& waves, const Stream& stream) {
  const auto [t, h, w] = stream.size;
  return at::fft_irfftn(waves, {{t, h, w}}, {{2, 3, 4}}, "ortho");
}

class FourierCanvas final : public Canvas {
 public:
  FourierCanvas(const Stream& stream, const CanvasSettings& settings, const at::Tensor& start,
                const std::string& device)
      : stream_(stream), scale_(scale_of_waves(stream, settings).to(device).unsqueeze(-1)) {
    const bool has_colors = stream.kind == InputKind::kRgb && stream.channels() == 3;
    if (has_colors) {
      axes_ = color_axes();
      if (stream.is_bgr) axes_ = axes_.flip(0);
      axes_ = axes_.to(device);
    }
    values_ = begun_at(start.to(device)).contiguous().set_requires_grad(true);
  }
  at::Tensor& values() override { return values_; }
  at::Tensor pictures() const override {
    at::Tensor u = pictures_of(at::view_as_complex((values_ * scale_).contiguous()), stream_);
    if (axes_.defined()) u = at::einsum("ij,njthw->nithw", {axes_, u});
    // Into -1..1 without corners, so that colours at the ends can still come back.
    return at::tanh(u);
  }
  void keep_in_range(std::span<const double>) override {}

 private:
  /// The amplitudes whose pictures are `start`.
  at::Tensor begun_at(const at::Tensor& start) const {
    at::Tensor u = at::atanh(start.clamp(-0.999, 0.999));
    if (axes_.defined()) u = at::einsum("ij,njthw->nithw", {at::linalg_inv(axes_), u});
    return at::view_as_real(waves_of(u)) / scale_;
  }

  Stream stream_;
  at::Tensor scale_;   ///< [T,H,W/2+1,1]
  at::Tensor axes_;    ///< [3,3]; undefined: no colours
  at::Tensor values_;  ///< [N,C,T,H,W/2+1,2]
};

/// Noise of the wanted contrast: white, or its spectrum falling as the canvas' waves do.
at::Tensor begin_with_noise(const Stream& stream, const CanvasSettings& settings,
                            std::span<const std::int64_t> draws, std::uint64_t seed) {
  const auto [t, h, w] = stream.size;
  at::Tensor noise = noise_of({stream.channels(), t, h, w}, draws, seed);
  if (settings.kind == CanvasKind::kFourier)
    noise = pictures_of(waves_of(noise) * scale_of_waves(stream, settings), stream);
  const at::Tensor deviation = noise.std({1, 2, 3, 4}, /*unbiased=*/false, /*keepdim=*/true);
  return noise / deviation.clamp_min(1e-12) * settings.contrast;
}

}  // namespace

std::unique_ptr<Canvas> make_canvas(const Stream& stream, const CanvasSettings& settings,
                                    std::span<const std::int64_t> draws, const at::Tensor& start,
                                    std::uint64_t seed, const std::string& device) {
  const at::NoGradGuard no_recording;
  const at::Tensor begin =
      start.defined() ? start : begin_with_noise(stream, settings, draws, seed);
  if (settings.kind == CanvasKind::kPixels)
    return std::make_unique<PixelCanvas>(stream, begin.to(device).clone());
  return std::make_unique<FourierCanvas>(stream, settings, begin, device);
}

at::Tensor color_axes() {
  const at::Tensor axes =
      at::tensor({0.26, 0.09, 0.02, 0.27, 0.00, -0.05, 0.27, -0.09, 0.03}, at::kFloat)
          .reshape({3, 3});
  return axes / axes.norm(2, {0}).max();
}

}  // namespace praxiscope::optima
