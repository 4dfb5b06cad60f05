// Which frames can be enlarged.
#include "figure/pdf_pages.h"

#include <set>
#include <tuple>

namespace praxiscope::figure {
namespace {

/// One run for each state and each film, map and view that its page links to; without frames.
std::vector<FrameRun> find_runs(const PdfDraft& draft) {
  std::vector<FrameRun> runs;
  for (std::size_t s = 0; s < draft.states.size(); ++s) {
    std::set<std::tuple<FilmId, MapId, FilmView>> seen;
    for (const PdfLink& link : draft.states[s].links) {
      if (!link.frame || !seen.insert({link.frame->film, link.frame->map, link.frame->view}).second)
        continue;
      FilmFrame first = *link.frame;
      first.index = 0;
      runs.push_back({static_cast<StateId>(s), first, {}, 0});
    }
  }
  return runs;
}

std::vector<int> enlarged_frames(int frames, const Enlarging& enlarging) {
  std::vector<int> enlarged;
  switch (enlarging.kind) {
    case Enlarging::Kind::kAll:
      for (int t = 0; t < frames; ++t) enlarged.push_back(t);
      break;
    case Enlarging::Kind::kOfStrip: {
      const std::vector<int> shown = shown_frames(frames);
      for (std::size_t i = 0; i < shown.size(); i += static_cast<std::size_t>(enlarging.step))
        enlarged.push_back(shown[i]);
      break;
    }
    case Enlarging::Kind::kNone:
      break;
  }
  return enlarged;
}

}  // namespace

void choose_frame_runs(const Figure& figure, PdfDraft& draft) {
  draft.runs = find_runs(draft);
  const auto fill = [&](const Enlarging& enlarging) {
    draft.enlarging = enlarging;
    std::size_t pages = 0;
    for (FrameRun& run : draft.runs) {
      const FigureFilm& film = figure.films.at(static_cast<std::size_t>(run.first.film));
      run.frames = enlarged_frames(static_cast<int>(film.pictures.size()), enlarging);
      pages += run.frames.size();
    }
    return pages <= static_cast<std::size_t>(kMostFramePages);
  };
  if (fill({})) return;
  for (int step = 1; step <= kMostStripFrames; ++step) {
    if (fill({Enlarging::Kind::kOfStrip, step})) return;
  }
  draft.enlarging = {Enlarging::Kind::kNone, 0};
  draft.runs.clear();
}

}  // namespace praxiscope::figure
