interface Entry {
  exit: number
  meaning: string
  hint: string
}

/** docs/reference/errors.md: every error code, by exit code. */
export function errorsPage(catalogue: Readonly<Record<string, Entry>>): string {
  const exits = [...new Set(Object.values(catalogue).map(({ exit }) => exit))].sort((one, other) => one - other)
  return [
    '# Errors',
    '',
    'Every failure has a code that scripts can match on (`error.code` with `--json`), an exit code and a hint.',
    ...exits.flatMap((exit) => ['', `## Exit code ${exit}`, ...entriesOf(catalogue, exit)]),
    '',
  ].join('\n')
}

const entriesOf = (catalogue: Readonly<Record<string, Entry>>, wanted: number) =>
  Object.entries(catalogue)
    .filter(([, { exit }]) => exit === wanted)
    .flatMap(([code, { meaning, hint }]) => ['', `### ${code}`, '', meaning, '', `Hint: ${hint}`])
