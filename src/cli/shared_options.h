// Option groups that several commands have, and the settings they make.
#pragma once

#include "cli/options.h"

#include "praxiscope/explain.h"

namespace praxiscope::cli {

/// The required model and its layer.
extern const OptionGroup kModelOptions;
/// Values that win over the manifest's.
extern const OptionGroup kPreparationOptions;
/// Which clips are cut.
extern const OptionGroup kClipOptions;
/// Device, threads, precision, seed.
extern const OptionGroup kRunOptions;
/// --json, --quiet.
extern const OptionGroup kTalkOptions;

/// @throws Error kUsage.
ManifestOverrides manifest_overrides(const Options& options);
/// Needs kModelOptions, kPreparationOptions and kClipOptions. @throws Error kUsage; names `command`
/// when there is no --model.
SourceSettings source_settings(std::string_view command, const Options& options);
/// A number from 1 to `most`, or 0 for "auto". @throws Error kUsage.
int count_or_auto(const Options& options, std::string_view name, int most);
/// Needs kRunOptions. @throws Error kUsage.
RunSettings run_settings(const Options& options);

}  // namespace praxiscope::cli
