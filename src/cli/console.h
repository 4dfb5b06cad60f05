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

/// Makes results visible. Ends the program where they went to a pipe that nobody reads any more, as
/// in `praxiscope list methods | head -1`: that is no mistake. @throws Error kOutput when they
/// could not be written otherwise (a full disk).
void flush_results(Console& console);

}  // namespace praxiscope::cli
