#include "config/mistake.h"

#include <gtest/gtest.h>

namespace wws::config {
namespace {

TEST(Mistake, SaysOnlyWhatIsKnown) {
  EXPECT_EQ((Mistake{"counter.toml", 3, "data.kv.namespace", "must be a string"}).to_string(),
            "counter.toml:3: data.kv.namespace: must be a string");
  EXPECT_EQ((Mistake{"a.js", 0, "", "cannot be read"}).to_string(), "a.js: cannot be read");
  EXPECT_EQ((Mistake{"", 0, "", "no such folder"}).to_string(), "no such folder");
  EXPECT_EQ((Mistake{"", 7, "name", "is wrong"}).to_string(), "line 7: name: is wrong");
}

}  // namespace
}  // namespace wws::config
