import { at, type Listing } from './listing.ts'
import type { DetectedCheck, DetectedUnit } from './model.ts'
import { tools } from './tools.ts'

/** Ruby projects with a Gemfile: RuboCop or Standard, Sorbet, RSpec, Rails or Rake tests, as far as they are set up. */
export function detectRuby(listing: Listing): DetectedUnit[] {
  return listing.directoriesWith('Gemfile').map((directory) => unit(listing, directory))
}

function unit(listing: Listing, directory: string): DetectedUnit {
  const gems = gemsOf(listing.text(at(directory, 'Gemfile')) ?? '')
  const common = {
    source: at(directory, 'Gemfile'),
    tool: tools.bundler,
    prepare: null,
    inputs: [at(directory, '**')],
  }
  const run = (kind: DetectedCheck['kind'], argv: string[], fix: string[] | null = null): DetectedCheck => ({
    ...common,
    kind,
    argv: ['bundle', 'exec', ...argv],
    fix: fix && ['bundle', 'exec', ...fix],
  })
  const rubocop = listing.has(at(directory, '.rubocop.yml')) || gems.has('rubocop')
  const sorbet = listing.has(at(directory, 'sorbet/config'))
  const test = testCommand(listing, directory, gems)
  return {
    ecosystem: 'ruby',
    directory,
    checks: [
      ...(rubocop ? [run('lint', ['rubocop'], ['rubocop', '--autocorrect'])] : []),
      ...(!rubocop && gems.has('standard') ? [run('lint', ['standardrb'], ['standardrb', '--fix'])] : []),
      ...(sorbet ? [run('typecheck', ['srb', 'tc'])] : []),
      ...(test === undefined ? [] : [run('test', test)]),
    ],
  }
}

const gemsOf = (text: string) => new Set([...text.matchAll(/^\s*gem\s+["']([^"']+)["']/gm)].map(([, name]) => name))

function testCommand(listing: Listing, directory: string, gems: ReadonlySet<string | undefined>): string[] | undefined {
  if (listing.anyBelow(directory, /^spec\/.+_spec\.rb$/)) return ['rspec']
  if (!listing.anyBelow(directory, /^test\/.+\.rb$/)) return undefined
  if (gems.has('rails') && listing.has(at(directory, 'bin/rails'))) return ['rails', 'test']
  const rakefile = listing.text(at(directory, 'Rakefile')) ?? ''
  return /TestTask|task\s+:?["']?test\b/.test(rakefile) ? ['rake', 'test'] : undefined
}
