// run_study() with the study faithfulness on a small real network: numbers, files, resuming, inputs
// that cannot be read.
#include "praxiscope/study.h"

#include "pipeline/explaining.h"
#include "pipeline/study_journal.h"

namespace praxiscope::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class RunStudy : public Explain {
 protected:
  StudySettings settings(std::vector<std::string> outputs = {}) const {
    const ExplainOptions usual = options("grad_cam", std::move(outputs));
    StudySettings out;
    out.source = usual.source;
    out.source.clips = "center";
    out.run = usual.run;
    out.outputs = usual.outputs;
    out.options = {
        {"method", "grad_cam,saliency"}, {"steps", "4"}, {"random-clips", "1"}, {"examples", "1"}};
    return out;
  }
  json evaluate(const std::vector<std::string>& inputs, const StudySettings& wish) {
    Progress progress;
    result_ = run_study(find_study("faithfulness"), inputs, wish, progress);
    return json::parse(result_.json);
  }
  StudyResult result_;
};

TEST_F(RunStudy, GivesNumbersOfMethodsAndBaselines) {
  const std::vector<std::string> inputs{make_video("a.mp4", "64x48", 12),
                                        make_video("b.mp4", "48x64", 20)};
  const json found = evaluate(inputs, settings({"e.json", "e.pdf", "e.html", "e.png"}));
  EXPECT_EQ(found["schema"], "praxiscope.evaluate/1");
  EXPECT_EQ(found["clips"].size(), 2U);
  EXPECT_EQ(found["clips"][1]["input"], inputs[1]);
  for (const char* name : {"grad_cam", "saliency", "centre", "random", "edges"}) {
    const json& numbers = found["results"][name];
    for (const char* measure : {"insertion", "deletion", "control"}) {
      EXPECT_GE(numbers[measure]["mean"].get<double>(), 0) << name << measure;
      EXPECT_LE(numbers[measure]["mean"].get<double>(), 1) << name << measure;
      EXPECT_EQ(numbers[measure]["inputs"], 2);
      EXPECT_LE(numbers[measure]["low"].get<double>(), numbers[measure]["mean"].get<double>());
      EXPECT_GE(numbers[measure]["high"].get<double>(), numbers[measure]["mean"].get<double>());
    }
    EXPECT_EQ(found["curves"][name]["deletion"]["mean"].size(), 5U);
    // All curves begin and end alike: with the whole clip, and with none of it.
    EXPECT_EQ(found["curves"][name]["deletion"]["mean"][0],
              found["curves"]["random"]["deletion"]["mean"][0]);
    EXPECT_EQ(found["curves"][name]["deletion"]["mean"][4],
              found["curves"]["random"]["deletion"]["mean"][4]);
  }
  EXPECT_EQ(found["randomization"]["shares"].size(), 5U);
  EXPECT_EQ(found["randomization"]["methods"]["grad_cam"]["spearman"].size(), 5U);
  EXPECT_EQ(found["win"]["percent"][0][0], 50.0);
  EXPECT_THAT(result_.written, SizeIs(4));
  for (const std::string& file : result_.written) EXPECT_GT(fs::file_size(file), 1000U) << file;
  EXPECT_THAT(result_.text, HasSubstr("Average drop %"));
  EXPECT_THAT(result_.text, HasSubstr("2 inputs are few"));
  EXPECT_THAT(result_.failed, IsEmpty());
}

TEST_F(RunStudy, GoesOnWhereItWasStopped) {
  const std::vector<std::string> inputs{make_video("a.mp4", "64x48", 24),
                                        make_video("b.mp4", "64x48", 12)};
  StudySettings wish = settings({"e.json"});
  wish.source.clips = "sliding";
  wish.source.hop = 4;
  const json whole = evaluate(inputs, wish);
  fs::remove(path("e.json"));

  // Stopped when the third clip is under way.
  class StopAtSecondInput : public Progress {
   public:
    void advance(std::int64_t) override { cancel(); }
  } stop;
  EXPECT_THROW(run_study(find_study("faithfulness"), inputs, wish, stop), Error);
  EXPECT_FALSE(fs::exists(path("e.json")));
  std::vector<std::string> left;
  for (const auto& entry : fs::directory_iterator(fs::path(path("x")).parent_path()))
    if (entry.path().extension() == ".journal") left.push_back(entry.path().string());
  ASSERT_THAT(left, SizeIs(1));
  EXPECT_GT(fs::file_size(left[0]), 100U);

  const json resumed = evaluate(inputs, wish);
  EXPECT_THAT(result_.warnings, testing::Contains(HasSubstr("going on")));
  EXPECT_EQ(resumed["clips"], whole["clips"]);
  EXPECT_EQ(resumed["results"], whole["results"]);
  EXPECT_FALSE(fs::exists(left[0])) << "nothing is left when the files are there";
  EXPECT_TRUE(whole["results"]["grad_cam"].contains("stability"));
}

TEST_F(RunStudy, AnswersForTheInputsThatCanBeRead) {
  std::ofstream(path("broken.mp4")) << "no video";
  const json found = evaluate({path("broken.mp4"), make_video("a.mp4", "64x48", 12)}, settings());
  EXPECT_EQ(found["clips"].size(), 1U);
  ASSERT_THAT(result_.failed, SizeIs(1));
  EXPECT_THAT(result_.failed[0], HasSubstr("broken.mp4"));
  EXPECT_THROW(evaluate({path("broken.mp4")}, settings()), Error);
}

TEST_F(RunStudy, MeasuresEachInputForItsOwnLabel) {
  const std::string a = make_video("a.mp4", "64x48", 12), b = make_video("b.mp4", "48x64", 12);
  fs::create_directories(path("class_2"));
  fs::copy_file(a, path("class_2/c.mp4"));
  std::ofstream(path("list.txt")) << "a.mp4 class 1\nb.mp4 3\nclass_2/c.mp4\n";
  const std::vector<std::string> inputs = expand_inputs({path("list.txt")});
  StudySettings wish = settings();
  wish.options["target"] = "label";
  wish.labels = labels_of_inputs({path("list.txt")});
  const json found = evaluate(inputs, wish);
  ASSERT_EQ(found["clips"].size(), 3U);
  EXPECT_EQ(found["clips"][0]["label"], "class 1");
  EXPECT_EQ(found["clips"][1]["class_index"], 3);
  EXPECT_EQ(found["clips"][2]["label"], "class 2") << "of its folder";
  EXPECT_EQ(found["labels"], (json{"class 1", "3", nullptr}));
  // The same clip, measured for one class by name: the same numbers.
  wish.options["target"] = "class 1";
  const json alone = evaluate({a}, wish);
  EXPECT_EQ(alone["clips"][0]["probability"], found["clips"][0]["probability"]);
  EXPECT_EQ(alone["clips"][0]["methods"]["grad_cam"], found["clips"][0]["methods"]["grad_cam"]);
  EXPECT_EQ(alone["randomization"]["methods"], found["randomization"]["methods"]);
  std::int64_t named = 0;
  for (const json& clip : found["clips"])
    named += clip["class_index"] == clip["answer_index"] ? 1 : 0;
  EXPECT_EQ(found["named_as_labelled"], named);
}

TEST_F(RunStudy, SaysWhichInputHasNoLabel) {
  const std::string a = make_video("a.mp4", "64x48", 12);
  StudySettings wish = settings();
  wish.options["target"] = "label";
  const auto message = [&] {
    try {
      evaluate({a}, wish);
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kUsage);
      return std::string(error.what());
    }
    return std::string();
  };
  EXPECT_THAT(message(), HasSubstr("a.mp4: found its folder"));
  wish.labels[a] = "clas 1";
  EXPECT_THAT(message(), AllOf(HasSubstr("the listed label \"clas 1\""), HasSubstr("class 1"),
                               testing::Not(HasSubstr("say it in a list"))));
  wish.labels[a] = "class 0-class 1";
  EXPECT_THAT(message(), HasSubstr("expected one of the network's"));
  std::ofstream(path("twice.txt")) << "a.mp4 1\na.mp4 2\n";
  EXPECT_THROW(labels_of_inputs({path("twice.txt")}), Error);
}

TEST_F(RunStudy, RefusesWhatMakesNoSenseBeforeAnyWork) {
  const std::vector<std::pair<std::string, std::string>> wrong{
      {"method", "grad_kam"}, {"method", "grad_cam,grad_cam"},
      {"steps", "1"},         {"steps", "many"},
      {"baseline", "pink"},   {"target", "class 0-class 1"},
      {"tolerance", "-1"}};
  const std::string video = make_video("a.mp4", "64x48", 12);
  for (const auto& [option, value] : wrong) {
    StudySettings wish = settings();
    wish.options[option] = value;
    try {
      evaluate({video}, wish);
      ADD_FAILURE() << option << "=" << value;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kUsage) << error.what();
    }
  }
  StudySettings wish = settings({"e.mp4"});
  EXPECT_THROW(evaluate({video}, wish), Error);
}

TEST_F(RunStudy, ScoresAStill) {
  const std::string command =
      "ffmpeg -y -loglevel error -f lavfi -i testsrc2=size=64x48:rate=1 "
      "-frames:v 1 '" +
      path("a.png") + "'";
  ASSERT_EQ(std::system(command.c_str()), 0);
  const json found = evaluate({path("a.png")}, settings({"e.pdf"}));
  EXPECT_EQ(found["clips"].size(), 1U);
  EXPECT_FALSE(found["results"]["grad_cam"]["drop"].contains("low")) << "one input, no interval";
}

TEST(StudyJournal, IsNamedAfterTheFirstOutputAndTheSettings) {
  EXPECT_EQ(journal_path({}, "a"), "");
  const std::string one = journal_path({"out/e.json", "x.pdf"}, "a");
  EXPECT_THAT(one, testing::StartsWith("out/.e.json."));
  EXPECT_NE(one, journal_path({"out/e.json"}, "b"));
  EXPECT_EQ(one, journal_path({"out/e.json"}, "a"));
}

TEST_F(RunStudy, AJournalGoesWithItsFiles) {
  const std::string journal = path(".e.json.0123.journal");
  for (const std::string& name : {journal, journal + ".clips", path(".e.json.4567.journal")})
    std::ofstream(name) << "x";
  remove_journal(journal);
  EXPECT_FALSE(fs::exists(journal));
  EXPECT_FALSE(fs::exists(journal + ".clips"));
  EXPECT_TRUE(fs::exists(path(".e.json.4567.journal"))) << "another one's";
  remove_journal("");
  remove_journal(journal);
}

TEST_F(RunStudy, StampsTellWhenWhatIsReadHasChanged) {
  const auto write = [&](const std::string& text) { std::ofstream(path("a.txt")) << text; };
  write("one");
  const std::string file = stamps_of({path("a.txt")});
  const std::string folder = stamps_of({fs::path(path("a.txt")).parent_path().string()});
  EXPECT_THAT(file, HasSubstr("a.txt 3 "));
  EXPECT_EQ(folder, file) << "a folder stands for its files";
  write("longer");
  EXPECT_NE(stamps_of({path("a.txt")}), file);
  EXPECT_EQ(stamps_of({path("gone"), "-"}), "");
}

}  // namespace
}  // namespace praxiscope::test
