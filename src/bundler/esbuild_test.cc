#include "bundler/esbuild.h"

#include <gtest/gtest.h>

#include "base/bytes.h"

namespace wws::bundler {
namespace {

// Writes what esbuild would.
class Answer {
 public:
  Answer() : writer_(body_) { writer_.number(std::uint32_t{1}); }
  Answer& map(std::uint32_t count) { return type(6).count(count); }
  Answer& list(std::uint32_t count) { return type(5).count(count); }
  Answer& key(std::string_view name) {
    writer_.prefixed_text(name);
    return *this;
  }
  Answer& text(std::string_view value) { return type(3).key(value); }
  Answer& bytes(std::string_view value) { return type(4).key(value); }
  Answer& number(std::uint32_t value) { return type(2).count(value); }
  Answer& null() { return type(0); }
  Answer& file(std::string_view path, std::string_view content) {
    return map(2).key("path").text(path).key("contents").bytes(content);
  }
  [[nodiscard]] std::string output() const {
    std::string sent;
    ByteWriter writer(sent);
    writer.prefixed_text(kEsbuildVersion);
    writer.prefixed_text(body_);
    return sent;
  }

 private:
  Answer& type(std::uint8_t number) {
    writer_.number(number);
    return *this;
  }
  Answer& count(std::uint32_t number) {
    writer_.number(number);
    return *this;
  }
  std::string body_;
  ByteWriter writer_;
};

Answer good() {
  Answer answer;
  answer.map(4).key("errors").list(0).key("warnings").list(0);
  answer.key("metafile").bytes("{}").key("outputFiles").list(2);
  answer.file("/bundle.js.map", "the map").file("/bundle.js", "the code");
  return answer;
}

TEST(Esbuild, ReadsWhatWasBuilt) {
  const auto built = read_answer(good().output());
  ASSERT_TRUE(built.has_value()) << built.error().to_string();
  EXPECT_EQ(built->code, "the code");
  EXPECT_EQ(built->map, "the map");
  EXPECT_EQ(built->metafile, "{}");
  EXPECT_TRUE(built->errors.empty());
}

TEST(Esbuild, ReadsMistakesWithTheirPlaces) {
  Answer answer;
  answer.map(1).key("errors").list(2);
  answer.map(2).key("text").text("Bad").key("location").map(4).key("file").text("a.ts");
  answer.key("line").number(3).key("column").number(6).key("lineText").text("/*\xc3\xa9*/ x");
  answer.map(2).key("text").text("Worse").key("location").null();
  const auto built = read_answer(answer.output());
  ASSERT_TRUE(built.has_value()) << built.error().to_string();
  ASSERT_EQ(built->errors.size(), 2U);
  EXPECT_EQ(built->errors[0].text, "Bad");
  EXPECT_EQ(built->errors[0].file, "a.ts");
  EXPECT_EQ(built->errors[0].at, (sourcemap::Position{3, 6})) << "six bytes are five characters";
  EXPECT_EQ(built->errors[1].text, "Worse");
  EXPECT_EQ(built->errors[1].file, "");
}

TEST(Esbuild, RefusesWhatIsNoAnswer) {
  const std::string whole = good().output();
  for (std::size_t length = 0; length < whole.size(); ++length)
    EXPECT_FALSE(read_answer(std::string_view(whole).substr(0, length)).has_value()) << length;
  std::string other = whole;
  other[4] = '9';
  EXPECT_FALSE(read_answer(other).has_value()) << "another version";
}

TEST(Esbuild, RefusesAnswersThatNeverEnd) {
  Answer deep;
  for (int i = 0; i < 100'000; ++i) deep.list(1);
  EXPECT_FALSE(read_answer(deep.null().output()).has_value());
  EXPECT_FALSE(read_answer(Answer().list(0xffffffff).null().output()).has_value());
  EXPECT_FALSE(read_answer(Answer().map(1).key("error").text("no").output()).has_value());
}

TEST(Esbuild, SurvivesEveryChangedByte) {
  const std::string whole = good().output();
  for (std::size_t at = 0; at < whole.size(); ++at)
    for (const int change : {1, 4, 128}) {
      std::string damaged = whole;
      damaged[at] = static_cast<char>(damaged[at] ^ change);
      (void)read_answer(damaged);
    }
}

TEST(Esbuild, AsksForOneBuild) {
  const std::string request = build_request({"--bundle"}, "/a.ts");
  ByteReader reader(as_bytes(request));
  const auto packet = reader.prefixed_text();
  EXPECT_TRUE(reader.ok());
  EXPECT_EQ(reader.remaining(), 0U);
  EXPECT_NE(packet.find("--bundle"), std::string_view::npos);
  EXPECT_NE(packet.find("/a.ts"), std::string_view::npos);
}

}  // namespace
}  // namespace wws::bundler
