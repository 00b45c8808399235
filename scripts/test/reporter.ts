import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Reporter, TestModule, TestRunEndReason } from 'vitest/node'
import type { Failure, FileOutcome, RunOutcome } from './outcome.ts'

interface Thrown {
  message: string
  stack?: string | undefined
  cause?: unknown
}
type Errors = readonly Thrown[]

/**
 * Writes what became of a run as JSON, for scripts/test.ts; after each file again, so that a run that is ended from outside has told of
 * all files that were done by then. The path stands in BERTH_TEST_OUTCOME.
 */
export default class OutcomeReporter implements Reporter {
  readonly #path = process.env['BERTH_TEST_OUTCOME'] ?? ''
  readonly #files = new Map<string, FileOutcome>()

  onTestModuleEnd(module: TestModule): void {
    this.#files.set(`${module.project.name} ${module.moduleId}`, outcomeOf(module))
    this.#write([])
  }

  onTestRunEnd(modules: readonly TestModule[], errors: Errors, reason: TestRunEndReason): void {
    for (const module of modules) this.#files.set(`${module.project.name} ${module.moduleId}`, outcomeOf(module))
    const cut = reason === 'interrupted' ? [{ name: 'the run', message: 'interrupted' }] : []
    this.#write([...failuresOf('outside of any test', errors), ...cut])
  }

  #write(errors: Failure[]): void {
    const outcome: RunOutcome = { files: [...this.#files.values()], errors }
    mkdirSync(dirname(this.#path), { recursive: true })
    writeFileSync(this.#path, JSON.stringify(outcome, undefined, 1))
  }
}

function outcomeOf(module: TestModule): FileOutcome {
  const tests = [...module.children.allTests()]
  const suites = [...module.children.allSuites()]
  const inState = (state: string) => tests.filter((test) => test.result().state === state)
  return {
    tier: module.project.name,
    file: module.relativeModuleId,
    milliseconds: Math.round(module.diagnostic().duration),
    passed: inState('passed').length,
    skipped: inState('skipped').map((test) => test.fullName),
    failed: [
      ...failuresOf('the file, or its hooks', module.errors()),
      ...suites.flatMap((suite) => failuresOf(`${suite.fullName} (its hooks)`, suite.errors())),
      ...inState('failed').flatMap((test) => failuresOf(test.fullName, test.result().errors ?? [])),
    ],
  }
}

function failuresOf(name: string, errors: Errors): Failure[] {
  return errors.map((error) => ({
    name,
    message: [...causesOf(error), error.message, placeIn(error.stack)].join('\n'),
  }))
}

/** What it came of, the first cause first: that of a property is what failed in it. */
function causesOf({ cause }: Thrown): string[] {
  if (typeof cause !== 'object' || cause === null || !('message' in cause)) return []
  const thrown = cause as Thrown
  return [...causesOf(thrown), thrown.message]
}

/** The line of the stack that is in a test, else the first one. */
function placeIn(stack = ''): string {
  const lines = stack.split('\n').filter((line) => /^\s+at /.test(line))
  return (lines.find((line) => line.includes('.test.ts')) ?? lines[0] ?? '').trim()
}
