#include "http/tls/ticket_keys.h"

#include <gtest/gtest.h>

namespace wws::http::tls {
namespace {

using namespace std::chrono_literals;

TEST(TicketKeys, OneKeySealsUntilItsTurnIsOver) {
  io::ManualClock clock;
  TicketKeys keys(clock);
  const auto first = keys.current();
  ASSERT_TRUE(first);
  clock.advance(kTicketKeyTurn - 1ns);
  EXPECT_EQ(keys.current()->name, first->name);
  clock.advance(1ns);
  const auto second = keys.current();
  ASSERT_TRUE(second);
  EXPECT_NE(second->name, first->name);
  EXPECT_NE(second->cipher, first->cipher);
  EXPECT_NE(second->mac, first->mac);
}

TEST(TicketKeys, AnOldKeyOpensForOneMoreTurnAndAsksForAFreshTicket) {
  io::ManualClock clock;
  TicketKeys keys(clock);
  const auto first = keys.current();
  EXPECT_FALSE(keys.find(first->name.data())->aging);
  clock.advance(kTicketKeyTurn);
  const auto old = keys.find(first->name.data());
  ASSERT_TRUE(old);
  EXPECT_TRUE(old->aging);
  EXPECT_EQ(old->key.cipher, first->cipher);
  clock.advance(kTicketKeyTurn);
  EXPECT_FALSE(keys.find(first->name.data()));
}

TEST(TicketKeys, AKeyThatNobodyAskedForLongEnoughOpensNothing) {
  io::ManualClock clock;
  TicketKeys keys(clock);
  const auto first = keys.current();
  clock.advance(2 * kTicketKeyTurn);
  EXPECT_FALSE(keys.find(first->name.data()));
}

TEST(TicketKeys, ANameThatIsNoKeysFindsNothing) {
  io::ManualClock clock;
  TicketKeys keys(clock);
  const unsigned char name[16] = {};
  EXPECT_FALSE(keys.find(name));
}

}  // namespace
}  // namespace wws::http::tls
