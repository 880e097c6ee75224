#include "base/core/digest.h"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <memory>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <unistd.h>

#include "base/core/files.h"

namespace trunkline::base {
namespace {

std::string to_hex(const std::array<unsigned char, 32>& bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const unsigned char byte : bytes) {
    text += kDigits[byte >> 4U];
    text += kDigits[byte & 15U];
  }
  return text;
}

class Hasher {
 public:
  Hasher() : context_(EVP_MD_CTX_new(), EVP_MD_CTX_free) { EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr); }
  void add(const char* data, size_t size) { EVP_DigestUpdate(context_.get(), data, size); }
  std::string finish() {
    std::array<unsigned char, 32> bytes{};
    EVP_DigestFinal_ex(context_.get(), bytes.data(), nullptr);
    return "sha256:" + to_hex(bytes);
  }

 private:
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_;
};

}  // namespace

std::string sha256(std::string_view text) {
  Hasher hasher;
  hasher.add(text.data(), text.size());
  return hasher.finish();
}

Result<std::string> sha256_of_file(const std::filesystem::path& path) {
  const Descriptor file{open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (!file) return fail(system_error("read " + path.string(), errno));
  Hasher hasher;
  std::array<char, 65536> block{};
  for (;;) {
    const ssize_t got = read(file.get(), block.data(), block.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail(system_error("read " + path.string(), errno));
    if (got == 0) return hasher.finish();
    hasher.add(block.data(), static_cast<size_t>(got));
  }
}

std::string hmac_sha256(std::string_view key, std::string_view text) {
  std::array<unsigned char, 32> bytes{};
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
       reinterpret_cast<const unsigned char*>(text.data()),  // NOLINT: OpenSSL's bytes
       text.size(), bytes.data(), nullptr);
  return to_hex(bytes);
}

bool equal_in_constant_time(std::string_view a, std::string_view b) {
  // Equal lengths are compared through digests of equal size, so that not even the length decides the time.
  const std::string left = sha256(a), right = sha256(b);
  return CRYPTO_memcmp(left.data(), right.data(), left.size()) == 0;
}

}  // namespace trunkline::base
