import { once } from 'node:events'
import { appendFile } from 'node:fs/promises'
import type { StageEnd, StageMachine, StageProcess } from '../../src/core/ports/ci.ts'
import { stagePrograms } from '../contracts/stage-machine.ts'

/** What a program would do: run until it is ended, or say something and end. */
export type FakeStageProgram = 'forever' | { output: string; exitCode: number }

/** A machine that starts no process. */
export interface FakeStageMachine extends StageMachine {
  /** Every program so far, the latest last. */
  started: StageProcess[]
}

interface FakeStageOptions {
  name?: string
  /** What programs do; those of the contract unless said. undefined: there is no such program. */
  program?: (argv: readonly string[]) => FakeStageProgram | undefined
  /** Programs a stage may need that are there. */
  tools?: readonly string[]
}

/** Makes one. */
export function createFakeStageMachine({
  name = 'fake',
  program = byHeart,
  tools = ['sh'],
}: FakeStageOptions = {}): FakeStageMachine {
  const started: StageProcess[] = []
  return {
    name,
    started,
    keepsake: () => null,
    prepare: async () => undefined,
    platform: async () => 'Fake one 1',
    tools: async (_root, needs) => needs.map((need) => (tools.includes(need.program) ? `${need.program} 1` : null)),
    async run(stage, signal) {
      signal.throwIfAborted()
      started.push(stage)
      const what = program(stage.argv)
      if (what === 'forever') return untilEnded(stage, signal)
      const { output, exitCode } = what ?? { output: `${stage.argv[0]}: not found\n`, exitCode: 127 }
      await appendFile(stage.log, output)
      return { exitCode, timedOut: false }
    },
  }
}

/** 143: as a program that SIGTERM ended. */
async function untilEnded({ timeoutMs }: StageProcess, signal: AbortSignal): Promise<StageEnd> {
  const deadline = timeoutMs === null ? signal : AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)])
  if (!deadline.aborted) await once(deadline, 'abort')
  return { exitCode: 143, timedOut: !signal.aborted }
}

const known = new Map<string, FakeStageProgram>([
  [stagePrograms.greeting.join(' '), { output: 'hello\naside\n', exitCode: 0 }],
  [stagePrograms.failing.join(' '), { output: 'no\n', exitCode: 3 }],
  [stagePrograms.forever.join(' '), 'forever'],
])

const byHeart = (argv: readonly string[]) => known.get(argv.join(' '))
