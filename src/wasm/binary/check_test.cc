#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "wasm/binary/module.h"
#include "wasm/binary/test_module.h"

namespace wws::wasm::binary {
namespace {

using test::bytes;
using test::list;
using test::Parts;
using test::section;
using test::sized;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<std::string> reasons(const Parts& parts) {
  const std::string raw = parts.build();
  const auto module = parse(as_bytes(raw));
  if (!module.has_value()) return {"not parsed: " + module.error().to_string()};
  return reasons_not_provable(*module);
}
std::vector<std::string> reasons_of_code(std::string_view instructions) {
  return reasons(Parts().set_code(instructions));
}

TEST(Check, ProvesAPlainModule) { EXPECT_THAT(reasons(Parts()), IsEmpty()); }

TEST(Check, AcceptsWhatLeavesNoTrace) {
  EXPECT_THAT(reasons_of_code(bytes({0x02, 0x40, 0x03, 0x7f, 0x41, 0x01, 0x0b, 0x1a, 0x0b})),
              IsEmpty());
  EXPECT_THAT(reasons_of_code(bytes({0x02, 0x01, 0x0b})), IsEmpty()) << "a block with a type index";
  EXPECT_THAT(reasons_of_code(bytes({0x0e, 1, 0, 0})), IsEmpty()) << "br_table";
  EXPECT_THAT(reasons_of_code(bytes({0x28, 2, 0x80, 8, 0x36, 2, 4})), IsEmpty())
      << "load and store";
  EXPECT_THAT(reasons_of_code(bytes({0x3f, 0, 0x40, 0})), IsEmpty()) << "memory.size and grow";
  EXPECT_THAT(reasons_of_code(bytes({0x24, 0})), IsEmpty()) << "global.set";
  EXPECT_THAT(reasons_of_code(bytes({0x25, 0, 0xfc, 16, 0})), IsEmpty()) << "table.get, table.size";
  EXPECT_THAT(reasons_of_code(bytes({0x12, 0, 0x13, 0, 0})), IsEmpty()) << "tail calls";
  EXPECT_THAT(reasons_of_code(bytes({0x1c, 1, 0x7e})), IsEmpty()) << "select with a type";
  EXPECT_THAT(reasons_of_code(bytes({0xc0, 0xc4, 0xfc, 7})), IsEmpty())
      << "sign extension, saturation";
  EXPECT_THAT(reasons_of_code(bytes({0xfc, 10, 0, 0, 0xfc, 11, 0})), IsEmpty())
      << "memory.copy, fill";
  EXPECT_THAT(reasons_of_code(bytes({0xd0, 0x70, 0xd1, 0xd2, 1})), IsEmpty())
      << "function references";
  EXPECT_THAT(reasons_of_code(bytes({0x43, 0, 0, 0, 0x26, 0x44, 0, 0, 0, 0, 0, 0, 0, 0x26})),
              IsEmpty())
      << "an immediate that looks like table.set";
}

TEST(Check, AcceptsVectors) {
  EXPECT_THAT(reasons_of_code(bytes({0xfd, 0, 4, 0, 0xfd, 93, 3, 0})), IsEmpty()) << "loads";
  EXPECT_THAT(reasons_of_code(bytes(
                  {0xfd, 12, 38, 38, 38, 38, 38, 38, 38, 38, 38, 38, 38, 38, 38, 38, 38, 38})),
              IsEmpty())
      << "v128.const";
  EXPECT_THAT(reasons_of_code(bytes({0xfd, 21, 3, 0xfd, 84, 0, 0, 15})), IsEmpty()) << "lanes";
  EXPECT_THAT(reasons_of_code(bytes({0xfd, 0xff, 1, 0xfd, 0x80, 2, 0xfd, 0x93, 2})), IsEmpty())
      << "the last one and the relaxed ones";
  EXPECT_THAT(reasons_of_code(bytes({0xfd, 0x94, 2})),
              ElementsAre("function 1 uses unknown opcode 0xfd 276"));
  EXPECT_THAT(reasons_of_code(bytes({0xfd, 0x9a, 1})),
              ElementsAre("function 1 uses unknown opcode 0xfd 154"));
}

TEST(Check, DeniesWhatChangesTablesAndSegments) {
  EXPECT_THAT(reasons_of_code(bytes({0x26, 0})),
              ElementsAre("function 1 uses table.set (changes a table)"));
  const std::pair<int, const char*> denied[] = {
      {8, "memory.init"}, {9, "data.drop"},   {12, "table.init"}, {13, "elem.drop"},
      {14, "table.copy"}, {15, "table.grow"}, {17, "table.fill"}, {18, "unknown opcode 0xfc 18"}};
  for (const auto& [opcode, name] : denied)
    EXPECT_THAT(reasons_of_code(bytes({0xfc, opcode, 0, 0})), ElementsAre(HasSubstr(name)));
}

TEST(Check, DeniesObjectsOutsideTheMemory) {
  for (const int opcode : {0x06, 0x07, 0x08, 0x09, 0x0a, 0x18, 0x19, 0x1f})
    EXPECT_THAT(reasons_of_code(bytes({opcode, 0x40})), ElementsAre(HasSubstr("exceptions")))
        << opcode;
  EXPECT_THAT(reasons_of_code(bytes({0xfb, 0})), ElementsAre(HasSubstr("GC objects")));
  EXPECT_THAT(reasons_of_code(bytes({0xfe, 0, 2, 0})), ElementsAre(HasSubstr("atomics")));
  EXPECT_THAT(reasons_of_code(bytes({0x14, 0})), ElementsAre(HasSubstr("call_ref")));
  EXPECT_THAT(reasons_of_code(bytes({0xd0, 0x6f})), ElementsAre(HasSubstr("externref")));
  EXPECT_THAT(reasons_of_code(bytes({0x02, 0x6f, 0x0b})), ElementsAre(HasSubstr("externref")));
  EXPECT_THAT(reasons_of_code(bytes({0x1c, 1, 0x6f})), ElementsAre(HasSubstr("externref")));
}

TEST(Check, DeniesEveryUnknownOpcode) {
  for (const int opcode :
       {0x16, 0x17, 0x1d, 0x1e, 0x27, 0xc5, 0xcf, 0xd3, 0xd4, 0xd6, 0xe0, 0xe6, 0xf0, 0xff})
    EXPECT_THAT(reasons_of_code(bytes({opcode})), ElementsAre(HasSubstr("unknown opcode")))
        << opcode;
}

TEST(Check, DeniesASecondMemoryInInstructions) {
  EXPECT_THAT(reasons_of_code(bytes({0x28, 0x42, 1, 0})), ElementsAre(HasSubstr("second memory")));
  EXPECT_THAT(reasons_of_code(bytes({0x40, 1})), ElementsAre(HasSubstr("second memory")));
  EXPECT_THAT(reasons_of_code(bytes({0xfc, 10, 0, 1})), ElementsAre(HasSubstr("second memory")));
  EXPECT_THAT(reasons_of_code(bytes({0xfc, 11, 1})), ElementsAre(HasSubstr("second memory")));
}

TEST(Check, DeniesBodiesItCannotDecode) {
  const auto body = [](std::initializer_list<int> raw) {
    Parts parts;
    parts.code = section(10, list({sized(bytes(raw))}));
    return reasons(parts);
  };
  EXPECT_THAT(body({}), ElementsAre("function 1 cannot be decoded"));
  EXPECT_THAT(body({0}), ElementsAre("function 1 cannot be decoded")) << "no end";
  EXPECT_THAT(body({0, 0x0b, 0x26, 0}), ElementsAre("function 1 cannot be decoded"))
      << "code after the end";
  EXPECT_THAT(body({0, 0x41, 0xff}), ElementsAre("function 1 cannot be decoded")) << "a cut number";
  EXPECT_THAT(body({0, 0x0e, 0xff, 0xff, 0xff, 0xff, 0x0f, 0x0b}),
              ElementsAre("function 1 cannot be decoded"));
  EXPECT_THAT(body({0xff, 0xff, 0xff, 0xff, 0x0f, 0x0b}),
              ElementsAre("function 1 cannot be decoded"));
  EXPECT_THAT(body({0, 0x02, 0xc0, 0x7f, 0x0b, 0x0b}),
              ElementsAre(HasSubstr("unknown block type")));
  EXPECT_THAT(body({1, 1, 0x6f, 0x0b}), ElementsAre("function 1 uses externref"));
  EXPECT_THAT(body({1, 1, 0x63, 0x0b}), ElementsAre("function 1 uses value type 0x63"));
}

TEST(Check, DeniesImportsOtherThanFunctions) {
  const auto with = [](const std::string& what) {
    Parts parts;
    parts.imports = section(
        2, list({sized("env") + sized("f") + bytes({0, 0}), sized("e\nv") + sized("x") + what}));
    return reasons(parts);
  };
  EXPECT_THAT(with(bytes({1, 0x70, 0, 1})), ElementsAre(HasSubstr("imports the table e\\nv.x")));
  EXPECT_THAT(with(bytes({2, 0, 1})), ElementsAre(HasSubstr("imports the memory")));
  EXPECT_THAT(with(bytes({3, 0x7f, 1})), ElementsAre(HasSubstr("imports the global")));
  EXPECT_THAT(with(bytes({4, 0, 0})), ElementsAre(HasSubstr("imports the tag")));
}

TEST(Check, DeniesOtherThanOnePlainMemory) {
  Parts parts;
  parts.memories = section(5, list({bytes({0, 1}), bytes({0, 1})}));
  EXPECT_THAT(reasons(parts), ElementsAre(HasSubstr("defines 2 memories")));
  parts.memories = section(5, list({bytes({3, 1, 1})}));
  EXPECT_THAT(reasons(parts), ElementsAre(HasSubstr("shared")));
  parts.memories = section(5, list({bytes({4, 1})}));
  EXPECT_THAT(reasons(parts), ElementsAre(HasSubstr("64-bit")));
  parts.memories = "";
  parts.exports = "";
  parts.data = "";
  EXPECT_THAT(reasons(parts), ElementsAre(HasSubstr("defines 0 memories")));
}

TEST(Check, DeniesGlobalsThatAreNoNumbers) {
  const auto with = [](std::initializer_list<int> global) {
    Parts parts;
    parts.globals = section(6, list({bytes(global)}));
    return reasons(parts);
  };
  EXPECT_THAT(with({0x70, 1, 0xd0, 0x70, 0x0b}),
              ElementsAre("global 0 can change and is no number"));
  EXPECT_THAT(with({0x6f, 0, 0xd0, 0x6f, 0x0b}), ElementsAre("global 0 is an externref"));
  EXPECT_THAT(with({0x7b, 1, 0xfd, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x0b}),
              ElementsAre("global 0 can change and is no number"));
  EXPECT_THAT(with({0x7f, 1, 0xd0, 0x70, 0x0b}),
              ElementsAre(HasSubstr("first value is not known")));
  EXPECT_THAT(with({0x70, 0, 0xd2, 1, 0x0b}), IsEmpty()) << "a constant function";
}

TEST(Check, DeniesTablesThatOthersCanReach) {
  Parts parts;
  parts.exports = section(7, list({sized("t") + bytes({1, 0})}));
  EXPECT_THAT(reasons(parts), ElementsAre(HasSubstr("exports the table 't'")));
  parts = Parts();
  parts.tables = section(4, list({bytes({0x70, 0, 2}), bytes({0x6f, 0, 2})}));
  EXPECT_THAT(reasons(parts), ElementsAre("table 1 holds externref"));
}

TEST(Check, DeniesPassiveSegmentsButNotDeclarations) {
  Parts parts;
  parts.elements = section(9, list({bytes({1, 0, 1, 1}), bytes({3, 0, 1, 1})}));
  EXPECT_THAT(reasons(parts), ElementsAre("element segment 0 is passive"));
  parts.elements = section(9, list({bytes({3, 0, 1, 1}), bytes({7, 0x70, 1, 0xd2, 1, 0x0b}),
                                    bytes({4, 0x41, 0, 0x0b, 1, 0xd0, 0x70, 0x0b}),
                                    bytes({6, 0, 0x41, 0, 0x0b, 0x70, 1, 0xd2, 0, 0x0b})}));
  EXPECT_THAT(reasons(parts), IsEmpty());
  parts = Parts();
  parts.data = section(11, list({bytes({1}) + sized("x")}));
  EXPECT_THAT(reasons(parts), ElementsAre("data segment 0 is passive"));
}

TEST(Check, DeniesStartFunctionsTagsAndOurNames) {
  Parts parts;
  parts.start = section(8, bytes({1}));
  EXPECT_THAT(reasons(parts), ElementsAre(HasSubstr("start function")));
  parts = Parts();
  parts.tags = section(13, list({bytes({0, 0})}));
  EXPECT_THAT(reasons(parts), ElementsAre(HasSubstr("exception tags")));
  parts = Parts();
  parts.exports = section(7, list({sized("wws:memory") + bytes({2, 0})}));
  EXPECT_THAT(reasons(parts), ElementsAre(HasSubstr("'wws:memory'")));
  parts = Parts();
  parts.types = section(1, list({bytes({0x60, 0, 0}), bytes({0x60, 1, 0x6f, 0})}));
  EXPECT_THAT(reasons(parts), ElementsAre("type 1 uses externref"));
}

TEST(Check, NamesFunctionsByTheirIndexAndStopsAtSixteen) {
  Parts parts;
  std::string functions = test::leb(40), code = test::leb(40);
  for (int i = 0; i < 40; ++i) {
    functions += bytes({0});
    code += sized(bytes({0, 0x26, 0, 0x0b}));
  }
  parts.functions = section(3, functions);
  parts.code = section(10, code);
  const auto texts = reasons(parts);
  ASSERT_EQ(texts.size(), 16u);
  EXPECT_THAT(texts.back(), HasSubstr("function 16 "));
}

}  // namespace
}  // namespace wws::wasm::binary
