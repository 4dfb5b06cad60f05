#include "core/atomic_file.h"

#include "praxiscope/error.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <barrier>
#include <filesystem>
#include <fstream>
#include <optional>
#include <thread>

namespace praxiscope {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class AtomicFileTest : public ::testing::Test {
 protected:
  AtomicFileTest() {
    std::string name = (fs::temp_directory_path() / "praxiscope-core-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
  }
  ~AtomicFileTest() override {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }

  std::string path(const std::string& name) const { return (folder_ / name).string(); }
  std::size_t count() const {
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(folder_), fs::directory_iterator()));
  }
  static void put(const std::string& file, const std::string& text) { std::ofstream(file) << text; }
  static std::string text_of(const std::string& file) {
    std::ifstream in(file);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  static std::string error_of(const std::function<void()>& act) {
    try {
      act();
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kOutput);
      return error.what();
    }
    ADD_FAILURE() << "nothing was thrown";
    return "";
  }

 private:
  fs::path folder_;
};

TEST_F(AtomicFileTest, AppearsOnlyWhenPublished) {
  AtomicFile file(path("out.mp4"), false);
  EXPECT_TRUE(file.temporary_path().ends_with(".mp4"));
  put(file.temporary_path(), "done");
  EXPECT_FALSE(fs::exists(path("out.mp4")));
  file.publish();
  EXPECT_EQ(text_of(path("out.mp4")), "done");
  EXPECT_EQ(count(), 1u);
}

TEST_F(AtomicFileTest, LeavesNothingWhenDropped) {
  { AtomicFile file(path("out.json"), false); }
  EXPECT_EQ(count(), 0u);
}

TEST_F(AtomicFileTest, KeepsAnExistingFileUntilPublished) {
  put(path("out.npz"), "old");
  EXPECT_THAT(error_of([&] { AtomicFile(path("out.npz"), false); }),
              HasSubstr("it exists already; use --force to replace it"));
  std::optional<AtomicFile> file(std::in_place, path("out.npz"), true);
  put(file->temporary_path(), "new");
  EXPECT_EQ(text_of(path("out.npz")), "old");
  file->publish();
  file.reset();
  EXPECT_EQ(text_of(path("out.npz")), "new");
}

TEST_F(AtomicFileTest, DoesNotReplaceWhatAppearedMeanwhile) {
  AtomicFile file(path("out.npz"), false);
  put(path("out.npz"), "from elsewhere");
  EXPECT_THAT(error_of([&] { file.publish(); }), HasSubstr("it exists already"));
  EXPECT_EQ(text_of(path("out.npz")), "from elsewhere");
}

TEST_F(AtomicFileTest, TwoMayWriteToTheSameNameAtOnce) {
  AtomicFile one(path("out.npz"), true), two(path("out.npz"), true);
  EXPECT_NE(one.temporary_path(), two.temporary_path());
}

TEST_F(AtomicFileTest, OnlyOneOfTwoThatPublishAtOnceGetsTheName) {
  constexpr int kRounds = 200;
  for (int round = 0; round < kRounds; ++round) {
    const std::string name = path("out" + std::to_string(round) + ".npz");
    std::barrier start(2);
    std::array<bool, 2> has_won{};
    const auto race = [&](std::size_t i) {
      AtomicFile file(name, false);
      start.arrive_and_wait();
      try {
        file.publish();
        has_won[i] = true;
      } catch (const Error&) {
      }
    };
    std::thread other(race, 1);
    race(0);
    other.join();
    ASSERT_NE(has_won[0], has_won[1]) << "round " << round;
  }
}

TEST_F(AtomicFileTest, LongNamesLeaveRoomForTheTemporaryOne) {
  const std::string name = path(std::string(240, 'x') + ".npz");
  AtomicFile file(name, false);
  file.publish();
  EXPECT_TRUE(fs::exists(name));
}

TEST_F(AtomicFileTest, ADanglingLinkIsAFileThatExists) {
  fs::create_symlink("nowhere", path("out.npz"));
  EXPECT_THAT(error_of([&] { AtomicFile(path("out.npz"), false); }), HasSubstr("exists already"));
}

/// Three outputs of one run, the last of which cannot be published.
TEST_F(AtomicFileTest, PublishTogetherTakesAllBackWhenOneFails) {
  put(path("old.json"), "old");
  AtomicFile old(path("old.json"), true), fresh(path("new.json"), true);
  put(old.temporary_path(), "renewed");
  const auto fails = [] { throw Error(ErrorKind::kOutput, "disk full"); };
  const std::vector<Publication> files{{old.path(), [&] { old.publish(); }},
                                       {fresh.path(), [&] { fresh.publish(); }},
                                       {path("third.json"), fails}};
  EXPECT_THAT(error_of([&] { publish_together(files, true); }), HasSubstr("disk full"));
  EXPECT_EQ(text_of(path("old.json")), "old");
  EXPECT_EQ(count(), 1u);
}

TEST_F(AtomicFileTest, PublishTogetherChecksAllBeforeItChangesAny) {
  AtomicFile first(path("first.json"), false);
  put(path("second.json"), "from elsewhere");
  const std::vector<Publication> files{{first.path(), [&] { first.publish(); }},
                                       {path("second.json"), [] { FAIL() << "was called"; }}};
  EXPECT_THAT(error_of([&] { publish_together(files, false); }), HasSubstr("second.json"));
  EXPECT_FALSE(fs::exists(path("first.json")));
}

TEST_F(AtomicFileTest, PublishTogetherReplacesAndLeavesNothingElse) {
  put(path("a.json"), "old");
  {
    AtomicFile a(path("a.json"), true), b(path("b.json"), true);
    put(a.temporary_path(), "new");
    publish_together({{a.path(), [&] { a.publish(); }}, {b.path(), [&] { b.publish(); }}}, true);
  }
  EXPECT_EQ(text_of(path("a.json")), "new");
  EXPECT_EQ(count(), 2u);
}

TEST_F(AtomicFileTest, NamesTheFolderThatIsMissing) {
  EXPECT_THAT(error_of([&] { AtomicFile(path("no/out.npz"), false); }),
              ::testing::AllOf(HasSubstr("there is no folder"), HasSubstr("make it first")));
  EXPECT_THAT(error_of([&] { AtomicFile(path(""), true); }), HasSubstr("it is a folder"));
}

}  // namespace
}  // namespace praxiscope
