// What a PDF file costs while it is made: pictures and pages as they will be stored, once, and
// never pixels. The document itself stays until it is written (doc/adr/0009).
#include "figure/sample.h"

#include "praxiscope/figure.h"

#include <gtest/gtest.h>
#include <malloc.h>

#include <fstream>
#include <string>

namespace praxiscope {
namespace {

/// Bytes resident at most since the last reset; -1 where the kernel does not tell.
double peak() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM:")) return std::stod(line.substr(6)) * 1024;
  }
  return -1;
}

bool reset_peak() {
  malloc_trim(0);
  std::ofstream file("/proc/self/clear_refs");
  file << "5";
  return static_cast<bool>(file.flush());
}

struct Cost {
  double states = 0, memory = 0;
};

/// A figure of 12 states a clip.
Cost cost_of(int clips) {
  const Figure figure = test::sample_figure({.classes = test::many_labels(2),
                                             .methods = {"a", "b"},
                                             .layers = {"l"},
                                             .clips = clips,
                                             .has_views = true});
  reset_peak();
  const double before = peak();
  Cost cost{static_cast<double>(figure.states.size())};
  make_pdf(figure);
  cost.memory = peak() - before;
  return cost;
}

TEST(PdfMemory, IsThatOfTheFileAndNotOfWhatPagesShow) {
#if defined(__SANITIZE_ADDRESS__)
  GTEST_SKIP() << "the sanitizer keeps what is freed";
#endif
  if (!reset_peak() || peak() < 0) GTEST_SKIP() << "the kernel does not tell the peak of memory";
  cost_of(1);  // fonts and libraries come in
  const Cost few = cost_of(2), many = cost_of(8);
  const double per_state = (many.memory - few.memory) / (many.states - few.states);
  // Measured 0.8 MB a state of 16 frames, its 16 enlarged pages and its part of the clips. The
  // overlays of one state are 3.2 MB as pixels: whoever keeps those, or a page as it was drawn, is
  // found out.
  EXPECT_LT(per_state, 1.5e6) << "bytes a state";
}

}  // namespace
}  // namespace praxiscope
