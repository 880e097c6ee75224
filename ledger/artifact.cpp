#include "ledger/artifact.h"

#include <algorithm>
#include <archive.h>
#include <archive_entry.h>
#include <cctype>
#include <fcntl.h>
#include <fmt/format.h>
#include <fstream>
#include <locale.h>
#include <memory>
#include <optional>
#include <unistd.h>
#include <vector>

#include "base/core/digest.h"
#include "base/core/files.h"
#include "base/core/json.h"
#include "base/core/text.h"

namespace trunkline::ledger {
namespace fs = std::filesystem;
using base::fail;
using base::Kind;
using base::Result;

namespace {

constexpr const char* kManifest = "trunkline.json";
constexpr int kFormat = 1;
constexpr size_t kMaxManifest = 64 * 1024;
constexpr size_t kBlock = 128 * 1024;

using Writer = std::unique_ptr<archive, decltype(&archive_write_free)>;
using Reader = std::unique_ptr<archive, decltype(&archive_read_free)>;
using Entry = std::unique_ptr<archive_entry, decltype(&archive_entry_free)>;

// libarchive reads and writes names in the encoding of the thread's locale, and an artifact's names are UTF-8 whatever
// the locale of who packs is.
class Utf8Names {
 public:
  Utf8Names()
      : utf8_(newlocale(LC_CTYPE_MASK, "C.UTF-8", locale_t{})), before_(utf8_ ? uselocale(utf8_) : locale_t{}) {}
  ~Utf8Names() {
    if (!utf8_) return;
    uselocale(before_);
    freelocale(utf8_);
  }
  Utf8Names(const Utf8Names&) = delete;

 private:
  const locale_t utf8_, before_;
};

// Versions and commits go into file names, environments, queries and terminals.
bool is_plain(std::string_view text, size_t longest) {
  return text.size() <= longest && std::all_of(text.begin(), text.end(), [](char c) {
           return std::isalnum(static_cast<unsigned char>(c)) ||
                  std::string_view("._+~-").find(c) != std::string_view::npos;
         });
}

Result<> check(const Manifest& manifest, const base::Where& where) {
  constexpr size_t kLongestVersion = 128, kLongestCommit = 64;
  if (manifest.version.empty()) return fail(Kind::invalid, "expected a version", where);
  if (!is_plain(manifest.version, kLongestVersion)) {
    return fail(Kind::invalid, "version: expected at most 128 of A-Z a-z 0-9 . _ + ~ -", where);
  }
  if (!is_plain(manifest.commit, kLongestCommit)) {
    return fail(Kind::invalid, "commit: expected at most 64 of A-Z a-z 0-9 . _ + ~ -", where);
  }
  return {};
}

tl::unexpected<base::Error> broken(archive* handle, const fs::path& file, Kind kind) {
  const char* text = archive_error_string(handle);
  return fail(kind, text == nullptr ? "not an artifact" : text, {file.string(), 0, 0});
}

Result<> write_bytes(archive* out, const fs::path& file, std::string_view bytes) {
  if (archive_write_data(out, bytes.data(), bytes.size()) < 0) return broken(out, file, Kind::io);
  return {};
}

// `size` stands in the entry's header already: a file that shrinks, grows or cannot be read spoils the artifact.
Result<> copy_file_into(archive* out, const fs::path& from, uintmax_t size, const fs::path& file) {
  std::ifstream in(from, std::ios::binary);
  if (!in) return fail(base::system_error("read " + from.string(), errno));
  std::vector<char> block(kBlock);
  uintmax_t copied = 0;
  while (in) {
    in.read(block.data(), static_cast<std::streamsize>(block.size()));
    const auto got = static_cast<size_t>(in.gcount());
    copied += got;
    TRY(write_bytes(out, file, {block.data(), got}));
  }
  if (in.bad()) return fail(Kind::io, "cannot be read to its end", {from.string(), 0, 0});
  if (copied != size) return fail(Kind::io, "has changed while it was packed", {from.string(), 0, 0});
  return {};
}

Result<> add_entry(archive* out, const fs::path& root, const fs::path& path, const fs::path& file) {
  if (base::find_invalid_utf8(path.string()) != std::string::npos) {
    return fail(Kind::invalid, "has a name that is no UTF-8, so it cannot be packed",
                {path.parent_path().string(), 0, 0});
  }
  const Entry entry(archive_entry_new(), archive_entry_free);
  archive_entry_set_pathname(entry.get(), path.lexically_relative(root).c_str());
  const fs::file_status status = fs::symlink_status(path);
  const uintmax_t size = fs::is_regular_file(status) ? fs::file_size(path) : 0;
  // Only whether it can be run is kept of the permissions: the rest depends on the umask of whoever packs.
  const bool runs = (status.permissions() & fs::perms::owner_exec) != fs::perms::none;
  archive_entry_set_perm(entry.get(), runs ? 0755 : 0644);
  if (fs::is_symlink(status)) {
    archive_entry_set_filetype(entry.get(), AE_IFLNK);
    archive_entry_set_symlink(entry.get(), fs::read_symlink(path).c_str());
  } else if (fs::is_directory(status)) {
    archive_entry_set_filetype(entry.get(), AE_IFDIR);
  } else if (fs::is_regular_file(status)) {
    archive_entry_set_filetype(entry.get(), AE_IFREG);
    archive_entry_set_size(entry.get(), static_cast<int64_t>(size));
  } else {
    return fail(Kind::invalid, "is no file, folder or symbolic link, so it cannot be packed", {path.string(), 0, 0});
  }
  if (archive_write_header(out, entry.get()) != ARCHIVE_OK) return broken(out, file, Kind::io);
  if (fs::is_regular_file(status)) return copy_file_into(out, path, size, file);
  return {};
}

Result<> add_manifest(archive* out, const Manifest& manifest, const fs::path& file) {
  const std::string text = base::to_pretty_text(
      base::JsonObject{{"format", kFormat}, {"version", manifest.version}, {"commit", manifest.commit}});
  const Entry entry(archive_entry_new(), archive_entry_free);
  archive_entry_set_pathname(entry.get(), kManifest);
  archive_entry_set_filetype(entry.get(), AE_IFREG);
  archive_entry_set_perm(entry.get(), 0644);
  archive_entry_set_size(entry.get(), static_cast<int64_t>(text.size()));
  if (archive_write_header(out, entry.get()) != ARCHIVE_OK) return broken(out, file, Kind::io);
  return write_bytes(out, file, text);
}

// Everything below the folder but its manifest, sorted.
Result<std::vector<fs::path>> content_of(const fs::path& folder) {
  if (!fs::is_directory(folder)) return fail(Kind::invalid, "is not a folder", {folder.string(), 0, 0});
  std::vector<fs::path> paths;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.path() != folder / kManifest) paths.push_back(entry.path());
  }
  if (paths.empty()) return fail(Kind::invalid, "is empty: there is nothing to pack", {folder.string(), 0, 0});
  std::sort(paths.begin(), paths.end());
  return paths;
}

Result<> write_archive(const fs::path& folder, const std::vector<fs::path>& paths, const Manifest& manifest,
                       const fs::path& file) {
  const Writer out(archive_write_new(), archive_write_free);
  archive_write_set_format_pax_restricted(out.get());
  archive_write_add_filter_zstd(out.get());
  if (archive_write_open_filename(out.get(), file.c_str()) != ARCHIVE_OK) return broken(out.get(), file, Kind::io);
  // First, so that reading it does not unpack the rest.
  TRY(add_manifest(out.get(), manifest, file));
  for (const fs::path& path : paths) TRY(add_entry(out.get(), folder, path, file));
  if (archive_write_close(out.get()) != ARCHIVE_OK) return broken(out.get(), file, Kind::io);
  return {};
}

Result<Reader> open_archive(const fs::path& file) {
  Reader in(archive_read_new(), archive_read_free);
  archive_read_support_format_tar(in.get());
  archive_read_support_filter_zstd(in.get());
  archive_read_support_filter_gzip(in.get());
  if (!fs::exists(file)) return fail(Kind::not_found, "there is no such artifact", {file.string(), 0, 0});
  if (archive_read_open_filename(in.get(), file.c_str(), kBlock) != ARCHIVE_OK)
    return broken(in.get(), file, Kind::invalid);
  return in;
}

Result<Manifest> parse_manifest(const std::string& text, const fs::path& file) {
  TRY_ASSIGN(const base::Json json, base::parse_json(text, file.string()));
  Manifest manifest{base::string_or(json, "version"), base::string_or(json, "commit")};
  TRY(check(manifest, {file.string(), 0, 0}));
  return manifest;
}

// What pack writes; anything else could reach out of the folder or stop whoever opens it.
bool may_be_unpacked(archive_entry* entry) {
  const auto type = archive_entry_filetype(entry);
  return archive_entry_hardlink(entry) == nullptr && (type == AE_IFREG || type == AE_IFDIR || type == AE_IFLNK);
}

// As pack sets them: no bit but whether it can be run, and never set-user-ID.
void set_plain_permissions(archive_entry* entry) {
  const bool runs = archive_entry_filetype(entry) == AE_IFDIR || (archive_entry_perm(entry) & 0100) != 0;
  archive_entry_set_perm(entry, runs ? 0755 : 0644);
}

Result<> extract_all(archive* in, const fs::path& file, const fs::path& folder) {
  const Writer out(archive_write_disk_new(), archive_write_free);
  archive_write_disk_set_options(
      out.get(), ARCHIVE_EXTRACT_PERM | ARCHIVE_EXTRACT_SECURE_SYMLINKS | ARCHIVE_EXTRACT_SECURE_NODOTDOT);
  archive_entry* entry = nullptr;
  int manifests = 0;
  for (;;) {
    const int code = archive_read_next_header(in, &entry);
    if (code == ARCHIVE_EOF) return {};
    if (code != ARCHIVE_OK) return broken(in, file, Kind::invalid);
    const std::string name = archive_entry_pathname(entry);
    if (name.starts_with("/")) return fail(Kind::invalid, "an absolute path inside: " + name, {file.string(), 0, 0});
    if (!may_be_unpacked(entry)) {
      return fail(Kind::invalid, "no file, folder or symbolic link inside: " + name, {file.string(), 0, 0});
    }
    // The first one is what the artifact was judged by, the last one would lie on the disk.
    if (fs::path(name).lexically_normal() == kManifest && ++manifests > 1) {
      return fail(Kind::invalid, "trunkline.json stands twice inside", {file.string(), 0, 0});
    }
    set_plain_permissions(entry);
    archive_entry_set_pathname(entry, (folder / name).c_str());
    if (archive_write_header(out.get(), entry) != ARCHIVE_OK) return broken(out.get(), file, Kind::invalid);
    const void* data = nullptr;
    size_t size = 0;
    int64_t offset = 0;
    int read = ARCHIVE_OK;
    while ((read = archive_read_data_block(in, &data, &size, &offset)) == ARCHIVE_OK) {
      if (archive_write_data_block(out.get(), data, size, offset) != ARCHIVE_OK)
        return broken(out.get(), file, Kind::io);
    }
    if (read != ARCHIVE_EOF) return broken(in, file, Kind::invalid);
    if (archive_write_finish_entry(out.get()) != ARCHIVE_OK) return broken(out.get(), file, Kind::io);
  }
}

fs::path folder_of(const fs::path& path) {
  return path.has_parent_path() ? path.parent_path() : fs::path(".");
}

// The artifact would hold an older one of itself and be another one each time.
bool lies_inside(const fs::path& file, const fs::path& folder) {
  // What is not there yet stays relative otherwise.
  const fs::path way = fs::weakly_canonical(fs::absolute(folder_of(file))).lexically_relative(fs::canonical(folder));
  return !way.empty() && *way.begin() != "..";
}

// Renames what is complete in one step that outlives a power cut. `sync` is fsync or syncfs.
Result<> put_in_place(const fs::path& made, const fs::path& place, int (*sync)(int)) {
  const base::Descriptor opened{open(made.c_str(), O_RDONLY | O_CLOEXEC)};
  if (!opened || sync(opened.get()) != 0) return fail(base::system_error("sync " + made.string(), errno));
  std::error_code code;
  fs::rename(made, place, code);
  if (code) return fail(base::system_error("write " + place.string(), code.value()));
  return base::sync_folder(folder_of(place));
}

Result<> pack(const fs::path& folder, const Manifest& manifest, const fs::path& file) try {
  const Utf8Names utf8;
  TRY_ASSIGN(const std::vector<fs::path> paths, content_of(folder));
  if (lies_inside(file, folder)) {
    return fail(Kind::invalid, "lies in the folder that is packed: write it elsewhere", {file.string(), 0, 0});
  }
  TRY(base::make_folders(folder_of(file)));
  const fs::path temporary = file.string() + ".tmp." + std::to_string(getpid());
  auto written = write_archive(folder, paths, manifest, temporary);
  if (written) written = put_in_place(temporary, file, fsync);
  std::error_code code;
  if (!written) fs::remove(temporary, code);
  return written;
} catch (const fs::filesystem_error& error) {
  return fail(base::system_error("pack " + folder.string(), error.code().value()));
}

// The artifact as one packed file.
class Packed {
 public:
  static Result<Packed> of(const fs::path& artifact) {
    if (!fs::is_directory(artifact)) return Packed(artifact, std::nullopt);
    TRY_ASSIGN(const Manifest manifest, read_manifest(artifact));
    TRY_ASSIGN(auto folder, base::TempFolder::make("trunkline-artifact"));
    const fs::path file = folder.path() / "artifact.tar.zst";
    TRY(pack(artifact, manifest, file));
    return Packed(file, std::move(folder));
  }

  const fs::path& file() const { return file_; }

  // The same bytes at a place that nobody else writes to: what is looked at there is what is unpacked.
  Result<> copy_to(const fs::path& place) const {
    std::error_code code;
    fs::copy_file(file_, place, fs::copy_options::overwrite_existing, code);
    if (code) return fail(base::system_error("copy " + file_.string() + " to " + place.string(), code.value()));
    return {};
  }

 private:
  Packed(fs::path file, std::optional<base::TempFolder> folder) : file_(std::move(file)), folder_(std::move(folder)) {}

  fs::path file_;
  std::optional<base::TempFolder> folder_;
};

Result<Manifest> manifest_of_folder(const fs::path& folder) {
  const auto text = base::read_file(folder / kManifest, kMaxManifest);
  if (!text && text.error().kind == Kind::not_found) {
    return fail(Kind::invalid,
                R"(holds no trunkline.json: write { "version": "...", "commit": "..." }, or use `deployer pack`)",
                {folder.string(), 0, 0});
  }
  if (!text) return fail(text.error());
  return parse_manifest(*text, folder / kManifest);
}

// `artifact` is what it is called in errors.
Result<> unpack_checked(const fs::path& copy, const std::string& digest, const fs::path& artifact,
                        const fs::path& folder) {
  TRY_ASSIGN(const std::string found, base::sha256_of_file(copy));
  if (found != digest) {
    return fail(Kind::invalid, fmt::format("the artifact changed: expected {}, its digest is {}", digest, found),
                {artifact.string(), 0, 0});
  }
  TRY_ASSIGN(const Reader in, open_archive(copy));
  std::error_code code;
  // libarchive resolves the links of the path it writes below: give it the real one.
  return extract_all(in.get(), artifact, fs::canonical(folder, code));
}

}  // namespace

Result<std::string> pack_artifact(const fs::path& folder, const Manifest& manifest, const fs::path& file) {
  if (fs::exists(folder / kManifest)) {
    return fail(Kind::invalid, "is written by pack; remove it from the folder", {(folder / kManifest).string(), 0, 0});
  }
  TRY(check(manifest, {}));
  TRY(pack(folder, manifest, file));
  return base::sha256_of_file(file);
}

Result<Manifest> read_manifest(const fs::path& artifact) {
  if (fs::is_directory(artifact)) return manifest_of_folder(artifact);
  const Utf8Names utf8;
  TRY_ASSIGN(const Reader in, open_archive(artifact));
  archive_entry* entry = nullptr;
  while (archive_read_next_header(in.get(), &entry) == ARCHIVE_OK) {
    if (std::string_view(archive_entry_pathname(entry)) != kManifest) continue;
    std::string text(kMaxManifest, '\0');
    const auto size = archive_read_data(in.get(), text.data(), text.size());
    if (size < 0) return broken(in.get(), artifact, Kind::invalid);
    text.resize(static_cast<size_t>(size));
    return parse_manifest(text, artifact.string() + "!" + kManifest);
  }
  return fail(Kind::invalid, "holds no trunkline.json: make artifacts with `deployer pack`", {artifact.string(), 0, 0});
}

Result<std::string> digest_of_artifact(const fs::path& artifact) {
  TRY_ASSIGN(const Packed packed, Packed::of(artifact));
  return base::sha256_of_file(packed.file());
}

Result<> unpack_artifact(const fs::path& artifact, const std::string& digest, const fs::path& target) {
  if (fs::exists(target)) return {};
  const Utf8Names utf8;
  TRY_ASSIGN(const Packed packed, Packed::of(artifact));
  const fs::path growing = target.string() + ".tmp." + std::to_string(getpid());
  const fs::path copy = growing.string() + ".tar";
  std::error_code code;
  fs::remove_all(growing, code);
  TRY(base::make_folders(growing));
  auto done = packed.copy_to(copy);
  if (done) done = unpack_checked(copy, digest, artifact, growing);
  fs::remove(copy, code);
  if (done) done = put_in_place(growing, target, syncfs);
  if (!done) fs::remove_all(growing, code);
  return done;
}

}  // namespace trunkline::ledger
