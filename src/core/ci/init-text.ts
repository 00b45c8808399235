import { quoteCommand } from '../../lib/quote.ts'
import type { DetectedStage, StageKind } from './detect/model.ts'

/** Kinds of checks that are over before anybody waits for them. */
const quick: readonly StageKind[] = ['fmt', 'lint', 'typecheck']

/** The text of a `[ci]` table for these stages: they go on being detected; what may be changed is shown. */
export function ciTable(stages: readonly DetectedStage[]): string {
  const width = Math.max(...stages.map(({ name }) => name.length))
  const first = stages.find(({ kind }) => kind === 'test') ?? stages[0]
  const fast = stages.filter(({ kind }) => quick.includes(kind)).map(({ name }) => JSON.stringify(name))
  const profile = fast.length === 0 || fast.length === stages.length ? [] : profileLines(fast)
  return [
    '[ci]',
    '# Stages are taken from what is in the repository (berth ci --list). Found when this was written:',
    ...stages.map(({ name, argv }) => `#   ${name.padEnd(width)}  ${oneLine(argv)}`),
    '#',
    '# A table changes the stage of its name; a command of your own in one of them makes these tables the whole list:',
    `# [ci.stages.${key(first?.name ?? 'test')}]`,
    '# timeout = "10m"',
    '# depends_on = []',
    '# inputs = ["src/**", "!**/*.md"]',
    ...profile,
    '',
  ].join('\n')
}

/** A commit waits for quick checks only: `berth ci hook run pre-commit` takes the profile of its name. */
const profileLines = (names: readonly string[]) => ['', '[ci.profiles.pre-commit]', `stages = [${names.join(', ')}]`]

const oneLine = (argv: readonly string[]) => quoteCommand(argv).replaceAll('\n', ' ')
const key = (name: string) => (/^[\w-]+$/.test(name) ? name : JSON.stringify(name))
