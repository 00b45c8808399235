import { withoutRepository } from '../../lib/git-environment.ts'

/**
 * The environment for programs whose words are read: messages in English, git neither asks nor takes locks it can do
 * without (so that looking at the user's repository writes nothing there).
 */
export function plainEnvironment(extra: Record<string, string> = {}): Record<string, string | undefined> {
  return { ...withoutRepository(process.env), LC_ALL: 'C', GIT_OPTIONAL_LOCKS: '0', GIT_TERMINAL_PROMPT: '0', ...extra }
}
