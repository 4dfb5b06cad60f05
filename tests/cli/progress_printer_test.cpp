// Progress: what a person sees on a terminal and in a log.
#include "cli/progress_printer.h"

#include "cli/table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <sstream>
#include <thread>

namespace praxiscope::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

struct Terminal {
  std::ostringstream out, err;
  Console console{.out = out, .err = err, .err_is_terminal = true, .width = 40};
};

TEST(Progress, TellsRateAndTimeLeft) {
  EXPECT_EQ(describe_progress(0, 100, 0), "0/100 (0 %)");
  EXPECT_EQ(describe_progress(50, 100, 1), "50/100 (50 %), 50/s");
  EXPECT_EQ(describe_progress(50, 100, 5), "50/100 (50 %), 10/s, 0:05 left");
  EXPECT_EQ(describe_progress(10, 100'000, 10), "10/100000 (0 %), 1.0/s, 27:46:30 left");
}

TEST(Progress, DoesWithoutATotalThatIsUnknownOrWrong) {
  EXPECT_EQ(describe_progress(50, std::nullopt, 5), "50, 10/s");
  EXPECT_EQ(describe_progress(150, 100, 5), "150, 30/s");
  EXPECT_EQ(describe_progress(1, 0, 0), "1");
}

TEST(Progress, OverwritesOneLineOnATerminalAndClearsIt) {
  Terminal terminal;
  {
    ProgressPrinter progress(terminal.console);
    progress.set_subject("bikes.mp4");
    progress.begin("explaining", 100);
    progress.advance(1);
  }
  EXPECT_EQ(terminal.err.str(), "\rbikes.mp4: explaining 0/100 (0 %)\x1b[K\r\x1b[K");
  EXPECT_EQ(terminal.out.str(), "");
}

TEST(Progress, TellsWhatTheWorkSays) {
  Terminal terminal;
  ProgressPrinter progress(terminal.console);
  progress.begin("steps", 100);
  progress.say("violin 3.41");
  std::this_thread::sleep_for(
      std::chrono::milliseconds(120));  // lines are drawn ten times a second
  progress.advance(1);
  EXPECT_THAT(terminal.err.str(), HasSubstr("; violin 3.41"));
  terminal.err.str("");
  progress.begin("figure", 1);
  EXPECT_THAT(terminal.err.str(), Not(HasSubstr("violin"))) << "a new stage has said nothing yet";
}

TEST(Progress, ANoteOfTheSignalThreadTakesTheLineAway) {
  Terminal terminal;
  ProgressPrinter progress(terminal.console);
  progress.begin("explaining", 100);
  progress.say_if_possible("stopping");
  EXPECT_THAT(terminal.err.str(), testing::EndsWith("\r\x1b[Kstopping\n"));
}

TEST(Progress, CutsTheLineToTheTerminal) {
  Terminal terminal;
  ProgressPrinter progress(terminal.console);
  progress.set_subject(std::string(60, 'x'));
  progress.begin("explaining", 100);
  EXPECT_EQ(terminal.err.str(), "\r" + std::string(36, 'x') + "...\x1b[K");
}

TEST(Progress, WritesOneLineAStageWhenPiped) {
  Terminal terminal;
  terminal.console.err_is_terminal = false;
  ProgressPrinter progress(terminal.console);
  progress.set_subject("a.mp4");
  progress.begin("reading", std::nullopt);
  for (int i = 0; i < 100; ++i) progress.advance(1);
  progress.begin("explaining", 100);
  EXPECT_EQ(terminal.err.str(), "a.mp4: reading\na.mp4: explaining (100)\n");
}

TEST(Progress, WarnsOnceAndAboveTheLine) {
  Terminal terminal;
  ProgressPrinter progress(terminal.console);
  progress.begin("explaining", 100);
  progress.warn("damaged");
  progress.warn("damaged");
  EXPECT_EQ(terminal.err.str(), "\rexplaining 0/100 (0 %)\x1b[K\r\x1b[Kwarning: damaged\n");
}

TEST(Progress, IsSilentWhenQuiet) {
  Terminal terminal;
  terminal.console.is_quiet = true;
  ProgressPrinter progress(terminal.console);
  progress.begin("explaining", 100);
  progress.advance(10);
  progress.warn("damaged");
  EXPECT_EQ(terminal.err.str(), "");
}

TEST(Table, CountsInWords) {
  EXPECT_EQ(counted(1, "frame"), "1 frame");
  EXPECT_EQ(counted(0, "clip") + ", " + counted(25, "clip"), "0 clips, 25 clips");
}

TEST(Table, CountsCharactersNotBytes) {
  EXPECT_EQ(columns_of("Gr\xc3\xbc\xc3\x9f"
                       "e"),
            5U);
  EXPECT_EQ(shortened("Gr\xc3\xbc\xc3\x9f"
                      "e aus",
                      8),
            "Gr\xc3\xbc\xc3\x9f"
            "e...");
  EXPECT_EQ(shortened("short", 8), "short");
}

TEST(Table, AlignsColumnsWithoutTrailingSpace) {
  Table table("<>");
  table.add({"a", "10"});
  table.add({"long", "5"});
  table.add({"x", ""});
  EXPECT_EQ(table.text(), "a     10\nlong   5\nx\n");
}

}  // namespace
}  // namespace praxiscope::cli
