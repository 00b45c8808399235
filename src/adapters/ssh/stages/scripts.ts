import { historyState } from './history-scripts.ts'

/**
 * What runs on a machine where there is nothing of ours: POSIX sh, and tmux to hold what must outlive a connection. Every
 * text takes its facts as arguments; only what is constant is written here.
 */

/** Marks a line of ours among what a stage writes; the words behind it hold a secret of the run. */
export const endMark = '\u001eberth-end:'

/** Marks where what a stage writes begins: a login may say something of its own before. */
export const beginMark = '\u001eberth-begin:'

/**
 * Runs one program: `d cwd limit nonce`. It leads a session of its own, so that all of it can be ended; its output goes
 * into a file. Ends by writing how the program ended behind its output: where the disk is full, once there is room.
 */
export const runnerScript = `exec 2> /dev/null
d=$1 cwd=$2 limit=$3 nonce=$4
late=0
if cd -- "$cwd" 2>> "$d/log"; then
  if command -v setsid > /dev/null; then
    setsid sh "$d/program" >> "$d/log" 2>&1 < /dev/null & pid=$!
  else
    set -m; sh "$d/program" >> "$d/log" 2>&1 < /dev/null & pid=$!; set +m
  fi
  echo $pid > "$d/pid"
  timer=
  if [ "$limit" -gt 0 ]; then
    ( trap 'kill $s; exit' TERM
      sleep "$limit" & s=$!; wait $s
      : > "$d/late"
      kill -s TERM -- -$pid
      sleep 5 & s=$!; wait $s
      kill -s KILL -- -$pid ) > /dev/null & timer=$!
  fi
  wait $pid; code=$?
  [ -n "$timer" ] && kill $timer
  kill -s KILL -- -$pid
  for left in $(grep -l "BERTH_CI_PROCESS=\${d##*/}" /proc/[0-9]*/environ); do
    left=\${left#/proc/}; kill -s KILL "\${left%/environ}"
  done
  [ -e "$d/late" ] && late=1
else
  code=126
fi
until printf '\\036berth-end:%s:%s:%s\\n' "$nonce" "$code" "$late" >> "$d/log"; do sleep 1; done
: > "$d/over"
[ -s "$d/viewer" ] && kill "$(cat "$d/viewer")"
exit 0
`

/** Shows in a window of tmux what a program writes, until it is over: `d`. */
const viewerScript = `echo $$ > "$1/viewer"
[ -e "$1/over" ] && exit
exec tail -n +1 -f "$1/log"`

/** Ends a program and all of its session. One that is only just being started is waited for. */
const endFunction = `end_program() {
  i=0
  while [ ! -s "$1/pid" ] && [ ! -e "$1/over" ] && [ $i -lt 50 ]; do i=$((i+1)); sleep 0.1; done
  pid=$(cat "$1/pid") || return 0
  kill -s TERM -- -$pid || return 0
  i=0
  while kill -s 0 -- -$pid && [ $i -lt 50 ]; do i=$((i+1)); sleep 0.1; done
  kill -s KILL -- -$pid
} 2> /dev/null
`

/** Ends a program where no channel follows it: `base id`. */
export const killScript = `${endFunction}end_program "$1/runs/$2"
exit 0`

/** What a channel is told behind the program it follows: that it has heard enough, or to end the program. */
export const channelWords = { done: 'done', end: 'end' } as const

/**
 * A shell that is held open, and does one thing after the other: `runner`. Each is a line on its stdin. `ask nonce script
 * word…` says what a script has to say. `follow base id session title cwd limit nonce variables program from` starts a
 * program unless it was started, then hands over what that writes from byte `from` on, until it is told otherwise or the
 * other end hangs up. To follow a program again after a lost connection is to name it again.
 *
 * Nobody has to look for anything again and again: \`tail\` is woken by the kernel, but for file systems where that cannot be
 * (overlay). The window of tmux is for people, who see nothing of what takes a tenth of a second.
 */
export const channelScript = `runner=$1
${endFunction}nl='
'
boot=
{ read -r boot < /proc/sys/kernel/random/boot_id; } 2>/dev/null
own=
command -v setsid > /dev/null 2>&1 && own=setsid
fast=
tail -s 0.01 -c 1 /dev/null 2>/dev/null && fast='-s 0.01'
start() {
  printf '%s\\n' "$9" > "$d/program"
  printf '%s\\n' "$boot" > "$d/boot"
  (
    trap 'printf "\\036berth-end:%s:126:0\\n" "$7" >> "$d/log"; : > "$d/over"' EXIT
    eval "$8"
    trap - EXIT
    exec $own sh -c "$runner" sh "$d" "$5" "$6" "$7"
  ) > /dev/null 2>> "$d/log" < /dev/null &
  echo $! > "$d/runner"
  : >> "$d/log"
  ( sleep 0.1
    [ -e "$d/over" ] && exit
    tmux has-session -t "=$3" || tmux new-session -d -s "$3" -x 200 -y 50
    tmux new-window -d -t "=$3:" -n "$4" sh -c '${viewerScript}' sh "$d" ) > /dev/null 2>&1 < /dev/null &
}
is_alive() {
  read -r was < "$d/boot" && [ "$was" = "$boot" ] && read -r pid < "$d/runner" && kill -s 0 "$pid"
} 2> /dev/null
follow() {
  d=$1/runs/$2
  printf '\\036berth-begin:%s\\n' "$7"
  if mkdir "$d" 2>/dev/null || { [ ! -d "$1/runs" ] && mkdir -p "$d"; }; then
    start "$@"
  elif [ ! -e "$d/over" ] && ! is_alive; then
    [ -e "$d/over" ] || printf '\\036berth-end:%s:lost:0\\n' "$7"
  fi
  tail -c +"\${10}" -f $fast "$d/log" & t=$!
  while IFS= read -r word && [ "$word" = ${channelWords.end} ]; do end_program "$d"; done
  { kill $t; wait $t; } 2>/dev/null
}
ask() {
  nonce=$1 script=$2
  shift 2
  printf '\\036berth-begin:%s\\n' "$nonce"
  sh -c "$script" sh "$@" < /dev/null
  printf '\\036berth-end:%s:%s:0\\n' "$nonce" $?
}
while IFS= read -r line; do eval "$line"; done
exit 0
`

/**
 * What the machine is and how the mirror stands: `base mirror session`, base empty for the default. Says `key value` lines;
 * behind `touched` those parts of the mirror that were changed since it was last brought up to date.
 */
export const lookScript = `${historyState}
base=$1
command -v tmux >/dev/null 2>&1 || { echo 'fault no-tmux'; exit 0; }
command -v tar >/dev/null 2>&1 || { echo 'fault no-tar'; exit 0; }
if [ -n "$base" ]; then
  [ -d "$base" ] || { echo 'fault no-directory'; exit 0; }
else
  base=$HOME/.berth/stages
fi
m=$base/mirrors/$2
[ -d "$m/tree" ] && [ -d "$base/runs" ] || said=$(mkdir -p "$m/tree" "$base/runs" 2>&1) || { echo "fault unwritable $said"; exit 0; }
said=$( { : > "$base/runs/.writable"; } 2>&1) || { echo "fault unwritable $said"; exit 0; }
tmux has-session -t "=$3" 2>/dev/null || said=$(tmux new-session -d -s "$3" -x 200 -y 50 2>&1) || tmux has-session -t "=$3" 2>/dev/null ||
  { echo "fault no-session $said"; exit 0; }
find "$base/runs" -mindepth 1 -maxdepth 1 -mtime +7 -exec rm -rf {} + > /dev/null 2>&1 &
echo "base $base"
( . /etc/os-release 2>/dev/null; echo "platform $(uname -sm) $ID $VERSION_ID" )
id=
{ read -r id < "$m/id"; } 2>/dev/null
echo "id $id"
cd "$m/tree" || exit 0
echo "git $(history_state)"
[ -e ../stamp ] && find . -path ./.git -prune -o -newer ../stamp -print 2>/dev/null | head -n 20000 | sed 's/^/touched /'
exit 0
`

/** Takes in a mirror's changes: `tree`, a tar archive on stdin. Until \`finishScript\` it counts as out of date. */
export const receiveScript = `cd -- "$1" && rm -f ../id && exec tar -xpf -`

/** Removes files of a mirror: `tree`, the rest are paths. */
export const removeScript = `cd -- "$1" && rm -f ../id && shift && rm -rf -- "$@"`

/** From now on the mirror is what \`id\` says: \`tree id\`. */
export const finishScript = `cd -- "$1" && touch ../stamp && printf '%s' "$2" > ../id`

/** What is installed: `tree`, then for each tool its directory, its program, how many words ask for its version, and those. */
export const toolsScript = `root=$1
shift
while [ $# -gt 2 ]; do
  cd -- "$root/$1" 2>/dev/null || cd -- "$root" || exit 1
  program=$2 count=$3
  shift 3
  words=
  found=$(command -v -- "$program" 2>/dev/null)
  if [ -z "$found" ]; then
    printf -- '-\\036'
  elif [ "$count" -eq 0 ]; then
    printf '+%s\\036' "$(ls -lL -- "$found" 2>/dev/null)"
  else
    i=0 line=
    while [ $i -lt "$count" ]; do i=$((i+1)); eval "word=\\\${$i}"; line="$line '$(printf '%s' "$word" | sed "s/'/'\\\\\\\\''/g")'"; done
    if said=$(eval "$line" 2>&1 < /dev/null); then printf '+%s\\036' "$said"; else printf -- '-\\036'; fi
  fi
  shift "$count"
done
`
