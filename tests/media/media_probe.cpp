// Reads one input to its end and says what came out: a child process for tests that measure memory
// and must survive crashes. Prints one line of tab-separated facts.
//   media_probe INPUT [FIRST_FRAME.ppm]
// Exit: 0 frames came, 3 an input error, else a defect.
#include "praxiscope/error.h"
#include "praxiscope/media.h"

#include <sys/resource.h>

#include <cstdio>
#include <exception>
#include <fstream>
#include <string>

namespace {

void write_ppm(const std::string& path, const praxiscope::Picture& picture) {
  std::ofstream out(path, std::ios::binary);
  out << "P6\n" << picture.width << " " << picture.height << "\n255\n";
  out.write(reinterpret_cast<const char*>(picture.rgb.data()),
            static_cast<std::streamsize>(picture.rgb.size()));
}

long peak_mib() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss / 1024;
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 2) return 2;
  try {
    const auto source = praxiscope::open_source(arguments[1]);
    std::size_t warnings = 0;
    std::string first_warning;
    long frames = 0;
    unsigned long long hash = 1469598103934665603ULL;  // FNV-1a
    std::string last_pts;
    while (const auto frame = source->next()) {
      if (frames++ == 0 && count > 2) write_ppm(arguments[2], *frame->picture);
      for (const unsigned char byte : frame->picture->rgb) hash = (hash ^ byte) * 1099511628211ULL;
      last_pts = frame->pts.to_string();
    }
    for (const std::string& warning : source->take_warnings()) {
      if (warnings++ == 0) first_warning = warning;
    }
    const praxiscope::MediaInfo& info = source->info();
    std::printf(
        "frames=%ld\tsize=%dx%d\tturn=%d%s\tstill=%d\tcolor=%s\tlast=%s\thash=%016llx\t"
        "peak_mib=%ld\twarnings=%zu\t%s\n",
        frames, info.width, info.height, info.rotation_deg, info.is_mirrored ? "m" : "",
        info.is_still ? 1 : 0, info.color.c_str(), last_pts.c_str(), hash, peak_mib(), warnings,
        first_warning.c_str());
    return frames > 0 ? 0 : 1;
  } catch (const praxiscope::Error& error) {
    std::printf("error=%d\tpeak_mib=%ld\t%s\n", error.exit_code(), peak_mib(), error.what());
    return error.exit_code();
  }
}
