import { describe } from 'vitest'
import { contractCommands, multiplexerContract } from './contracts/multiplexer.ts'
import { createFakeMultiplexer } from './fakes/fake-multiplexer.ts'

describe('the multiplexer in memory', () =>
  multiplexerContract(async () => ({
    multiplexer: createFakeMultiplexer((argv) =>
      argv.join() === contractCommands.failing.join() ? { output: 'hello\n', exitCode: 3 } : 'forever',
    ),
    close: async () => undefined,
  })))
