#!/usr/bin/env bash
# A real release on this machine, told as a story. ./dev demo builds what it needs and runs it; --keep leaves all up.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

readonly LINKS=1000000 RATE=500 SLOW_OVER_MS=250
readonly FAULT=latency=400ms,rate=0.3
root=$PWD
here=$root/examples/demo
out=$root/build/demo
bin=$root/build/bin
load_generator=$root/build/release/tests/load-generator

keep=
case ${1-} in
  "") ;;
  --keep) keep=yes ;;
  *) printf 'demo: error: unknown option "%s" (there is --keep)\n' "$1" >&2 && exit 2 ;;
esac

# ---- telling

if [ -t 1 ] && [ -z "${NO_COLOR-}" ]; then bold=$'\e[1m' dim=$'\e[2m' plain=$'\e[0m'; else bold='' dim='' plain=''; fi
act_number=0
act() {
  act_number=$((act_number + 1))
  printf '\n%s%d. %s%s\n' "$bold" "$act_number" "$1" "$plain"
}
say() { printf '   %s\n' "$@"; }
indent() { sed 's/^/   /'; }

# Shows a command as a person would type it, then runs it.
show() {
  local word line=
  for word in "$@"; do
    case $word in *[[:space:]]*) line+=" \"$word\"" ;; *) line+=" $word" ;; esac
  done
  printf '   %s$%s%s\n' "$dim" "$line" "$plain"
  "$@" | indent
  return "${PIPESTATUS[0]}"
}

fail() {
  printf '\ndemo: error: %s\n' "$*" >&2
  exit 1
}

seconds() { awk "BEGIN { printf \"%.2f\", $1 }"; }
now() { date +%s.%N; }

# ---- starting and ending

dir=$(mktemp -d "${TMPDIR:-/tmp}/trunkline-demo.XXXXXX")
pids=()
export TRUNKLINE_STATE=$dir/state DEMO_DIR=$dir
PATH=$bin:$PATH

ends_within() { # PID SECONDS
  local i
  for ((i = 0; i < $2 * 20; i++)); do
    kill -0 "$1" 2>/dev/null || return 0
    sleep 0.05
  done
  return 1
}

# Whatever happened: nothing that we started stays.
clean_up() {
  local status=$? pid
  if [ "$status" = 0 ] && [ -n "$keep" ]; then return; fi
  trap '' INT TERM
  if [ -d "$TRUNKLINE_STATE" ]; then deployer down shortener >"$dir/down.log" 2>&1 || cat "$dir/down.log" >&2; fi
  for pid in "${pids[@]}"; do
    kill -TERM "$pid" 2>/dev/null || continue
    ends_within "$pid" 5 || kill -KILL "$pid" 2>/dev/null || true
  done
  if [ "$status" = 0 ]; then rm -rf "$dir"; else printf 'demo: the logs are in %s\n' "$dir" >&2; fi
  exit "$status"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

is_free() { ! (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

free_port() { # below the range from which the kernel takes its own
  local port
  while :; do
    port=$((20000 + RANDOM % 10000))
    case " ${taken-} " in *" $port "*) continue ;; esac
    if is_free "$port"; then
      taken="${taken-} $port"
      chosen=$port
      return
    fi
  done
}

wait_for() { # SECONDS WHAT COMMAND...
  local limit=$1 what=$2 i
  shift 2
  for ((i = 0; i < limit * 20; i++)); do
    if "$@" >/dev/null 2>&1; then return; fi
    sleep 0.05
  done
  fail "$what did not happen within $limit s"
}

# The value of one member of the load generator's live report.
load() { jq -r ".$1" "$dir/load.json"; }
load_has_begun() { [ -s "$dir/load.json" ] && [ "$(load requests)" -gt 0 ]; }

# ---- the parts

pack() { # NUMBER ARGUMENTS-OF-SERVE
  local folder=build-$1
  mkdir -p "$folder/bin" dist
  cp "$bin/shortener" "$folder/bin/shortener"
  # shellcheck disable=SC2016 # for the script that is written
  printf '#!/bin/sh\nexec bin/shortener serve "$@" %s\n' "$2" >"$folder/bin/serve"
  chmod +x "$folder/bin/serve"
  show deployer pack "$folder" --version "$version.$1" --commit "$commit" -o "dist/shortener-$1.tar.zst"
}

start_haproxy() {
  local i
  free_port && export DEMO_FRONT_PORT=$chosen
  for i in 1 2 3 4; do
    free_port && export "DEMO_WEB${i}_PORT=$chosen"
    free_port && export "DEMO_TWIN${i}_PORT=$chosen"
  done
  touch "$dir/shares.map"
  haproxy -f "$here/haproxy.cfg" -db >"$dir/haproxy.log" 2>&1 &
  pids+=($!)
  wait_for 5 "HAProxy" test -S "$dir/haproxy.sock"
}

start_agent() {
  local repository=$dir/flags.git work=$dir/flags-work
  git init -q --bare -b main "$repository"
  git init -q -b main "$work"
  mkdir "$work/flags" && cp "$root/flags/shortener.flags.json" "$work/flags/flags.json"
  git -C "$work" add flags
  git -C "$work" -c user.name=demo -c user.email=demo@localhost commit -q -m "Begin with the flags of the shortener"
  git -C "$work" push -q "$repository" main
  flag-agent --source "git:$repository#main:flags/flags.json" --listen 127.0.0.1:0 --poll-interval 700ms \
    --cache-dir "$dir/flags-cache" >"$dir/agent.out" 2>"$dir/agent.log" &
  pids+=($!)
  wait_for 5 "the flag agent" grep -q listening "$dir/agent.out"
  agent=$(jq -r .listening "$dir/agent.out")
}

write_rollout() {
  local i values=(-e "s|@DIR@|$dir|" -e "s|@AGENT@|$agent|")
  for i in 1 2 3 4; do
    local web=DEMO_WEB${i}_PORT twin=DEMO_TWIN${i}_PORT
    values+=(-e "s|@WEB$i@|${!web}|" -e "s|@TWIN$i@|${!twin}|")
  done
  sed "${values[@]}" "$here/rollout.yaml.in" >rollout.yaml
  # The same service, released another way.
  sed -e '/^strategy:/,/^analysis:/{/^analysis:/!d}' rollout.yaml >canary.yaml
  cp canary.yaml unready.yaml
  printf 'strategy: { type: canary, steps: [{ setWeight: 10 }, { bake: 10m }] }\n' >>canary.yaml
  printf 'strategy: { type: canary, steps: [{ setWeight: 20 }, { bake: 1m }] }\n' >>unready.yaml
}

start_load() { # DURATION, 0s: until it is ended
  "$load_generator" --url "http://127.0.0.1:$DEMO_FRONT_PORT" --links "$dir/links.csv" --rate "$RATE" \
    --slow-over "${SLOW_OVER_MS}ms" --duration "$1" --report "$dir/load.json" >"$dir/load.log" 2>&1 &
  load_pid=$!
  pids+=("$load_pid")
  wait_for 20 "the load" load_has_begun
}

release() { # EXPECTED-EXIT ARGUMENTS...
  local expected=$1 status=0
  shift
  show deployer run "$@" || status=$?
  [ "$status" = "$expected" ] || fail "deployer run ended with $status, expected $expected"
}

pids_of_shorteners() { deployer status shortener --json | jq -c '[.instances[].pid]'; }

# What the twins, where the canary runs, were asked by users so far.
asked_of_canary() {
  local i sum=0 line
  for i in 1 2 3 4; do
    local port=DEMO_TWIN${i}_PORT
    exec 3<>"/dev/tcp/127.0.0.1/${!port}" || return 1
    printf 'GET /metrics HTTP/1.1\r\nHost: demo\r\nConnection: close\r\n\r\n' >&3
    line=$(awk '/^http_requests_total{.*route="\/{code}"/ { sum += $2 } END { print sum + 0 }' <&3)
    exec 3>&-
    sum=$((sum + line))
  done
  echo "$sum"
}

canary_is_met() { [ "$(deployer status shortener --json | jq .share)" = 0.1 ] && [ "$(asked_of_canary)" -gt 20 ]; }

# Until no user has met the canary for a second; sets `back_after`, counted from `killed`, and `asked`.
wait_until_users_are_back() {
  local last=$killed before=-1
  while :; do
    asked=$(asked_of_canary)
    if [ "$asked" != "$before" ]; then last=$(now); fi
    if awk "BEGIN { exit !($(now) - $last > 1) }"; then break; fi
    if awk "BEGIN { exit !($(now) - $killed > 30) }"; then fail "users still meet the canary 30 s after the kill"; fi
    before=$asked
    sleep 0.1
  done
  back_after=$(seconds "$last - $killed")
}

# ---- the story

started=$(now)
mkdir -p "$out"
version=$(pipelines version)
commit=$(git rev-parse HEAD)

act "Is this repository fit to be released?"
show pipelines version
show pipelines lint

act "The fleet: four instances of a URL shortener behind HAProxy, a million links, flags from git"
cd "$dir" # so that the commands read as they would in a folder of yours
"$load_generator" make-links --count "$LINKS" --seed 1 -o links.csv >make-links.log
import_started=$(now)
show shortener import links.csv --store sqlite:links.db
say "$(seconds "$LINKS / ($(now) - $import_started)" | cut -d. -f1) links a second."
start_haproxy
start_agent
write_rollout
pack 1 ""
pack 2 ""
pack 3 "--allow-faults --fault $FAULT"
release 0 rollout.yaml
start_load 0s
say "Users come: $RATE requests a second at http://127.0.0.1:$DEMO_FRONT_PORT, each answer checked against the CSV."

act "A good release: one box, watched for eight seconds, then the others one by one"
release 0 rollout.yaml --artifact file:dist/shortener-2.tar.zst
say "$(load requests) requests so far, $(load failed) failed."

act "A feature by one commit: redirects become permanent (301)"
export GIT_AUTHOR_NAME=demo GIT_AUTHOR_EMAIL=demo@localhost GIT_COMMITTER_NAME=demo GIT_COMMITTER_EMAIL=demo@localhost
show flagctl set redirect-status permanent --repo flags.git --reason "links are for ever"
flag_committed=$(now)
code=$(sed -n 2p links.csv | cut -d, -f1)
all_answer_301() {
  local i
  for i in 1 2 3 4; do
    local port=DEMO_WEB${i}_PORT
    [ "$(status_of "${!port}")" = 301 ] || return 1
  done
}
status_of() { # PORT
  exec 3<>"/dev/tcp/127.0.0.1/$1" || return 1
  printf 'GET /%s HTTP/1.1\r\nHost: demo\r\nConnection: close\r\n\r\n' "$code" >&3
  local line
  IFS=' ' read -r _ line _ <&3
  exec 3>&-
  echo "$line"
}
wait_for 15 "the new redirect status" all_answer_301
flag_propagation=$(seconds "$(now) - $flag_committed")
say "All four instances changed $flag_propagation s after the commit. The agent asks git every 0.7 s, and they hear of it at once."

act "A bad release: three in ten of its answers come 400 ms late"
release 3 rollout.yaml --artifact file:dist/shortener-3.tar.zst
show deployer explain shortener

sleep 1 # the answers that are still late arrive, and the load report with them
say "$(load met_fault) of $(load requests) requests met the fault; $(load failed) failed."

act "A version that is ready at first, and stops being ready in its bake"
pack 4 "--allow-faults --fault unready-after=6s"
failed_before=$(load failed)
release 3 unready.yaml --artifact file:dist/shortener-4.tar.zst
sleep 1
unready_failed=$(($(load failed) - failed_before))
say "$unready_failed requests failed. HAProxy alone sent its users back when its health checks failed; then the deployer took it away."

act "A canary whose deployer is killed: nobody helps, and users go back by themselves"
pack 5 ""
stable_pids=$(pids_of_shorteners)
say "$dim\$ deployer run canary.yaml --artifact file:dist/shortener-5.tar.zst &$plain"
deployer run canary.yaml --artifact file:dist/shortener-5.tar.zst >"$dir/canary.out" 2>&1 &
canary_pid=$!
disown # so that bash says nothing of its death
pids+=("$canary_pid")
wait_for 20 "the canary" canary_is_met
deployer status shortener | sed -n 1,3p | indent
kill -KILL "$canary_pid"
killed=$(now)
ends_within "$canary_pid" 5 || fail "a killed deployer is still there"
unset "pids[-1]"
say "Its deployer was killed (kill -9). HAProxy alone counts the lease of 10 s now ..."
wait_until_users_are_back
say "The last user met the canary $back_after s later; $asked requests did in all. Its share is now $(deployer status \
  shortener --json | jq .share), both versions still run, and it can go on or back:"
aborted=0
show deployer abort shortener || aborted=$?
[ "$aborted" = 3 ] || fail "deployer abort ended with $aborted, expected 3"
[ "$(pids_of_shorteners)" = "$stable_pids" ] || fail "other processes serve users than before the canary"
say "The same four processes serve users as before it; nothing was started twice."

act "What happened tonight"
kill -TERM "$load_pid"
ends_within "$load_pid" 10 || fail "the load generator did not end"
unset "pids[-1]"
show deployer history shortener
show deployer status shortener

deployer history shortener --json | jq -s --slurpfile load "$dir/load.json" --argjson flag "$flag_propagation" \
  --argjson back "$back_after" --argjson asked "$asked" --argjson unready "$unready_failed" '
  def instant: capture("(?<time>.*)\\.(?<ms>[0-9]{3})Z$") | (.time + "Z" | fromdateiso8601) + (.ms | tonumber) / 1000;
  ($load[0]) as $l | {
    requests: $l.requests, failed: $l.failed, slow: $l.slow, met_fault: $l.met_fault,
    met_fault_share: ($l.met_fault / $l.requests),
    releases: [.[] | (if .from then {from: .from.version} else {} end) + {to: .to.version, strategy, outcome,
      duration_s: (((.ended_at | instant) - (.started_at | instant)) * 1000 | round / 1000), reason}],
    flag_propagation_s: $flag, unready: {share: 0.2, failed: $unready}, killed_canary: {share: 0.1, lease_s: 10, back_after_s: $back, requests: $asked}
  }' >"$out/summary.json"

summary() { jq -r "$1" "$out/summary.json"; }
printf '\n%sIn all%s\n' "$bold" "$plain"
{
  printf 'requests\t%s\n' "$(summary .requests)"
  printf 'failed or wrong\t%s\n' "$(summary .failed)"
  printf 'slower than %s ms\t%s\n' "$SLOW_OVER_MS" "$(summary .slow)"
  printf 'met the fault\t%s (%s %% of all)\n' "$(summary .met_fault)" "$(summary '.met_fault_share * 10000 | round / 100')"
  printf 'p50, p99\t%s ms, %s ms\n' "$(load p50_ms)" "$(load p99_ms)"
  printf 'flag change seen after\t%s s\n' "$(summary .flag_propagation_s)"
  printf 'failed as a version stopped being ready\t%s\n' "$(summary .unready.failed)"
  printf 'users back from the killed canary after\t%s s\n' "$(summary .killed_canary.back_after_s)"
  jq -r '.releases[] | "release \(.to)\t\(.outcome) in \(.duration_s) s"' "$out/summary.json"
  printf 'the demo took\t%s s\n' "$(seconds "$(now) - $started")"
} | awk -F '\t' '{ printf "   %-44s %s\n", $1, $2 }'

[ "$(summary .failed)" = 0 ] || { load 'failures[]' >&2 && fail "requests failed"; }
[ "$(summary '[.releases[-3:][].outcome] == ["rolled_back", "rolled_back", "rolled_back"]')" = true ] ||
  fail "the bad release, the one that stopped being ready or the canary was not taken back"
[ "$(summary .met_fault)" -gt 0 ] || fail "nobody met the fault: the drill did not run"

if [ -n "$keep" ]; then
  start_load 10m
  cat <<EOF

   Left up, with the same users for ten more minutes.
     front     http://127.0.0.1:$DEMO_FRONT_PORT/$code
     agent     http://$agent/v1/flagset
     metrics   http://127.0.0.1:$DEMO_WEB1_PORT/metrics
   To try it yourself:
     cd $dir && export TRUNKLINE_STATE=$TRUNKLINE_STATE PATH=$bin:\$PATH
   To end it:
     $bin/deployer down shortener --state $TRUNKLINE_STATE; kill ${pids[*]}; sleep 1; rm -r $dir
EOF
else
  say "" "The figures are in build/demo/summary.json. Next: ./dev demo --keep, and try deployer yourself."
fi
