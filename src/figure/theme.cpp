#include "figure/theme.h"

#include <array>
#include <cstddef>

namespace praxiscope::figure {
namespace {

constexpr Ink ink(int rgb, double a = 1) {
  return {(rgb >> 16) / 255.0, (rgb >> 8 & 0xFF) / 255.0, (rgb & 0xFF) / 255.0, a};
}

constexpr Theme kLight{.paper = ink(0xFFFFFF),
                       .text = ink(0x14181D),
                       .soft_text = ink(0x5B646E),
                       .faint = ink(0xE4E7EB),
                       .accent = ink(0x2B3541)};
// The ground of the videos' panels, and their words.
constexpr Theme kDark{.paper = ink(0x0A0B0E),
                      .text = ink(0xFFFFFF),
                      .soft_text = ink(0xB9BFC7),
                      .faint = ink(0x2A2E35),
                      .accent = ink(0xD5DBE3)};

// Orange, sky, green, pink, yellow, vermilion, blue: the order of the videos' curves. On a light
// ground each keeps 3:1 against white and its lightness apart from its neighbours'.
constexpr std::array<Ink, 7> kLightClasses{{ink(0xC27C00), ink(0x2A8CC7), ink(0x007F5F),
                                            ink(0xC06399), ink(0x8F8600), ink(0xC0430F),
                                            ink(0x3A46A8)}};
constexpr std::array<Ink, 7> kDarkClasses{{{1.00, 0.70, 0.10},
                                           {0.45, 0.78, 1.00},
                                           {0.20, 0.85, 0.64},
                                           {0.98, 0.60, 0.82},
                                           {0.98, 0.93, 0.40},
                                           {1.00, 0.48, 0.28},
                                           {0.56, 0.62, 1.00}}};

}  // namespace

const Theme& theme(bool is_dark) { return is_dark ? kDark : kLight; }

Ink class_ink(int color, bool is_dark) {
  const auto k = static_cast<std::size_t>(color);
  if (color < 0 || k >= kLightClasses.size())
    return is_dark ? Ink{0.78, 0.80, 0.84} : ink(0x858E99);
  return is_dark ? kDarkClasses[k] : kLightClasses[k];
}

Letter title_letter(const Theme& theme) { return {.size = 20, .is_bold = true, .ink = theme.text}; }
Letter heading_letter(const Theme& theme) {
  return {.size = 11, .is_bold = true, .ink = theme.text};
}
Letter body_letter(const Theme& theme) { return {.size = 11, .ink = theme.text}; }
Letter small_letter(const Theme& theme) { return {.size = 9, .ink = theme.soft_text}; }

}  // namespace praxiscope::figure
