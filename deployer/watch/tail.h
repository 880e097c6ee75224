#pragma once

#include <deque>
#include <optional>
#include <vector>

#include "deployer/journal/journal_follower.h"
#include "deployer/record/notes_follower.h"
#include "deployer/watch/story.h"

namespace trunkline::deployer {

constexpr size_t kLastNotes = 3;

// The last rollout of a service as it goes on: its journal and its notes, told in the order of its own time. Takes no
// lock.
class Tail {
 public:
  // `folder` outlives it.
  Tail(const ServiceFolder& folder, const Telling& telling);
  Tail(const Tail&) = delete;

  // Tells what is new. Kind::not_found before the first release, invalid if the journal is damaged; of notes nothing
  // fails.
  base::Result<> look();

  // These are asked after a first look.
  const Story& story() const { return *story_; }
  const std::vector<Note>& notes() const { return notes_; }  // the last kLastNotes
  // The rollout is at rest, and nothing more will be noted of it: nobody is at work, or does not end for 10 s.
  bool over() const { return over_; }

 private:
  base::Result<> begin(const Header& header);
  void take(const Recorded& recorded);
  void tell_notes(base::Millis until);
  void end();
  bool rested_long();

  const ServiceFolder& folder_;
  JournalFollower journal_;
  NotesFollower notes_follower_;
  Telling telling_;
  std::optional<Story> story_;
  size_t taken_ = 0;  // records of this journal
  size_t heard_ = 0;  // how many of those that are read anew were told before
  bool muted_ = false;
  std::deque<Note> waiting_;  // not told yet
  std::vector<Note> notes_;
  std::optional<base::SteadyTime> rests_since_;
  bool over_ = false;
};

}  // namespace trunkline::deployer
