import { describe } from 'vitest'
import { stageMachineContract } from './contracts/stage-machine.ts'
import { createFakeStageMachine } from './fakes/fake-stage-machine.ts'

describe('the fake stage machine', () =>
  stageMachineContract(async () => ({
    machine: createFakeStageMachine(),
    root: '/',
    close: async () => undefined,
  })))
