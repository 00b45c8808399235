import { describe } from 'vitest'
import { contractCommands, engineContract } from './contracts/engine.ts'
import { createFakeEngine } from './fakes/fake-engine.ts'
import { images } from './support/images.ts'

const output = Array.from({ length: 12 }, (_, index) => `line ${index + 1}\n`).join('')

describe('the engine in memory', () =>
  engineContract(async () => ({
    engine: createFakeEngine(
      (argv) => {
        if (argv.join() === contractCommands.job.join()) return { output: '', exitCode: 0 }
        return argv[0] === 'sh' ? { output, exitCode: 3 } : 'forever'
      },
      [images.busybox],
    ),
    close: async () => undefined,
  })))
