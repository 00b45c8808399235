import type { HookName } from './model.ts'

/** What tells our hooks from others'. */
const mark = '# written by: berth ci hook install'

/** The name a hook that was there before is kept under, beside ours. */
export const keptName = (hook: HookName): string => `${hook}.before-berth`

/** Whether a hook's text is ours. */
export const isOurs = (text: string): boolean => text.split('\n', 3).includes(mark)

/**
 * The text of a hook: first the one that was there before, which can refuse; then our checks. Where Berth is not
 * installed it says so and refuses nothing.
 */
export function hookScript(hook: HookName): string {
  return `#!/bin/sh
${mark}
# berth ci hook uninstall takes it away again

before="$(dirname "$0")/${keptName(hook)}"
if [ -x "$before" ]; then
  "$before" "$@" || exit $?
fi
if ! command -v berth >/dev/null 2>&1; then
  echo 'berth is not installed here: checks skipped' >&2
  exit 0
fi
exec berth ci hook run ${hook} </dev/null
`
}
