import { at, type Listing, tableAt } from './listing.ts'
import type { DetectedCheck, DetectedUnit, StageKind } from './model.ts'
import { tools } from './tools.ts'

/** Composer scripts that check, the first that exists of each kind. */
const scripts: readonly (readonly [StageKind, readonly string[], readonly string[]])[] = [
  ['fmt', ['cs:check', 'cs-check', 'format:check', 'check-style'], ['cs:fix', 'cs-fix', 'format', 'fix-style']],
  ['lint', ['lint', 'phpcs', 'cs'], ['lint:fix', 'phpcbf', 'fix']],
  ['typecheck', ['phpstan', 'stan', 'analyse', 'analyze', 'psalm', 'types'], []],
  ['test', ['test', 'tests', 'phpunit', 'pest', 'test:unit'], []],
]

/** Tools set up by a file of their own. */
const configured: readonly {
  kind: StageKind
  files: readonly string[]
  argv: readonly string[]
  fix?: readonly string[]
}[] = [
  { kind: 'fmt', files: ['pint.json'], argv: ['vendor/bin/pint', '--test'], fix: ['vendor/bin/pint'] },
  {
    kind: 'fmt',
    files: ['.php-cs-fixer.php', '.php-cs-fixer.dist.php'],
    argv: ['vendor/bin/php-cs-fixer', 'fix', '--dry-run', '--diff'],
    fix: ['vendor/bin/php-cs-fixer', 'fix'],
  },
  {
    kind: 'lint',
    files: ['phpcs.xml', 'phpcs.xml.dist', '.phpcs.xml', '.phpcs.xml.dist'],
    argv: ['vendor/bin/phpcs'],
    fix: ['vendor/bin/phpcbf'],
  },
  {
    kind: 'typecheck',
    files: ['phpstan.neon', 'phpstan.neon.dist', 'phpstan.dist.neon'],
    argv: ['vendor/bin/phpstan', 'analyse', '--no-progress'],
  },
  { kind: 'typecheck', files: ['psalm.xml', 'psalm.xml.dist'], argv: ['vendor/bin/psalm', '--no-progress'] },
  { kind: 'test', files: ['tests/Pest.php'], argv: ['vendor/bin/pest'] },
  { kind: 'test', files: ['phpunit.xml', 'phpunit.xml.dist'], argv: ['vendor/bin/phpunit'] },
]

/** PHP projects with a composer.json: its scripts first, then the tools that have a config file. */
export function detectPhp(listing: Listing): DetectedUnit[] {
  return listing.directoriesWith('composer.json').map((directory) => unit(listing, directory))
}

function unit(listing: Listing, directory: string): DetectedUnit {
  const own = tableAt(listing.table(at(directory, 'composer.json')), 'scripts')
  const common = {
    prepare: {
      missing: at(directory, 'vendor'),
      argv: ['composer', 'install', '--no-interaction', '--no-progress'],
      directory,
    },
    inputs: [at(directory, '**')],
  }
  const byScript = scripts.flatMap(([kind, names, fixes]): DetectedCheck[] => {
    const [name, fix] = [names, fixes].map((candidates) => candidates.find((candidate) => candidate in own))
    if (name === undefined) return []
    const script = (wanted: string) => ['composer', 'run-script', wanted]
    const source = at(directory, 'composer.json')
    return [
      {
        ...common,
        kind,
        argv: script(name),
        fix: fix === undefined ? null : script(fix),
        tool: tools.composer,
        source,
      },
    ]
  })
  const byFile = configured.flatMap(({ kind, files, argv, fix = null }): DetectedCheck[] => {
    const source = listing.firstOf(directory, files)
    return source === undefined ? [] : [{ ...common, kind, argv, fix, tool: tools.php, source }]
  })
  const all = [...byScript, ...byFile]
  const checks = all.filter(({ kind }, index) => all.findIndex((other) => other.kind === kind) === index)
  return { ecosystem: 'php', directory, checks }
}
