import { expect, test } from 'vitest'
import { createTestTerminal } from '../../../tests/support/test-terminal.ts'
import { createLiveLines } from './live-lines.ts'
import { createPaint } from './paint.ts'
import { createProgress } from './progress.ts'

const plain = createPaint({ isTTY: false }, {})

test('each running operation has a line; what has ended stays above', () => {
  const terminal = createTestTerminal({ columns: 40, rows: 10 })
  const lines = createLiveLines(terminal)
  const show = createProgress({ lines, paint: plain, clean: (text) => text, showSteps: true })
  const [first, second] = [show('destroy a'), show('destroy b')]
  first.onEvent({ type: 'step', name: 'down', title: 'stop its services', state: 'running' })
  second.onEvent({ type: 'step', name: 'down', title: 'stop its services', state: 'running' })
  first.onEvent({ type: 'step', name: 'down', title: 'stop its services', state: 'done', ms: 1234 })
  expect(terminal.screen()).toEqual([
    '✓ destroy a: stop its services 1.2 s',
    'destroy a: stop its services …',
    'destroy b: stop its services …',
  ])
  first.end()
  expect(terminal.screen()).toEqual(['✓ destroy a: stop its services 1.2 s', 'destroy b: stop its services …'])
  second.end()
  expect(terminal.screen()).toEqual(['✓ destroy a: stop its services 1.2 s'])
})

test('a line is cut to the terminal, also one of wide characters', () => {
  const terminal = createTestTerminal({ columns: 10, rows: 10 })
  const lines = createLiveLines(terminal)
  const line = lines.add(() => '日本日本日本日本日本')
  expect(terminal.screen()).toEqual(['日本日本…'])
  line.remove()
  expect(terminal.screen()).toEqual([])
})

test('a terminal made narrower meanwhile is cleared of the lines it has wrapped', () => {
  const terminal = createTestTerminal({ columns: 40, rows: 10 })
  const lines = createLiveLines(terminal)
  lines.print('before')
  const line = lines.add(() => 'x'.repeat(30))
  terminal.resize(20)
  line.remove()
  expect(terminal.screen()).toEqual(['before'])
})

test('more lines than there is room for are counted', () => {
  const terminal = createTestTerminal({ columns: 20, rows: 5 })
  const lines = createLiveLines(terminal)
  for (const at of [1, 2, 3, 4, 5]) lines.add(() => `line ${at}`)
  expect(terminal.screen()).toEqual(['line 1', 'line 2', 'and 3 more'])
})
