// Where a command writes: results to one stream, all else to the other. Knows what kind of terminal
// it talks to.
#pragma once

#include <iosfwd>
#include <string>
#include <string_view>

namespace praxiscope::cli {

/// The two streams of a command and what is known of the reader. Streams must outlive it.
struct Console {
  std::ostream& out;             ///< results
  std::ostream& err;             ///< progress, warnings, errors
  bool err_is_terminal = false;  ///< one line may be written over and over
  bool err_has_colour = false;   ///< false with NO_COLOR or a dumb terminal
  int width = 80;                ///< columns of the terminal behind err
  bool is_quiet = false;         ///< no progress, no warnings
};

/// "error: ..." in red where there is colour. Written also when quiet.
void print_error(Console& console, std::string_view message);
/// "warning: ...", not when quiet.
void print_warning(Console& console, std::string_view message);
/// A line for people on err, not when quiet.
void print_note(Console& console, std::string_view message);

/// Makes results visible. @throws Error kOutput when they could not be written (a full disk, a
/// reader that went away).
void flush_results(Console& console);

}  // namespace praxiscope::cli
