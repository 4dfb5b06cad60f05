#include "media/tone_map.h"

#include <algorithm>
#include <cmath>

namespace praxiscope {
namespace {

constexpr double kReferenceWhiteNits = 203;  // BT.2408
constexpr double kHlgPeakNits = 1000;        // nominal display of BT.2100
constexpr double kDisplayGamma = 2.4;        // BT.1886
constexpr int kGainSteps = 4096;
constexpr int kCodeSteps = 8192;

// SMPTE ST 2084, equations 4.1 and 5.1.
constexpr double kM1 = 2610.0 / 16384, kM2 = 2523.0 / 4096 * 128;
constexpr double kC1 = 3424.0 / 4096, kC2 = 2413.0 / 4096 * 32, kC3 = 2392.0 / 4096 * 32;

double nits_from_pq(double signal) {
  const double p = std::pow(signal, 1 / kM2);
  return 10000 * std::pow(std::max(p - kC1, 0.0) / (kC2 - kC3 * p), 1 / kM1);
}

double pq_from_nits(double nits) {
  const double y = std::pow(nits / 10000, kM1);
  return std::pow((kC1 + kC2 * y) / (1 + kC3 * y), kM2);
}

/// Inverse OETF of BT.2100 table 5: scene light in [0,1].
double scene_from_hlg(double signal) {
  constexpr double kA = 0.17883277, kB = 1 - 4 * kA;
  const double c = 0.5 - kA * std::log(4 * kA);
  return signal <= 0.5 ? signal * signal / 3 : (std::exp((signal - c) / kA) + kB) / 12;
}

/// BT.2390-10 5.4.1 with a black level of 0: PQ signal to PQ signal.
double knee(double signal, double source_peak, double target_peak) {
  const double top = target_peak / source_peak;
  const double e1 = signal / source_peak;
  const double start = 1.5 * top - 0.5;
  if (e1 <= start) return signal;
  const double t = (e1 - start) / (1 - start), t2 = t * t, t3 = t2 * t;
  const double e2 =
      (2 * t3 - 3 * t2 + 1) * start + (t3 - 2 * t2 + t) * (1 - start) + (-2 * t3 + 3 * t2) * top;
  return e2 * source_peak;
}

std::array<float, 9> matrix_to_bt709(Primaries primaries) {
  switch (primaries) {
    case Primaries::kBt2020:  // BT.2087 annex 2, inverse of table 2
      return {1.660491f,  -0.587641f, -0.072850f, -0.124550f, 1.132900f,
              -0.008349f, -0.018151f, -0.100579f, 1.118730f};
    case Primaries::kDisplayP3:  // white D65
      return {1.224940f, -0.224940f, 0.0f,       -0.042057f, 1.042057f,
              0.0f,      -0.019638f, -0.078636f, 1.098274f};
    case Primaries::kBt709:
      break;
  }
  return {1, 0, 0, 0, 1, 0, 0, 0, 1};
}

std::array<float, 3> luminance_of(Primaries primaries) {
  switch (primaries) {
    case Primaries::kBt2020:
      return {0.2627f, 0.6780f, 0.0593f};
    case Primaries::kDisplayP3:
      return {0.2290f, 0.6917f, 0.0793f};
    case Primaries::kBt709:
      break;
  }
  return {0.2126f, 0.7152f, 0.0722f};
}

}  // namespace

ToneMap::ToneMap(Transfer transfer, Primaries primaries, double peak)
    : has_ootf_(transfer == Transfer::kHlg),
      to_bt709_(matrix_to_bt709(primaries)),
      luminance_(luminance_of(primaries)) {
  double nits_peak = kReferenceWhiteNits;
  if (transfer == Transfer::kPq) nits_peak = peak;
  if (transfer == Transfer::kHlg) nits_peak = kHlgPeakNits;
  peak_ = static_cast<float>(nits_peak / kReferenceWhiteNits);
  light_.resize(65536);
  for (std::size_t i = 0; i < light_.size(); ++i) {
    const double signal = static_cast<double>(i) / 65535;
    double light = 0;
    switch (transfer) {
      case Transfer::kPq:
        light = std::min(nits_from_pq(signal), nits_peak) / kReferenceWhiteNits;
        break;
      case Transfer::kHlg:
        light = scene_from_hlg(signal);
        break;
      case Transfer::kSdr:
        light = std::pow(signal, kDisplayGamma);
        break;
    }
    light_[i] = static_cast<float>(light);
  }
  const double source = pq_from_nits(nits_peak), target = pq_from_nits(kReferenceWhiteNits);
  gain_.assign(kGainSteps + 2, 1.0f);
  for (int i = 1; i < kGainSteps + 2 && nits_peak > kReferenceWhiteNits; ++i) {
    const double nits = std::pow(std::min(1.0, double(i) / kGainSteps), 4) * nits_peak;
    gain_[static_cast<std::size_t>(i)] =
        static_cast<float>(nits_from_pq(knee(pq_from_nits(nits), source, target)) / nits);
  }
  code_.resize(kCodeSteps + 1);
  for (std::size_t i = 0; i < code_.size(); ++i) {
    const double root = static_cast<double>(i) / kCodeSteps;
    code_[i] = static_cast<std::uint8_t>(255 * std::pow(root, 2 / kDisplayGamma) + 0.5);
  }
}

float ToneMap::compressed(float light) const {
  const float at = std::sqrt(std::sqrt(std::min(light / peak_, 1.0f))) * kGainSteps;
  const auto i = static_cast<std::size_t>(at);
  const float part = at - static_cast<float>(i);
  return gain_[i] + part * (gain_[i + 1] - gain_[i]);
}

void ToneMap::map_row(const std::uint16_t* in, std::uint8_t* out, int count) const {
  const auto& m = to_bt709_;
  const auto hlg_scale = static_cast<float>(kHlgPeakNits / kReferenceWhiteNits);
  for (int i = 0; i < count; ++i, in += 3, out += 3) {
    float r = light_[in[0]], g = light_[in[1]], b = light_[in[2]];
    if (has_ootf_) {
      const float scene = luminance_[0] * r + luminance_[1] * g + luminance_[2] * b;
      const float factor = scene > 0 ? hlg_scale * std::pow(scene, 0.2f) : 0.0f;
      r *= factor, g *= factor, b *= factor;
    }
    float rgb[3] = {m[0] * r + m[1] * g + m[2] * b, m[3] * r + m[4] * g + m[5] * b,
                    m[6] * r + m[7] * g + m[8] * b};
    const float low = std::min({rgb[0], rgb[1], rgb[2]});
    if (low < 0) {  // outside BT.709: towards gray until nothing is negative
      const float y = std::max(0.2126f * rgb[0] + 0.7152f * rgb[1] + 0.0722f * rgb[2], 0.0f);
      const float keep = y / (y - low);
      for (float& c : rgb) c = y + keep * (c - y);
    }
    const float high = std::max({rgb[0], rgb[1], rgb[2]});
    const float gain = high > 0 ? compressed(high) : 0.0f;
    for (int c = 0; c < 3; ++c) {
      const float light = std::clamp(rgb[c] * gain, 0.0f, 1.0f);
      out[c] = code_[static_cast<std::size_t>(std::sqrt(light) * kCodeSteps + 0.5f)];
    }
  }
}

}  // namespace praxiscope
