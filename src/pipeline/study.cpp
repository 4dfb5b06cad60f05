// run_study(): opens network and inputs for a study, and writes what it finds.
#include "praxiscope/study.h"

#include "core/atomic_file.h"
#include "core/text.h"
#include "pipeline/figure_files.h"
#include "pipeline/output_names.h"
#include "pipeline/report.h"
#include "pipeline/session.h"
#include "pipeline/settings.h"
#include "pipeline/study_journal.h"

#include "praxiscope/error.h"
#include "praxiscope/media.h"
#include "praxiscope/version.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <fstream>

namespace praxiscope {
namespace {

using nlohmann::json;

/// A walk through one input is a part of the study's work, whose progress the study tells itself.
class PartProgress final : public Progress {
 public:
  PartProgress(Progress& whole, std::string input) : whole_(whole), input_(std::move(input)) {}
  void warn(const std::string& message) override {
    whole_.warn(fmt::format("{}: {}", input_, message));
  }
  bool is_cancelled() const noexcept override { return whole_.is_cancelled(); }

 private:
  Progress& whole_;
  std::string input_;
};

class OpenInputs final : public StudyInputs {
 public:
  OpenInputs(const std::vector<std::string>& names, const StudySettings& settings,
             LoadedNetwork network, Progress& progress)
      : names_(names), settings_(settings), network_(std::move(network)), progress_(progress) {}

  std::span<const std::string> names() const override { return names_; }

  std::string label(std::size_t input) const override {
    const auto known = settings_.labels.find(names_.at(input));
    return known == settings_.labels.end() ? "" : known->second;
  }

  void walk(std::size_t input, const std::function<void(std::vector<Clip>)>& take) override {
    const std::string& name = names_.at(input);
    PartProgress part(progress_, name);
    Session session = make_session(name, open_input(name, settings_.source, settings_.run, part),
                                   network_, settings_.run, part);
    run_line(
        session, settings_.run, false, part, [&](Chunk& chunk) { take(std::move(chunk.clips)); },
        [](Chunk&) {});
  }

 private:
  const std::vector<std::string>& names_;
  const StudySettings& settings_;
  LoadedNetwork network_;
  Progress& progress_;
};

constexpr std::int64_t kFilmRate = 8;  ///< frames a second of a study's video

/// The files of a study: its figure, its numbers, its video.
class StudyFiles {
 public:
  StudyFiles(const StudyInfo& study, const StudySettings& settings) : settings_(settings) {
    for (const std::string& path : settings.outputs) {
      switch (output_form(path, false)) {
        case OutputForm::kPdf:
          files_.push_back(figures_.add(path, FigureFiles::Form::kPdf, settings.overwrite));
          break;
        case OutputForm::kHtml:
          files_.push_back(figures_.add(path, FigureFiles::Form::kHtml, settings.overwrite));
          break;
        case OutputForm::kSheet:
          files_.push_back(figures_.add(path, FigureFiles::Form::kSheet, settings.overwrite));
          break;
        case OutputForm::kJson:
          numbers_.push_back(std::make_unique<AtomicFile>(path, settings.overwrite));
          files_.push_back({path, [file = numbers_.back().get()] { file->publish(); }});
          break;
        case OutputForm::kVideo:
          if (study.makes_film) {
            films_.push_back({path, nullptr});
            files_.push_back({path, [this, at = films_.size() - 1] {
                                if (films_[at].sink) films_[at].sink->publish();
                              }});
            break;
          }
          [[fallthrough]];
        default:
          throw Error(
              ErrorKind::kUsage,
              fmt::format(
                  "{}: found output {}, expected .json, .pdf, .html{}", study.command, path,
                  study.makes_film ? ", .png, .mp4, .mkv, .webm, .mov or .gif" : " or .png"));
      }
    }
  }

  bool wants_figure() const { return !figures_.is_empty(); }

  /// Shows how far the study is; nothing where nobody wants to see it.
  std::function<void(const Picture&)> preview() const {
    if (settings_.preview.empty()) return {};
    return [path = settings_.preview](const Picture& picture) {
      // Whole at once: who reloads it never sees half of one.
      AtomicFile file(path, /*overwrite=*/true);
      write_picture(file, picture, "");
      file.publish();
    };
  }

  /// Writes frames to all videos; nothing when there are none.
  std::function<void(const Picture&)> film() {
    if (films_.empty()) return {};
    return [this](const Picture& frame) { add_frame(frame); };
  }

  std::vector<std::string> publish(const std::string& numbers, const Figure& figure) {
    for (const Film& film : films_) {
      if (!film.sink)
        throw Error(ErrorKind::kOutput,
                    fmt::format("cannot write \"{}\": there is nothing to show", film.path));
      film.sink->finish();
    }
    for (const auto& file : numbers_) {
      std::ofstream out(file->temporary_path(), std::ios::binary);
      out << numbers << '\n';
      out.close();
      if (!out)
        throw Error(ErrorKind::kOutput,
                    fmt::format("cannot write \"{}\"; {} bytes were to be written", file->path(),
                                numbers.size()));
    }
    if (!figures_.is_empty()) figures_.write(figure, settings_.sheet_width);
    publish_together(files_, settings_.overwrite);
    std::vector<std::string> paths;
    for (const Publication& file : files_) paths.push_back(file.path);
    return paths;
  }

 private:
  struct Film {
    std::string path;
    std::unique_ptr<FrameSink> sink;  ///< opened by the first frame, whose size is all frames'
  };

  void add_frame(const Picture& frame) {
    for (Film& film : films_) {
      if (!film.sink)
        film.sink = open_sink(film.path, {.width = frame.width,
                                          .height = frame.height,
                                          .frame_rate = Rational(kFilmRate, 1),
                                          .time_base = Rational(1, kFilmRate),
                                          .audio_from = "",
                                          .overwrite = settings_.overwrite,
                                          .metadata = {}});
      film.sink->write(frame, Rational(frames_, kFilmRate), Rational(1, kFilmRate));
    }
    ++frames_;
  }

  const StudySettings& settings_;
  std::vector<Film> films_;
  std::int64_t frames_ = 0;
  FigureFiles figures_;
  std::vector<std::unique_ptr<AtomicFile>> numbers_;
  std::vector<Publication> files_;
};

/// Figures are handed on: folders of the machine that made them are nobody's business.
std::string told_in_figure(json header) {
  const auto name_only = [](json& path) {
    path = std::filesystem::path(path.get<std::string>()).filename().string();
  };
  name_only(header["model"]["file"]);
  for (json& input : header["inputs"]) name_only(input);
  return header.dump(-1, ' ', false, json::error_handler_t::replace);
}

void check_preview(const StudyInfo& study, const StudySettings& settings) {
  if (settings.preview.empty()) return;
  if (!study.makes_film)
    throw Error(ErrorKind::kUsage, fmt::format("{}: has no preview", study.command));
  if (output_form(settings.preview, false) != OutputForm::kSheet)
    throw Error(ErrorKind::kUsage, fmt::format("{}: option preview: found {}, expected a .png file",
                                               study.command, settings.preview));
  check_can_appear(settings.preview, settings.overwrite);
}

/// A journal that nothing was noted in is nobody's when the study ends, however it ends.
class BlankJournal {
 public:
  explicit BlankJournal(const std::string& path) : path_(path) {}
  BlankJournal(const BlankJournal&) = delete;
  BlankJournal& operator=(const BlankJournal&) = delete;
  ~BlankJournal() {
    std::error_code missing;
    if (std::filesystem::file_size(path_, missing) == 0 && !missing) remove_journal(path_);
  }

 private:
  const std::string& path_;
};

/// What lists say of each input, null where nothing is said.
json labels_json(const std::vector<std::string>& inputs,
                 const std::map<std::string, std::string>& labels) {
  json list = json::array();
  for (const std::string& input : inputs) {
    const auto known = labels.find(input);
    list.push_back(known == labels.end() ? json(nullptr) : json(known->second));
  }
  return list;
}

json without_place(json header) {
  header["run"].erase("threads");
  header["run"].erase("batch");
  return header;
}

}  // namespace

StudyResult run_study(const StudyInfo& study, const std::vector<std::string>& inputs,
                      const StudySettings& settings, Progress& progress) {
  check_common_outputs(inputs, settings.outputs, settings.overwrite);
  check_preview(study, settings);
  RecordingProgress recorder(progress);
  const OptionValues options(study.command, study.options, settings.options);
  const auto asked = study.make(options, inputs, recorder);
  StudyFiles files(study, settings);
  const OpenedInput plan = plan_run(settings.source, settings.run, recorder);
  const LoadedNetwork network = load_network(plan, settings.source, settings.run, nullptr);
  json header = run_json(fmt::format("praxiscope.{}/1", study.command), *network.model,
                         settings.source, settings.run, network.batch);
  header["study"] = {{"id", std::string(study.id)},
                     {"source", std::string(study.source)},
                     {"options", options.differences()}};
  header["inputs"] = inputs;
  if (!settings.labels.empty()) header["labels"] = labels_json(inputs, settings.labels);
  // The number of threads and clips in a forward changes no answer beyond rounding.
  std::vector<std::string> read = inputs;
  for (const OptionSpec& option : study.options) {
    if (option.choices != "paths") continue;
    for (const std::string& path : split(options.text(option.name), ','))
      read.push_back(trimmed(path));
  }
  const std::string journal =
      journal_path(settings.outputs, without_place(header).dump() + stamps_of(read));
  OpenInputs opened(inputs, settings, network, recorder);
  Findings findings;
  {
    const ComputeScope scope(settings.run, network.model->device());
    const BlankJournal blank(journal);
    findings = asked->run({.model = *network.model,
                           .inputs = opened,
                           .batch = network.batch,
                           .seed = settings.run.seed,
                           .journal = journal,
                           .wants_figure = files.wants_figure(),
                           .film = files.film(),
                           .preview = files.preview(),
                           .progress = recorder});
  }
  json numbers = header;
  numbers.update(json::parse(findings.json));
  numbers["warnings"] = recorder.warnings();
  findings.figure.footnote = fmt::format("{} \u00b7 {} \u00b7 praxiscope {}", study.title,
                                         network.model->manifest().name, version());
  findings.figure.provenance = told_in_figure(header);
  StudyResult result{
      .text = findings.text, .json = "", .written = {}, .warnings = {}, .failed = {}};
  result.json = numbers.dump(2, ' ', false, json::error_handler_t::replace);
  result.written = files.publish(result.json, findings.figure);
  result.warnings = recorder.warnings();
  if (numbers.contains("failed")) result.failed = numbers["failed"].get<std::vector<std::string>>();
  if (!findings.goes_on) remove_journal(journal);
  return result;
}

}  // namespace praxiscope
