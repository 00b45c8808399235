import { exitCodeMeanings } from '../../src/core/error-catalogue.ts'

interface Entry {
  exit: number
  meaning: string
  hint: string
}

/** docs/reference/errors.md: exit codes, and every error code under the exit code it gives. */
export function errorsPage(catalogue: Readonly<Record<string, Entry>>): string {
  return [
    introduction,
    '| exit code | meaning |',
    '|---|---|',
    ...exitCodeMeanings.map(({ code, meaning }) => `| ${code} | ${meaning} |`),
    ...exitCodeMeanings.flatMap(({ code, meaning }) => section(catalogue, code, meaning)),
    '',
  ].join('\n')
}

const introduction = `# Errors and exit codes

A failure is told on stderr: what went wrong, the last lines of what failed where there are any, and a hint: what to type next.
With \`--json\` it is \`{"ok":false, …, "error":{"code","message","hint","stage","machine","details"}}\` on stdout. Scripts match on
\`error.code\` and on the exit code, never on the message. Commands that run a program of yours (\`exec\`, \`shell\`, \`compose\`,
\`run … -- command\`) exit with the code of that program.
`

function section(catalogue: Readonly<Record<string, Entry>>, code: number, meaning: string): string[] {
  const entries = Object.entries(catalogue).filter(([, { exit }]) => exit === code)
  if (entries.length === 0) return []
  return ['', `## Exit code ${code}`, '', meaning, ...entries.flatMap(([name, entry]) => errorEntry(name, entry))]
}

const errorEntry = (name: string, { meaning, hint }: Entry) => ['', `### ${name}`, '', meaning, '', `Hint: ${hint}`]
