// The journal: what was noted is there after a restart, what was cut off is not.
#include "studies/support/journal.h"

#include "praxiscope/error.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>

namespace praxiscope::studies {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

class Journals : public ::testing::Test {
 protected:
  void SetUp() override {
    path_ = (fs::path(::testing::TempDir()) / ("journal" + std::to_string(::getpid()))).string();
    fs::remove(path_);
  }
  void TearDown() override { fs::remove(path_); }
  std::string path_;
};

TEST_F(Journals, FindWhatWasNotedBeforeARestart) {
  {
    Journal journal(path_);
    EXPECT_EQ(journal.found().size(), 0U);
    journal.add("clip 0 a\"b.mp4", {{"p", 0.25}});
    journal.add("clip 1 a\"b.mp4", {{"p", 0.5}});
  }
  Journal journal(path_);
  EXPECT_EQ(journal.found().size(), 2U);
  ASSERT_NE(journal.find("clip 0 a\"b.mp4"), nullptr);
  EXPECT_EQ((*journal.find("clip 0 a\"b.mp4"))["p"], 0.25);
  EXPECT_EQ(journal.find("clip 2 a\"b.mp4"), nullptr);
}

TEST_F(Journals, DropALastLineThatWasCutOff) {
  {
    Journal journal(path_);
    journal.add("a", 1);
    journal.add("b", 2);
  }
  fs::resize_file(path_, fs::file_size(path_) - 3);
  {
    Journal journal(path_);
    EXPECT_EQ(journal.found().size(), 1U);
    EXPECT_EQ(journal.find("b"), nullptr);
    journal.add("c", 3);
  }
  Journal journal(path_);
  EXPECT_EQ(journal.found().size(), 2U);
  EXPECT_EQ(*journal.find("a"), 1);
  EXPECT_EQ(*journal.find("c"), 3);
}

TEST_F(Journals, GiveAtOnceWhatARestartWouldGive) {
  Journal journal(path_);
  const json record = journal.add("a", {{"x", std::nan("")}, {"y", 0.1F}});
  EXPECT_TRUE(record["x"].is_null());
  EXPECT_EQ(record, *Journal(path_).find("a"));
}

TEST_F(Journals, WithoutAPathAreKeptInMemory) {
  Journal journal("");
  journal.add("a", 1);
  EXPECT_EQ(*journal.find("a"), 1);
}

TEST_F(Journals, SayWhereTheyCannotWrite) {
  try {
    Journal journal("/nonexistent-folder/x.journal");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kOutput);
  }
}

}  // namespace
}  // namespace praxiscope::studies
