#include "deployer/drivers/listener.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "tests/support/raw_socket.h"

namespace trunkline::deployer {
namespace {

using testing::HasSubstr;

TEST(Listener, TellsWhoAcceptsConnections) {
  const base::RawListener own;
  const auto self = base::identify_process(getpid());
  ASSERT_TRUE(self);
  EXPECT_EQ(holder_of(own.address(), *self), Holder::own);
  EXPECT_EQ(holder_of(own.address(), base::ProcessIdentity{}), Holder::other) << "seen from no process at all";
  EXPECT_THAT(who_listens(own.address()).value_or(""), HasSubstr("pid " + std::to_string(getpid()) + " ("));
}

TEST(Listener, FindsNobodyWhereNobodyListens) {
  std::string address;
  {
    const base::RawListener gone;
    address = gone.address();
  }
  EXPECT_EQ(holder_of(address, *base::identify_process(getpid())), Holder::nobody);
  EXPECT_EQ(who_listens(address), std::nullopt);
}

TEST(Listener, KnowsTheAddressesOfThisMachine) {
  EXPECT_TRUE(is_local("127.0.0.1"));
  EXPECT_TRUE(is_local("localhost"));
  EXPECT_TRUE(is_local("0.0.0.0"));
  EXPECT_FALSE(is_local("192.0.2.1")) << "an address of documentation";
  EXPECT_FALSE(is_local("no.such.host.invalid"));
}

}  // namespace
}  // namespace trunkline::deployer
