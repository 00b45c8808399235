import { expect, test } from 'vitest'
import type { RunRecords } from '../../ports/ci.ts'
import type { Run } from '../model.ts'
import { createRunBoard } from './board.ts'
import { waitingResults } from './execute-run.ts'
import { followRun, type RunMessage } from './follow-run.ts'

const run: Run = {
  id: 'r1',
  directory: '/project',
  machine: 'h1',
  state: 'failed',
  exitCode: 1,
  startedAt: '2026-01-01T00:00:00.000Z',
  endedAt: '2026-01-01T00:00:01.000Z',
  stages: waitingResults([], 'h1'),
  failure: { code: 'CI_HOST_UNFIT', message: 'h1 has no tmux', hint: 'install tmux there', details: {} },
}

test('who comes when a run has failed already hears why, as who followed it does', async () => {
  const records = { read: async () => run } as unknown as RunRecords
  const heard: RunMessage[] = []
  for await (const message of followRun({ records, board: createRunBoard() }, 'r1', { stage: 0, bytes: 0 }))
    heard.push(message)
  expect(heard).toMatchObject([{ type: 'failure', error: { message: 'h1 has no tmux' } }, { type: 'run' }])
})
