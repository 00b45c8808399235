/**
 * What git says of the mirror it stands in, as a checksum: commit, names, what is staged, settings. Nothing where there is
 * no repository, `-` where there is no git.
 */
export const historyState = `history_state() {
  command -v git >/dev/null 2>&1 || { printf -- -; return; }
  [ -d .git ] || return
  { cat .git/HEAD .git/config; git for-each-ref; git write-tree; } 2>&1 | cksum
}
`

/**
 * Takes in what git is made of: \`tree format index submodule…\`, a tar archive on stdin. Objects first, then the names that
 * lead to them. Says how git stands then.
 */
export const historyScript = `${historyState}
tree=$1 format=$2 index=$3
shift 3
cd -- "$tree" && rm -rf ../incoming && mkdir ../incoming && tar -C ../incoming -xpf - || exit 1
unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE
in=../incoming
if [ ! -d .git ]; then
  case $format in
    sha256) git init -q --template= --object-format=sha256 . ;;
    *) git init -q --template= . ;;
  esac >/dev/null || exit 1
fi
rm -f .git/*.lock
if [ -e $in/loose ]; then
  git unpack-objects -q < $in/pack || exit 1
elif [ -e $in/pack ]; then
  git index-pack --stdin --fix-thin < $in/pack > /dev/null || exit 1
fi
rm -f .git/shallow
[ ! -e $in/shallow ] || mv $in/shallow .git/shallow
rm -rf .git/refs
mkdir -p .git/refs/heads .git/refs/tags
mv -f $in/packed-refs $in/config $in/HEAD .git/ || exit 1
for directory; do mkdir -p -- "$directory"; done
git read-tree -m "$index" 2>/dev/null || git read-tree --reset "$index" || exit 1
git update-index -q --refresh > /dev/null 2>&1
rm -rf ../incoming
touch ../stamp
history_state
`
